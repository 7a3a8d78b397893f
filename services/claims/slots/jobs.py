"""The reader of the registry's feed."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.claims import peers
from services.claims.slots import operations
from shared import feed
from shared.background import Job
from shared.service import Service

EVERY_S = 1.0


def jobs(here: Service) -> list[Job]:
    """Return the job that reads the feed; its cursor moves in the transaction of its effects."""
    source = peers.feed_of_registry(here)

    async def apply(session: AsyncSession, found: list[dict[str, Any]]) -> None:
        await operations.apply(session, events=found, plan=here.plan)

    reader = feed.Reader(
        name="claims",
        source="registry",
        peer=source,
        database=here.database,
        token=lambda: here.token(purpose="feed", audience=["registry"]),
        apply=apply,
    )

    async def step(now: datetime) -> int:
        return await reader.run_once(now=now)

    return [Job("feed:registry", step, EVERY_S)]
