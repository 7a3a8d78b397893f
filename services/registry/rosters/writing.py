"""The statements that store a roster: one COPY and a few more, whatever the rows."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.rosters import packing
from services.registry.rosters.packing import Bundle, Packed
from shared import database, ids
from shared.sealing import Sealer

ADMIT = text("select trainee_id, authority, row_no from admit_roster(:roster, :at)")
RESULTS = text(
    "insert into roster_results (id, roster_id, organisation_id, class_id, rows_sealed,"
    " erase_after) select id, :roster, :own, class_id, rows_sealed, erase_after"
    " from unnest(cast(:ids as uuid[]), cast(:classes as uuid[]), cast(:rows as bytea[]),"
    " cast(:until as timestamptz[])) as t(id, class_id, rows_sealed, erase_after)"
)
# No conflict target: naming one would ask for the right to read, which no organisation has.
CONFLICTS = text(
    "insert into name_conflicts (id, trainee_id, authority, name_sealed, name_index, at)"
    " select id, trainee_id, authority, name_sealed, name_index, :at"
    " from unnest(cast(:ids as uuid[]), cast(:people as uuid[]), cast(:authorities as text[]),"
    " cast(:names as bytea[]), cast(:indexes as bytea[]))"
    " as t(id, trainee_id, authority, name_sealed, name_index) on conflict do nothing"
)


async def admit(
    session: AsyncSession,
    *,
    sealer: Sealer,
    roster_id: UUID,
    packed: Packed,
    names_by_row: Mapping[int, str],
    left_out: Collection[int],
    at: datetime,
) -> None:
    """Pass the sealed rows through staging; note known numbers that came with another name."""
    await database.copy_into(
        session, "roster_staging", packing.STAGING, packed.records(roster_id, left_out)
    )
    conflicts = (await session.execute(ADMIT, {"roster": roster_id, "at": at})).all()
    if not conflicts:
        return
    own = ids.uuid7s(len(conflicts))
    index_of = dict(zip(packed.row_no, packed.name_index, strict=True))
    values = {
        "at": at,
        "ids": own,
        "people": [one.trainee_id for one in conflicts],
        "authorities": [one.authority for one in conflicts],
        "names": sealer.seal_many(
            [names_by_row[one.row_no] for one in conflicts],
            table="name_conflicts",
            column="name_sealed",
            rows=own,
        ),
        "indexes": [index_of[one.row_no] for one in conflicts],
    }
    await session.execute(CONFLICTS, values)


async def results(
    session: AsyncSession, *, bundles: Sequence[Bundle], roster_id: UUID, organisation: UUID
) -> None:
    """Keep the marked rows until their classes start."""
    if not bundles:
        return
    values = {
        "roster": roster_id,
        "own": organisation,
        "ids": [one.id for one in bundles],
        "classes": [one.class_id for one in bundles],
        "rows": [one.rows_sealed for one in bundles],
        "until": [one.erase_after for one in bundles],
    }
    await session.execute(RESULTS, values)
