"""Leases: of two copies of a service only one does what runs outside requests. Machine time."""

import os
import socket
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

HOLDER = f"{socket.gethostname()[:40]}:{os.getpid()}:{uuid4().hex[:8]}"
TAKE = text(
    "insert into leases (name, holder, until)"
    " values (:name, :holder, clock_timestamp() + :seconds * interval '1 second')"
    " on conflict (name) do update set holder = excluded.holder, until = excluded.until"
    " where leases.holder = excluded.holder or leases.until < clock_timestamp()"
    " returning holder"
)


async def take(
    session: AsyncSession, name: str, *, seconds: float = 2.0, holder: str = HOLDER
) -> bool:
    """Take or renew a lease in this transaction; its row stays locked until the commit.

    A second copy waits for that commit: two never work at once, however short the lease. Its
    length only keeps the work with one holder, and says how soon another follows a dead one.
    """
    values = {"name": name, "holder": holder, "seconds": seconds}
    return (await session.execute(TAKE, values)).first() is not None
