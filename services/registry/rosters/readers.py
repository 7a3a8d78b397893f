"""Hand uploads to a few warm child processes and take back what they read.

A child that dies, hangs or takes too long ends with its file and is replaced; the service that
asked lives on. Children inherit neither the environment nor any open file.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from services.registry.rosters import child, frames
from services.registry.rosters.checking import Checked, Fault, RowFault, Terms
from services.registry.rosters.files import (
    MAX_BYTES,
    Column,
    FileRefused,
    Kind,
    Note,
    NoteCode,
    Refusal,
    Rows,
    Sheet,
)

MEMORY_BYTES = 512 * 1024 * 1024
FILES_PER_CHILD = 200
_ROOT = Path(__file__).resolve().parents[3]
_MODULE = "services.registry.rosters.child"
_START_SECONDS = 20.0
_PIPE_BYTES = 4 * 1024 * 1024


class ReadersBusy(Exception):
    """Tell that no child became free in time; the upload may be sent again."""


class _DiedError(Exception):
    """A child ended before it answered; `status` is its exit status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Readers:
    """A pool of children; `async with Readers() as readers`, or start() and close()."""

    def __init__(
        self,
        *,
        size: int = 2,
        seconds: float = 20.0,
        patience_seconds: float = 30.0,
        memory_bytes: int = MEMORY_BYTES,
    ) -> None:
        """Take the limits: wall and processor seconds a file, seconds of waiting for a child."""
        self._size = size
        self._seconds = seconds
        self._patience = patience_seconds
        self._memory_bytes = memory_bytes
        self._idle: asyncio.LifoQueue[_Child | None] = asyncio.LifoQueue()
        self._children: set[_Child] = set()

    async def __aenter__(self) -> Self:
        """Start every child."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End every child."""
        await self.close()

    async def start(self) -> None:
        """Start every child and wait until each is warm."""
        for one in await asyncio.gather(*(self._spawn() for _ in range(self._size))):
            self._idle.put_nowait(one)

    async def close(self) -> None:
        """End every child, busy ones too."""
        await asyncio.gather(*(self._end(one) for one in list(self._children)))

    def pids(self) -> list[int]:
        """List the processes of the children."""
        return [one.pid for one in self._children]

    async def read(self, data: bytes) -> Sheet:
        """Read a roster file. Raises FileRefused, ReadersBusy."""
        head, tables = await self._ask({}, data)
        return _sheet(head["sheet"], tables[0])

    async def check(self, data: bytes, *, terms: Terms) -> tuple[Sheet, Checked]:
        """Read and check a roster file; the sheet's own rows stay in the child.

        Raises FileRefused, ReadersBusy.
        """
        given = {
            "class_codes": list(terms.class_codes),
            "on": terms.on.isoformat(),
            "min_age": terms.min_age,
            "default_class": terms.default_class,
        }
        head, (accepted, rejected) = await self._ask({"terms": given}, data)
        faults = [
            RowFault(row_no, Column(column), Fault(code)) for row_no, column, code in head["faults"]
        ]
        return _sheet(head["sheet"], Rows()), Checked(accepted, rejected, faults)

    async def _ask(
        self, job: dict[str, Any], data: bytes
    ) -> tuple[dict[str, Any], tuple[Rows, ...]]:
        if not data:
            raise FileRefused(Refusal.EMPTY)
        if len(data) > MAX_BYTES:
            raise FileRefused(Refusal.TOO_LARGE)
        try:
            top, body = await self._exchange(job, data)
        except _DiedError as died:
            # Killed from outside, by a person or for want of memory: the file gets a second try.
            if died.status != -signal.SIGKILL:
                raise FileRefused(_refusal(died)) from died
            try:
                top, body = await self._exchange(job, data)
            except _DiedError as again:
                raise FileRefused(_refusal(again)) from again
        head, tables = frames.decode(top, body)
        if "refused" in head:
            raise FileRefused(Refusal(head["refused"]))
        return head, tables

    async def _exchange(self, job: dict[str, Any], data: bytes) -> tuple[bytes, bytes]:
        """Give a file to a free child and wait for the answer, or end the child."""
        try:
            async with asyncio.timeout(self._patience):
                one = await self._idle.get()
        except TimeoutError as error:
            raise ReadersBusy from error
        answered = False
        try:
            if one is None or not one.usable():
                if one is not None:
                    await self._end(one)
                one = await self._spawn()
            async with asyncio.timeout(self._seconds):
                answer = await one.exchange(job, data)
            answered = True
        except TimeoutError as error:
            raise FileRefused(Refusal.TIMEOUT) from error
        finally:
            if not answered and one is not None:
                one.kill()
            self._idle.put_nowait(one)
        return answer

    async def _spawn(self) -> "_Child":
        one = await _Child.start(self._memory_bytes, int(self._seconds) + 1)
        self._children.add(one)
        return one

    async def _end(self, one: "_Child") -> None:
        self._children.discard(one)
        await one.end()


class _Child:
    """One process and its pipes."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is None or process.stdout is None:
            message = "a child has pipes"
            raise RuntimeError(message)
        self._process = process
        self._jobs = process.stdin
        self._answers = process.stdout
        self._files = 0
        self._killed = False
        self.pid = process.pid

    @classmethod
    async def start(cls, memory_bytes: int, cpu_seconds: int) -> Self:
        """Start a process and wait until it is warm. Raises RuntimeError if it will not start."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-s",
            "-m",
            _MODULE,
            str(memory_bytes),
            str(cpu_seconds),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={key: os.environ[key] for key in ("LD_LIBRARY_PATH",) if key in os.environ},
            cwd=_ROOT,
            limit=_PIPE_BYTES,
            start_new_session=True,
        )
        one = cls(process)
        try:
            async with asyncio.timeout(_START_SECONDS):
                ready = await one._answers.readexactly(len(child.READY))
        except (TimeoutError, asyncio.IncompleteReadError) as error:
            await one.end()
            message = "a roster reader did not start"
            raise RuntimeError(message) from error
        if ready != child.READY:
            await one.end()
            message = "a roster reader answered out of turn"
            raise RuntimeError(message)
        return one

    def usable(self) -> bool:
        """Say whether another file may be given to this child."""
        return (
            self._process.returncode is None and not self._killed and self._files < FILES_PER_CHILD
        )

    def kill(self) -> None:
        """End the process at once; it is waited for later."""
        self._killed = True
        if self._process.returncode is None:
            self._process.kill()

    async def end(self) -> None:
        """End the process and wait for it."""
        self.kill()
        self._jobs.close()
        await self._process.wait()

    async def exchange(self, job: dict[str, Any], data: bytes) -> tuple[bytes, bytes]:
        """Send a file and wait for the answer. Raises _DiedError if the child ends first."""
        self._files += 1
        head, _ = frames.encode(job)
        try:
            self._jobs.writelines((child.SIZES.pack(len(head), len(data)), head, data))
            await self._jobs.drain()
            sizes = await self._answers.readexactly(child.SIZES.size)
            head_size, body_size = child.SIZES.unpack(sizes)
            top = await self._answers.readexactly(head_size)
            return top, await self._answers.readexactly(body_size)
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise _DiedError(await self._process.wait()) from error


def _refusal(died: _DiedError) -> Refusal:
    return Refusal.TIMEOUT if died.status == -signal.SIGXCPU else Refusal.UNREADABLE


def _sheet(described: dict[str, Any], rows: Rows) -> Sheet:
    return Sheet(
        kind=Kind(described["kind"]),
        encoding=described["encoding"],
        sheet_name=described["sheet_name"],
        header_row=described["header_row"],
        present=tuple(Column(column) for column in described["present"]),
        rows=rows,
        notes=tuple(
            Note(NoteCode(note["code"]), note["count"], tuple(note["headings"]))
            for note in described["notes"]
        ),
    )
