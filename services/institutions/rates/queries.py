"""Reads of rates: confirmed ones are public, others belong to their authority's office."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.institutions.rates import rules
from services.institutions.rates.models import Rate
from services.institutions.rates.schemas import RateNow, RateOut, RateState
from shared import problems

ENTRIES_MAX = 500


async def lock(session: AsyncSession, rate_id: UUID) -> Rate:
    """Hold a rate for its confirmation; NotFound if there is none in the officer's reach."""
    row = await session.get(Rate, rate_id, with_for_update=True)
    if row is None:
        raise problems.NotFound
    return row


async def entries(session: AsyncSession, offering_id: UUID) -> Sequence[Rate]:
    """Return the rates of an offering that the caller may see, newest first."""
    query = (
        select(Rate)
        .where(Rate.offering_id == offering_id)
        .order_by(Rate.authority, Rate.from_date.desc(), Rate.id.desc())
        .limit(ENTRIES_MAX)
    )
    return (await session.execute(query)).scalars().all()


async def confirmed(session: AsyncSession, on: date) -> dict[UUID, list[Rate]]:
    """Return every confirmed rate that has begun by a day, by offering."""
    query = select(Rate).where(Rate.confirmed_at.is_not(None), Rate.from_date <= on)
    found: dict[UUID, list[Rate]] = {}
    for rate in (await session.execute(query)).scalars():
        found.setdefault(rate.offering_id, []).append(rate)
    return found


def held(authorities: Sequence[str], rates: Sequence[Rate], on: date) -> list[RateNow]:
    """Give every authority's rate of a day its public shape; `unset` is said."""
    confirmed_ones = [rate for rate in rates if rate.confirmed_at is not None]
    return [
        RateNow(
            authority=one.authority,
            state=RateState.UNSET if one.fen_per_person is None else RateState.SET,
            fen_per_person=one.fen_per_person,
            from_date=one.from_date,
            document_number=one.document_number,
        )
        for one in rules.on_day(authorities, confirmed_ones, on)
    ]


def shape(row: Rate) -> RateOut:
    """Give an entry its public shape."""
    return RateOut(
        id=row.id,
        authority=row.authority,
        offering_id=row.offering_id,
        fen_per_person=row.fen_per_person,
        from_date=row.from_date,
        document_number=row.document_number,
        confirmed=row.confirmed_at is not None,
        entered_at=row.entered_at,
        confirmed_at=row.confirmed_at,
    )
