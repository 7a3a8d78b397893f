"""Databases that refuse: no connections left, read-only, disk full, serialization failures."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from uuid import uuid4

import httpx

from tests.faults.part import Part, Report, Tools
from tests.institutions import world as directory
from tests.registry.world import World
from tests.registry.world import world as new_world
from tests.suite import SERVICES, Suite

KILL = (
    "select pg_terminate_backend(pid) from pg_stat_activity"
    " where datname = current_database() and usename like '%_app'"
)
# What PostgreSQL says: disk full, out of memory, read-only, cannot serialize, deadlock, shutdown.
STATES = ("53100", "53200", "25006", "40001", "40P01", "57P01")
FAIL = (
    "create function faulty() returns trigger language plpgsql as"
    " $$ begin raise exception 'fault' using errcode = '{}'; end $$;"
    " create trigger faulty before insert on events for each row execute function faulty()"
)
RESTORE = "drop function faulty() cascade"
Write = Callable[[World, dict[str, str]], Awaitable[httpx.Response]]
BUSY = 503
Trouble = Callable[[Suite, str], AbstractAsyncContextManager[None]]


async def run(tools: Tools) -> Report:
    """Try a write and reads of each service while its database refuses, and once it is back."""
    report = Report()
    here = await new_world(tools.suite)
    troubles, chance = _troubles(), random.Random(tools.seed)
    for _ in range(tools.many(handful=1, full=10)):
        for service in WRITES:
            for what in chance.sample(sorted(troubles), tools.many(handful=3, full=len(troubles))):
                await _one(report, here, service, what)
    for name in SERVICES:
        await _cut(report, tools.suite, name)
    return report


async def _one(report: Report, here: World, service: str, what: str) -> None:
    """Expect a write to be refused as busy, to leave nothing, and to go through afterwards."""
    write, trouble = WRITES[service], _troubles()[what]
    key = {"Idempotency-Key": f"trouble-{uuid4()}"}
    before = await _rows(here.suite, service)
    async with trouble(here.suite, service):
        answer = await write(here, key)
    busy = answer.status_code == BUSY and "retry-after" in answer.headers
    report.case(held=busy, what=f"{service} {what}: {answer.status_code} {answer.text[:200]}")
    same = before == await _rows(here.suite, service)
    report.case(held=same, what=f"{service} {what}: a refused write left something")
    again = await write(here, key)
    report.case(held=again.is_success, what=f"{service} {what}, over: {again.status_code}")
    report.figures[what] = int(report.figures.get(what, 0)) + 1


async def _rows(suite: Suite, service: str) -> int:
    [row] = await suite.sql(
        service, "select (select count(*) from events) + (select count(*) from idempotency) as n"
    )
    return int(row["n"])


def _troubles() -> dict[str, Trouble]:
    failing = {f"SQLSTATE {state}": _failing(state) for state in STATES}
    return {"no connection left": _no_connection, "read-only": _read_only, **failing}


def _failing(state: str) -> Trouble:
    @asynccontextmanager
    async def trouble(suite: Suite, service: str) -> AsyncIterator[None]:
        await suite.superuser(service).execute(FAIL.format(state))
        try:
            yield
        finally:
            await suite.superuser(service).execute(RESTORE)

    return trouble


@asynccontextmanager
async def _no_connection(suite: Suite, service: str) -> AsyncIterator[None]:
    role = f"{service}_app"
    await suite.superuser(service).execute(f"alter role {role} connection limit 0; {KILL}")
    try:
        yield
    finally:
        await suite.superuser(service).execute(f"alter role {role} connection limit -1")


@asynccontextmanager
async def _read_only(suite: Suite, service: str) -> AsyncIterator[None]:
    name = f"{suite.prefix}{service}"
    setting = "default_transaction_read_only"
    await suite.superuser(service).execute(f"alter database {name} set {setting} = on; {KILL}")
    try:
        yield
    finally:
        await suite.superuser(service).execute(f"alter database {name} reset {setting}; {KILL}")


async def _register(here: World, key: dict[str, str]) -> httpx.Response:
    body = directory.organisation(int(key["Idempotency-Key"][-4:], 16))
    return await _officer(here, "institutions").post("/organisations", json=body, headers=key)


async def _file(here: World, key: dict[str, str]) -> httpx.Response:
    body = here.class_body(capacity=1)
    return await here.institution.client.post("/classes", json=body, headers=key)


def _officer(here: World, service: str) -> httpx.AsyncClient:
    subject = "officer:00000000-0000-7000-8000-000000000009"
    return here.suite.service(service, here.suite.officer("650421", subject=subject))


WRITES: dict[str, Write] = {"institutions": _register, "registry": _file}


async def _cut(report: Report, suite: Suite, service: str) -> None:
    """Cut every connection of a service: the next requests may be busy, none fails, then all go."""
    client = suite.service(service, suite.officer("650402"))
    if service == "gateway":
        client = suite.gateway(suite.officer("650402"))
    await suite.superuser(service).execute(KILL)
    paths = {"institutions": "/offerings", "registry": "/classes", "claims": "/claims"}
    path = paths.get(service, "/v1/progress")
    answers = await asyncio.gather(*(client.get(path) for _ in range(24)))
    codes = sorted({answer.status_code for answer in answers})
    report.case(held=set(codes) <= {200, BUSY}, what=f"{service}: cut connections gave {codes}")
    for _ in range(16):
        await client.get(path)
    answer = await client.get(path)
    report.case(held=answer.is_success, what=f"{service} after the cut: {answer.status_code}")


PART = Part(
    "connections",
    "a database that refuses is answered 503 with Retry-After, loses nothing, and is used again",
    run,
)
