"""What the services know of a class to be filed or claimed for; a peer that is down leaves gaps."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.gateway.commitments.schemas import AllowanceIn, FilingIn, SubsidyIn
from services.gateway.directory import asking
from shared import problems
from shared.client import PeerNotFound, PeerProblem, PeerUnavailable
from shared.principal import Principal
from shared.service import Service

Json = dict[str, Any]
ABSENT: Json = {}
RATES_MAX = 200
MINE_MAX = 200


@dataclass(frozen=True, slots=True)
class Taught:
    """A class that is to be claimed for: the registry's answer, terms of it, and who signs."""

    room: Json | None
    terms: Json | None
    signer: Json | None

    @property
    def degraded(self) -> bool:
        """Say whether an answer did not come."""
        return None in (self.room, self.terms, self.signer)


@dataclass(frozen=True, slots=True)
class Own:
    """What is known of a person's own class; `told` names the answers that came."""

    place: Json | None
    questions: list[Json] | None
    account: Json | None
    rate: Json | None
    told: frozenset[str]

    @property
    def degraded(self) -> bool:
        """Say whether an answer did not come."""
        return self.told != {"place", "questions", "account", "rate"}


@dataclass(frozen=True, slots=True)
class Known:
    """The peers' answers; None where one did not come. `degraded` says that some did not."""

    first_day: dict[str, Any] | None
    last_day: dict[str, Any] | None
    signer: dict[str, Any] | None
    places_used: int | None
    degraded: bool


async def ask(here: Service, by: Principal, body: FilingIn) -> Known:
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
    here: Service, by: Principal, organisation: UUID, body: FilingIn, on: date
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


async def ask_taught(here: Service, by: Principal, body: SubsidyIn) -> Taught:
    """Ask the registry for the class, institutions for its terms. NotFound for another's."""
    organisation = by.organisation
    assert organisation is not None  # the matter is asked of organisations
    room, signer = await asyncio.gather(
        _told(asking.get(here, by, "registry", f"/classes/{body.class_id}", optional=True)),
        _or_none(_signer(here, organisation)),
    )
    if room is not None and (room == ABSENT or UUID(room["organisation_id"]) != organisation):
        raise problems.NotFound
    terms = None if room is None else await _or_none(_terms(here, by, organisation, room))
    return Taught(room, terms, signer)


async def ask_own(here: Service, by: Principal, body: AllowanceIn) -> Own:
    """Ask the registry for the person's own place, conditions and account, claims for the rate.

    Raises NotFound for a class that the person never confirmed.
    """
    places, questions, account, rates = await asyncio.gather(
        _told(asking.get(here, by, "registry", "/me/enrolments", params={"limit": MINE_MAX})),
        _told(asking.get(here, by, "registry", f"/me/statements/{body.class_id}", optional=True)),
        _told(asking.get(here, by, "registry", "/me/bank-account", optional=True)),
        _told(asking.get(here, by, "claims", "/allowance-rates", params={"limit": RATES_MAX})),
    )
    place = rate = None
    if places is not None:
        own = [one for one in places["items"] if one["class_id"] == str(body.class_id)]
        if not own:
            raise problems.NotFound
        place = own[-1]
    if place is not None and rates is not None:
        rate = _rate(rates["items"], place["authority"], place["starts_on"])
    answers = {
        "place": place,
        "questions": questions,
        "account": account,
        "rate": None if place is None else rates,
    }
    return Own(
        place=place,
        questions=questions["questions"] if questions else None,
        account=account or None,
        rate=rate,
        told=frozenset(name for name, answer in answers.items() if answer is not None),
    )


def _rate(rates: list[Json], authority: str, on: str) -> Json | None:
    """Return the confirmed rate of an authority that held on a day; both are ISO days."""
    held = [
        one
        for one in rates
        if one["confirmed"] and one["authority"] == authority and one["from_date"] <= on
    ]
    return max(held, key=lambda one: str(one["from_date"]), default=None)


async def _told(call: Awaitable[Any]) -> Any:
    """Return an answer, ABSENT for a 404, None where none came."""
    try:
        found = await call
    except (PeerUnavailable, PeerProblem):
        return None
    return ABSENT if found is None else found


def _terms(here: Service, by: Principal, organisation: UUID, room: Json) -> Awaitable[Any]:
    question = {
        "offering_id": room["offering_id"],
        "commission_id": room["commission_id"],
        "authority": room["authority"],
        "on": room["starts_on"],
    }
    return asking.client(here, "institutions").post_json(
        "/internal/class-terms",
        token=asking.token(here, by, "institutions"),
        body={"organisation_id": str(organisation), "classes": [question]},
    )
