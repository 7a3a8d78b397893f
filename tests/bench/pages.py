"""Directory pages and the gateway's own cost, between real processes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import perf_counter

from tests.bench import measuring, processes, wire
from tests.bench.figures import Figure
from tests.bench.measuring import Pair
from tests.bench.processes import Processes
from tests.bench.row import Row
from tests.bench.tools import Tools
from tests.bench.wire import Answer, Wire

PAGE = 50
CONNECTIONS = 8
REQUESTS = 25  # of each connection in one measurement
LOOKED_S = 20
ALONE = 80  # requests of one connection, one after another, in one measurement
OFFERING = {
    "kind": "skill",
    "code_source": "local",
    "level": 5,
    "hours": 40,
    "certificate_kind": "skill_level",
}
SUBJECTS = "面点烹饪电焊美容养老育婴驾驶缝纫刺绣种植"


def _offer(suite: Processes) -> None:
    """Publish as many offerings as a page holds, once."""
    city = processes.official("650400", "650402")
    for n in range(PAGE):
        name = f"{SUBJECTS[n % 20 :][:2]}工示例{n + 1}"
        suite.post(city, "/offerings", {**OFFERING, "subject_name": name})
    for directory in ("offerings", "institutions", "assessors"):
        suite.post(city, "/editions", {"directory": directory})


@dataclass(frozen=True)
class Both:
    """A request of ours and the limit's, each to be answered the same way every time."""

    ours: bytes
    limit: bytes
    at: str
    limit_at: str
    expected: Answer

    async def rate(self) -> Pair:
        """Measure seconds a request with some connections kept busy."""
        count = CONNECTIONS * REQUESTS
        pair = await measuring.alternate(
            lambda: self._busy(self.ours, self.at, self.expected.status),
            lambda: self._busy(self.limit, self.limit_at, 200),
        )
        return Pair(pair.ours / count, pair.limit / count)

    async def latency(self, *, ours: int, limit: int) -> Pair:
        """Measure the median seconds of a request, one after another, with these statuses."""
        return await measuring.alternate(
            lambda: _alone(self.ours, self.at, ours),
            lambda: _alone(self.limit, self.limit_at, limit),
        )

    async def _busy(self, ready: bytes, url: str, status: int) -> float:
        async with _connected(url, CONNECTIONS) as wires:

            async def one(each: Wire) -> None:
                for _ in range(REQUESTS):
                    assert (await each.send(ready)).status == status

            return await measuring.timed(lambda: asyncio.gather(*map(one, wires)))


async def _alone(ready: bytes, url: str, status: int) -> float:
    taken = []
    async with Wire(url) as own:
        for _ in range(ALONE):
            began = perf_counter()
            answer = await own.send(ready)
            taken.append(perf_counter() - began)
            assert answer.status == status, answer
    return measuring.median(taken)


@contextlib.asynccontextmanager
async def _connected(url: str, how_many: int) -> AsyncIterator[list[Wire]]:
    async with contextlib.AsyncExitStack() as stack:
        yield [await stack.enter_async_context(Wire(url)) for _ in range(how_many)]


async def _once(url: str, ready: bytes) -> Answer:
    async with Wire(url) as own:
        return await own.send(ready)


async def _published(url: str, ready: bytes) -> Answer:
    """Wait until the gateway has looked at the editions again."""
    async with asyncio.timeout(LOOKED_S):
        while True:
            found = await _once(url, ready)
            if found.body.count(b"certificate_kind") >= PAGE:
                return found
            await asyncio.sleep(0.5)


async def run_pages(tools: Tools) -> list[Figure]:
    """Measure a page of fifty from the gateway's memory, from the database, and a 304."""
    suite = await tools.processes(_offer)
    search = f"{suite.url}/v1/directory?directory=offerings&limit={PAGE}"
    edition = f"{suite.url}/v1/directories/offerings"
    cached = await _published(suite.url, wire.request("GET", search))
    stored = await _once(suite.url, wire.request("GET", edition))
    assert stored.body.count(b"certificate_kind") >= PAGE, stored.body[:500]
    tag = next(line for line in cached.head.split(b"\r\n") if line.lower().startswith(b"etag:"))
    known = {"If-None-Match": tag.partition(b":")[2].strip().decode()}
    unchanged = await _once(suite.url, wire.request("GET", search, known))
    assert (cached.status, stored.status, unchanged.status) == (200, 200, 304)
    asked = (
        ("cached", wire.request("GET", search), cached, 0.60),
        ("database", wire.request("GET", edition), stored, 0.20),
        ("304", wire.request("GET", search, known), unchanged, 0.80),
    )
    found = []
    with processes.bare(tools.folder) as bare:
        for name, ready, answer, target in asked:
            limit = wire.request("GET", f"{bare}/{len(answer.body)}")
            pair = await Both(ready, limit, suite.url, bare, answer).rate()
            rates = 1 / pair.ours, 1 / pair.limit
            found.append(Figure(f"directory_page_{name}", *rates, "requests/s", target))
    return found


async def run_overhead(tools: Tools) -> list[Figure]:
    """Measure one read through the gateway against the same read of the service itself."""
    suite = await tools.processes(_offer)
    by = processes.official("650400")
    path = "/offerings?limit=1"
    inside = suite.at("institutions")
    ours = wire.request("GET", f"{suite.url}/v1{path}", suite.outside(by))
    answer = await _once(suite.url, ours)
    direct = wire.request("GET", f"{inside}{path}", suite.inside(by))
    assert (await _once(inside, direct)).body == answer.body
    pair = await Both(ours, direct, suite.url, inside, answer).latency(ours=200, limit=200)
    return [
        Figure("gateway_overhead", 1_000 * pair.ours, 1_000 * pair.limit, "ms", 2.5, at_most=True)
    ]


ROWS = (
    Row(
        ("directory_page_cached", "directory_page_database", "directory_page_304"),
        "a page of fifty against bare ASGI bytes of the same size",
        run_pages,
    ),
    Row(("gateway_overhead",), "a read through the gateway against the read itself", run_overhead),
)
