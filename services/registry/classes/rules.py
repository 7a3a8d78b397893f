"""Whether a class may be filed: every reason against it, in the order of CHECKS.

Pure: facts and the numbers in force come as arguments. 吐政办〔2019〕53号 三, 五(二), 六(三).
"""

import calendar
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.registry.classes.facts import Commission, Filing, Offering, Planned, Standing
from services.registry.classes.reasons import Reason, Why
from shared.plans.records import Target

ASSESSED = frozenset({"skill_level", "qualification", "special_ability"})  # POLICY 8.10
MONTHS = 12


@dataclass(frozen=True, slots=True)
class Numbers:
    """The plan's numbers on the day the class starts: persons, minutes, the plan's years."""

    class_size_max: int
    class_hour_min: int
    plan_from: date
    plan_until: date


@dataclass(frozen=True, slots=True)
class Facts:
    """A filing with all that is known; `target` and `authority` None where the plan has none."""

    filing: Filing
    standing: Standing
    target: Target | None
    authority_known: bool
    places_used: int
    numbers: Numbers
    now: datetime


Found = Iterator[Why]


def decide(facts: Facts) -> tuple[Why, ...]:
    """Return every reason against a filing; none means that it may be filed."""
    return tuple(why for check in CHECKS for why in check(facts))


def _may_teach(facts: Facts) -> Found:
    standing = facts.standing
    if facts.filing.basis == "agreement":
        if not standing.employer:
            yield Why(
                Reason.NOT_AN_EMPLOYER,
                "按协议自训职工的须为登记的用人单位，本单位不是。",
                "Only a registered employer trains its own staff by agreement; this is none.",
            )
        return
    if not standing.listed_institution:
        yield Why(
            Reason.INSTITUTION_NOT_LISTED,
            "本单位在开班当日未列入培训机构目录，或者已被暂停。",
            "On the first day the organisation is not in the directory of institutions, or is"
            " suspended.",
        )
    if not standing.licence_covers:
        yield Why(
            Reason.LICENCE_DOES_NOT_COVER,
            "本单位的资质范围没有在整个培训期间覆盖该培训项目及等级。",
            "The organisation's licence does not cover offering and level for the whole class.",
        )


def _offered(facts: Facts) -> Found:
    if facts.standing.offering is None:
        yield Why(Reason.OFFERING_UNKNOWN, "没有这个培训项目。", "There is no such offering.")
    elif facts.standing.offering_in_edition is None:
        yield Why(
            Reason.OFFERING_NOT_IN_EDITION,
            "该培训项目不在现行补贴性培训项目目录中。",
            "The offering is not in the current directory of subsidised offerings.",
        )


def _commissioned(facts: Facts) -> Found:
    filing, commission = facts.filing, facts.standing.commission
    if filing.basis != "commission":
        return
    if commission is None or commission.organisation_id != facts.standing.organisation_id:
        yield Why(
            Reason.COMMISSION_UNKNOWN,
            "本单位没有这份项目制合同。",
            "The organisation has no such commission.",
        )
        return
    if commission.authority != filing.authority:
        yield Why(
            Reason.COMMISSION_OTHER_AUTHORITY,
            f"合同的主管单位是 {commission.authority}，填报的是 {filing.authority}。",
            f"The commission is of authority {commission.authority}, not {filing.authority}.",
        )
    offering = facts.standing.offering
    if offering is not None and commission.offering_id != offering.id:
        yield Why(
            Reason.COMMISSION_OTHER_OFFERING,
            "合同约定的是另一个培训项目。",
            "The commission is for another offering.",
        )
    if commission.target != filing.target:
        yield Why(
            Reason.COMMISSION_OTHER_TARGET,
            f"合同约定的目标是 {commission.target}，填报的是 {filing.target}。",
            f"The commission is for target {commission.target}, not {filing.target}.",
        )
    yield from _within_commission(facts, commission)


def _within_commission(facts: Facts, commission: Commission) -> Found:
    filing = facts.filing
    last = commission.to_date
    if filing.starts_on < commission.from_date or (last is not None and filing.ends_on > last):
        until_zh, until_en = last or "长期", last or "open"
        yield Why(
            Reason.COMMISSION_DATES,
            f"合同期限为 {commission.from_date} 至 {until_zh}，"
            f"培训班为 {filing.starts_on} 至 {filing.ends_on}。",
            f"The commission runs {commission.from_date} to {until_en},"
            f" the class {filing.starts_on} to {filing.ends_on}.",
        )
    free = commission.places - facts.places_used
    if filing.capacity > free:
        yield Why(
            Reason.COMMISSION_PLACES,
            f"合同共 {commission.places} 个名额，还剩 {max(free, 0)} 个，本班需要"
            f" {filing.capacity} 个。",
            f"Of the commission's {commission.places} places {max(free, 0)} are left;"
            f" the class needs {filing.capacity}.",
        )


def _counted(facts: Facts) -> Found:
    filing, offering = facts.filing, facts.standing.offering
    if not facts.authority_known:
        yield Why(
            Reason.AUTHORITY_UNKNOWN,
            f"本计划没有主管单位 {filing.authority}。",
            f"The plan has no authority {filing.authority}.",
        )
    if facts.target is None:
        yield Why(
            Reason.TARGET_UNKNOWN,
            f"本计划没有目标 {filing.target}。",
            f"The plan has no target {filing.target}.",
        )
        return
    if offering is not None:
        yield from fits_target(offering.kind, facts.target)
        yield from _allowed_target(offering, filing.target)


def _allowed_target(offering: Offering, target: str) -> Found:
    if offering.targets is not None and target not in offering.targets:
        allowed = "、".join(offering.targets)
        yield Why(
            Reason.OFFERING_OTHER_TARGETS,
            f"该培训项目只用于目标 {allowed}。",
            f"The offering serves these targets only: {', '.join(offering.targets)}.",
        )


def fits_target(kind: str, target: Target) -> Found:
    """Find a kind of training that a target does not count. 三."""
    if kind not in [known.value for known in target.kinds]:
        counted = "、".join(known.zh for known in target.kinds)
        yield Why(
            Reason.TARGET_OTHER_KIND,
            f"目标“{target.name.zh}”只统计：{counted}。",
            f"Target {target.id} counts only: {', '.join(k.value for k in target.kinds)}.",
        )


def _long_enough(facts: Facts) -> Found:
    filing, offering = facts.filing, facts.standing.offering
    if offering is not None and filing.hours < offering.hours:
        yield Why(
            Reason.HOURS_BELOW_OFFERING,
            f"该培训项目为 {offering.hours} 课时，本班课次合计 {filing.hours} 课时。",
            f"The offering has {offering.hours} class hours, the sessions add up to"
            f" {filing.hours}.",
        )
    if facts.target is not None:
        yield from reaches_target(
            facts.target,
            hours=filing.hours,
            starts_on=filing.starts_on,
            ends_on=filing.ends_on,
            outside=filing.outside,
        )


def reaches_target(
    target: Target, *, hours: int, starts_on: date, ends_on: date, outside: bool
) -> Found:
    """Find what a target demands of a class's hours, months and place. 三, 五(二)."""
    if target.hours_min is not None and hours < target.hours_min:
        yield Why(
            Reason.HOURS_BELOW_TARGET,
            f"目标“{target.name.zh}”要求不少于 {target.hours_min} 课时，本班 {hours} 课时。",
            f"Target {target.id} requires {target.hours_min} class hours, the class has {hours}.",
        )
    days = (ends_on - starts_on).days + 1
    after = ends_on + timedelta(days=1)
    if target.months_min is not None and after < later(starts_on, months=target.months_min):
        yield Why(
            Reason.DURATION_BELOW_TARGET,
            f"目标“{target.name.zh}”要求至少 {target.months_min} 个月，本班 {days} 天。",
            f"Target {target.id} requires {target.months_min} months or more, the class takes"
            f" {days} days.",
        )
    if target.months_max is not None and after > later(starts_on, months=target.months_max):
        yield Why(
            Reason.DURATION_ABOVE_TARGET,
            f"目标“{target.name.zh}”要求最多 {target.months_max} 个月，本班 {days} 天。",
            f"Target {target.id} allows {target.months_max} months at most, the class takes"
            f" {days} days.",
        )
    if outside and not target.outside_allowed:
        yield Why(
            Reason.OUTSIDE_NOT_ALLOWED,
            f"目标“{target.name.zh}”的培训须在吐鲁番市内进行。",
            f"Training for target {target.id} takes place in Turpan.",
        )


def _small_enough(facts: Facts) -> Found:
    most = facts.numbers.class_size_max
    if facts.filing.capacity > most:
        yield Why(
            Reason.CLASS_TOO_LARGE,
            f"每班最多 {most} 人，填报 {facts.filing.capacity} 人。",
            f"A class has at most {most} people, this one {facts.filing.capacity}.",
        )


def _in_time(facts: Facts) -> Found:
    filing, numbers = facts.filing, facts.numbers
    if not numbers.plan_from <= filing.starts_on <= numbers.plan_until:
        yield Why(
            Reason.PLAN_NOT_IN_FORCE,
            f"本计划自 {numbers.plan_from} 至 {numbers.plan_until}，"
            f"开班日期为 {filing.starts_on}。",
            f"The plan runs {numbers.plan_from} to {numbers.plan_until}, the class starts"
            f" {filing.starts_on}.",
        )
    first = min(session.starts_at for session in filing.sessions)
    if first <= facts.now:
        yield Why(
            Reason.STARTS_IN_THE_PAST,
            "第一课次的开始时间已过，开班须事先备案。",
            "The first session has begun already; a class is filed before it starts.",
        )
    if first.date() != filing.starts_on:
        yield Why(
            Reason.FIRST_SESSION_OTHER_DAY,
            f"开班日期为 {filing.starts_on}，第一课次在 {first.date()}。",
            f"The class starts {filing.starts_on}, its first session is on {first.date()}.",
        )


def _sessions_fit(facts: Facts) -> Found:
    filing = facts.filing
    for number, session in enumerate(filing.sessions, 1):
        yield from session_fits(
            session,
            number=number,
            class_hour_min=facts.numbers.class_hour_min,
            starts_on=filing.starts_on,
            ends_on=filing.ends_on,
        )
    ordered = sorted(enumerate(filing.sessions, 1), key=lambda one: one[1].starts_at)
    for (one, before), (other, after) in itertools.pairwise(ordered):
        if after.starts_at < before.ends_at:
            yield Why(
                Reason.SESSIONS_OVERLAP,
                f"第 {one} 课次与第 {other} 课次时间重叠。",
                f"Sessions {one} and {other} overlap.",
            )


def session_fits(
    session: Planned, *, number: int, class_hour_min: int, starts_on: date, ends_on: date
) -> Found:
    """Find what is wrong with one session: clock time for its hours, its day. POLICY 8.4."""
    length = int((session.ends_at - session.starts_at).total_seconds() // 60)
    needed = session.hours * class_hour_min
    if length < needed:
        yield Why(
            Reason.SESSION_TOO_SHORT,
            f"第 {number} 课次为 {session.hours} 课时，每课时 {class_hour_min} 分钟，"
            f"至少需要 {needed} 分钟，实际 {max(length, 0)} 分钟。",
            f"Session {number} has {session.hours} class hours of {class_hour_min} minutes: it"
            f" needs {needed} minutes and has {max(length, 0)}.",
        )
    if session.ends_at.date() != session.starts_at.date():
        yield Why(
            Reason.SESSION_OVER_MIDNIGHT,
            f"第 {number} 课次须在同一天内结束。",
            f"Session {number} has to end on the day on which it begins.",
        )
    if not starts_on <= session.starts_at.date() <= ends_on:
        yield Why(
            Reason.SESSION_OUTSIDE_DATES,
            f"第 {number} 课次在 {session.starts_at.date()}，不在培训班起止日期"
            f" {starts_on} 至 {ends_on} 之内。",
            f"Session {number} is on {session.starts_at.date()}, outside the class's days"
            f" {starts_on} to {ends_on}.",
        )


def hours_left(*, planned: int, elsewhere: int, hours: int) -> Found:
    """Find a session with which a class would teach more than the hours it was filed with.

    Who attended is measured against the filed hours; more sessions would lower that measure.
    """
    if elsewhere + hours > planned:
        yield Why(
            Reason.HOURS_ABOVE_PLANNED,
            f"本班备案 {planned} 课时，其他课次已占 {elsewhere} 课时，不能再加 {hours} 课时。",
            f"The class was filed with {planned} class hours, other sessions take {elsewhere};"
            f" {hours} more do not fit.",
        )


def later(day: date, *, months: int) -> date:
    """Return the same day some months later, or that month's last day."""
    year, month = divmod(day.month - 1 + months, MONTHS)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def assessed(certificate_kind: str) -> bool:
    """Say whether a certificate comes from an assessment body. POLICY 8.10."""
    return certificate_kind in ASSESSED


CHECKS: tuple[Callable[[Facts], Found], ...] = (
    _may_teach,
    _offered,
    _commissioned,
    _counted,
    _long_enough,
    _small_enough,
    _in_time,
    _sessions_fit,
)
