"""What each page shows: the same answers that the public API gives."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.gateway.directory import asking, catalogue
from services.gateway.directory.schemas import Part
from services.gateway.surface import openapi
from shared.client import PeerNotFound, PeerProblem, PeerUnavailable
from shared.money import Fen
from shared.plans import Plan
from shared.principal import PUBLIC
from shared.service import Service

EDITIONS_SHOWN = 50
FEN, FEN_IN_WAN = 100, 1_000_000
DIRECTORIES = (Part.INSTITUTIONS, Part.ASSESSORS, Part.OFFERINGS)
ADVISED = frozenset({400, 401, 403, 404, 409, 422, 429, 503})


def yuan(fen: Fen) -> str:
    """Write an amount in yuan, without cents where there are none."""
    whole, rest = divmod(fen, FEN)
    return f"{whole:,}" if not rest else f"{whole:,}.{rest:02d}"


def fen(amount: int) -> str:
    """Write an amount in yuan to the fen, as books have it."""
    whole, rest = divmod(abs(amount), FEN)
    return f"{'-' if amount < 0 else ''}{whole:,}.{rest:02d}"


def wan(amount: int) -> str:
    """Write an amount in 10,000 yuan with two decimals, rounded half up."""
    return fen((amount + FEN_IN_WAN // 2 // FEN) * FEN // FEN_IN_WAN)


def frame(plan: Plan) -> dict[str, Any]:
    """Return what every page says at its foot."""
    title = {"zh": plan.plan.title, "en": plan.plan.title_en}
    return {"plan_title": title, "plan_number": plan.plan.number, "yuan": yuan}


async def listed_class(here: Service, class_id: UUID) -> dict[str, Any] | None:
    """Find a class that is open now."""
    known = await catalogue.of(here).fresh()
    return known.entry(Part.CLASSES, class_id)


async def editions(here: Service) -> tuple[dict[str, list[Any]], bool]:
    """List each directory's newest editions, and say whether one could not be read."""
    found: dict[str, list[Any]] = {}
    degraded = False
    for part in DIRECTORIES:
        try:
            page = await asking.get(
                here,
                PUBLIC,
                "institutions",
                f"/directories/{part}/editions",
                params={"limit": EDITIONS_SHOWN},
            )
        except (PeerUnavailable, PeerProblem):
            found[part.value], degraded = [], True
        else:
            found[part.value] = page["items"]
    return found, degraded


@dataclass(frozen=True, slots=True)
class FundSums:
    """What all funds that are booked here received, hold and paid, in fen."""

    received: int
    reserved: int
    paid: int


async def funds(here: Service) -> list[dict[str, Any]] | None:
    """Read every fund's use by quarter; None where it cannot be read."""
    try:
        found = await asking.get(here, PUBLIC, "claims", "/funds")
    except (PeerUnavailable, PeerProblem):
        return None
    listed: list[dict[str, Any]] = found["funds"]
    return listed


def sum_funds(found: Iterable[dict[str, Any]]) -> FundSums:
    """Add up the funds that are booked here."""
    booked = [one for one in found if one["booked_here"]]
    return FundSums(
        received=sum(one["received_fen"] for one in booked),
        reserved=sum(one["reserved_fen"] for one in booked),
        paid=sum(one["paid_fen"] for one in booked),
    )


async def difference(here: Service, directory: Part, edition: int) -> dict[str, Any] | None:
    """Return what an edition changed; None for one that was not published."""
    try:
        found: dict[str, Any] = await asking.get(
            here, PUBLIC, "institutions", f"/directories/{directory}/editions/{edition}/difference"
        )
    except PeerNotFound:
        return None
    return found


async def certificate(here: Service, *, number: str, name: str) -> dict[str, Any] | None:
    """Check a certificate as anybody may; None if there is none with number and name.

    Raises PeerUnavailable, PeerProblem.
    """
    try:
        found: dict[str, Any] = await asking.client(here, "registry").post_json(
            "/certificate-checks",
            token=asking.token(here, PUBLIC, "registry"),
            body={"number": number, "name": name},
        )
    except PeerNotFound:
        return None
    return found


def problem(here: Service, code: str) -> dict[str, Any] | None:
    """Return a code of the catalogue with both titles."""
    known = {one["code"]: one for one in here.extra["description"].problems}
    known.update({one["code"]: one for one in openapi.problems_of_ours()})
    return known.get(code)


def advice(status: int) -> str:
    """Return the key of what to do about a status."""
    return f"problem_{status}" if status in ADVISED else "problem_other"
