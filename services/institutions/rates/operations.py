"""Enter rates, and confirm them as a second officer."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.institutions import reach
from services.institutions.event_types import EventType
from services.institutions.offerings import queries as offerings
from services.institutions.rates import queries
from services.institutions.rates.models import Rate
from services.institutions.rates.schemas import RateIn, RateOut
from shared import events, ids
from shared.principal import Principal
from shared.problems import Problem


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
    """Another rate of this offering and authority from the same day is confirmed."""

    status = 409
    code = "rate_exists"
    title_zh = "同一项目、同一主管单位、同一日期已有确认的标准"
    title_en = "A confirmed rate from this day exists already"


async def enter(
    session: AsyncSession, *, offering_id: UUID, draft: RateIn, now: datetime, by: Principal
) -> RateOut:
    """Enter a rate of the officer's authority; it holds once confirmed."""
    reach.require(by, draft.authority)
    await offerings.find(session, offering_id)
    row = Rate(
        id=ids.uuid7(),
        authority=draft.authority,
        offering_id=offering_id,
        fen_per_person=draft.fen_per_person,
        from_date=draft.from_date,
        document_number=draft.document_number,
        entered_by=by.subject,
        entered_at=now,
    )
    session.add(row)
    await session.flush()
    await events.append(session, [_event(EventType.RATE_ENTERED, row)], by=by, at=now)
    return queries.shape(row)


async def confirm(session: AsyncSession, *, rate_id: UUID, now: datetime, by: Principal) -> RateOut:
    """Confirm a rate that another officer entered."""
    row = await queries.lock(session, rate_id)
    if row.confirmed_at is not None:
        raise RateConfirmed
    if row.entered_by == by.subject:
        raise SecondOfficerNeeded
    row.confirmed_by, row.confirmed_at = by.subject, now
    await session.flush()
    await events.append(session, [_event(EventType.RATE_CONFIRMED, row)], by=by, at=now)
    return queries.shape(row)


def _event(kind: EventType, row: Rate) -> events.Event:
    return events.Event(
        type=kind,
        subject=f"rate:{row.id}",
        authority=row.authority,
        data={
            "offering_id": str(row.offering_id),
            "fen_per_person": row.fen_per_person,
            "from_date": row.from_date.isoformat(),
            "document_number": row.document_number,
        },
        rule="五(一)",
    )
