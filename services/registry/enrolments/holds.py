"""Holds: what claims know a place by. Their end is one event for every ground, naming nobody."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.event_types import EventType
from shared import events
from shared import principal as principals

REGISTRY = principals.service("registry", "holds")


async def end(session: AsyncSession, *, holds: Sequence[UUID], at: datetime) -> None:
    """Tell claims that these holds have ended: no person, no ground, nobody as author.

    For whoever ends places, whatever the ground: leaving, a class withdrawn or voided, too few
    hours. Without authority and organisation, so that no outside feed shows it.
    """
    ended = [
        events.Event(type=EventType.HOLD_ENDED, subject=f"hold:{hold}", data={"hold": str(hold)})
        for hold in holds
    ]
    await events.append(session, ended, by=REGISTRY, at=at)
