"""Readers of feeds: each event has its effects once, whatever becomes of readers and answers."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import httpx

from shared import client, transport
from shared.background import Job
from shared.client import PeerProblem
from tests.faults import invariants
from tests.faults.part import Part, Report, Size, Tools
from tests.registry.world import Place, World
from tests.registry.world import world as new_world
from tests.suite import SERVICES, Suite

FEED = "/internal/events"
SEATS = 25
WAITING = (
    "select pid from pg_stat_activity where datname = current_database()"
    " and wait_event_type = 'Lock' and query like '%feed_cursors%'"
)
CURSORS = "select source, cursor from feed_cursors order by source"


@dataclass(frozen=True)
class Reading:
    """A service's job that asks another for events."""

    service: str
    job: Job


@dataclass
class Scene:
    """A class whose people come and go, and all who read of it."""

    suite: Suite
    here: World
    readings: Sequence[Reading]

    async def seal(self) -> None:
        """Give what was committed its numbers, in every service."""
        for app in self.suite.apps.values():
            for job in app.state.background.jobs:
                if job.name == "sealer":
                    await job.step(self.suite.clock.now())

    async def read(self, copies: int = 1) -> list[int | BaseException]:
        """Run every reader, each in so many copies at once."""
        now = self.suite.clock.now()
        steps = [one.job.step(now) for one in self.readings for _ in range(copies)]
        return list(await asyncio.gather(*steps, return_exceptions=True))


async def readers(suite: Suite) -> list[Reading]:
    """Find the jobs that read a feed: those that ask for events when they run."""
    found = []
    asked: list[str] = []
    suite.transport.fault = lambda request: asked.append(request.url.path)
    try:
        for name in SERVICES:
            for job in suite.apps[name].state.background.jobs:
                asked.clear()
                await job.step(suite.clock.now())
                if FEED in asked:
                    found.append(Reading(name, job))
    finally:
        suite.transport.fault = None
    return found


async def run(tools: Tools) -> Report:
    """Let people confirm and leave while readers are killed, doubled, starved and misled."""
    report, suite = Report(), tools.suite
    scene = Scene(suite, await new_world(suite), await readers(suite))
    report.figures["readers"] = len(scene.readings)
    report.case(held=len(scene.readings) >= 3, what="fewer readers than were built")
    chance = random.Random(tools.seed)
    places: list[Place] = []
    room = None
    for n in range(tools.many(handful=len(FAULTS), full=40 * len(FAULTS))):
        if n % SEATS == 0:
            room, places = await scene.here.file_class(), []
        assert room is not None  # made in the first round
        places += await scene.here.enrol(room)
        if len(places) > 2 and chance.random() < 0.3:
            await scene.here.leave(places.pop(chance.randrange(len(places))))
        await scene.seal()
        name, fault = FAULTS[n % len(FAULTS)]
        await fault(scene)
        wrong = await invariants.broken(suite) if tools.size is Size.FULL else []
        report.case(held=not wrong, what=f"{name} left {wrong}")
        report.figures[name] = int(report.figures.get(name, 0)) + 1
    await _all_read(scene, report)
    await _unknown_cursor(scene, report)
    return report


@contextmanager
def _network(suite: Suite, fault: transport.Fault) -> Iterator[None]:
    def of(request: httpx.Request) -> transport.Fault | None:
        return fault if request.url.path == FEED else None

    suite.transport.fault = of
    try:
        yield
    finally:
        suite.transport.fault = None


def _with(fault: transport.Fault) -> Callable[[Scene], Awaitable[None]]:
    async def read(scene: Scene) -> None:
        with _network(scene.suite, fault):
            await scene.read()
        await scene.read()

    return read


async def _hanging(scene: Scene) -> None:
    """Let the feed answer later than anybody waits."""
    patience = client.TIMEOUT["read"]
    client.TIMEOUT["read"] = 0.1
    try:
        with _network(scene.suite, transport.delay(0.3)):
            await scene.read()
    finally:
        client.TIMEOUT["read"] = patience
    await scene.read()


async def _killed(scene: Scene) -> None:
    """Kill every reader between its effects and its commit."""
    services = sorted({one.service for one in scene.readings})
    holding = [scene.suite.superuser(name) for name in services]
    changes = [connection.transaction() for connection in holding]
    for change, connection in zip(changes, holding, strict=True):
        await change.start()
        await connection.execute("lock table feed_cursors in share mode")
    reading = asyncio.create_task(scene.read())
    for _ in range(50):
        for connection in holding:
            for row in await connection.fetch(WAITING):
                await connection.execute("select pg_terminate_backend($1)", row["pid"])
        if reading.done():
            break
        await asyncio.sleep(0.02)
    for change in changes:
        await change.rollback()
    await reading


async def _copies(scene: Scene) -> None:
    """Run three copies of each reader at once."""
    await scene.read(copies=3)


async def _behind(_: Scene) -> None:
    """Read nothing in this round: the next one finds more."""


FAULTS: list[tuple[str, Callable[[Scene], Awaitable[None]]]] = [
    ("requests dropped", _with(transport.drop())),
    ("answers lost", _with(transport.lost())),
    ("requests delivered twice", _with(transport.twice())),
    ("feeds hanging", _hanging),
    ("readers killed", _killed),
    ("three copies at once", _copies),
    ("left behind", _behind),
]


async def _all_read(scene: Scene, report: Report) -> None:
    """When all is quiet every reader stands at its source's head, with the effects of all of it."""
    await scene.suite.settle()
    for one in scene.readings:
        for row in await scene.suite.sql(one.service, CURSORS):
            source = row["source"].partition(":")[0]
            [head] = await scene.suite.sql(source, "select max(seq) as seq from event_sequence")
            held = int(row["cursor"].partition(".")[0]) == head["seq"]
            report.case(held=held, what=f"{one.service} stands at {row['cursor']} of {head['seq']}")
    living = await scene.suite.sql("registry", "select hold from enrolments where left_at is null")
    holds = await scene.suite.sql("claims", "select hold from holds")
    report.case(held=set(living) == set(holds), what="holds are not the living places")
    report.figures["living places"] = len(living)


async def _unknown_cursor(scene: Scene, report: Report) -> None:
    """Give readers a place that the feed never had: they are told so and move nothing."""
    services = sorted({one.service for one in scene.readings})
    for mark in ("1.ffffffffffffffff", "999999.ffffffffffffffff"):
        for name in services:
            connection = scene.suite.superuser(name)
            kept = await connection.fetch(CURSORS)
            await connection.execute("update feed_cursors set cursor = $1", mark)
            results = await scene.read()
            told = sum(
                isinstance(one, PeerProblem) and one.code == "feed_rewound" for one in results
            )
            report.case(held=told == len(kept), what=f"{name}: {told} of {len(kept)} stopped")
            after = {row["cursor"] for row in await connection.fetch(CURSORS)}
            report.case(held=after == {mark}, what=f"{name} moved from an unknown place")
            put_back = "update feed_cursors set cursor = $1 where source = $2"
            for row in kept:
                await connection.execute(put_back, row["cursor"], row["source"])


PART = Part(
    "event_readers",
    "each event has its effects exactly once; a reader whose place is unknown stops loudly",
    run,
)
