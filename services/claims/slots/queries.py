"""Reads of slots: a person's own; for an organisation a number."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import problems

CLASS = text("select kind, subject_code, level, starts_on from classes_seen where id = :id")
OWN = text(
    "select s.slot_key, s.state, h.class_id from slots s"
    " left join holds h on h.enrolment_id = s.enrolment_id order by s.slot_key"
)
WITHOUT = text("select started, places from places_without_slot(:class)")


@dataclass(frozen=True, slots=True)
class Class:
    """What a slot key is made of."""

    kind: str
    subject_code: str
    level: int | None
    starts_on: date


@dataclass(frozen=True, slots=True)
class Own:
    """A slot of the caller's: held or taken, and for which class while it is held."""

    key: str
    state: str
    class_id: UUID | None


async def seen(session: AsyncSession, class_id: UUID) -> Class:
    """Return a class as the registry's feed told it; NotFound otherwise."""
    row = (await session.execute(CLASS, {"id": class_id})).one_or_none()
    if row is None:
        raise problems.NotFound
    return Class(row.kind, row.subject_code, row.level, row.starts_on)


async def own(session: AsyncSession) -> list[Own]:
    """Return the caller's own slots."""
    rows = await session.execute(OWN)
    return [Own(row.slot_key, row.state, row.class_id) for row in rows]


async def without_slot(session: AsyncSession, class_id: UUID) -> int | None:
    """Count a class's places without slot; None once it has started. NotFound for another's."""
    row = (await session.execute(WITHOUT, {"class": class_id})).one_or_none()
    if row is None:
        raise problems.NotFound
    return None if row.started else int(row.places)
