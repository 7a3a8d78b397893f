"""What is known of each condition of a person's own claim of the living allowance.

Pure, and told to that person only: days, account and groups are the person's. POLICY 8.12.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.gateway.commitments import saying
from services.gateway.commitments.saying import Answer
from services.gateway.commitments.schemas import Finding
from shared import money
from shared.money import Fen
from shared.plans import Matter
from shared.plans.records import Name

Json = Mapping[str, Any]
YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Facts:
    """The own place, questions with what is known, account and day's rate.

    `told` names the services' answers that came; what is in it and None is known to be absent.
    """

    place: Json | None
    questions: Sequence[Json] | None
    account: Json | None
    rate: Json | None
    told: frozenset[str]
    categories: Mapping[str, Name]


def conditions(matter: Matter, facts: Facts) -> list[Finding]:
    """Say of every condition of the matter whether it is met."""
    return [
        saying.found(one, CONDITIONS.get(one.id, _promised)(facts)) for one in matter.conditions
    ]


def checks(matter: Matter, facts: Facts) -> list[Finding]:
    """Say what the decision looks at besides: whether the class is over, the day's rate."""
    return [
        saying.beside(matter, identifier, names, check(facts))
        for identifier, (names, check) in CHECKS.items()
    ]


def _promised(_: Facts) -> Answer:
    return saying.open_("由您本人承诺。", "Only your own promise can say.")


def _category(facts: Facts) -> Answer:
    if facts.questions is None:
        return saying.unasked()
    asked = [one for one in facts.questions if one["id"] in facts.categories]
    for one in asked:
        listed = one["listed"]
        if listed is not None and listed["value"] == YES:
            name, document = facts.categories[one["id"]], listed["document"] or ""
            return saying.met(
                f"名册里有您的记录：{name.zh} {document}".rstrip() + "。",
                f"A list has you: {name.en} {document}".rstrip() + ".",
            )
    if any(one["answer"] == YES for one in asked):
        return saying.met("以您本人的说明为准。", "By your own statement.")
    if asked and all(_no(one) for one in asked):
        return saying.unmet(
            "按名册和您的说明，您不属于这几类人员；说错了可以随时更正。",
            "By lists and statement you are in none of the groups; correct it at any time.",
        )
    return saying.open_(
        "名册里没有查到，您也还没有说明。可以现在说明，也可以不说、等主管单位查询。",
        "No list says it and you have not; state it now, or leave it to the office to look.",
    )


def _no(question: Json) -> bool:
    listed = question["listed"]
    return question["answer"] == NO or (listed is not None and listed["value"] == NO)


def _attended(facts: Facts) -> Answer:
    if facts.place is None:
        return saying.unasked()
    days = facts.place["attended_days"]
    if days:
        return saying.met(f"您已出勤 {days} 天。", f"You attended {days} days.")
    if facts.place["closed"]:
        return saying.unmet("没有您的出勤记录。", "No attended day is recorded.")
    return saying.open_("还没有出勤记录。", "No attended day is recorded yet.")


def _account(facts: Facts) -> Answer:
    if "account" not in facts.told:
        return saying.unasked()
    if facts.account is None:
        return saying.unmet(
            "还没有填写收款账户，可以先申请，发放以前须填写。",
            "No account is entered yet; claim now, enter it before the payment.",
        )
    bank, last = facts.account["bank"], facts.account["last_four"]
    return saying.met(
        f"已填写本人账户：{bank}，尾号 {last}。", f"Your account: {bank}, ending in {last}."
    )


def _closed(facts: Facts) -> Answer:
    if facts.place is None:
        return saying.unasked()
    if facts.place["closed"]:
        return saying.met("培训班已结束。", "The class is closed.")
    return saying.open_(
        "培训班尚未结束，结束以后才能核定。",
        "The class is not closed yet; the decision waits for it.",
    )


def _rate(facts: Facts) -> Answer:
    if "rate" not in facts.told:
        return saying.unasked()
    if facts.rate is None:
        return saying.unmet(
            "主管单位还没有定每天的标准：可以先申请，定了以后再算，不会按零处理。",
            "The authority has set no rate a day: claim now, it is counted once set, never as 0.",
        )
    yuan = money.text(Fen(facts.rate["fen_per_day"]))
    return saying.met(
        f"每天 {yuan} 元，依据 {facts.rate['document_number']}。",
        f"{yuan} yuan a day, by {facts.rate['document_number']}.",
    )


CONDITIONS: Mapping[str, Callable[[Facts], Answer]] = {
    "category": _category,
    "attended": _attended,
    "own_account": _account,
}
CHECKS: Mapping[str, tuple[tuple[str, str], Callable[[Facts], Answer]]] = {
    "class_closed": (("培训班已经结束", "The class is closed"), _closed),
    "rate": (("每天的标准已确定", "The rate a day is set"), _rate),
}
