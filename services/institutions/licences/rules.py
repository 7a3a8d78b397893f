"""What a licence may say. POLICY 2.1."""

from collections.abc import Collection
from datetime import date

from services.institutions.organisations.models import Role
from services.institutions.refusals import Finding, Reason


class LicenceReason(Reason):
    """Why a licence cannot be granted or ended."""

    DATES_REVERSED = "dates_reversed", "终止日期早于起始日期", "The licence ends before it begins"
    ROLE_NOT_LICENSED = (
        "role_not_licensed",
        "用人单位无需资质范围",
        "An employer needs no licence",
    )
    ROLE_NOT_HELD = (
        "role_not_held",
        "该机构没有登记此身份",
        "The organisation is not registered in this role",
    )
    SUBJECT_UNKNOWN = (
        "subject_unknown",
        "目录中没有此职业（工种）代码",
        "No offering has this subject code",
    )
    END_IN_THE_PAST = (
        "end_in_the_past",
        "终止日期不能早于今天",
        "A licence cannot be ended in the past",
    )
    NOT_SHORTER = (
        "end_not_earlier",
        "终止日期应早于原有效期，且不早于起始日期",
        "The new last day lies within the licence, before its present one",
    )


def grant(
    *,
    role: Role,
    held: Collection[Role],
    subject_known: bool,
    from_date: date,
    to_date: date,
) -> tuple[Finding, ...]:
    """List why a licence cannot be granted; `held` are the organisation's roles."""
    found = []
    if to_date < from_date:
        found.append(Finding(LicenceReason.DATES_REVERSED))
    if role is Role.EMPLOYER:
        found.append(Finding(LicenceReason.ROLE_NOT_LICENSED))
    elif role not in held:
        found.append(Finding(LicenceReason.ROLE_NOT_HELD))
    if not subject_known:
        found.append(Finding(LicenceReason.SUBJECT_UNKNOWN))
    return tuple(found)


def end(*, from_date: date, to_date: date, last_day: date, on: date) -> tuple[Finding, ...]:
    """List why a licence from one day to another cannot end on `last_day`."""
    found = []
    if last_day < on:
        found.append(Finding(LicenceReason.END_IN_THE_PAST))
    if not from_date <= last_day < to_date:
        found.append(Finding(LicenceReason.NOT_SHORTER))
    return tuple(found)
