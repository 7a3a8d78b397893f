"""Ours and the limit in turn, medians, and COPY of what an operation left as its limit."""

import asyncio
import gc
import io
import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

import asyncpg

Seconds = Callable[[], Awaitable[float]]
PAIRS = 7
SIDE = "bench_side"  # the schema where rows are copied a second time
SETTLE_S = 0.05

TABLES = (
    "select c.relname as name, (select string_agg(quote_ident(a.attname), ', ' order by a.attnum)"
    " from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
    " and a.attgenerated = '') as columns from pg_class c"
    " where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'"
    " and c.relname <> 'alembic_version' order by 1"
)
FOREIGN_KEYS = (
    "select conrelid::regclass::text as name, pg_get_constraintdef(oid) as words"
    " from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace"
)
NEXT_XID = "select pg_current_xact_id()::text::bigint as mark"


@dataclass(frozen=True, slots=True)
class Pair:
    """Medians of seconds: ours, the limit's."""

    ours: float
    limit: float


async def alternate(ours: Seconds, limit: Seconds, *, pairs: int = PAIRS, warm: int = 1) -> Pair:
    """Run both in turn and return the medians; the first `warm` rounds do not count."""
    taken = [(await _quiet(ours), await _quiet(limit)) for _ in range(warm + pairs)]
    counted = taken[warm:]
    return Pair(median(one for one, _ in counted), median(other for _, other in counted))


async def _quiet(measured: Seconds) -> float:
    """Start each with the garbage of the one before it gone; what it makes itself it pays for."""
    gc.collect()
    await asyncio.sleep(SETTLE_S)
    return await measured()


async def timed(action: Callable[[], Awaitable[object]]) -> float:
    """Return the seconds that something takes."""
    began = perf_counter()
    await action()
    return perf_counter() - began


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that this share of all values do not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


class Copied:
    """COPY of the very rows that an operation left, into twin tables with the same indexes.

    A table's twin has its columns, checks, indexes and foreign keys, as any writer of these rows
    pays for them; it has no triggers, and what triggers wrote is copied like all the rest.
    """

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self._columns: dict[str, str] = {}
        self._mark = 0
        self._counts: dict[str, int] = {}

    async def prepare(self) -> None:
        """Make the twins."""
        run = self._connection.execute
        await run(f"drop schema if exists {SIDE} cascade; create schema {SIDE}")
        for table in await self._connection.fetch(TABLES):
            name = table["name"]
            self._columns[name] = table["columns"]
            await run(f'create table {SIDE}."{name}" (like public."{name}" including all)')
        for key in await self._connection.fetch(FOREIGN_KEYS):
            await run(f"alter table {SIDE}.{key['name']} add {key['words']}")

    async def mark(self) -> None:
        """Remember where the operation begins."""
        self._mark = (await self._connection.fetchrow(NEXT_XID))["mark"]
        self._counts = {name: await self._count(name) for name in self._columns}

    async def left(self) -> dict[str, bytes]:
        """Return the rows that were added since the mark, by table, in COPY's binary form."""
        found = {}
        for name, columns in self._columns.items():
            if await self._count(name) <= self._counts[name]:
                continue  # a row that was changed is one row, and no limit
            stream = io.BytesIO()
            await self._connection.copy_from_query(
                f'select {columns} from public."{name}" where xmin::text::bigint > $1',
                self._mark,
                output=stream,
                format="binary",
            )
            found[name] = stream.getvalue()
        return found

    async def _count(self, name: str) -> int:
        row = await self._connection.fetchrow(f'select count(*) as n from public."{name}"')
        return int(row["n"])

    async def write(self, rows: dict[str, bytes]) -> float:
        """COPY them into the twins in one durable transaction; return the seconds."""
        began = perf_counter()
        async with self._connection.transaction():
            for name, data in rows.items():
                await self._connection.copy_to_table(
                    name,
                    schema_name=SIDE,
                    columns=_names(self._columns[name]),
                    source=io.BytesIO(data),
                    format="binary",
                )
        return perf_counter() - began

    async def empty(self, *, ours: Sequence[str] = ()) -> None:
        """Empty the twins, and the named tables of ours with what depends on them."""
        twins = ", ".join(f'{SIDE}."{name}"' for name in self._columns)
        await self._connection.execute(f"truncate {twins}")
        if ours:
            await self._connection.execute(
                "set session_replication_role = replica;"
                f"truncate {', '.join(ours)} cascade; reset session_replication_role"
            )


def _names(columns: str) -> list[str]:
    return [column.strip('"') for column in columns.split(", ")]
