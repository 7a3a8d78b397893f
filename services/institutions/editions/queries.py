"""Reads of editions, which are public, and of what the next one will hold."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.institutions.editions.models import Directory, Edition, EditionEntry
from services.institutions.editions.schemas import (
    DifferenceOut,
    EditionOut,
    ListedOffering,
    ListedOrganisation,
)
from services.institutions.offerings import queries as offerings
from services.institutions.organisations.models import Role
from services.institutions.rates import queries as rates
from shared import pages, problems

ROLES = {Directory.INSTITUTIONS: Role.INSTITUTION, Directory.ASSESSORS: Role.ASSESSOR}
ORGANISATIONS = text("select * from directory_organisations(:role, :on)")
HEAD = text("select batch, last_seq, hash from event_batches order by batch desc limit 1")


@dataclass(frozen=True, slots=True)
class Place:
    """An edition's number and the tag of its bytes."""

    number: int
    tag: str


async def newest(session: AsyncSession, directory: Directory) -> Edition | None:
    """Return the newest edition of a directory."""
    query = (
        select(Edition)
        .where(Edition.directory == directory.value)
        .order_by(Edition.number.desc())
        .limit(1)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def place(session: AsyncSession, directory: Directory, number: int | None) -> Place:
    """Find an edition, the newest if none is named; NotFound if it was not published."""
    query = select(Edition.number, Edition.sha256).where(Edition.directory == directory.value)
    if number is not None:
        query = query.where(Edition.number == number)
    row = (await session.execute(query.order_by(Edition.number.desc()).limit(1))).one_or_none()
    if row is None:
        raise problems.NotFound
    return Place(row.number, f'"{row.sha256.hex()}"')


async def body(session: AsyncSession, directory: Directory, number: int) -> bytes:
    """Return an edition's bytes as published."""
    query = select(Edition.body).where(
        Edition.directory == directory.value, Edition.number == number
    )
    return (await session.execute(query)).scalar_one()


async def difference(session: AsyncSession, directory: Directory, number: int) -> DifferenceOut:
    """Return the difference of an edition to the one before; NotFound if it was not published."""
    query = select(Edition.difference).where(
        Edition.directory == directory.value, Edition.number == number
    )
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise problems.NotFound
    before = number - 1 if number > 1 else None
    return DifferenceOut(**found, directory=directory, number=number, before=before)


async def holding(
    session: AsyncSession, directory: Directory, entry_id: UUID, on: date
) -> int | None:
    """Return the number of the edition current on a day if it holds the entry."""
    current = (
        select(Edition.number)
        .where(Edition.directory == directory.value, Edition.published_on <= on)
        .order_by(Edition.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = select(EditionEntry.number).where(
        EditionEntry.directory == directory.value,
        EditionEntry.number == current,
        EditionEntry.entry_id == entry_id,
    )
    return (await session.execute(query)).scalar_one_or_none()


async def page(
    session: AsyncSession, directory: Directory, after: str | None, limit: int
) -> pages.Page[EditionOut]:
    """Return a page of a directory's editions, newest first."""
    newest_first = -Edition.number
    query = select(
        Edition.number,
        Edition.published_on,
        Edition.published_at,
        Edition.entries,
        Edition.sha256,
        Edition.difference,
    ).where(Edition.directory == directory.value)
    query = pages.keyset(query, [newest_first], [int], after, limit)
    rows = (await session.execute(query)).all()
    return pages.page(rows, limit, lambda row: (-row.number,), lambda row: _shape(directory, row))


def _shape(directory: Directory, row: Any) -> EditionOut:
    return EditionOut(
        directory=directory,
        number=row.number,
        published_on=row.published_on,
        published_at=row.published_at,
        entries=row.entries,
        sha256=row.sha256.hex(),
        added=len(row.difference["added"]),
        removed=len(row.difference["removed"]),
        changed=len(row.difference["changed"]),
    )


async def entries(
    session: AsyncSession, directory: Directory, authorities: list[str], on: date
) -> list[dict[str, Any]]:
    """Collect what an edition published on a day holds, in its order, ready for JSON."""
    if directory is Directory.OFFERINGS:
        return await _offerings(session, authorities, on)
    rows = await session.execute(ORGANISATIONS, {"role": ROLES[directory].value, "on": on})
    return [
        ListedOrganisation.model_validate(dict(row)).model_dump(mode="json")
        for row in rows.mappings()
    ]


async def _offerings(
    session: AsyncSession, authorities: list[str], on: date
) -> list[dict[str, Any]]:
    confirmed = await rates.confirmed(session, on)
    return [
        ListedOffering(
            **offering.model_dump(exclude={"withdrawn_from"}),
            rates=rates.held(authorities, confirmed.get(offering.id, []), on),
        ).model_dump(mode="json")
        for offering in await offerings.current(session, on)
    ]


async def head(session: AsyncSession) -> dict[str, Any] | None:
    """Return the head of this service's event chain, if anything was sealed yet."""
    row = (await session.execute(HEAD)).one_or_none()
    if row is None:
        return None
    return {"batch": row.batch, "last_seq": row.last_seq, "hash": row.hash.hex()}
