"""Reads of the projection: what the caller's reach shows, and what the gateway publishes from."""

from collections.abc import Sequence
from itertools import starmap
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.progress.rules import CategoryCell, Cell, CellKey, Started, SumKey

CELLS = text(
    "select target, authority, quarter, started, completed, certified, finished, running"
    " from progress_sums"
)
EXACT = text("select code from unnest(cast(:codes as text[])) as code where zp_progress_of(code)")
CATEGORIES_EXACT = text(
    "select code from unnest(cast(:codes as text[])) as code where zp_categories_of(code)"
)
PAID = text("select target, authority, quarter, paid from progress_paid where paid <> 0")
CATEGORIES = text(
    "select target, authority, quarter, completed, certified, paid from progress_categories"
)
OF_ORGANISATION = text(
    "select target, quarter, sum(completed)::integer as completed,"
    " sum(certified)::integer as certified from progress_cells where organisation_id = :id"
    " group by target, quarter having sum(completed) <> 0 or sum(certified) <> 0"
    " order by quarter, target"
)
ORGANISATIONS = text(
    "select organisation_id, sum(completed)::integer as completed,"
    " sum(certified)::integer as certified from progress_cells"
    " where organisation_id > :after group by organisation_id"
    " having sum(completed) <> 0 or sum(certified) <> 0 order by organisation_id limit :most"
)
CLASSES = text(
    "select class_id, target, authority, organisation_id, quarter, running"
    " from progress_classes where class_id = any(:ids)"
)
STORED = text(
    "select target, authority, quarter, organisation_id, started, completed, certified"
    " from progress_cells where started <> 0 or completed <> 0 or certified <> 0"
)


async def cells(session: AsyncSession) -> list[Cell]:
    """Sum the cells that the session's principal sees, over organisations, in one statement."""
    return list(starmap(Cell, (await session.execute(CELLS)).all()))


async def exact(session: AsyncSession, codes: Sequence[str]) -> frozenset[str]:
    """Return those of the authorities whose numbers the session's principal sees exactly."""
    return frozenset((await session.execute(EXACT, {"codes": list(codes)})).scalars().all())


async def categories_exact(session: AsyncSession, codes: Sequence[str]) -> frozenset[str]:
    """Return those of the authorities whose counts by category the session's principal sees."""
    rows = await session.execute(CATEGORIES_EXACT, {"codes": list(codes)})
    return frozenset(rows.scalars().all())


async def paid(session: AsyncSession) -> dict[SumKey, int]:
    """Return the person-times paid by target, authority and quarter."""
    rows = (await session.execute(PAID)).all()
    return {(row.target, row.authority, row.quarter): row.paid for row in rows}


async def categories(session: AsyncSession) -> list[CategoryCell]:
    """Return the person-times that targets count by category."""
    return list(starmap(CategoryCell, (await session.execute(CATEGORIES)).all()))


async def of_organisation(session: AsyncSession, organisation: UUID) -> Sequence[Any]:
    """Sum one organisation's completed and certified by target and quarter."""
    return (await session.execute(OF_ORGANISATION, {"id": organisation})).all()


async def organisations(session: AsyncSession, *, after: UUID, most: int) -> Sequence[Any]:
    """Sum completed and certified by organisation, in the order of their keys."""
    return (await session.execute(ORGANISATIONS, {"after": after, "most": most})).all()


async def classes(session: AsyncSession, ids: Sequence[UUID]) -> dict[str, Started]:
    """Return what is known of classes met before."""
    rows = (await session.execute(CLASSES, {"ids": list(ids)})).all()
    return {
        str(row.class_id): Started(
            row.target, row.authority, str(row.organisation_id), row.quarter, row.running
        )
        for row in rows
    }


async def stored_cells(session: AsyncSession) -> dict[CellKey, tuple[int, int, int]]:
    """Return every cell's started, completed, certified: to be compared with a recount."""
    return {
        (row.target, row.authority, row.quarter, str(row.organisation_id)): (
            row.started,
            row.completed,
            row.certified,
        )
        for row in (await session.execute(STORED)).all()
    }
