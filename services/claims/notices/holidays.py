"""Holidays: entered by an authority under the announcement's number, read as working days."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.event_types import EventType
from services.claims.notices import schemas
from services.claims.notices.models import HolidayNotice
from shared import events, ids, pages, workdays
from shared.plans import Plan
from shared.principal import Principal
from shared.problems import Problem
from shared.workdays import Calendar

NATIONWIDE = "national"  # the scope that stands in for a year the library does not know


class HolidaysOutOfReach(Problem):
    """An authority enters its own; the national calendar is the municipal office's to enter."""

    status = 403
    code = "holidays_out_of_reach"
    title_zh = "只能登记本单位的假日；全国假日由市本级登记"
    title_en = "An authority enters its own holidays; the municipal office the national ones"


class HolidaysEntered(Problem):
    """The announcement is in the calendar."""

    status = 409
    code = "holidays_entered"
    title_zh = "该年度的这份假日通知已经登记"
    title_en = "This announcement of the year's holidays is entered already"


class CalendarMissing(Problem):
    """No working days can be counted in a year whose holidays nobody entered."""

    status = 422
    code = "calendar_missing"
    title_zh = "该年度的假日尚未登记，无法计算工作日"
    title_en = "The year's holidays are not entered, so working days cannot be counted"


def municipal(plan: Plan) -> str:
    """Return the municipal office's code, whose regional holidays are the whole prefecture's."""
    return next(each.code for each in plan.authorities if each.code.endswith("00"))


def missing(error: workdays.NoCalendar) -> CalendarMissing:
    """Say which year's announcement is missing, and whose."""
    word = "自治区、地区" if error.missing == "regional" else "全国"
    return CalendarMissing(
        f"尚未登记{error.year}年的{word}假日通知，请先在“假日”中按文号登记",
        f"No {error.missing} holiday notice for {error.year} has been entered; enter it first",
        year=error.year,
        authority=error.region,
        missing=error.missing,
    )


async def enter(
    session: AsyncSession,
    *,
    body: schemas.HolidaysIn,
    plan: Plan,
    by: Principal,
    at: datetime,
) -> HolidayNotice:
    """Enter a year's announcement. Raises HolidaysOutOfReach."""
    whose = municipal(plan) if body.scope == NATIONWIDE else body.authority
    if body.authority != whose or body.authority not in by.authorities:
        raise HolidaysOutOfReach
    row = HolidayNotice(
        id=ids.uuid7(),
        authority=body.authority,
        scope=body.scope,
        year=body.year,
        number=body.number,
        rests=sorted(set(body.rests)),
        works=sorted(set(body.works)),
        entered_by=by.subject,
        entered_at=at,
    )
    session.add(row)
    await session.flush()
    told = events.Event(
        type=EventType.HOLIDAYS_ENTERED,
        subject=f"holidays:{row.id}",
        authority=row.authority,
        data={"scope": row.scope, "year": row.year, "number": row.number, "rests": len(row.rests)},
        rule="POLICY 8.14",
    )
    await events.append(session, [told], by=by, at=at)
    return row


async def calendars(
    session: AsyncSession, authorities: Collection[str], *, plan: Plan
) -> dict[str, Calendar]:
    """Return the working days of authorities: own announcements and the municipal office's."""
    top = municipal(plan)
    query = select(HolidayNotice).where(
        or_(HolidayNotice.authority.in_(sorted(authorities)), HolidayNotice.authority == top)
    )
    held: dict[str, list[HolidayNotice]] = defaultdict(list)
    for row in (await session.execute(query)).scalars():
        held[row.authority].append(row)
    found = {}
    for authority in authorities:
        rows = held[top] if authority == top else [*held[top], *held[authority]]
        found[authority] = Calendar(
            region=authority, notices=[_notice(row, authority) for row in rows]
        )
    return found


def _notice(row: HolidayNotice, authority: str) -> workdays.Notice:
    return workdays.Notice(
        number=row.number,
        region=workdays.NATIONAL if row.scope == NATIONWIDE else authority,
        year=row.year,
        rests=frozenset(row.rests),
        works=frozenset(row.works),
    )


async def listed(
    session: AsyncSession, *, after: str | None, limit: int
) -> pages.Page[schemas.HolidaysOut]:
    """List announcements, oldest first."""
    keys = (HolidayNotice.entered_at.expression, HolidayNotice.id.expression)
    query = pages.keyset(select(HolidayNotice), keys, schemas.TIMED, after, limit)
    rows = (await session.execute(query)).scalars().all()
    return pages.page(
        rows, limit, lambda row: (row.entered_at, row.id), schemas.HolidaysOut.model_validate
    )
