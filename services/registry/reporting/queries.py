"""Counts for reports, and the recount that every sum of progress must equal."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

LEAVERS = text(
    "select authority, quarter, count from leavers(:threshold) where quarter < :current"
    " order by quarter, authority"
)
PLACES = text(
    "select coalesce(sum(case when started_at is null then capacity else taken end), 0)::integer"
    " from training_classes where commission_id = :id and state in ('submitted', 'accepted')"
)
RECOUNT = text((Path(__file__).parent.parent / "recount.sql").read_text("utf-8"))


async def withdrawals(session: AsyncSession, *, threshold: int, current: str) -> Sequence[Any]:
    """Count who left by authority and ended quarter; null below the threshold.

    A running quarter is not told: its count would be seen growing, one person after another.
    """
    query = {"threshold": threshold, "current": current}
    return (await session.execute(LEAVERS, query)).all()


async def commission_places_used(session: AsyncSession, commission: UUID) -> int:
    """Count the places of a commission that the caller's classes plan or took."""
    return int((await session.execute(PLACES, {"id": commission})).scalar_one())


async def expected_cells(
    session: AsyncSession,
) -> dict[tuple[str, str, str, str], tuple[int, int, int]]:
    """Recount started, completed, certified from rows, by target, authority, quarter, organisation.

    The gateway's `progress.queries.stored_cells` must be the same; `python -m services check`
    compares them.
    """
    return {
        (row.target, row.authority, row.quarter, row.whose): (
            int(row.started),
            int(row.completed),
            int(row.certified),
        )
        for row in (await session.execute(RECOUNT)).all()
    }
