"""Events: dense numbers, a signed chain, feeds that skip nothing, readers that apply once."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import events, feed
from shared.client import PeerClient
from shared.principal import Principal, Role, service
from tests.shared.tiny_service import Type
from tests.suite import Suite

BY = Principal("officer:1", Role.OFFICER, authorities=("650402",))


async def _append(suite: Suite, *names: str) -> None:
    here = suite.apps["claims"].state.service
    async with here.database.transaction(BY) as session:
        told = [events.Event(Type.NOTED, name, "650402", data={"n": 1}) for name in names]
        await events.append(session, told, by=BY, at=suite.clock.now())


def _sealer(suite: Suite) -> events.Sealer:
    here = suite.apps["claims"].state.service
    return events.Sealer("claims", here.database, here.signer)


async def _verify(suite: Suite) -> tuple[int, events.ChainFault | None]:
    here = suite.apps["claims"].state.service
    async with here.database.transaction(service("claims", "check")) as session:
        return await events.verify(session, "claims", here.keys)


async def _feed(suite: Suite, after: str = "0.", **params: Any) -> Any:
    client = suite.service("claims", service("gateway", "feed"))
    return (await client.get("/internal/events", params={"after": after, **params})).json()


async def test_events_are_numbered_in_order_and_the_chain_verifies(suite: Suite) -> None:
    """Dense numbers from 1, in the order of writing."""
    await _append(suite, "a", "b")
    await _append(suite, "c")
    sealer = _sealer(suite)
    assert await sealer.run_once(now=suite.clock.now()) == 3
    assert await sealer.run_once(now=suite.clock.now()) == 0
    got = await _feed(suite)
    assert [(e["seq"], e["subject"]) for e in got["events"]] == [(1, "a"), (2, "b"), (3, "c")]
    assert await _verify(suite) == (3, None)


async def test_a_late_commit_is_numbered_later_and_never_skipped(suite: Suite) -> None:
    """A transaction that wrote first and commits last comes after what was read meanwhile."""
    here = suite.apps["claims"].state.service
    async with here.database.transaction(BY) as slow:
        await events.append(slow, [events.Event(Type.NOTED, "slow")], by=BY, at=suite.clock.now())
        await _append(suite, "quick")
        await _sealer(suite).run_once(now=suite.clock.now())
        first = await _feed(suite)
        assert [e["subject"] for e in first["events"]] == ["quick"]
    await _sealer(suite).run_once(now=suite.clock.now())
    rest = await _feed(suite, first["cursor"])
    assert [e["subject"] for e in rest["events"]] == ["slow"]


async def test_sealers_at_once_number_nothing_twice(suite: Suite) -> None:
    """Eight sealers race; numbers stay dense."""
    for n in range(20):
        await _append(suite, f"e{n}")
    await asyncio.gather(*(_sealer(suite).run_once(now=suite.clock.now()) for _ in range(8)))
    assert (await _verify(suite)) == (20, None)


@pytest.mark.parametrize(
    "tamper",
    [
        "update events set data = '{\"n\": 2}' where subject = 'b'",
        "update events set authority = '650421' where subject = 'b'",
        "delete from event_sequence where seq = 2",
        "update event_batches set hash = sha256('x'::bytea) where batch = 1",
        "update event_batches set signature = 'x' where batch = 1",
        "update event_sequence set seq = case seq when 2 then 200 else seq end where seq = 2",
    ],
)
async def test_tampering_is_seen(suite: Suite, tamper: str) -> None:
    """Every edit as superuser breaks the chain where it happened."""
    await _append(suite, "a", "b", "c")
    await _sealer(suite).run_once(now=suite.clock.now())
    await suite.sql("claims", tamper)
    verified, fault = await _verify(suite)
    assert fault is not None
    assert verified == 0


async def test_a_chain_hashed_anew_lacks_its_signature(suite: Suite) -> None:
    """Who changes an event and the hash that fits it does not have the key."""
    await _append(suite, "a", "b")
    await _sealer(suite).run_once(now=suite.clock.now())
    await suite.sql("claims", "update events set data = '{\"n\": 2}' where subject = 'b'")
    here = suite.apps["claims"].state.service
    query = f"select {events.COLUMNS} from events e order by e.position"
    async with here.database.transaction(service("claims", "check")) as session:
        rows = (await session.execute(text(query))).all()
    hashed = events.chain(events.GENESIS, [events.digest(n, row) for n, row in enumerate(rows, 1)])
    await suite.sql("claims", "update event_batches set hash = $1", hashed)
    assert await _verify(suite) == (0, events.ChainFault(1, "signature does not hold"))


async def test_the_app_role_cannot_rewrite_events(suite: Suite) -> None:
    """Append-only is a matter of grants, not of manners."""
    here = suite.apps["claims"].state.service
    await _append(suite, "a")
    for statement in ("update events set subject = 'x'", "delete from events"):
        with pytest.raises(Exception, match="permission denied"):
            async with here.database.transaction(BY) as session:
                await session.execute(text(statement))


class _Together(httpx.AsyncBaseTransport):
    """Hands out no answer before everybody has one."""

    def __init__(self, inner: httpx.AsyncBaseTransport, how_many: int) -> None:
        self._inner, self._all = inner, asyncio.Barrier(how_many)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        await self._all.wait()
        return answer


class _Reader:
    def __init__(self, suite: Suite, transport: httpx.AsyncBaseTransport | None = None) -> None:
        registry, claims = (suite.apps[n].state.service for n in ("registry", "claims"))
        self.applied: list[str] = []
        self.fail = False
        self.reader = feed.Reader(
            name="registry",
            source="claims",
            peer=PeerClient(
                "http://claims", service="claims", transport=transport or suite.transport
            ),
            database=registry.database,
            token=lambda: registry.token(purpose="feed", audience=["claims"]),
            apply=self._apply,
        )
        self.now = claims.clock.now()

    async def _apply(self, session: AsyncSession, page: list[dict[str, Any]]) -> None:
        for event in page:
            values = {"s": event["subject"]}
            await session.execute(
                text(
                    "insert into leases (name, holder, until) values (:s, 'x', clock_timestamp())"
                ),
                values,
            )
        if self.fail:
            raise RuntimeError("killed")
        self.applied += [event["subject"] for event in page]

    async def run(self) -> int:
        return await self.reader.run_once(now=self.now)


@pytest.fixture
async def reader(suite: Suite) -> _Reader:
    """Give a reader of claims' feed that writes into the registry's database."""
    return _Reader(suite)


async def test_a_reader_applies_each_event_once_even_when_it_dies(
    suite: Suite, reader: _Reader
) -> None:
    """The cursor moves in the transaction of the effects."""
    await _append(suite, "a", "b")
    await _sealer(suite).run_once(now=suite.clock.now())
    reader.fail = True
    with pytest.raises(RuntimeError, match="killed"):
        await reader.run()
    reader.fail = False
    assert await reader.run() == 2
    assert await reader.run() == 0
    await _append(suite, "c")
    await _sealer(suite).run_once(now=suite.clock.now())
    assert await reader.run() == 1
    assert reader.applied == ["a", "b", "c"]


async def test_two_readers_apply_nothing_twice(suite: Suite) -> None:
    """Two copies of a service read one feed."""
    await _append(suite, *(f"e{n}" for n in range(50)))
    await _sealer(suite).run_once(now=suite.clock.now())
    readers = [_Reader(suite) for _ in range(4)]
    done = await asyncio.gather(*(r.run() for r in readers), return_exceptions=True)
    assert sum(d for d in done if isinstance(d, int)) == 50
    rows = await suite.sql("registry", "select name from leases where name like 'e%'")
    assert len(rows) == 50


async def test_a_page_that_another_copy_applied_meanwhile_is_left_alone(suite: Suite) -> None:
    """Two copies hold the same page: one applies it, the other finds the cursor moved."""
    await _append(suite, "a", "b")
    await _sealer(suite).run_once(now=suite.clock.now())
    both = _Together(suite.transport, 2)
    done = await asyncio.gather(*(_Reader(suite, both).run() for _ in range(2)))
    assert sorted(done) == [0, 2]


async def test_a_rewound_feed_stops_its_readers_loudly(suite: Suite, reader: _Reader) -> None:
    """A database restored behind the reader's back answers 409."""
    await _append(suite, "a")
    await _sealer(suite).run_once(now=suite.clock.now())
    await reader.run()
    await suite.sql("claims", "truncate events, event_sequence, event_batches")
    await _append(suite, "z")
    await _sealer(suite).run_once(now=suite.clock.now())
    with pytest.raises(Exception, match="feed_rewound"):
        await reader.run()
