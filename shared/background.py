"""What runs outside requests: small steps on a timer, each leased, each callable by a test."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from shared.clock import Clock

log = structlog.get_logger()
Step = Callable[[datetime], Awaitable[int]]
SETTLE_STEPS_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Job:
    """A step that returns how much it did; 0 means nothing is due."""

    name: str
    step: Step
    every_s: float


class Background:
    """Runs a service's jobs until it is stopped."""

    def __init__(self, jobs: list[Job], clock: Clock) -> None:
        self.jobs, self._clock = jobs, clock
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Start one task a job."""
        self._tasks = [asyncio.create_task(self._loop(job), name=job.name) for job in self.jobs]

    async def stop(self) -> None:
        """Cancel and wait."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def settle(self) -> int:
        """Run every job until nothing is due: for tests and the sandbox's clock."""
        total = 0
        for job in self.jobs:
            for _ in range(SETTLE_STEPS_MAX):
                done = await job.step(self._clock.now())
                total += done
                if not done:
                    break
        return total

    async def _loop(self, job: Job) -> None:
        pause = job.every_s
        while True:
            try:
                done = await job.step(self._clock.now())
                pause = 0.0 if done else job.every_s
            except asyncio.CancelledError:
                raise
            except Exception as error:  # noqa: BLE001 - a job goes on at its next turn
                log.warning("job_failed", job=job.name, error=type(error).__name__)
                pause = min(max(pause, job.every_s) * 2, 10.0)
            await asyncio.sleep(pause)
