"""The claims service's application."""

import httpx
from fastapi import FastAPI

from services.claims.provisions import api as provisions
from services.claims.settings import Settings
from shared import app
from shared.clock import Clock


def create(
    settings: Settings | None = None,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    clock: Clock | None = None,
) -> FastAPI:
    """Make the application; without arguments from the environment, as uvicorn calls it."""
    here = app.build("claims", settings or Settings(), transport=transport, clock=clock)
    return app.create(here, title="职培·补贴", routers=[provisions.router])
