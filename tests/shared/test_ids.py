"""Keys: UUIDv7."""

import subprocess
import sys
import threading
import time
from uuid import RFC_4122, UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import ids


def test_a_key_has_the_form_of_rfc_9562() -> None:
    """Version 7, variant 10, the millisecond in front."""
    before = time.time_ns() // 1_000_000
    key = ids.uuid7()
    assert (key.version, key.variant) == (7, RFC_4122)
    assert before <= key.int >> 80 <= time.time_ns() // 1_000_000 + 1


@given(st.integers(0, 2000))
def test_keys_rise(count: int) -> None:
    """Drawn together or one after another, as numbers and as text."""
    keys = [ids.uuid7(), *ids.uuid7s(count), ids.uuid7()]
    assert keys == sorted(set(keys))
    assert list(map(str, keys)) == sorted(map(str, keys))


def test_keys_of_several_threads_differ() -> None:
    """Each thread's rise."""
    drawn: list[list[UUID]] = []
    threads = [
        threading.Thread(target=lambda: drawn.append([ids.uuid7() for _ in range(2000)]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(keys == sorted(keys) for keys in drawn)
    assert len({key for keys in drawn for key in keys}) == 8000


def test_a_clock_set_back_does_not_set_keys_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The series carries on where it was."""
    first = ids.uuid7()
    monkeypatch.setattr(time, "time_ns", lambda: 1_000_000_000)
    assert ids.uuid7() > first


def test_a_full_counter_borrows_the_next_millisecond(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing wraps."""
    series = ids._Series()
    now = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now)
    [first] = series.take(1)
    series._counter = (1 << 42) - 2
    last, beyond = series.take(2)
    assert first < last < beyond
    assert beyond.int >> 80 == (first.int >> 80) + 1
    assert beyond.version == 7


FORK = """
import os
from shared import ids
ids.uuid7()
series = ids._Current.series
if not (child := os.fork()):
    os._exit(ids._Current.series is series)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_a_forked_child_begins_its_own_series() -> None:
    """Else parent and child would count on from the same number."""
    subprocess.run([sys.executable, "-c", FORK], check=True, timeout=60)
