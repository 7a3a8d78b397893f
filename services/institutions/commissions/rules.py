"""What may be commissioned, from whom. 五(二), 六(三); POLICY 1.1 (项目制)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.institutions.offerings import rules as offerings
from services.institutions.refusals import Finding, Reason
from shared.plans import Plan
from shared.plans.vocabulary import Kind


class CommissionReason(Reason):
    """Why a commission cannot be made."""

    OFFERING_UNKNOWN = "offering_unknown", "目录中没有此项目", "The catalogue has no such offering"
    OFFERING_WITHDRAWN = (
        "offering_withdrawn",
        "该项目在起始日期前已调出目录",
        "The offering leaves the catalogue before the commission begins",
    )
    NOT_LISTED = (
        "not_listed",
        "该机构在起始日期不在培训机构目录内",
        "The organisation is not a listed institution on the first day",
    )
    LICENCE_DOES_NOT_COVER = (
        "licence_does_not_cover",
        "该机构的资质范围不含此项目",
        "The institution's licence does not cover the offering on the first day",
    )
    TARGET_NOT_OF_OFFERING = (
        "target_not_of_offering",
        "该项目不服务于此目标",
        "The offering does not serve this target",
    )
    DATES_REVERSED = "dates_reversed", "终止日期早于起始日期", "It ends before it begins"
    OUTSIDE_THE_PLAN = (
        "outside_the_plan",
        "起始日期不在计划期内",
        "The first day is not in the plan's years",
    )


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the offering and the institution on the commission's first day."""

    kind: Kind
    hours: int
    targets: Sequence[str] | None
    withdrawn_from: date | None
    listed: bool
    licence_covers: bool


def check(
    facts: Facts, plan: Plan, *, target: str, from_date: date, to_date: date
) -> tuple[Finding, ...]:
    """List every reason why the commission cannot be made."""
    found = []
    if to_date < from_date:
        found.append(Finding(CommissionReason.DATES_REVERSED))
    if not plan.plan.covers(from_date):
        found.append(Finding(CommissionReason.OUTSIDE_THE_PLAN))
    if facts.withdrawn_from is not None and facts.withdrawn_from <= from_date:
        found.append(Finding(CommissionReason.OFFERING_WITHDRAWN))
    if not facts.listed:
        found.append(Finding(CommissionReason.NOT_LISTED))
    elif not facts.licence_covers:
        found.append(Finding(CommissionReason.LICENCE_DOES_NOT_COVER))
    if facts.targets is not None and target not in facts.targets:
        found.append(Finding(CommissionReason.TARGET_NOT_OF_OFFERING, target))
    found += offerings.for_target(plan, target, kind=facts.kind, hours=facts.hours)
    return tuple(found)
