"""Reservations: many claims at once on one fund, and ten thousand lines at once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from uuid import uuid4

from services.claims.ledger import operations
from services.claims.ledger.rules import Want
from tests.bench import measuring
from tests.bench.figures import Figure
from tests.bench.measuring import Copied
from tests.bench.row import Row
from tests.bench.tools import Tools
from tests.claims.ledger import world
from tests.suite import Suite

LINES = 10_000
PARALLEL = 32
ROUNDS = 6  # reservations of each of the parallel claimants in one measurement
FEN = 600_00
PLENTY = 10**13
HOT = (
    "create table if not exists bench_hot (id integer primary key, fen bigint not null)"
    " with (fillfactor = 50);"
    " insert into bench_hot values (1, 0) on conflict do nothing;"
    " grant select, update on bench_hot to claims_app"
)


async def _books(tools: Tools) -> Suite:
    suite = await tools.memory()
    await world.permit(suite)
    await world.received(suite, PLENTY)
    await tools.settled(suite, "claims")
    return suite


def _wants(count: int) -> list[Want]:
    return [world.want(FEN, "special") for _ in range(count)]


async def _held(suite: Suite) -> int:
    _, held, _, _ = await world.figures(suite)
    return held


async def run_10k(tools: Tools) -> list[Figure]:
    """Measure a reservation of 10,000 lines against COPY of what it left."""
    suite = await _books(tools)
    copied = Copied(await tools.connection(suite, "claims"))
    await copied.prepare()
    left: dict[str, bytes] = {}

    async def ours() -> float:
        wants, before = _wants(LINES), await _held(suite)
        await copied.mark()
        seconds = await measuring.timed(lambda: _reserve(suite, wants))
        left.clear()
        left.update(await copied.left())
        assert await _held(suite) == before + LINES * FEN
        return seconds

    pair = await measuring.alternate(ours, lambda: copied.write(left))
    assert not await world.wrong(suite)
    return [Figure("ledger_reserve_10k", LINES / pair.ours, LINES / pair.limit, "lines/s", 0.5)]


async def run_parallel(tools: Tools) -> list[Figure]:
    """Measure 32 claimants of one line each at once, against as many updates of one hot row."""
    suite = await _books(tools)
    connection = await tools.connection(suite, "claims")
    await connection.execute(HOT)
    here, count = world.service(suite), PARALLEL * ROUNDS
    own = suite.organisation(uuid4())

    async def reserve() -> None:
        await _reserve(suite, _wants(1))

    async def update() -> None:
        async with here.database.transaction(own) as session:
            run = await session.connection()
            await run.exec_driver_sql(f"update bench_hot set fen = fen + {FEN} where id = 1")

    async def ours() -> float:
        before = await _held(suite)
        seconds = await _at_once(reserve)
        assert await _held(suite) == before + count * FEN
        return seconds

    async def limit() -> float:
        [before] = await connection.fetch("select fen from bench_hot")
        seconds = await _at_once(update)
        [after] = await connection.fetch("select fen from bench_hot")
        assert after["fen"] == before["fen"] + count * FEN
        return seconds

    pair = await measuring.alternate(ours, limit)
    assert not await world.wrong(suite)
    await connection.execute("drop table bench_hot")
    return [Figure("ledger_reserve_32", count / pair.ours, count / pair.limit, "claims/s", 1.0)]


async def _at_once(action: Callable[[], Awaitable[None]]) -> float:
    async def one() -> None:
        for _ in range(ROUNDS):
            await action()

    return await measuring.timed(lambda: asyncio.gather(*(one() for _ in range(PARALLEL))))


async def _reserve(suite: Suite, wants: Sequence[Want]) -> None:
    who = suite.organisation(uuid4())
    async with world.acting(suite, who) as session:
        held = await operations.reserve(session, wants=wants, by=who, at=suite.clock.at)
    assert len(held) == len(wants)


ROWS = (
    Row(("ledger_reserve_32",), "32 claims at once on one fund against one hot row", run_parallel),
    Row(("ledger_reserve_10k",), "10,000 lines reserved against COPY of their transfers", run_10k),
)
