"""The progress bar of the story, or plain lines where nobody watches."""

import contextlib
import time
from collections.abc import AsyncIterator

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from services.demo.world import Phases


class Steps:
    """The progress bar, or plain lines where nobody watches."""

    def __init__(self, console: Console, phases: Phases, *, total: int) -> None:
        self.console, self.phases = console, phases
        self.bar = Progress(
            TextColumn("{task.description:<12}"),
            BarColumn(),
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self.bar.add_task("开始", total=total)

    @contextlib.asynccontextmanager
    async def step(self, name: str, phase: str) -> AsyncIterator[None]:
        """Show and time one step."""
        self.bar.update(self._task, description=name)
        began = time.monotonic()
        async with self.phases.phase(phase):
            yield
        self.bar.advance(self._task)
        if not self.console.is_terminal:
            self.console.print(f"  {name} {time.monotonic() - began:.1f} 秒")
