"""What each page shows: the same answers that the public API gives."""

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
FEN = 100
DIRECTORIES = (Part.INSTITUTIONS, Part.ASSESSORS, Part.OFFERINGS)
ADVISED = frozenset({400, 401, 403, 404, 409, 422, 429, 503})


def yuan(fen: Fen) -> str:
    """Write an amount in yuan, without cents where there are none."""
    whole, rest = divmod(fen, FEN)
    return f"{whole:,}" if not rest else f"{whole:,}.{rest:02d}"


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
