"""Revocations: tokens live for an hour or two, so what ends sooner is looked up at the door.

The list is short (rows older than the longest token are deleted) and read whole, at most every two
seconds by default; what this process revokes itself counts at once.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.access.models import Revocation
from shared import principal as principals
from shared import tokens
from shared.database import Database
from shared.principal import Principal
from shared.problems import Unauthenticated

REVOKE = text("select revoke_tokens(:subject, :at)")
PAGE = 100_000


def subject_of(principal: Principal) -> str:
    """Return what is revoked: the log-in where there is one, else the subject."""
    return f"login:{principal.login}" if principal.login else principal.subject


class Revocations:
    """Which subjects' tokens are refused, and up to which instant of issue."""

    def __init__(self, database: Database, keys: tokens.KeySet, *, refresh_s: float) -> None:
        self.refresh_s = refresh_s
        self._database, self._keys = database, keys
        self._known: dict[str, datetime] = {}
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def require_live(self, principal: Principal, token: str) -> None:
        """Raise Unauthenticated for a token issued before its subject's tokens were revoked."""
        if time.monotonic() - self._read_at >= self.refresh_s:
            await self._read()
        not_before = self._known.get(subject_of(principal))
        if not_before is None:
            return
        claims = tokens.verify(
            token,
            self._keys,
            audience="zhipei",
            issuers={"gateway"},
            typ=tokens.TokenType.OUTSIDE,
        )
        # `iat` counts whole seconds: within the second of the revocation nobody is let in.
        if claims["iat"] <= not_before.timestamp():
            raise Unauthenticated(reason="token_revoked")

    async def revoke(self, session: AsyncSession, subjects: Sequence[str], *, at: datetime) -> None:
        """Refuse the subjects' tokens of before `at` (machine time), here at once."""
        for subject in subjects:
            await session.execute(REVOKE, {"subject": subject, "at": at})
            self.note(subject, at)

    def note(self, subject: str, at: datetime) -> None:
        """Refuse here at once what the database was told in a transaction that still runs."""
        self._known[subject] = max(at, self._known.get(subject, at))

    async def _read(self) -> None:
        async with self._reading:
            if time.monotonic() - self._read_at < self.refresh_s:
                return
            began = time.monotonic()
            query = select(Revocation.subject, Revocation.not_before).limit(PAGE)
            async with self._database.transaction(principals.service("gateway", "door")) as session:
                rows = (await session.execute(query)).all()
            self._known = {row.subject: row.not_before for row in rows}
            self._read_at = began
