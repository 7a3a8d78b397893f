"""Reads of complaints."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.grievances.models import Complaint
from shared import pages


async def page(session: AsyncSession, after: str | None, limit: int) -> Sequence[Complaint]:
    """Return one page of the complaints in reach, oldest first, and one row more if there is."""
    keys: list[Any] = [Complaint.made_at, Complaint.id]
    query = pages.keyset(select(Complaint), keys, [datetime, UUID], after, limit)
    return (await session.scalars(query)).all()
