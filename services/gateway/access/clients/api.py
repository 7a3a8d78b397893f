"""Clients over HTTP."""

from datetime import timedelta
from uuid import UUID

from services.gateway.access import parts
from services.gateway.access.clients import operations, queries
from services.gateway.access.clients.schemas import (
    ClientIn,
    ClientKind,
    ClientOut,
    RotationIn,
    SecretOut,
)
from services.gateway.access.models import Client
from shared import pages, problems, routing
from shared.client import PeerUnavailable

router = routing.router("/v1/clients", tags=["登录与账号"])


def _out(row: Client) -> ClientOut:
    return ClientOut(
        id=row.id,
        name=row.name,
        role=ClientKind(row.kind),
        organisation_id=row.organisation_id,
        authorities=row.authorities,
        office=row.office,
        state=row.state,
        created_at=row.created_at,
        previous_secret_until=row.previous_until,
    )


@router.post(
    "",
    status_code=201,
    summary="开通接口账号",
    responses=problems.responses(operations.OutsideReach, problems.NotFound, PeerUnavailable),
)
async def create_client(
    body: ClientIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> SecretOut:
    """Make a client of an organisation or of a county's system; the secret is shown this once."""
    authorities = body.authorities
    if body.organisation_id is not None:
        peers = parts.of(here).peers
        authorities = [await peers.authority_of(here, body.organisation_id, on=clock.today())]
    secret = await operations.create(
        session, here=here, body=body, authorities=authorities, by=by, at=clock.now()
    )
    return SecretOut.model_validate(secret)


@router.get("", summary="接口账号列表")
async def list_clients(
    session: routing.DbSession, after: pages.After = None, limit: pages.Limit = 50
) -> pages.Page[ClientOut]:
    """List the clients in reach, oldest first."""
    rows = await queries.page(session, after, limit)
    return pages.page(rows, limit, lambda row: (row.created_at, row.id), _out)


@router.post(
    "/{client_id}/secret",
    status_code=201,
    summary="更换接口密钥",
    responses=problems.responses(problems.NotFound, operations.ClientRevoked),
)
async def rotate_client_secret(
    *,
    client_id: UUID,
    body: RotationIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> SecretOut:
    """Give a new secret, shown this once; the one before stays good for the overlap."""
    secret = await operations.rotate(
        session,
        here=here,
        client=client_id,
        overlap=timedelta(hours=body.overlap_hours),
        by=by,
        at=clock.now(),
        machine=parts.of(here).machine.now(),
    )
    return SecretOut.model_validate(secret)


@router.post(
    "/{client_id}/revocation",
    summary="注销接口账号",
    responses=problems.responses(problems.NotFound),
)
async def revoke_client(
    client_id: UUID,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> ClientOut:
    """Shut a client; its tokens are refused within seconds."""
    row = await operations.revoke(
        session,
        here=here,
        client=client_id,
        by=by,
        at=clock.now(),
        machine=parts.of(here).machine.now(),
    )
    return _out(row)
