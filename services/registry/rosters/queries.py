"""Reads of rosters, and of the classes that a roster may name."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.rosters import admission
from services.registry.rosters.admission import ClassFacts, Judged
from services.registry.rosters.models import Roster, RosterResult
from services.registry.rosters.packing import Packed
from shared import problems

# A listed class of others is in sight too: a roster names classes of its own organisation only.
CLASSES = (
    "select c.id, c.code, c.authority, c.starts_on, c.capacity, c.kind, c.certificate_kind,"
    " c.state = 'accepted' and c.started_at is null and c.held_since is null"
    " and not exists (select 1 from sessions s where s.class_id = c.id and s.state <> 'cancelled'"
    " and lower(s.during) <= :now) as open"
)
OWN = text(f"{CLASSES}, 0 as standing from training_classes c where c.organisation_id = :own")
STANDING = text(
    f"{CLASSES}, roster_standing(c.id) as standing from training_classes c where c.id = any(:ids)"
)
# A class that starts meanwhile waits for the roster, or the roster for it; always in one order.
LOCK = text(
    "select id from training_classes where id = any(:ids) and organisation_id = :own"
    " order by id for no key update"
)
OVERFLOW = text("select row_no from roster_overflow(:classes, :people, :numbers, :per_place)")


async def by_file(
    session: AsyncSession, *, organisation: UUID, indexes: Sequence[bytes]
) -> Roster | None:
    """Find the roster that an organisation's file was received as."""
    query = select(Roster).where(
        Roster.organisation_id == organisation, Roster.file_index.in_(indexes)
    )
    return (await session.execute(query)).scalars().first()


async def own_classes(
    session: AsyncSession, *, organisation: UUID, now: datetime
) -> dict[str, ClassFacts]:
    """Map an organisation's classes by code, whatever their state."""
    rows = await session.execute(OWN, {"own": organisation, "now": now})
    return _by_code(rows.all())


async def classes_of(
    session: AsyncSession, *, ids: Collection[UUID], now: datetime
) -> dict[str, ClassFacts]:
    """Map classes by code, with how many people were invited before."""
    rows = await session.execute(STANDING, {"ids": list(ids), "now": now})
    return _by_code(rows.all())


async def lock(session: AsyncSession, *, ids: Collection[UUID], organisation: UUID) -> None:
    """Hold classes still until the transaction ends."""
    await session.execute(LOCK, {"ids": list(ids), "own": organisation})


async def overflow(
    session: AsyncSession, *, judged: Judged, packed: Packed, classes: Mapping[str, ClassFacts]
) -> list[int]:
    """Find the rows that go beyond what their classes may invite; usually without asking."""
    crowded = {classes[code].id for code in admission.crowded(judged, classes)}
    if not crowded:
        return []
    still = set(judged.accepted.row_no)
    asked = [
        (class_id, person, row_no)
        for class_id, person, row_no in zip(
            packed.class_id, packed.id_index, packed.row_no, strict=True
        )
        if class_id in crowded and row_no in still
    ]
    values = {
        "classes": [one[0] for one in asked],
        "people": [one[1] for one in asked],
        "numbers": [one[2] for one in asked],
        "per_place": admission.INVITED_PER_PLACE,
    }
    return list((await session.execute(OVERFLOW, values)).scalars())


def all_rosters() -> Select[tuple[Roster]]:
    """Select rosters; row security leaves the caller's own."""
    return select(Roster)


async def visible(session: AsyncSession, roster_id: UUID) -> Roster:
    """Return a roster that the caller may see. Raises NotFound."""
    found = await session.get(Roster, roster_id)
    if found is None:
        raise problems.NotFound
    return found


async def bundles(session: AsyncSession, roster_id: UUID) -> list[tuple[UUID, bytes]]:
    """Return the sealed rows that are still kept of a roster."""
    query = (
        select(RosterResult.id, RosterResult.rows_sealed)
        .where(RosterResult.roster_id == roster_id)
        .order_by(RosterResult.id)
    )
    return [(row.id, row.rows_sealed) for row in (await session.execute(query)).all()]


def _by_code(rows: Sequence[Any]) -> dict[str, ClassFacts]:
    return {
        row.code: ClassFacts(
            id=row.id,
            code=row.code,
            authority=row.authority,
            starts_on=row.starts_on,
            capacity=row.capacity,
            hazardous=row.kind == admission.HAZARDOUS_KIND
            or row.certificate_kind == admission.HAZARDOUS_CERTIFICATE,
            open=row.open,
            standing=row.standing,
        )
        for row in rows
    }
