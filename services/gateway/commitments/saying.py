"""How the state of a condition is said. Pure."""

from services.gateway.commitments.schemas import Finding, Said, State
from shared.plans import Matter
from shared.plans.records import Name
from shared.plans.texts import Condition

Answer = tuple[State, Said]


def said(name: Name) -> Said:
    """Say a name of the plan pack on the wire."""
    return Said(zh=name.zh, en=name.en)


def met(zh: str, en: str) -> Answer:
    """Say that a condition is met."""
    return State.MET, Said(zh=zh, en=en)


def unmet(zh: str, en: str) -> Answer:
    """Say that a condition is not met."""
    return State.UNMET, Said(zh=zh, en=en)


def open_(zh: str, en: str) -> Answer:
    """Say that a condition cannot be judged yet, and why."""
    return State.UNKNOWN, Said(zh=zh, en=en)


def unasked() -> Answer:
    """Say that a service could not be asked."""
    return open_(
        "暂时无法核对，请稍后重新查询。", "Cannot be checked just now; please ask again later."
    )


def found(condition: Condition, answer: Answer) -> Finding:
    """Put a condition of a matter and its state together."""
    state, reason = answer
    return Finding(
        id=condition.id,
        name=said(condition.name),
        source=str(condition.source),
        answered_by=condition.answered_by,
        state=state,
        reason=reason,
    )


def beside(matter: Matter, identifier: str, names: tuple[str, str], answer: Answer) -> Finding:
    """Put what a decision looks at besides the matter's conditions, and its state, together."""
    state, reason = answer
    zh, en = names
    return Finding(
        id=identifier,
        name=Said(zh=zh, en=en),
        source=str(matter.source),
        answered_by="system",
        state=state,
        reason=reason,
    )
