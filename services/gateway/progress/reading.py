"""The job that follows the registry's feed and keeps the sums."""

from services.gateway.peers import Peers
from services.gateway.progress import operations
from shared.background import Job
from shared.feed import Reader
from shared.service import Service

EVERY_S = 1.0


def job(here: Service, peers: Peers) -> Job:
    """Return the job that applies the registry's events, a page a step."""
    reader = Reader(
        name=here.name,
        source="registry",
        peer=peers.lanes["registry"].quick,
        database=here.database,
        token=lambda: here.token(purpose="feed", audience=["registry"]),
        apply=lambda session, events: operations.apply(session, events=events),
    )
    return Job("progress", lambda now: reader.run_once(now=now), EVERY_S)
