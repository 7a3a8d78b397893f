"""Asking a service for a caller: the same inside token that a forwarded request would carry."""

from typing import Any

from services.gateway.access import parts
from services.gateway.surface.forward import InsideTokens
from shared.client import Params, PeerClient
from shared.principal import Principal
from shared.service import Service


def client(here: Service, service: str) -> PeerClient:
    """Return the client of a service for short calls."""
    return parts.of(here).peers.lanes[service].quick


def token(here: Service, by: Principal, service: str) -> str:
    """Return an inside token of the caller for a service."""
    kept: InsideTokens | None = here.extra.get("inside")
    if kept is None:
        kept = here.extra["inside"] = InsideTokens(here)
    return kept.of(by, service)


async def get(
    here: Service,
    by: Principal,
    service: str,
    path: str,
    *,
    params: Params | None = None,
    optional: bool = False,
) -> Any:
    """Return the JSON at a service's path, as the caller sees it; None for a 404 if optional.

    Raises PeerUnavailable, PeerNotFound, PeerProblem.
    """
    return await client(here, service).get_json(
        path, token=token(here, by, service), params=params, optional=optional
    )
