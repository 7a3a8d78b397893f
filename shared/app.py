"""The app factory: what every service's HTTP surface has in common."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import structlog
from fastapi import APIRouter, FastAPI
from fastapi.telemetry import TelemetryConfig
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, NoResultFound
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from shared import access, events, feed, logs, plans, problems, revisions, telemetry, tokens
from shared import principal as principals
from shared.background import Background, Job
from shared.clock import Clock, SuiteClock
from shared.database import Database
from shared.keyring import KeyRing
from shared.principal import Principal, Role
from shared.sealing import Sealer
from shared.service import PEERS, Constraints, Service
from shared.settings import ServiceSettings

log = structlog.get_logger()
ROOT = Path(__file__).resolve().parent.parent
BODY_BYTES_MAX = 24 * 1024 * 1024  # no route takes more; each route has its own, smaller limit
# Its own telemetry is off: it would record exception messages, which can carry row values.
OWN_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}
SEALER_EVERY_S = 0.5
CLEANING_EVERY_S = 600.0
KEYS_EVERY_S = 5.0  # a rotated data key is sealed with from then on, in every copy
ANSWERS_KEPT_H = 48
MIGRATED_WITHIN_S = 60


def build(
    name: str,
    settings: ServiceSettings,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    clock: Clock | None = None,
    constraints: Constraints | None = None,
) -> Service:
    """Make a service's parts out of its settings: the only place that reads keys and the plan."""
    folder = settings.keys_folder
    return Service(
        name=name,
        database=Database(settings.database_url),
        clock=clock or (SuiteClock(settings.clock_file) if settings.sandbox else Clock()),
        sealer=Sealer(KeyRing.load(folder / f"{name}.sealing.json")),
        signer=tokens.Signer.load(folder / f"{name}.jwk"),
        keys=tokens.KeySet(folder / "jwks.json"),
        access=access.load(ROOT / "services" / name / "access.toml"),
        plan=plans.load(settings.plan or plans.default_directory()),
        urls={peer: getattr(settings, f"{peer}_url") for peer in PEERS},
        transport=transport,
        sandbox=settings.sandbox,
        constraints=constraints or {},
    )


def create(
    here: Service,
    *,
    title: str,
    routers: Sequence[APIRouter],
    jobs: Sequence[Job] = (),
    on_start: Callable[[], Any] | None = None,
) -> FastAPI:
    """Put a service's routers behind the common mechanisms and check its access table."""
    sealer = events.Sealer(here.name, here.database, here.signer)
    background = Background(
        [
            Job("sealer", lambda now: sealer.run_once(now=now), SEALER_EVERY_S),
            Job("cleaning", lambda now: _clean(here, now), CLEANING_EVERY_S),
            Job("keys", lambda _: _refresh_keys(here), KEYS_EVERY_S),
            *jobs,
        ],
        here.clock,
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await _await_migrations(here)
        await _keep_plan(here)
        if on_start is not None:
            await on_start()
        background.start()
        yield
        await background.stop()
        for close in here.closers:
            await close()
        await here.database.close()

    app = FastAPI(
        title=title,
        version="1",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        # A redirect to the path without its slash would go to whatever host the caller names.
        redirect_slashes=False,
        telemetry=OWN_TELEMETRY,
    )
    app.state.service, app.state.background = here, background
    # Nobody reads the gateway's feed: what goes out to counties is not the inside feed.
    feeds = [feed.router(here.name)] if here.name != "gateway" else []
    for router in [*routers, *feeds]:
        app.router.routes.extend(router.routes)
    access.verify(app, here.access)
    problems.install(app)
    app.router.routes.extend(_mechanisms(here, background))
    app.add_middleware(telemetry.Headers)
    app.add_middleware(telemetry.BodyLimit, max_bytes=BODY_BYTES_MAX)
    app.add_middleware(telemetry.Telemetry, service=here.name)
    logs.configure(here.name, "INFO")
    return app


def _mechanisms(here: Service, background: Background) -> list[Route]:
    async def livez(_: Request) -> Response:
        return PlainTextResponse("ok\n")

    async def readyz(_: Request) -> Response:
        try:
            async with here.database.transaction(_self(here, "ready")) as session:
                await session.execute(text("select 1 from leases limit 1"))
        except Exception as error:  # noqa: BLE001 - whatever it is, this copy is not ready
            log.warning("not_ready", error=type(error).__name__)
            return PlainTextResponse("not ready\n", 503)
        return PlainTextResponse("ok\n")

    async def metrics(_: Request) -> Response:
        body, media_type = telemetry.render(here.name)
        return Response(body, media_type=media_type)

    async def settle(request: Request) -> Response:
        try:
            principal = here.authenticate(request)
        except problems.Problem as problem:
            return problems.answer(problem)
        if principal.role is not Role.SERVICE or principal.purpose != "settle":
            return problems.answer(problems.Forbidden())
        return JSONResponse({"done": await background.settle()})

    routes = [
        Route("/livez", livez, include_in_schema=False),
        Route("/readyz", readyz, include_in_schema=False),
        Route("/metrics", metrics, include_in_schema=False),
    ]
    if here.sandbox and here.name != "gateway":
        routes.append(Route("/internal/settle", settle, methods=["POST"], include_in_schema=False))
    return routes


async def _await_migrations(here: Service) -> None:
    """Wait until the database is at least where this code needs it; TimeoutError after a minute."""
    needed = revisions.head(here.name)
    query = text("select version_num from alembic_version")
    async with asyncio.timeout(MIGRATED_WITHIN_S):
        while True:
            try:
                async with here.database.transaction(_self(here, "start")) as session:
                    if (await session.execute(query)).scalar_one() >= needed:
                        return
            except (DBAPIError, NoResultFound, OSError) as error:
                log.info("waiting_for_database", error=type(error).__name__)
            await asyncio.sleep(0.1)


def _self(here: Service, purpose: str) -> Principal:
    return principals.service(here.name, purpose)


async def _keep_plan(here: Service) -> None:
    """Keep the loaded pack's text by hash, so that what was decided under it re-derives."""
    texts = json.dumps(dict(here.plan.texts), ensure_ascii=False)
    async with here.database.transaction(_self(here, "start")) as session:
        await session.execute(
            text(
                "insert into plan_packs (hash, texts, loaded_at)"
                " values (:hash, cast(:texts as jsonb), :at) on conflict do nothing"
            ),
            {
                "hash": here.plan.hash,
                "texts": texts,
                "at": here.clock.now(),
            },
        )


async def _refresh_keys(here: Service) -> int:
    """Read the key ring again where it has grown: rotation needs no restart."""
    here.sealer.refresh()
    return 0


async def _clean(here: Service, _: object) -> int:
    """Delete stored answers after 48 hours of machine time."""
    async with here.database.transaction(_self(here, "cleaning")) as session:
        await session.execute(
            text(
                "delete from idempotency where at < clock_timestamp() - :hours * interval '1 hour'"
            ),
            {"hours": ANSWERS_KEPT_H},
        )
    return 0
