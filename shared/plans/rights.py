"""What no pack may weaken: the trainee's rights are fixed, not parameters. POLICY 9."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.plans.reading import Node
from shared.plans.terms import Value


@dataclass(frozen=True, slots=True)
class Bound:
    """The least or most that a parameter may be, and why."""

    least: int | None
    most: int | None
    why: str


BOUNDS: Mapping[tuple[str, str], Bound] = {
    ("enrolment", "age_min"): Bound(16, None, "POLICY 8.17: nobody under 16"),
    ("enrolment", "guardian_below"): Bound(18, None, "POLICY 8.17: a guardian too under 18"),
    ("enrolment", "reminders_max"): Bound(None, 1, "POLICY 9.4: one reminder at most"),
    ("enrolment", "paper_officers"): Bound(2, None, "POLICY 9.1: two officers"),
    ("progress", "suppressed_below"): Bound(2, None, "POLICY 9.4: small numbers suppressed"),
    ("public_notice", "id_digits_shown"): Bound(None, 6, "POLICY 8.14: first 6 at most"),
}


def check(node: Node, provision: str, values: Mapping[str, Value]) -> None:
    """Refuse a value beyond the bound of a right."""
    for name, value in values.items():
        bound = BOUNDS.get((provision, name))
        if bound is None or not isinstance(value, int):
            continue
        low = bound.least is not None and value < bound.least
        high = bound.most is not None and value > bound.most
        if low or high:
            node.fault(f"{name!r} cannot be {value}: {bound.why}", name)
