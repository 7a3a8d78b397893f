"""Hostile files are refused or read at once, and the pool outlives them all."""

import asyncio
import os
import random
import signal
import time
from collections.abc import AsyncIterator

import pytest

from services.registry.rosters import files, readers
from tests.registry.rosters import books, damage, hostile

SECONDS = 1.0


@pytest.fixture(scope="module")
async def pool() -> AsyncIterator[readers.Readers]:
    """Run two children for all tests of this module."""
    async with readers.Readers(size=2, seconds=5.0) as running:
        yield running


async def outcome(pool: readers.Readers, data: bytes) -> str:
    """Say what came of a file."""
    try:
        await pool.read(data)
    except files.FileRefused as refused:
        return refused.code.value
    return hostile.READ


@pytest.mark.parametrize("name", hostile.FILES)
async def test_a_hostile_file_is_refused_or_read_within_a_second(
    pool: readers.Readers, name: str
) -> None:
    """Each file ends as it must, fast, and the next honest file is read."""
    make, allowed = hostile.FILES[name]
    data = make()
    began = time.perf_counter()
    came = await outcome(pool, data)
    took = time.perf_counter() - began
    assert came in allowed, came
    assert took < SECONDS * 2, took  # two cores are shared with whatever else runs
    assert await outcome(pool, books.plain_book()) == hostile.READ


@pytest.mark.parametrize("kind", damage.HONEST)
async def test_a_damaged_file_is_refused_or_read_and_never_kills_a_child(kind: str) -> None:
    """Flip, cut, repeat and splice an honest file in forty seeded ways: its child lives on."""
    chance = random.Random(kind)
    whole, wrap = damage.HONEST[kind]
    async with readers.Readers(size=1) as pool:
        before = pool.pids()
        for _ in range(40):
            data = wrap(damage.damaged(whole, chance))
            began = time.perf_counter()
            assert await outcome(pool, data) in {hostile.READ, *files.Refusal}
            assert time.perf_counter() - began < SECONDS * 2
        assert pool.pids() == before


def test_there_are_enough_hostile_files() -> None:
    """The list does not shrink unseen."""
    assert len(hostile.FILES) >= 80


async def test_a_child_that_dies_of_memory_costs_only_its_file() -> None:
    """A parser that aborts is replaced; what it was given is refused."""
    async with readers.Readers(size=1, memory_bytes=90 * 1024 * 1024) as pool:
        rows = "".join(f'<row r="{n}">{books.cell(f"Z{n}", "x")}</row>' for n in range(3, 110_000))
        data = books.book(books.roster_rows() + rows)
        assert await outcome(pool, data) in {"file_cell_range", "file_unreadable"}
        assert await outcome(pool, books.plain_book()) == hostile.READ


async def test_a_child_killed_from_outside_is_replaced_and_the_file_is_read() -> None:
    """Kill every child while a file is read: the caller notices nothing."""
    data = (hostile.CSV_HEAD + hostile.LINE * 90_000).encode()
    async with readers.Readers(size=1) as pool:
        task = asyncio.create_task(pool.read(data))
        await asyncio.sleep(0.03)
        for pid in pool.pids():
            os.kill(pid, signal.SIGKILL)
        assert len((await task).rows) == 90_000


async def test_an_idle_child_that_died_is_replaced() -> None:
    """A death between two files goes unnoticed."""
    async with readers.Readers(size=1) as pool:
        for pid in pool.pids():
            os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(0.05)
        assert await outcome(pool, books.plain_book()) == hostile.READ


async def test_a_file_that_takes_too_long_is_refused_and_its_child_replaced() -> None:
    """The wall time of a file is bounded, and the next file is read."""
    data = (hostile.CSV_HEAD + hostile.LINE * 90_000).encode()
    async with readers.Readers(size=1, seconds=0.03) as pool:
        assert await outcome(pool, data) == "file_timeout"
        pool._seconds = 20.0
        assert await outcome(pool, books.plain_book()) == hostile.READ


async def test_a_caller_who_leaves_does_not_leave_a_half_read_child() -> None:
    """A cancelled upload ends its child, so that nobody gets its answer."""
    data = (hostile.CSV_HEAD + hostile.LINE * 90_000).encode()
    async with readers.Readers(size=1) as pool:
        task = asyncio.create_task(pool.read(data))
        await asyncio.sleep(0.03)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert len((await pool.read(books.plain_book())).rows) == 1


async def test_who_waits_too_long_for_a_child_is_told_so() -> None:
    """Waiting is bounded too."""
    data = (hostile.CSV_HEAD + hostile.LINE * 90_000).encode()
    async with readers.Readers(size=1, patience_seconds=0.01) as pool:
        task = asyncio.create_task(pool.read(data))
        await asyncio.sleep(0)
        with pytest.raises(readers.ReadersBusy):
            await pool.read(books.plain_book())
        await task


async def test_a_child_inherits_no_environment_and_no_open_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Keys in the environment or in an open file stay with the parent."""
    monkeypatch.setenv("REGISTRY_SEALING_KEYS", "secret")
    async with readers.Readers(size=1) as pool:
        (pid,) = pool.pids()
        with open(f"/proc/{pid}/environ", "rb") as environment:  # noqa: ASYNC230, PTH123
            assert b"SEALING" not in environment.read()
        assert len(os.listdir(f"/proc/{pid}/fd")) <= 4  # noqa: PTH208


async def test_many_files_at_once_each_get_their_own_answer(pool: readers.Readers) -> None:
    """Answers are never swapped between callers."""
    sizes = [*range(1, 30)]
    sheets = await asyncio.gather(
        *(pool.read((hostile.CSV_HEAD + hostile.LINE * size).encode()) for size in sizes)
    )
    assert [len(sheet.rows) for sheet in sheets] == sizes
