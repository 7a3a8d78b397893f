"""Whoever owns the disks changes history: every change is seen, and the first wrong row named.

Rows are edited, deleted, copied and exchanged as the superuser with every trigger off; then the
checks of `python -m services check` look, and the rows are put back.
"""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from services import checks
from services.claims import recheck
from services.findings import Finding
from shared import principal as principals
from shared import tokens
from tests.attack import lives
from tests.attack.lives.scene import Scene
from tests.claims.submissions import world as books
from tests.faults.part import Part, Report, Tools
from tests.gateway import doubles
from tests.registry import world as worlds
from tests.suite import Suite

MECHANISMS = ("events", "event_sequence", "event_batches")
TABLES = [
    *(("institutions", table) for table in MECHANISMS),
    *(("registry", table) for table in MECHANISMS),
    *(("claims", table) for table in MECHANISMS),
    ("claims", "transfers"),
    ("claims", "claim_decisions"),
    ("registry", "certificates"),
]
# Another value of each type; a sealed or hashed value has a bit turned.
OTHERWISE = {
    "uuid": "gen_random_uuid()",
    "text": "coalesce({0}, '') || 'x'",
    "boolean": "not coalesce({0}, false)",
    "bytea": "set_byte({0}, 0, get_byte({0}, 0) # 1)",
    "jsonb": "jsonb_build_array({0})",
    "date": "coalesce({0}, date '2020-01-01') + 1",
    "timestamp with time zone": "coalesce({0}, now()) + interval '1 second'",
    "smallint": "coalesce({0}, 0) + 1",
    "integer": "coalesce({0}, 0) + 1",
    "bigint": "coalesce({0}, 0) + 1",
    "ARRAY": "array_append({0}, 'x')",
}
# The offerings' edition is kept with a class's decisions for a reader; nothing follows from it.
UNPROVEN = {"edition"}
# Decisions of lines that were decided again stay as they were: one more says nothing.
UNCOUNTED = {"claim_decisions"}
WAYS = ("edit", "edit", "edit", "delete", "copy", "exchange")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table that is tried."""

    name: str
    kind: str


@dataclass(slots=True)
class Vandal:
    """Someone with the superuser's password and a seed."""

    suite: Suite
    chance: random.Random
    columns: dict[tuple[str, str], list[Column]]

    @asynccontextmanager
    async def change(self, service: str, table: str, way: str) -> AsyncIterator[str]:
        """Change something of a table, say what, and put it back afterwards."""
        run = self.suite.sql
        await run(service, "set session_replication_role = replica")
        await run(service, f'create temp table kept as select * from "{table}"')
        try:
            yield await self._tried(service, table, way)
        finally:
            await run(service, f'delete from "{table}"')
            await run(service, f'insert into "{table}" overriding system value select * from kept')
            await run(service, "drop table kept")
            await run(service, "reset session_replication_role")

    async def _tried(self, service: str, table: str, way: str) -> str:
        """Change something that the database's own constraints let pass."""
        for _ in range(20):
            try:
                return await self._do(service, table, way)
            except asyncpg.PostgresError:  # a key, a check: the disk's owner tries something else
                way = "edit"
        return await self._do(service, table, "delete")

    async def _do(self, service: str, table: str, way: str) -> str:
        rows = await self.suite.sql(service, f'select ctid::text as at from "{table}"')
        one, other = self.chance.choice(rows)["at"], self.chance.choice(rows)["at"]
        run, where = self.suite.sql, f"where ctid = '{one}'"
        column = self.chance.choice(self.columns[service, table])
        if way == "delete":
            await run(service, f'delete from "{table}" {where}')
        elif way == "copy":
            await self._copy(service, table, where)
        elif way == "exchange":
            await run(
                service,
                f'update "{table}" t set "{column.name}" = o."{column.name}" from "{table}" o'
                f" where (t.ctid = '{one}' and o.ctid = '{other}')"
                f" or (t.ctid = '{other}' and o.ctid = '{one}')",
            )
        else:
            otherwise = OTHERWISE[column.kind].format(f'"{column.name}"')
            await run(service, f'update "{table}" set "{column.name}" = {otherwise} {where}')
        return f"{way} {service}.{table}.{column.name if way in {'edit', 'exchange'} else '*'}"

    async def _copy(self, service: str, table: str, where: str) -> None:
        """Put in a row that was never there: a copy under another key."""
        columns = self.columns[service, table]
        key = columns[0]
        chosen = [
            OTHERWISE[one.kind].format(f'max("{one.name}") over ()')
            if one is key and one.kind == "bigint"
            else "gen_random_uuid()"
            if one is key
            else f'"{one.name}"'
            for one in columns
        ]
        names = ", ".join(f'"{one.name}"' for one in columns)
        picked = f'select {", ".join(chosen)} from "{table}"'
        if key.kind == "bigint":
            picked += " limit 1"
        else:
            picked += f" {where}"
        await self.suite.sql(
            service, f'insert into "{table}" ({names}) overriding system value {picked}'
        )


async def _run(tools: Tools) -> Report:
    suite, report = tools.suite, Report()
    chance = random.Random(tools.seed)
    wechat = doubles.Wechat()
    with doubles.cheap(suite), doubles.standing_in(suite, "wechat", wechat):
        await books.permit(suite)
        await lives.live(Scene(suite, await worlds.world(suite)), wechat)
    await suite.settle()
    for found in await checks.examine(suite.owners, suite.keys):
        report.case(held=not found.wrong, what=f"before anything: {checks.line(found)}")
    vandal = Vandal(suite, chance, await _columns(suite))
    missed: dict[str, int] = {}
    for n in range(tools.many(handful=24, full=1000)):
        service, table = TABLES[n % len(TABLES)]
        before = await _count(suite, service, table)
        way = chance.choice(WAYS)
        if way == "copy" and table in UNCOUNTED:
            way = "delete"
        async with vandal.change(service, table, way) as what:
            if await _count(suite, service, table) == before:
                continue  # two equal values were exchanged
            found = await _seen(suite, service)
        report.case(held=found is not None and bool(found.example), what=f"{what}: not seen")
        if found is None:
            missed[what] = missed.get(what, 0) + 1
    report.broken = list(dict.fromkeys(report.broken))
    after = await checks.examine(suite.owners, suite.keys)
    report.case(held=not any(one.wrong for one in after), what="something was not put back")
    report.figures = {"tampered": report.tried, "not seen": sum(missed.values())}
    return report


async def _count(suite: Suite, service: str, table: str) -> str:
    """Return a picture of a table as one value."""
    [row] = await suite.sql(
        service,
        f"select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') as all"
        f' from "{table}" t',
    )
    found: str = row["all"]
    return found


async def _columns(suite: Suite) -> dict[tuple[str, str], list[Column]]:
    found = {}
    for service, table in TABLES:
        rows = await suite.sql(
            service,
            "select column_name, data_type from information_schema.columns"
            " where table_schema = 'public' and table_name = $1 and is_generated = 'NEVER'"
            " order by ordinal_position",
            table,
        )
        found[service, table] = [
            Column(row["column_name"], row["data_type"])
            for row in rows
            if row["column_name"] not in UNPROVEN
        ]
    return found


async def _seen(suite: Suite, service: str) -> Finding | None:
    """Return the first finding: of the service's own checks, then of all."""
    async with suite.owners[service].transaction(principals.service(service, "check")) as session:
        keys = tokens.KeySet(suite.keys / "jwks.json")
        chain = await checks._chain(session, service, keys)
        if chain.wrong:
            return chain
        if service == "claims":
            derived = Finding(service, recheck.PROMISE, *await recheck.run(session, most=10_000))
            if derived.wrong:
                return derived
    every = await checks.examine(suite.owners, suite.keys)
    return next((found for found in every if found.wrong), None)


PART = Part(
    "tamper", "以超级用户改、删、换、添的事件、封印、转账、决定、证书全部被查出，并指出第一处", _run
)
