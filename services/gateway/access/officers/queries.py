"""Reads of officers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.access.models import Officer
from shared import pages
from shared.problems import NotFound


async def by_login(session: AsyncSession, login: str) -> Officer | None:
    """Return the officer with a log-in name."""
    found: Officer | None = await session.scalar(select(Officer).where(Officer.login == login))
    return found


async def by_id(session: AsyncSession, officer: UUID) -> Officer:
    """Return an officer and hold the row. Raises NotFound."""
    query = select(Officer).where(Officer.id == officer).with_for_update()
    found: Officer | None = await session.scalar(query)
    if found is None:
        raise NotFound
    return found


async def other_administrators(session: AsyncSession, officer: UUID) -> int:
    """Count the active administrators beside one, holding their rows."""
    others = (
        select(Officer.id)
        .where(Officer.role == "administrator", Officer.state == "active", Officer.id != officer)
        .with_for_update()
        .subquery()
    )
    return int(await session.scalar(select(func.count()).select_from(others)) or 0)


async def page(session: AsyncSession, after: str | None, limit: int) -> Sequence[Officer]:
    """Return one page of officers, oldest first, and one row more where there is one."""
    keys: list[Any] = [Officer.created_at, Officer.id]
    query = pages.keyset(select(Officer), keys, [datetime, UUID], after, limit)
    return (await session.scalars(query)).all()
