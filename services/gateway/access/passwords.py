"""Passwords: argon2id in threads, few at once, the same cost for people who don't exist."""

import asyncio
import base64
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from shared.problems import Problem
from shared.routing import Busy

LENGTH_MIN, LENGTH_MAX = 12, 128
DIFFERENT_MIN = 5
WAITING_MAX = 16
SALT_BYTES, HASH_BYTES = 16, 32


class PasswordWeak(Problem):
    """A password is 12 to 128 characters, not the log-in name, not one character repeated."""

    status = 422
    code = "password_weak"
    title_zh = "密码须为 12 至 128 个字符，不得包含登录名，不得为简单重复"
    title_en = "A password has 12 to 128 characters, not the log-in name, no mere repetition"


class Passwords:
    """Hashes and verifies, a bounded number at a time."""

    def __init__(self, *, memory_kib: int, rounds: int, lanes: int, at_once: int) -> None:
        self._hasher = PasswordHasher(
            time_cost=rounds,
            memory_cost=memory_kib,
            parallelism=lanes,
            hash_len=HASH_BYTES,
            salt_len=SALT_BYTES,
            type=Type.ID,
        )
        # Random bytes in the form of a hash: verifying against it takes as long, and never holds.
        parameters = f"m={memory_kib},t={rounds},p={lanes}"
        self._nobody = f"$argon2id$v=19${parameters}${_chance(SALT_BYTES)}${_chance(HASH_BYTES)}"
        self._slots = asyncio.Semaphore(at_once)
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """Return the hash of a password. Raises Busy when too many wait."""
        async with self._slot():
            return await asyncio.to_thread(self._hasher.hash, password)

    async def holds(self, hashed: str | None, password: str) -> bool:
        """Say whether a password is the hashed one; None costs the same and never holds."""
        async with self._slot():
            return await asyncio.to_thread(self._verify, hashed or self._nobody, password)

    def outdated(self, hashed: str) -> bool:
        """Say whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(hashed)

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, password)
        except (VerifyMismatchError, VerificationError, InvalidHashError):
            return False

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        if self._waiting >= WAITING_MAX:
            raise Busy(headers={"Retry-After": "2"})
        self._waiting += 1
        try:
            await self._slots.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._slots.release()


def require_strong(password: str, *, login: str) -> None:
    """Refuse a password that is too short, too plain or holds the log-in name."""
    long_enough = LENGTH_MIN <= len(password) <= LENGTH_MAX
    if not long_enough or len(set(password)) < DIFFERENT_MIN or login in password.lower():
        raise PasswordWeak


def _chance(size: int) -> str:
    return base64.b64encode(os.urandom(size)).rstrip(b"=").decode()
