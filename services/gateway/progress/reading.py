"""The jobs that follow the feeds of registry and claims and keep the sums."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.peers import Peers
from services.gateway.progress import operations
from shared.background import Job
from shared.feed import Apply, Reader
from shared.service import Service

EVERY_S = 1.0


def jobs(here: Service, peers: Peers) -> list[Job]:
    """Return the jobs that apply the events of each feed, a page a step."""

    async def counted(session: AsyncSession, events: list[dict[str, Any]]) -> None:
        await operations.apply(session, events=events)

    async def paid(session: AsyncSession, events: list[dict[str, Any]]) -> None:
        await operations.apply_paid(session, events=events)

    return [
        _job("progress", here, peers, source="registry", apply=counted),
        _job("progress:claims", here, peers, source="claims", apply=paid),
    ]


def _job(name: str, here: Service, peers: Peers, *, source: str, apply: Apply) -> Job:
    reader = Reader(
        name=here.name,
        source=source,
        peer=peers.lanes[source].quick,
        database=here.database,
        token=lambda: here.token(purpose="feed", audience=[source]),
        apply=apply,
    )
    return Job(name, lambda now: reader.run_once(now=now), EVERY_S)
