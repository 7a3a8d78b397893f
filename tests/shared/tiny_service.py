"""A tiny service on the claims database: enough to see the mechanisms work."""

import asyncio
from dataclasses import replace
from enum import StrEnum
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from pydantic import Field
from sqlalchemy import text

from shared import access, app, events, problems, routing
from shared.principal import Role
from tests.suite import Suite


class Type(StrEnum):
    """One type is enough."""

    NOTED = "thing.noted"


class Note(routing.Body):
    """A request body."""

    text: str = Field(max_length=20)
    fen: int = Field(default=0, ge=0, le=100)


class Noted(routing.Out):
    """An answer."""

    text: str
    events: int


class Refused(problems.Problem):
    """Refused after the effect was written: nothing may stay."""

    status = 422
    code = "tiny_refused"
    title_zh = "不予办理"
    title_en = "Refused"


def make(suite: Suite, *, pause: float = 0.0) -> FastAPI:
    """Make the app and hang it into the suite's network as `tiny`."""
    router = routing.router("/notes", tags=["tiny"])

    @router.post("", status_code=201)
    async def note(
        body: Note, session: routing.DbSession, by: routing.Caller, clock: routing.Now
    ) -> Noted:
        event = events.Event(Type.NOTED, f"thing:{body.text}", by.authorities[0])
        await events.append(session, [event], by=by, at=clock.now())
        await asyncio.sleep(pause)
        if body.text == "refuse":
            raise Refused
        if body.text == "break":
            await session.execute(text("select 1 / 0"))
        count = (await session.execute(text("select count(*) from events"))).scalar_one()
        return Noted(text=body.text, events=count)

    @router.get("/seen")
    async def seen(session: routing.DbSession) -> list[str]:
        rows = await session.execute(text("select authority from events order by position"))
        return list(rows.scalars())

    roles = frozenset({Role.OFFICER})
    table = access.AccessTable(
        {
            "note": access.Row(roles, frozenset(), "test"),
            "seen": access.Row(roles, frozenset(), "test"),
            "read_events": access.Row(frozenset({Role.SERVICE}), frozenset({"feed"}), "test"),
        },
        {},
    )
    here = replace(suite.apps["claims"].state.service, access=table)
    made = app.create(here, title="tiny", routers=[router])
    suite.transport.apps["tiny"] = made
    return made


async def hidden(suite: Suite) -> list[dict[str, Any]]:
    """Read all events as the superuser."""
    return [dict(row) for row in await suite.sql("claims", "select * from events")]


def uuid(number: int) -> UUID:
    """Return a readable UUID."""
    return UUID(int=number)
