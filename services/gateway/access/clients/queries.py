"""Reads of clients."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.access.models import Client
from shared import pages


async def page(session: AsyncSession, after: str | None, limit: int) -> Sequence[Client]:
    """Return one page of the clients in reach, oldest first, and one row more if there is one."""
    keys: list[Any] = [Client.created_at, Client.id]
    query = pages.keyset(select(Client), keys, [datetime, UUID], after, limit)
    return (await session.scalars(query)).all()
