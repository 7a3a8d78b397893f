"""The sandbox's clock: set it, and every service does what has become due. Never in production.

It is a plain route that exists in a sandbox only, so it has no row in the access table.
"""

from datetime import datetime
from typing import Annotated

from pydantic import AwareDatetime, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from services.gateway.peers import ASKS, Peers
from shared import problems, routing
from shared.background import Background
from shared.clock import FixedClock, SuiteClock
from shared.principal import Principal, Role
from shared.service import Service

ROUNDS_MAX = 50
MAY = frozenset({Role.ADMINISTRATOR, Role.OFFICER})


class ClockIn(routing.Body):
    """The instant that the whole suite shall have."""

    now: Annotated[AwareDatetime, Field(strict=False)]


def routes(here: Service, peers: Peers) -> list[Route]:
    """Return the route of the clock."""

    async def set_clock(request: Request) -> Response:
        try:
            return await _set(request, here, peers)
        except ValidationError:
            return problems.answer(problems.Malformed())
        except problems.Problem as problem:
            return problems.answer(problem)

    return [Route("/v1/sandbox/clock", set_clock, methods=["POST"], include_in_schema=False)]


async def _set(request: Request, here: Service, peers: Peers) -> Response:
    principal: Principal = request.state.principal
    if principal.role not in MAY:
        raise problems.Forbidden
    wanted = ClockIn.model_validate_json(await request.body()).now
    set_to(here, wanted)
    background: Background = request.app.state.background
    total = 0
    for _ in range(ROUNDS_MAX):
        done = 0
        for name in ASKS:
            done += await _settle(here, peers, name)
        done += await background.settle()
        total += done
        if not done:
            break
    return JSONResponse({"now": here.clock.now().isoformat(), "done": total})


def set_to(here: Service, at: datetime) -> None:
    """Move the clock that every process of the suite reads."""
    if isinstance(here.clock, FixedClock):
        here.clock.at = at
    elif isinstance(here.clock, SuiteClock):
        here.clock.set(at)
    else:
        raise problems.NotFound


async def _settle(here: Service, peers: Peers, name: str) -> int:
    """Have a service do what is due; it takes as long as it takes."""
    token = here.token(purpose="settle", audience=[name])
    lane = peers.lanes[name].patient
    async with lane.stream("POST", "/internal/settle", token=token, content=b"") as response:
        await response.aread()
        if not response.is_success:
            raise problems.Conflict(f"{name}: {response.status_code}")
    answer: dict[str, int] = response.json()
    return answer["done"]
