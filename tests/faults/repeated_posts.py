"""Every POST again and again: one effect and one answer, whenever and however often it is sent.

Operations are enumerated from the running apps; a life's own requests are the valid bodies. What
the life does not reach is a figure of the report, by name.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi.routing import APIRoute

from services.claims.app import create as create_claims
from services.claims.settings import Settings as ClaimsSettings
from services.gateway.app import create as create_gateway
from services.gateway.settings import Settings as GatewaySettings
from services.institutions.app import create as create_institutions
from services.institutions.settings import Settings as InstitutionsSettings
from services.registry.app import create as create_registry
from services.registry.settings import Settings as RegistrySettings
from shared import postgres
from tests.faults.part import Part, Report, Tools
from tests.journeys import coda, figures, life
from tests.journeys.stage import MemoryStage
from tests.suite import Suite

MAKERS: dict[str, tuple[Any, Any]] = {
    "institutions": (create_institutions, InstitutionsSettings),
    "registry": (create_registry, RegistrySettings),
    "claims": (create_claims, ClaimsSettings),
    "gateway": (create_gateway, GatewaySettings),
}
# What a caller is told who should come back: no answer of the operation.
LATER = {httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE}
COMES_BACK = b"request_in_progress"
NO_EFFECT = ("idempotency", "leases", "alembic_version")
Kwargs = dict[str, Any]


def operations(suite: Suite) -> dict[str, APIRoute]:
    """List the POSTs of the running apps that need a key, by the name of the operation."""
    return {
        route.name: route
        for app in suite.apps.values()
        for route in app.routes
        if isinstance(route, APIRoute)
        and "POST" in route.methods
        and not route.path.startswith("/internal")
        and (route.openapi_extra or {}).get("x-idempotency", "required") == "required"
    }


@dataclass(slots=True)
class Repeater(httpx.AsyncBaseTransport):
    """Sends each POST of a life as often as told, the first of each operation with every way."""

    suite: Suite
    report: Report
    times: int
    at_once: bool
    routes: dict[str, APIRoute]
    reached: Counter[str] = field(default_factory=Counter)
    kept: list[tuple[str, httpx.Request, int, bytes]] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, and again where it is a POST with a key; give the last answer."""
        name = self._operation(request)
        if name is None:
            return await self._send(request)
        first = not self.reached[name]
        self.reached[name] += 1
        how_often = self.times if first else 2
        if self.at_once:
            return await self._at_once(name, request, how_often)
        return await self._one_by_one(name, request, how_often)

    def _operation(self, request: httpx.Request) -> str | None:
        path = request.url.path
        if request.method != "POST" or not path.startswith("/v1/"):
            return None
        for name, route in self.routes.items():
            if route.path_regex.match(path) or route.path_regex.match(path.removeprefix("/v1")):
                return name
        return None

    async def _send(self, request: httpx.Request) -> httpx.Response:
        again = httpx.Request(
            request.method,
            request.url,
            headers=request.headers,
            content=request.content,
            extensions=request.extensions,
        )
        answer = await self.suite.transport.handle_async_request(again)
        answer.request = again
        await answer.aread()
        return answer

    async def _one_by_one(
        self, name: str, request: httpx.Request, how_often: int
    ) -> httpx.Response:
        answer = await self._send(request)
        counted = how_often > 2  # the first of its operation: counting is slow
        rows = await _rows(self.suite) if counted else []
        for _ in range(how_often - 1):
            self._same(name, answer, await self._send(request))
        await self._other_body(name, request)
        held = not counted or await _rows(self.suite) == rows
        self.report.case(held=held, what=f"{name}: sent again, it changed rows")
        self.kept.append((name, request, answer.status_code, answer.content))
        return answer

    async def _at_once(self, name: str, request: httpx.Request, how_often: int) -> httpx.Response:
        answers = await asyncio.gather(*(self._send(request) for _ in range(how_often)))
        done = [one for one in answers if not _later(one)]
        answer = done[0] if done else await self._send(request)
        for one in done:
            self._same(name, answer, one)
        await self._other_body(name, request)
        self._same(name, answer, await self._send(request))
        self.kept.append((name, request, answer.status_code, answer.content))
        return answer

    def _same(self, name: str, one: httpx.Response, other: httpx.Response) -> None:
        same = (one.status_code, one.content) == (other.status_code, other.content)
        what = f"{name}: {one.status_code} and then {other.status_code} {other.text[:200]}"
        self.report.case(held=same or _later(other), what=what)

    async def _other_body(self, name: str, request: httpx.Request) -> None:
        other = httpx.Request(
            request.method,
            request.url,
            headers={k: v for k, v in request.headers.items() if k != "content-length"},
            content=request.content + b" \n",
            extensions=request.extensions,
        )
        answer = await self._send(other)
        held = b"idempotency_key_reused" in answer.content
        what = f"{name}: another body under the key got {answer.status_code} {answer.text[:200]}"
        self.report.case(held=held or _later(answer), what=what)


def _later(answer: httpx.Response) -> bool:
    return answer.status_code in LATER or COMES_BACK in answer.content


async def _rows(suite: Suite) -> list[tuple[str, str, int]]:
    """Count the rows of every table of every service, but those that only repeat requests."""
    found = []
    for name in MAKERS:
        tables = await suite.sql(
            name, "select tablename from pg_tables where schemaname = 'public' order by 1"
        )
        names = [row["tablename"] for row in tables if row["tablename"] not in NO_EFFECT]
        counts = ", ".join(f'(select count(*) from "{table}")' for table in names)
        [row] = await suite.sql(name, f"select {counts}")
        found += [(name, table, n) for table, n in zip(names, row.values(), strict=True)]
    return found


async def run(tools: Tools) -> Report:
    """Live lives whose every POST is repeated, then send all of it again to restarted apps."""
    report = Report()
    routes = operations(tools.suite)
    reached: set[str] = set()
    ways = (False, True) if tools.many(handful=0, full=1) else (tools.seed % 2 == 0,)
    for at_once in ways:
        times = tools.many(handful=6, full=50)
        repeater = Repeater(tools.suite, report, times, at_once, routes)
        on = MemoryStage(tools.suite)
        on.http = httpx.AsyncClient(transport=repeater, base_url="http://gateway", timeout=20)
        lived = await life.be_taught(on)
        wrong = figures.differing(await life.be_paid(lived), figures.ENDING)
        report.case(held=not wrong, what=f"the life ends otherwise: {wrong}"[:500])
        if tools.many(handful=0, full=1):
            await coda.play(lived)
        await _after_restart(tools.suite, repeater)
        reached |= set(repeater.reached)
        if at_once is not ways[-1]:
            await tools.suite.clean()
    left = sorted(routes.keys() - reached)
    report.figures |= {
        "operations with a key": len(routes),
        "reached by the life": len(reached),
        "not reached": len(left),
        "names not reached": ", ".join(left),
    }
    return report


async def _after_restart(suite: Suite, repeater: Repeater) -> None:
    rows = await _rows(suite)
    async with _restarted(suite):
        for name, request, status, content in repeater.kept:
            answer = await repeater._send(request)
            same = (answer.status_code, answer.content) == (status, content)
            what = f"{name}: {status}, after a restart {answer.status_code} {answer.text[:200]}"
            repeater.report.case(held=same, what=what)
    held = await _rows(suite) == rows
    repeater.report.case(held=held, what="sent again after a restart, requests changed rows")


@asynccontextmanager
async def _restarted(suite: Suite) -> AsyncIterator[None]:
    """Let new apps on the same data answer in place of the old ones."""
    old = dict(suite.transport.apps)
    async with AsyncExitStack() as stack:
        for name, (create, kind) in MAKERS.items():
            url, _ = postgres.database_urls(suite.cluster, name, suite.prefix)
            settings = kind(
                database_url=url,
                ZHIPEI_KEYS=suite.keys,
                ZHIPEI_DATA=suite.keys.parent,
                ZHIPEI_SANDBOX=True,
            )
            app = create(settings, transport=suite.transport, clock=suite.clock)
            app.state.background.start = lambda: None
            suite.transport.apps[name] = app
            await stack.enter_async_context(app.router.lifespan_context(app))
        try:
            yield
        finally:
            suite.transport.apps.update(old)


PART = Part(
    "repeated_posts",
    "a POST sent again, in whatever way, has one effect and one answer",
    run,
)
