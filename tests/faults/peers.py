"""Peers that are slow, dead, half-open or wrong: deadlines, breakers, and never a false promise."""

import asyncio
import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any
from uuid import uuid4

import httpx
from fastapi.routing import APIRoute

from services.gateway import peers as gateway_peers
from shared import client, transport
from shared.client import PeerClient, State
from tests.claims.submissions import test_over_http as claiming
from tests.claims.submissions import world as money
from tests.faults.part import Part, Report, Tools
from tests.gateway import doubles
from tests.registry.world import LAST_DAY, World
from tests.suite import SERVICES, START, Suite

PATIENCE_S = 0.3  # instead of the seconds that callers wait for each other otherwise
BUSY = (502, 503, 504)
SERVER_ERROR = 500
PROBLEM = "application/problem+json"
REACH = ("650400", "650402", "650421", "650422", "6504L1")
EVENTS = "select (select count(*) from events) + (select count(*) from idempotency) as n"


@dataclass(frozen=True)
class Say:
    """An app that answers everything with the same bytes, as nobody promised."""

    status: int
    kind: str
    body: bytes
    cut: bool = False

    async def __call__(self, _scope: Any, _receive: Any, send: Any) -> None:
        """Answer one request."""
        headers = [(b"content-type", self.kind.encode()), (b"location", b"http://elsewhere/")]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": self.cut})
        if self.cut:
            raise ConnectionResetError


NETWORK: dict[str, Callable[[], transport.Fault]] = {
    "dead": transport.drop,
    "slow to accept": lambda: transport.slow_connect(3 * PATIENCE_S),
    "half-open": lambda: transport.delay(3 * PATIENCE_S),
    "answer lost": transport.lost,
}
WRONG: dict[str, Say] = {
    "a page": Say(200, "text/html", b"<html>Welcome</html>"),
    "nothing": Say(200, "application/json", b""),
    "another shape": Say(200, "application/json", b'{"ok": true}'),
    "a list": Say(200, "application/json", b"[]"),
    "null": Say(200, "application/json", b"null"),
    "half an answer": Say(200, "application/json", b'{"organisation": {', cut=True),
    "elsewhere": Say(302, "text/plain", b""),
    "a 404 of somebody else": Say(404, "text/html", b"nginx"),
    "a 401": Say(401, PROBLEM, b'{"code":"unauthenticated"}'),
    "a 409 of nobody": Say(409, PROBLEM, b'{"code":"something"}'),
    "a 500": Say(500, "text/plain", b"Traceback"),
    "overloaded": Say(503, "text/plain", b"busy"),
}


@contextmanager
def faulty(suite: Suite, host: str, fault: str) -> Iterator[None]:
    """Put a fault on the way to a service, or a liar in its place."""
    if fault in WRONG:
        with doubles.standing_in(suite, host, WRONG[fault]):
            yield
    else:
        suite.transport.fault = lambda request: (
            NETWORK[fault]() if request.url.host == host else None
        )
        try:
            yield
        finally:
            suite.transport.fault = None
    for breaker in [one.breaker for one in _clients()]:
        breaker.succeed()


def _clients() -> list[PeerClient]:
    return [one for one in gc.get_objects() if isinstance(one, PeerClient)]


@contextmanager
def impatient() -> Iterator[None]:
    """Let every service wait for its peers a fraction of what it otherwise would."""
    timeouts: list[dict[str, Any]] = [client.TIMEOUT, gateway_peers.UPLOAD_TIMEOUT]
    before = [dict(one) for one in timeouts]
    for one in timeouts:
        one.update(read=PATIENCE_S, connect=PATIENCE_S)
    try:
        yield
    finally:
        for one, kept in zip(timeouts, before, strict=True):
            one.update(kept)


async def run(tools: Tools) -> Report:
    """Try filings, disclosures and every aggregate with every fault of every peer."""
    report = Report()
    faults = [*NETWORK, *WRONG]
    here, room, _ = await claiming._taught(tools.suite)
    await money.money(tools.suite)
    few = tools.many(handful=4, full=len(faults))
    turn = tools.seed % len(faults)
    some = [*faults[turn:], *faults[:turn]][:few]
    with impatient():
        for fault in some:
            await _never_committed(report, here, fault)
            await _never_claimed(report, here, room, fault)
        for fault in {some[0], "dead", "half-open", some[-1]} if few < len(faults) else faults:
            for host in SERVICES[:3]:
                await _aggregates(report, here, host, fault)
        await _breaker(report, here)
    return report


async def _never_committed(report: Report, here: World, fault: str) -> None:
    """Expect no class and no open promise where its standing was not heard; then both."""
    suite = here.suite
    door = suite.gateway(here.institution.principal)
    suite.clock.at = START
    body, key = here.class_body(capacity=1), {"Idempotency-Key": f"peers-{uuid4()}"}
    [before] = await suite.sql("registry", EVENTS)
    with faulty(suite, "institutions", fault):
        began = monotonic()
        filed = await door.post("/v1/classes", json=body, headers=key)
        seconds = monotonic() - began
        shown = await door.post("/v1/disclosures", json=_disclosure(here))
    [after] = await suite.sql("registry", EVENTS)
    held = not filed.is_success and before == after
    report.case(held=held, what=f"institutions {fault}: filed {filed.status_code}")
    promised = shown.is_success and (shown.json()["may_commit"] or not shown.json()["degraded"])
    report.case(held=not promised, what=f"institutions {fault}: {shown.text[:200]}")
    _slowest(report, seconds)
    again = await door.post("/v1/classes", json=body, headers=key)
    report.case(
        held=again.is_success, what=f"after {fault}: {again.status_code} {again.text[:200]}"
    )


def _disclosure(here: World) -> dict[str, Any]:
    body = here.class_body()
    return {
        "matter": "class-filing",
        "language": "zh-Hans",
        "commission_id": body["commission_id"],
        "offering_id": body["offering_id"],
        "class_name": body["name"],
        "starts_on": body["starts_on"],
        "ends_on": LAST_DAY.isoformat(),
        "hours": 40,
        "capacity": 30,
    }


async def _never_claimed(report: Report, here: World, room: Any, fault: str) -> None:
    """Expect no claim and no reserved fen where a fact, a price or a signer was not heard."""
    suite = here.suite
    door = suite.gateway(here.institution.principal)
    for host in ("registry", "institutions"):
        [before] = await suite.sql("claims", EVENTS)
        with faulty(suite, host, fault):
            filed = await door.post("/v1/claims", json=claiming._claim(room))
        [after] = await suite.sql("claims", EVENTS)
        held = not filed.is_success and before == after
        what = f"{host} {fault}: claimed {filed.status_code} {filed.text[:200]}"
        report.case(held=held, what=what)


async def _aggregates(report: Report, here: World, host: str, fault: str) -> None:
    """Ask the gateway for all that it puts together itself: told in time, or said to be partial."""
    door = here.suite.gateway(here.suite.officer(*REACH))
    routes = [
        route
        for route in here.suite.apps["gateway"].routes
        if isinstance(route, APIRoute) and "GET" in route.methods and "{" not in route.path
    ]
    with faulty(here.suite, host, fault):
        for route in routes:
            began = monotonic()
            answer = await door.get(route.path)
            _slowest(report, monotonic() - began)
            what = f"{host} {fault}: GET {route.path} → {answer.status_code}"
            broken = answer.status_code == SERVER_ERROR
            report.case(held=not broken, what=what)
            if answer.status_code in BUSY:
                report.case(held="retry-after" in answer.headers, what=f"{what}, no Retry-After")
    report.figures["aggregates"] = len(routes)


def _slowest(report: Report, seconds: float) -> None:
    """Note the longest wait, and break where a deadline with its retry was not kept."""
    before = float(report.figures.get("slowest answer, s", 0.0))
    report.figures["slowest answer, s"] = round(max(before, seconds), 2)
    kept = seconds < client.DEADLINE_S + 2
    report.case(held=kept, what=f"an answer took {seconds:.1f} s")


async def _breaker(report: Report, here: World) -> None:
    """Fail five times: then nobody waits and nobody asks, until a probe finds the peer back."""
    suite = here.suite
    asked: list[str] = []

    def dead(request: httpx.Request) -> transport.Fault | None:
        if request.url.host != "institutions":
            return None
        asked.append(request.url.path)
        return transport.drop()

    door = suite.gateway(suite.officer(*REACH))
    suite.transport.fault = dead
    try:
        for _ in range(client.BREAKER_FAILURES):
            await door.get("/v1/offerings")
        report.case(held=_opened() > 0, what="no breaker opened")
        asked.clear()
        answers = [await door.get("/v1/offerings") for _ in range(5)]
        refused = {answer.status_code for answer in answers} <= set(BUSY)
        report.case(held=refused and not asked, what=f"an open breaker asked {len(asked)} times")
    finally:
        suite.transport.fault = None
    await asyncio.sleep(client.BREAKER_OPEN_S)
    answer = await door.get("/v1/offerings")
    report.case(held=answer.is_success, what=f"after the probe: {answer.status_code}")


def _opened() -> int:
    return sum(one.breaker.state is State.OPEN for one in _clients())


PART = Part(
    "peers",
    "a peer that is slow, dead, half-open or wrong delays nobody long and commits nobody falsely",
    run,
)
