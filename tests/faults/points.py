"""Every place of a life where something can break: its statements, commits and sends."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, NamedTuple

import asyncpg
import httpx
from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.util import await_only

from shared import transport
from shared.transport import Fault
from tests.journeys.stage import MemoryStage
from tests.suite import Suite

GONE = "select count(*) from pg_stat_activity where pid = $1"


class Where(StrEnum):
    """What is going on at a point."""

    STATEMENT = "statement"
    COMMIT = "commit"
    SEND = "send"


class Breaking(StrEnum):
    """What breaks at a point."""

    BACKEND_KILLED = "backend_killed"
    COMMIT_UNHEARD = "commit_unheard"
    NEVER_ARRIVED = "never_arrived"
    ANSWER_LOST = "answer_lost"
    DELIVERED_TWICE = "delivered_twice"


MAY_BREAK: Mapping[Where, tuple[Breaking, ...]] = {
    Where.STATEMENT: (Breaking.BACKEND_KILLED,),
    Where.COMMIT: (Breaking.BACKEND_KILLED, Breaking.COMMIT_UNHEARD),
    Where.SEND: (Breaking.NEVER_ARRIVED, Breaking.ANSWER_LOST, Breaking.DELIVERED_TWICE),
}
ON_THE_WAY = {
    Breaking.NEVER_ARRIVED: transport.drop,
    Breaking.ANSWER_LOST: transport.lost,
    Breaking.DELIVERED_TWICE: transport.twice,
}


class Point(NamedTuple):
    """The n-th statement, commit or send of a step of a life, whoever made it."""

    step: int
    where: Where
    n: int


class Tracer:
    """Hears of every point of a life, and breaks it where it is told to, each point once."""

    def __init__(self, suite: Suite, stage: MemoryStage, plan: Mapping[Point, Breaking]) -> None:
        self._suite, self._stage = suite, stage
        self._plan = dict(plan)
        self._step = -1
        self._counts: dict[Where, int] = {}
        self._one = asyncio.Lock()
        self.seen: list[Point] = []
        self.broken: list[tuple[Point, Breaking]] = []

    @contextmanager
    def listening(self) -> Iterator["Tracer"]:
        """Listen to the engines of all services and to the network between them."""
        engines = [app.state.service.database.engine.sync_engine for app in self._apps()]
        hooks = (("before_cursor_execute", self._statement), ("commit", self._commit))
        for engine in engines:
            for name, hook in hooks:
                event.listen(engine, name, hook)
        self._suite.transport.fault = self._send
        try:
            yield self
        finally:
            self._suite.transport.fault = None
            for engine in engines:
                for name, hook in hooks:
                    event.remove(engine, name, hook)

    def _apps(self) -> list[Any]:
        return list(self._suite.apps.values())

    def _next(self, where: Where) -> Breaking | None:
        if self._stage.step != self._step:
            self._step, self._counts = self._stage.step, {}
        n = self._counts[where] = self._counts.get(where, 0) + 1
        point = Point(self._step, where, n)
        self.seen.append(point)
        found = self._plan.pop(point, None)
        if found is not None:
            self.broken.append((point, found))
        return found

    def _send(self, request: httpx.Request) -> Fault | None:
        del request
        found = self._next(Where.SEND)
        return ON_THE_WAY[found]() if found is not None else None

    def _statement(self, connection: Connection, *_: object) -> None:
        if self._next(Where.STATEMENT) is not None:
            await_only(self._kill(connection))

    def _commit(self, connection: Connection) -> None:
        found = self._next(Where.COMMIT)
        if found is Breaking.COMMIT_UNHEARD:
            await_only(_driver(connection).execute("commit"))
        if found is not None:
            await_only(self._kill(connection))

    async def _kill(self, connection: Connection) -> None:
        """End the backend of a connection and wait until it is gone."""
        pid = _driver(connection).get_server_pid()
        async with self._one:
            await self._suite.sql("gateway", "select pg_terminate_backend($1)", pid)
            for _ in range(500):
                [row] = await self._suite.sql("gateway", GONE, pid)
                if not row["count"]:
                    return
                await asyncio.sleep(0.005)


def _driver(connection: Connection) -> asyncpg.Connection:
    driver: asyncpg.Connection = connection.connection.driver_connection
    return driver
