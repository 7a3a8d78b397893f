"""The gateway service's application."""

import httpx
from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware

from services.gateway import peers
from services.gateway.access import parts
from services.gateway.access.clients import api as clients
from services.gateway.access.clients import oauth
from services.gateway.access.officers import api as officers
from services.gateway.access.officers.operations import LoginTaken
from services.gateway.access.wechat import api as wechat
from services.gateway.commitments import api as commitments
from services.gateway.directory import api as directory
from services.gateway.directory import catalogue
from services.gateway.directory.ready import Ready
from services.gateway.grievances import api as grievances
from services.gateway.portal import api as portal
from services.gateway.previews import api as previews
from services.gateway.progress import api as progress
from services.gateway.progress import reading
from services.gateway.settings import Settings
from services.gateway.surface import api as surface
from services.gateway.surface import forward, pages, sandbox
from services.gateway.surface.budgets import Budgets
from services.gateway.surface.door import Door
from shared import app
from shared.clock import Clock

# A further package adds its router here and its rows to access.toml.
ROUTERS: list[APIRouter] = [
    officers.router,
    clients.router,
    oauth.router,
    wechat.router,
    surface.router,
    commitments.matters,
    commitments.disclosures,
    directory.router,
    previews.router,
    grievances.mine,
    grievances.offices,
    progress.router,
    portal.router,
]
CONSTRAINTS = {"officer_login_taken": LoginTaken}


def create(
    settings: Settings | None = None,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    clock: Clock | None = None,
) -> FastAPI:
    """Make the application; without arguments from the environment, as uvicorn calls it."""
    settings = settings or Settings()
    here = app.build("gateway", settings, transport=transport, clock=clock, constraints=CONSTRAINTS)
    connected = peers.connect(here)
    access = parts.build(here, settings, connected)
    here.extra["keys_folder"] = settings.keys_folder
    here.extra["description"] = description = pages.Description()
    made = app.create(
        here,
        title="职培·开放接口",
        routers=ROUTERS,
        jobs=[parts.cleaning(here), *reading.jobs(here, connected), catalogue.job(here)],
    )
    made.router.routes += [*pages.routes(description), *forward.routes(here, connected)]
    if here.sandbox:
        made.router.routes += sandbox.routes(here, connected)
    here.extra["budgets"] = budget = Budgets(settings.budgets, access.machine)
    # Appended, so that it stands inside telemetry and headers, right before the routes.
    made.user_middleware.append(
        Middleware(Door, here=here, revocations=access.revocations, budget=budget)
    )
    made.user_middleware.append(Middleware(Ready, here=here))
    return made
