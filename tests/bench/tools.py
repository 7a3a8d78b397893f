"""What a row works with: the suite in memory, or as processes, on a PostgreSQL that fsyncs."""

import asyncio
import contextlib
import gc
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Self

import asyncpg

from shared import logs, migrations, postgres, setup
from shared.telemetry import App
from tests.bench.processes import Processes
from tests.suite import Suite


class Tools:
    """Starts what a row asks for, once for all rows."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._stack = AsyncExitStack()
        self._memory: Suite | None = None
        self._processes: Processes | None = None
        self._filled: list[Callable[[Processes], None]] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop everything."""
        await self._stack.aclose()
        self._memory = self._processes = None

    async def memory(self) -> Suite:
        """Return the suite in memory, with empty databases; its commits are durable."""
        if self._memory is None:
            folder = self.folder / "memory"
            cluster = self._stack.enter_context(postgres.Cluster(folder / "postgres"))
            await asyncio.to_thread(postgres.ensure_databases, cluster)
            for service in setup.SERVICES:
                _, owner = postgres.database_urls(cluster, service)
                await asyncio.to_thread(migrations.upgrade, service, owner)
            setup.keys(folder / "keys")
            suite = Suite(cluster, postgres.PREFIX, folder / "keys")
            # The budgets are tested elsewhere; here one caller does the work of many.
            self._memory = await self._stack.enter_async_context(suite.running(budget_scale=10**6))
            # Written as ever, and not among the figures.
            log = self._stack.enter_context((folder / "requests.log").open("w", encoding="utf-8"))
            logs.configure("bench", stream=log)
        await self._memory.clean()
        return self._memory

    async def settled(self, suite: Suite, *services: str) -> None:
        """Leave what was set up behind: statistics for the planner, nothing for the collector."""
        for service in services:
            await suite.sql(service, "vacuum analyze")
        gc.collect()
        gc.freeze()

    async def connection(self, suite: Suite, service: str) -> asyncpg.Connection:
        """Return a superuser's own connection to a service's database."""
        made = await asyncpg.connect(suite.cluster.superuser_dsn(f"{suite.prefix}{service}"))
        self._stack.push_async_callback(made.close)
        return made

    async def processes(self, fill: Callable[[Processes], None]) -> Processes:
        """Return the suite as processes, filled once by each of the functions that ask for it."""
        if self._processes is None:
            folder = self.folder / "real"
            made = Processes(folder)
            made.launcher.start()
            self._stack.callback(made.launcher.stop)
            self._processes = made
        if fill not in self._filled:
            self._filled.append(fill)
            await asyncio.to_thread(fill, self._processes)
        return self._processes

    @contextlib.contextmanager
    def in_place_of(self, service: str, suite: Suite, double: App) -> Iterator[None]:
        """Let a double answer for a service meanwhile."""
        apps = suite.transport.apps
        before = apps[service]
        apps[service] = double
        try:
            yield
        finally:
            apps[service] = before
