"""A real suite of processes as the stage of a journey, and what kills them."""

import asyncio
import itertools
import os
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path

import httpx

from shared import children, launcher, tokens
from shared.clock import SuiteClock
from tests.journeys import stage


class RealSuite:
    """A launched suite with its door."""

    pause_s = 0.2

    def __init__(self, data: Path) -> None:
        self.data = data
        self.launcher = launcher.Launcher(
            data, port=children.free_ports(1)[0], sandbox=True, fsync=False
        )
        self.clock = SuiteClock(data / "clock")
        self.http = httpx.AsyncClient(timeout=20)
        self.killed: list[str] = []
        self._sent = self._every = 0

    def signer(self, name: str) -> tokens.Signer:
        """Return a service's signer."""
        return tokens.Signer.load(self.data / "keys" / f"{name}.jwk")

    def url(self, service: str) -> str:
        """Return where a service is."""
        return self.launcher.children[service].url

    async def at(self, instant: datetime) -> None:
        """Move the suite's clock and let every service do what is due."""
        body = {"now": instant.isoformat()}
        await stage.official(self, "650400", "650402").post("/sandbox/clock", body)

    @asynccontextmanager
    async def looked_after(self) -> AsyncIterator[None]:
        """Let the launcher restart what dies, meanwhile."""
        self.http = httpx.AsyncClient(base_url=self.launcher.url, timeout=20, trust_env=False)

        async def poll() -> None:
            while True:
                self.launcher.poll()
                await asyncio.sleep(0.05)

        task = asyncio.create_task(poll())
        try:
            yield
        finally:
            task.cancel()
            await self.http.aclose()

    @contextmanager
    def killing(self, seed: int, *, every: int, victims: Sequence[str]) -> Iterator[None]:
        """Kill -9 a process in the middle of every n-th request, PostgreSQL among them."""
        chance = random.Random(seed)
        self._kill_in = lambda: chance.uniform(0.0, 0.03)
        self._victims = itertools.cycle(chance.sample(victims, len(victims)))
        self._every = every
        try:
            yield
        finally:
            self._every = 0

    def sending(self, request: stage.Sent) -> None:
        """Count a request; where its turn has come, kill a process while it is on its way."""
        del request
        self._sent += 1
        if self._every and self._sent % self._every == 0:
            name = next(self._victims)
            asyncio.get_running_loop().call_later(self._kill_in(), self._kill, name)

    def _kill(self, name: str) -> None:
        if (pid := self._pid(name)) is not None:
            os.kill(pid, signal.SIGKILL)
            self.killed.append(name)

    def _pid(self, name: str) -> int | None:
        if name == "postgres":
            cluster = self.launcher.cluster
            return cluster.pid if cluster is not None and cluster.running() else None
        child = self.launcher.children[name]
        return child.process.pid if child.process and not child.ended() else None


@contextmanager
def running(data: Path) -> Iterator[RealSuite]:
    """Start a suite and stop it with the block; call from the main thread."""
    suite = RealSuite(data)
    suite.launcher.start()
    try:
        yield suite
    finally:
        suite.launcher.stop()


def check(data: Path) -> int:
    """Run the check of a data folder as people do; return its exit code."""
    command = [sys.executable, "-m", "services", "check", str(data)]
    return subprocess.run(command, check=False).returncode
