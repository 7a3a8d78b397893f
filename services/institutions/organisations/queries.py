"""Reads of organisations and their standings; row security decides which."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import Subquery, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.institutions.organisations.models import Organisation, Role, Standing, State
from services.institutions.organisations.schemas import (
    OrganisationOut,
    StandingNow,
    StandingOut,
)
from shared import pages, problems


async def find(session: AsyncSession, organisation_id: UUID) -> Organisation:
    """Return an organisation; NotFound if there is none that the caller may see."""
    row = await session.get(Organisation, organisation_id)
    if row is None:
        raise problems.NotFound
    return row


def _as_of(on: date) -> Subquery:
    """Select the entry of every role that held on a day."""
    return (
        select(Standing)
        .where(Standing.from_date <= on)
        .ext(distinct_on(Standing.organisation_id, Standing.role))
        .order_by(Standing.organisation_id, Standing.role, Standing.number.desc())
        .subquery()
    )


async def standings(
    session: AsyncSession, organisations: Sequence[UUID], on: date
) -> dict[UUID, list[StandingNow]]:
    """Return the standings of several organisations as of a day, by organisation."""
    held = _as_of(on)
    rows = await session.execute(
        select(held).where(held.c.organisation_id.in_(organisations)).order_by(held.c.role)
    )
    found: dict[UUID, list[StandingNow]] = {key: [] for key in organisations}
    for row in rows:
        found[row.organisation_id].append(
            StandingNow(role=Role(row.role), state=State(row.state), from_date=row.from_date)
        )
    return found


async def newest(session: AsyncSession, organisation_id: UUID, role: Role) -> Standing | None:
    """Return the newest entry of a role, whether it has begun or not."""
    query = (
        select(Standing)
        .where(Standing.organisation_id == organisation_id, Standing.role == role.value)
        .order_by(Standing.number.desc())
        .limit(1)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def history(session: AsyncSession, organisation_id: UUID) -> list[StandingOut]:
    """Return every entry about an organisation's roles, in the order of entry."""
    query = (
        select(Standing)
        .where(Standing.organisation_id == organisation_id)
        .order_by(Standing.role, Standing.number)
    )
    return [StandingOut.model_validate(row) for row in (await session.execute(query)).scalars()]


def shape(row: Organisation, held: list[StandingNow]) -> OrganisationOut:
    """Give an organisation its public shape."""
    return OrganisationOut(
        id=row.id,
        authority=row.authority,
        credit_code=row.credit_code,
        name=row.name,
        short_name=row.short_name,
        nature=row.nature,
        address=row.address,
        roles=[standing.role for standing in held],
        standings=held,
    )


async def page(
    session: AsyncSession,
    *,
    on: date,
    role: Role | None,
    state: State | None,
    after: str | None,
    limit: int,
) -> pages.Page[OrganisationOut]:
    """Return a page of organisations by pinyin, as of a day."""
    query = select(Organisation)
    if role is not None or state is not None:
        held = _as_of(on)
        wanted = select(held.c.organisation_id)
        if role is not None:
            wanted = wanted.where(held.c.role == role.value)
        if state is not None:
            wanted = wanted.where(held.c.state == state.value)
        query = query.where(Organisation.id.in_(wanted))
    query = pages.keyset(
        query,
        [Organisation.pinyin.expression, Organisation.id.expression],
        [str, UUID],
        after,
        limit,
    )
    rows = (await session.execute(query)).scalars().all()
    held_by = await standings(session, [row.id for row in rows], on)
    return pages.page(
        rows, limit, lambda row: (row.pinyin, row.id), lambda row: shape(row, held_by[row.id])
    )
