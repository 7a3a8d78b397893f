"""Apply events of registry and claims: sums move in the transaction that moves the cursor."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.progress import queries, rules
from services.gateway.progress.rules import Folded

ADD = text(
    "insert into progress_cells as c (target, authority, quarter, organisation_id, started,"
    " completed, certified, finished, running)"
    " select * from unnest(cast(:targets as text[]), cast(:authorities as text[]),"
    " cast(:quarters as text[]), cast(:organisations as uuid[]), cast(:started as integer[]),"
    " cast(:completed as integer[]), cast(:certified as integer[]),"
    " cast(:finished as integer[]), cast(:running as integer[]))"
    " on conflict (target, authority, quarter, organisation_id) do update set"
    " started = c.started + excluded.started, completed = c.completed + excluded.completed,"
    " certified = c.certified + excluded.certified, finished = c.finished + excluded.finished,"
    " running = c.running + excluded.running"
)
ADD_PAID = text(
    "insert into progress_paid as p (target, authority, quarter, paid)"
    " select * from unnest(cast(:targets as text[]), cast(:authorities as text[]),"
    " cast(:quarters as text[]), cast(:paid as integer[]))"
    " on conflict (target, authority, quarter) do update set paid = p.paid + excluded.paid"
)
ADD_CATEGORIES = text(
    "insert into progress_categories as c (target, authority, quarter, completed, certified, paid)"
    " select * from unnest(cast(:targets as text[]), cast(:authorities as text[]),"
    " cast(:quarters as text[]), cast(:completed as integer[]), cast(:certified as integer[]),"
    " cast(:paid as integer[]))"
    " on conflict (target, authority, quarter) do update set"
    " completed = c.completed + excluded.completed, certified = c.certified + excluded.certified,"
    " paid = c.paid + excluded.paid"
)
KEEP = text(
    "insert into progress_classes (class_id, target, authority, organisation_id, quarter, running)"
    " select * from unnest(cast(:ids as uuid[]), cast(:targets as text[]),"
    " cast(:authorities as text[]), cast(:organisations as uuid[]), cast(:quarters as text[]),"
    " cast(:running as boolean[]))"
    " on conflict (class_id) do update set target = excluded.target, running = excluded.running"
)


async def apply(session: AsyncSession, *, events: Sequence[Mapping[str, Any]]) -> None:
    """Add a page of the registry's events to the sums, in three statements at most."""
    counted = [event for event in events if rules.wanted(event)]
    if not counted:
        return
    ids = sorted({rules.class_of(event) for event in counted})
    known = await queries.classes(session, [UUID(one) for one in ids])
    await _write(session, rules.fold(counted, known))


async def apply_paid(session: AsyncSession, *, events: Sequence[Mapping[str, Any]]) -> None:
    """Add a page of the claims service's events to the sums, in two statements at most."""
    for statement, kind, figures in (
        (ADD_PAID, rules.PAID, ("paid",)),
        (ADD_CATEGORIES, rules.CATEGORY, ("completed", "certified", "paid")),
    ):
        sums = rules.total(events, kind, figures)
        if sums:
            values: dict[str, list[Any]] = {
                "targets": [key[0] for key, _ in sums],
                "authorities": [key[1] for key, _ in sums],
                "quarters": [key[2] for key, _ in sums],
            }
            for n, figure in enumerate(figures):
                values[figure] = [found[n] for _, found in sums]
            await session.execute(statement, values)


async def _write(session: AsyncSession, folded: Folded) -> None:
    cells = sorted(folded.cells.items())
    if cells:
        await session.execute(
            ADD,
            {
                "targets": [key[0] for key, _ in cells],
                "authorities": [key[1] for key, _ in cells],
                "quarters": [key[2] for key, _ in cells],
                "organisations": [UUID(key[3]) for key, _ in cells],
                "started": [change.started for _, change in cells],
                "completed": [change.completed for _, change in cells],
                "certified": [change.certified for _, change in cells],
                "finished": [change.finished for _, change in cells],
                "running": [change.running for _, change in cells],
            },
        )
    classes = sorted(folded.classes.items())
    if classes:
        await session.execute(
            KEEP,
            {
                "ids": [UUID(name) for name, _ in classes],
                "targets": [one.target for _, one in classes],
                "authorities": [one.authority for _, one in classes],
                "organisations": [UUID(one.organisation) for _, one in classes],
                "quarters": [one.quarter for _, one in classes],
                "running": [one.running for _, one in classes],
            },
        )
