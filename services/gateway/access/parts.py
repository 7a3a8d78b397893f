"""What access is made of: put together once in `create()`, found in `here.extra`."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete

from services.gateway.access import issuing
from services.gateway.access.models import Attempt, Revocation, Ticket
from services.gateway.access.passwords import Passwords
from services.gateway.access.revocations import Revocations
from services.gateway.access.wechat.client import WeChat
from services.gateway.peers import Peers
from services.gateway.settings import Settings
from shared import principal as principals
from shared.background import Job
from shared.clock import Clock
from shared.service import Service

CLEANING_EVERY_S = 600.0


@dataclass
class Parts:
    """Machine time, the hasher, WeChat, the list of revocations, the peers."""

    machine: Clock
    passwords: Passwords
    wechat: WeChat
    revocations: Revocations
    peers: Peers


def build(here: Service, settings: Settings, peers: Peers) -> Parts:
    """Make the parts and keep them with the service."""
    parts = Parts(
        machine=Clock(),
        passwords=Passwords(
            memory_kib=settings.argon2_memory_kib,
            rounds=settings.argon2_rounds,
            lanes=settings.argon2_lanes,
            at_once=settings.argon2_at_once,
        ),
        wechat=WeChat(
            settings.wechat,
            appid=settings.wechat_appid,
            secret=settings.wechat_secret,
            transport=here.transport,
        ),
        revocations=Revocations(here.database, here.keys, refresh_s=settings.revocations_s),
        peers=peers,
    )
    if here.transport is None:
        here.closers.append(parts.wechat.aclose)
    here.extra["access"] = parts
    return parts


def of(here: Service) -> Parts:
    """Return the parts of this gateway."""
    found: Parts = here.extra["access"]
    return found


def cleaning(here: Service) -> Job:
    """Return the job that deletes what has run out, by machine time."""

    async def step(_: datetime) -> int:
        now = of(here).machine.now()
        old = now - timedelta(seconds=issuing.LONGEST_S + 60)
        async with here.database.transaction(principals.service(here.name, "cleaning")) as session:
            await session.execute(delete(Ticket).where(Ticket.until < now))
            await session.execute(delete(Attempt).where(Attempt.until < now))
            await session.execute(delete(Revocation).where(Revocation.not_before < old))
        return 0

    return Job("access_cleaning", step, CLEANING_EVERY_S)
