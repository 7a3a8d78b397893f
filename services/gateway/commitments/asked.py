"""What the services know of a class about to be filed; a peer that is down leaves gaps."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.gateway.commitments.schemas import DisclosureIn
from services.gateway.directory import asking
from shared.client import PeerNotFound, PeerUnavailable
from shared.principal import Principal
from shared.service import Service


@dataclass(frozen=True, slots=True)
class Known:
    """The peers' answers; None where one did not come. `degraded` says that some did not."""

    first_day: dict[str, Any] | None
    last_day: dict[str, Any] | None
    signer: dict[str, Any] | None
    places_used: int | None
    degraded: bool


async def ask(here: Service, by: Principal, body: DisclosureIn) -> Known:
    """Ask institutions for the first and last day and the signer, the registry for places used."""
    organisation = by.organisation
    assert organisation is not None  # the access table lets organisations only
    first, last, signer, places = await asyncio.gather(
        _or_none(_standing(here, by, organisation, body, body.starts_on)),
        _or_none(_standing(here, by, organisation, body, body.ends_on)),
        _or_none(_signer(here, organisation)),
        _or_none(
            asking.get(
                here,
                by,
                "registry",
                "/internal/commission-places",
                params={"commission_id": str(body.commission_id)},
            )
        ),
    )
    return Known(
        first_day=first,
        last_day=last,
        signer=signer,
        places_used=None if places is None else int(places["used"]),
        degraded=None in (first, last, signer, places),
    )


async def _or_none(call: Awaitable[Any]) -> Any:
    try:
        return await call
    except (PeerUnavailable, PeerNotFound):
        return None


def _standing(
    here: Service, by: Principal, organisation: UUID, body: DisclosureIn, on: date
) -> Awaitable[Any]:
    return asking.get(
        here,
        by,
        "institutions",
        "/internal/standing",
        params={
            "organisation_id": str(organisation),
            "offering_id": str(body.offering_id),
            "commission_id": str(body.commission_id),
            "on": on.isoformat(),
        },
    )


def _signer(here: Service, organisation: UUID) -> Awaitable[Any]:
    return asking.client(here, "institutions").get_json(
        f"/internal/organisations/{organisation}/signer",
        token=here.token(purpose="signer", audience=["institutions"]),
    )
