"""What is known of each condition of filing a class under a commission.

Pure. A peer that did not answer leaves `unknown`, never `met`: 六(三), POLICY 3, 8.15. The registry
decides again when the class is filed; this is what the applicant is told before choosing.
"""

import calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from services.gateway.commitments import saying
from services.gateway.commitments.saying import Answer
from shared.plans.records import Target
from shared.plans.texts import Condition

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Planned:
    """The class as the applicant describes it; hours in class hours, capacity in persons."""

    starts_on: date
    ends_on: date
    hours: int
    capacity: int
    outside: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known: institutions on the first and last day, places used; None where unknown."""

    planned: Planned
    first_day: Mapping[str, Any] | None
    last_day: Mapping[str, Any] | None
    places_used: int | None
    target: Target | None
    class_size_max: int


def decide(condition: Condition, facts: Facts) -> Answer:
    """Say of one condition whether it is met, with the reason."""
    if condition.answered_by == "applicant":
        return saying.open_(
            "由您单位承诺，系统不能代为判断。",
            "Only your promise can say; the system does not judge it.",
        )
    check = CHECKS.get(condition.id)
    return check(facts) if check else saying.unasked()


def _listed(facts: Facts) -> Answer:
    if facts.first_day is None:
        return saying.unasked()
    if facts.first_day["listed_institution"]:
        return saying.met("开班当日在培训机构目录内。", "In the directory on the first day.")
    return saying.unmet(
        "开班当日不在培训机构目录内，或者已被暂停。",
        "Not in the directory of institutions on the first day, or suspended.",
    )


def _offering(facts: Facts) -> Answer:
    if facts.first_day is None:
        return saying.unasked()
    edition = facts.first_day["offering_in_edition"]
    if edition is not None:
        return saying.met(
            f"在第 {edition} 版项目目录内。", f"In edition {edition} of the directory."
        )
    return saying.unmet(
        "不在现行补贴性培训项目目录内。", "Not in the current directory of subsidised offerings."
    )


def _licence(facts: Facts) -> Answer:
    if facts.first_day is None or facts.last_day is None:
        return saying.unasked()
    if facts.first_day["licence_covers"] and facts.last_day["licence_covers"]:
        number = facts.first_day["licence_number"]
        return saying.met(f"资质文号 {number}。", f"By licence {number}.")
    return saying.unmet(
        "资质范围没有在整个培训期间覆盖该项目和等级。",
        "The licence does not cover offering and level for the whole class.",
    )


def _commission(facts: Facts) -> Answer:
    if facts.first_day is None:
        return saying.unasked()
    held, planned = facts.first_day["commission"], facts.planned
    if held is None:
        return saying.unmet(
            "本单位没有这份项目制合同。", "The organisation has no such commission."
        )
    offering = facts.first_day["offering"]
    if offering is None or held["offering_id"] != offering["id"]:
        return saying.unmet(
            "合同约定的是另一个培训项目。", "The commission is for another offering."
        )
    first, last = date.fromisoformat(held["from_date"]), date.fromisoformat(held["to_date"])
    if not (first <= planned.starts_on and planned.ends_on <= last):
        return saying.unmet(
            f"合同期限为 {first} 至 {last}，培训班不在期限之内。",
            f"The commission runs {first} to {last}; the class is not within.",
        )
    if facts.places_used is None:
        return saying.unasked()
    left = max(held["places"] - facts.places_used, 0)
    if planned.capacity > left:
        return saying.unmet(
            f"合同还剩 {left} 个名额，本班需要 {planned.capacity} 个。",
            f"{left} places of the commission are left; the class needs {planned.capacity}.",
        )
    return saying.met(
        f"合同 {held['document_number']}，还剩 {left} 个名额。",
        f"Commission {held['document_number']}; {left} places are left.",
    )


def _hours(facts: Facts) -> Answer:
    target, offering = facts.target, (facts.first_day or {}).get("offering")
    if target is None or offering is None:
        return saying.unasked()
    needed = max(offering["hours"], target.hours_min or 0)
    hours = facts.planned.hours
    if hours < needed:
        return saying.unmet(
            f"要求不少于 {needed} 课时，计划 {hours} 课时。",
            f"{needed} class hours are required, {hours} are planned.",
        )
    return saying.met(
        f"计划 {hours} 课时，要求 {needed} 课时。", f"{hours} planned, {needed} required."
    )


def _duration(facts: Facts) -> Answer:
    target, planned = facts.target, facts.planned
    if target is None:
        return saying.unasked()
    after = planned.ends_on + timedelta(days=1)
    days = (after - planned.starts_on).days
    least, most = target.months_min, target.months_max
    if least is not None and after < _later(planned.starts_on, least):
        return saying.unmet(
            f"要求至少 {least} 个月，计划 {days} 天。",
            f"{least} months or more are required, {days} days are planned.",
        )
    if most is not None and after > _later(planned.starts_on, most):
        return saying.unmet(
            f"要求最多 {most} 个月，计划 {days} 天。",
            f"{most} months at most are allowed, {days} days are planned.",
        )
    return saying.met(f"计划 {days} 天，符合目标的期限。", f"{days} days, as the target requires.")


def _size(facts: Facts) -> Answer:
    most, planned = facts.class_size_max, facts.planned.capacity
    if planned > most:
        return saying.unmet(
            f"每班最多 {most} 人，计划 {planned} 人。",
            f"A class has at most {most} people; {planned} are planned.",
        )
    return saying.met(f"计划 {planned} 人，最多 {most} 人。", f"{planned} people, at most {most}.")


def _place(facts: Facts) -> Answer:
    if not facts.planned.outside:
        return saying.met("在吐鲁番市内培训。", "Training takes place in Turpan.")
    if facts.target is None:
        return saying.unasked()
    if facts.target.outside_allowed:
        return saying.met("该目标允许在市外培训。", "The target allows training elsewhere.")
    return saying.unmet("该目标须在吐鲁番市内培训。", "The target requires training in Turpan.")


def _later(day: date, months: int) -> date:
    year, month = divmod(day.month - 1 + months, MONTHS)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


CHECKS: Mapping[str, Callable[[Facts], Answer]] = {
    "listed": _listed,
    "offering": _offering,
    "licence": _licence,
    "commission": _commission,
    "hours": _hours,
    "duration": _duration,
    "size": _size,
    "place": _place,
}
