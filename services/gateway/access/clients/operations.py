"""What is done to clients, and how one is let in.

A secret has 256 random bits: nobody guesses it, so a keyed hash (HMAC) finds it out of reach of
whoever reads the table. argon2 makes guessing dear where people choose; here it would only make
every token dear.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.access import codes, parts
from services.gateway.access.clients.schemas import ClientIn
from services.gateway.access.models import Client
from services.gateway.event_types import EventType
from shared import events, ids
from shared import principal as principals
from shared.principal import Principal, Role
from shared.problems import Conflict, NotFound, Problem
from shared.service import Service


class OutsideReach(Problem):
    """An officer makes clients of the own authorities only."""

    status = 403
    code = "outside_reach"
    title_zh = "不属于您的主管范围"
    title_en = "Outside your reach"


class ClientRevoked(Conflict):
    """A revoked client stays revoked."""

    code = "client_revoked"
    title_zh = "该接口账号已注销"
    title_en = "The client was revoked"


@dataclass(frozen=True, slots=True)
class Secret:
    """A client's new secret, known here only this once."""

    client_id: UUID
    client_secret: str
    previous_secret_until: datetime | None = None


async def create(
    session: AsyncSession,
    *,
    here: Service,
    body: ClientIn,
    authorities: list[str],
    by: Principal,
    at: datetime,
) -> Secret:
    """Make a client of these authorities. Raises OutsideReach."""
    _require_reach(authorities, by)
    secret = Secret(ids.uuid7(), codes.new_secret())
    row = Client(
        id=secret.client_id,
        name=body.name,
        kind=body.role.value,
        organisation_id=body.organisation_id,
        authorities=sorted(set(authorities)),
        office=body.office,
        secret_index=_index(here, secret.client_secret),
        state="active",
        created_by=by.subject,
        created_at=at,
    )
    session.add(row)
    await session.flush()
    await _tell(session, EventType.CLIENT_CREATED, row, by=by, at=at)
    return secret


async def rotate(
    session: AsyncSession,
    *,
    here: Service,
    client: UUID,
    overlap: timedelta,
    by: Principal,
    at: datetime,
    machine: datetime,
) -> Secret:
    """Give a client a new secret; the one before stays good for the overlap. Raises NotFound."""
    row = await _held(session, client)
    if row.state == "revoked":
        raise ClientRevoked
    secret = Secret(client, codes.new_secret(), machine + overlap if overlap else None)
    row.previous_index = row.secret_index if overlap else None
    row.previous_until = secret.previous_secret_until
    row.secret_index = _index(here, secret.client_secret)
    await session.flush()
    await _tell(session, EventType.CLIENT_ROTATED, row, by=by, at=at)
    return secret


async def revoke(
    session: AsyncSession,
    *,
    here: Service,
    client: UUID,
    by: Principal,
    at: datetime,
    machine: datetime,
) -> Client:
    """Shut a client; its tokens are refused at once. Raises NotFound."""
    row = await _held(session, client)
    if row.state == "revoked":
        return row
    row.state, row.previous_index, row.previous_until = "revoked", None, None
    await session.flush()
    await parts.of(here).revocations.revoke(session, [f"client:{client}"], at=machine)
    await _tell(session, EventType.CLIENT_REVOKED, row, by=by, at=at)
    return row


async def let_in(*, here: Service, client_id: str, secret: str, now: datetime) -> Client | None:
    """Return the active client whose secret this is, or None."""
    try:
        wanted = UUID(client_id)
    except ValueError:
        return None
    async with here.database.transaction(principals.service(here.name, "login")) as session:
        row: Client | None = await session.get(Client, wanted)
    if row is None or row.state != "active":
        return None
    good = [row.secret_index]
    if row.previous_index is not None and row.previous_until is not None:
        good += [row.previous_index] if row.previous_until > now else []
    given = here.sealer.index_all("client_secret", secret)
    matches = [hmac.compare_digest(one, other) for one in good for other in given]
    return row if any(matches) else None


def _require_reach(authorities: list[str], by: Principal) -> None:
    if by.role is not Role.ADMINISTRATOR and not set(authorities) <= set(by.authorities):
        raise OutsideReach


async def _held(session: AsyncSession, client: UUID) -> Client:
    row: Client | None = await session.scalar(
        select(Client).where(Client.id == client).with_for_update()
    )
    if row is None:
        raise NotFound
    return row


async def _tell(
    session: AsyncSession,
    kind: EventType,
    row: Client,
    *,
    by: Principal,
    at: datetime,
) -> None:
    event = events.Event(
        type=kind,
        subject=f"client:{row.id}",
        authority=row.authorities[0],
        organisation=row.organisation_id,
        data={"role": row.kind},
    )
    await events.append(session, [event], by=by, at=at)


def _index(here: Service, secret: str) -> bytes:
    return here.sealer.index("client_secret", secret)
