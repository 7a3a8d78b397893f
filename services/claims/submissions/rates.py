"""Rates of the living allowance: entered by an authority, confirmed by a second officer. 8.1."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.event_types import EventType
from services.claims.submissions.models import AllowanceRate
from services.claims.submissions.schemas import RateIn, RateOut
from shared import events, ids, problems
from shared.principal import Principal
from shared.problems import Problem


class RateOutOfReach(Problem):
    """The authority named in the request is not one of the officer's."""

    status = 403
    code = "authority_out_of_reach"
    title_zh = "该主管单位不在您的管辖范围内"
    title_en = "This authority is not within your reach"


class SecondOfficerNeeded(Problem):
    """Whoever entered a rate cannot confirm it."""

    status = 403
    code = "second_officer_needed"
    title_zh = "标准须由另一名工作人员复核确认"
    title_en = "A rate is confirmed by another officer than the one who entered it"


class RateConfirmed(Problem):
    """The rate was confirmed before."""

    status = 409
    code = "rate_confirmed"
    title_zh = "该标准已确认"
    title_en = "The rate was confirmed already"


class RateExists(Problem):
    """A rate of this authority from the same day is confirmed."""

    status = 409
    code = "rate_exists"
    title_zh = "同一主管单位、同一日期已有确认的标准"
    title_en = "A confirmed rate from this day exists already"


CONSTRAINTS: dict[str, type[Problem]] = {
    "allowance_rate_once": RateExists,
    "allowance_rate_two_officers": SecondOfficerNeeded,
}


async def enter(session: AsyncSession, *, draft: RateIn, by: Principal, at: datetime) -> RateOut:
    """Enter a rate of the officer's authority; it holds once confirmed. Raises RateOutOfReach."""
    if draft.authority not in by.authorities:
        raise RateOutOfReach
    row = AllowanceRate(
        id=ids.uuid7(),
        authority=draft.authority,
        fen_per_day=draft.fen_per_day,
        from_date=draft.from_date,
        document_number=draft.document_number,
        entered_by=by.subject,
        entered_at=at,
        confirmed_by=None,
        confirmed_at=None,
    )
    values = {column.key: getattr(row, column.key) for column in AllowanceRate.__table__.columns}
    await session.execute(insert(AllowanceRate).values(values))
    await events.append(session, [_event(EventType.ALLOWANCE_RATE_ENTERED, row)], by=by, at=at)
    return shape(row)


async def confirm(session: AsyncSession, *, rate_id: UUID, by: Principal, at: datetime) -> RateOut:
    """Confirm a rate that another officer entered.

    Raises NotFound, RateConfirmed, SecondOfficerNeeded; RateExists by the database.
    """
    row = await session.get(AllowanceRate, rate_id, with_for_update=True)
    if row is None:
        raise problems.NotFound
    if row.confirmed_at is not None:
        raise RateConfirmed
    if row.entered_by == by.subject:
        raise SecondOfficerNeeded
    await session.execute(
        update(AllowanceRate)
        .where(AllowanceRate.id == rate_id)
        .values(confirmed_by=by.subject, confirmed_at=at)
    )
    await events.append(session, [_event(EventType.ALLOWANCE_RATE_CONFIRMED, row)], by=by, at=at)
    return shape(row)


def shape(row: AllowanceRate) -> RateOut:
    """Give a rate its public shape."""
    return RateOut(
        id=row.id,
        authority=row.authority,
        fen_per_day=row.fen_per_day,
        from_date=row.from_date,
        document_number=row.document_number,
        confirmed=row.confirmed_at is not None,
        entered_at=row.entered_at,
        confirmed_at=row.confirmed_at,
    )


def _event(kind: EventType, row: AllowanceRate) -> events.Event:
    return events.Event(
        type=kind,
        subject=f"allowance_rate:{row.id}",
        authority=row.authority,
        data={
            "fen_per_day": row.fen_per_day,
            "from_date": row.from_date.isoformat(),
            "document_number": row.document_number,
        },
        rule="五(一)|living_allowance",
    )
