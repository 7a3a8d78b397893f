"""Keys: UUIDv7 of RFC 9562, rising within a process, by machine time."""

import os
import threading
import time
from typing import Final
from uuid import UUID

from asyncpg.pgproto import pgproto

__all__ = ["uuid7", "uuid7s"]

_COUNTER_BITS: Final = 42
_COUNTER_END: Final = 1 << _COUNTER_BITS
_LOW_MASK: Final = (1 << 30) - 1
_VERSION_AND_VARIANT: Final = 7 << 76 | 0b10 << 62


class _Series:
    """The last millisecond and the counter within it.

    The counter fills rand_a and the upper thirty bits of rand_b (RFC 9562 6.2, method 1), starts
    anywhere in its lower half and leaves thirty-two bits to chance.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._millisecond = 0
        self._counter = 0

    def take(self, count: int) -> list[UUID]:
        """Draw `count` keys, each above every key drawn before in this process."""
        noise = os.urandom(4 * count)
        with self._lock:
            self._look_at_the_time()
            keys = []
            for at in range(0, 4 * count, 4):
                self._counter += 1
                if self._counter >= _COUNTER_END:
                    self._millisecond += 1
                    self._restart()
                keys.append(self._key(int.from_bytes(noise[at : at + 4])))
        return keys

    def _look_at_the_time(self) -> None:
        # A clock set back does not set the keys back: the counter carries on in the last
        # millisecond seen.
        if (now := time.time_ns() // 1_000_000) > self._millisecond:
            self._millisecond = now
            self._restart()

    def _restart(self) -> None:
        self._counter = int.from_bytes(os.urandom(6)) >> (48 - _COUNTER_BITS + 1)

    def _key(self, noise: int) -> UUID:
        high, low = self._counter >> 30, self._counter & _LOW_MASK
        whole = self._millisecond << 80 | high << 64 | low << 32 | noise | _VERSION_AND_VARIANT
        # The driver's own kind of UUID: made, compared and sent at a fraction of the cost.
        key: UUID = pgproto.UUID(whole.to_bytes(16))
        return key


class _Current:
    series = _Series()


def uuid7() -> UUID:
    """Draw one key."""
    return _Current.series.take(1)[0]


def uuid7s(count: int) -> list[UUID]:
    """Draw `count` rising keys at once, for a roster or a batch."""
    return _Current.series.take(count)


def _forget() -> None:
    _Current.series = _Series()


# A forked child would otherwise carry on its parent's counter and rest on chance alone.
os.register_at_fork(after_in_child=_forget)
