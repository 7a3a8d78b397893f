"""Kill -9 of every process: nothing acknowledged is lost, and the door answers again at once."""

import asyncio
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from time import monotonic
from uuid import uuid4

import httpx

from shared import tokens
from shared.principal import Principal, Role
from tests.faults.part import Part, Report, Size, Tools
from tests.institutions import world as directory
from tests.journeys import real_suite
from tests.journeys.real_suite import RealSuite
from tests.suite import SERVICES

BACK_WITHIN_S = 2.0
LOADED_S = 15.0  # in `make test` other tests use the same two cores
PAUSE_S = 0.02
CREATED, OK = 201, 200
# What reaches a victim through the door.
REACHES = {
    "institutions": "/v1/offerings",
    "registry": "/v1/classes",
    "claims": "/v1/claims",
    "gateway": "/v1/progress",
    "postgres": "/v1/classes",
}


@dataclass
class Writer:
    """An office that registers organisations one after the other and remembers what it was told."""

    suite: RealSuite
    headers: dict[str, str]
    told: list[str] = field(default_factory=list)

    async def write(self) -> None:
        """Register until cancelled; a request that was not answered is sent again with its key."""
        number = 0
        while True:
            number += 1
            key = {"Idempotency-Key": f"downtime-{uuid4()}"}
            body = directory.organisation(number)
            self.told.append(await self._acknowledged(body, key))

    async def _acknowledged(self, body: directory.Json, key: dict[str, str]) -> str:
        while True:
            if (answer := await self._post(body, key)) is not None:
                return answer
            await asyncio.sleep(PAUSE_S)

    async def _post(self, body: directory.Json, key: dict[str, str]) -> str | None:
        try:
            answer = await self.suite.http.post(
                "/v1/organisations", json=body, headers=self.headers | key
            )
        except httpx.TransportError:
            return None
        return str(answer.json()["id"]) if answer.status_code == CREATED else None


async def run(tools: Tools) -> Report:
    """Kill each process while an office writes; time the first success; read all of it again."""
    report = Report()
    victims = [*SERVICES, "postgres"] if tools.size is Size.FULL else ["registry", "postgres"]
    with real_suite.running(tools.folder / "real") as suite:
        writer = Writer(suite, _headers(suite))
        report.figures["cold start of a service's code, s"] = started = await _cold_start()
        limit = max(BACK_WITHIN_S, 2 * started) if tools.size is Size.FULL else LOADED_S
        async with suite.looked_after():
            writing = asyncio.create_task(writer.write())
            for victim in victims * tools.many(handful=1, full=2):
                await asyncio.sleep(0.3)
                await _kill(report, limit, writer, victim)
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            await _reread(report, suite, writer)
        checked = await _check(suite)
        report.case(held=checked == 0, what="the check found rows amiss")
    report.figures["acknowledged writes"] = len(writer.told)
    return report


async def _cold_start() -> float:
    """Measure what a new process of a service costs here and now: two seconds do not travel."""
    began = monotonic()
    command = (sys.executable, "-c", "import uvicorn, services.claims.app")
    await (await asyncio.create_subprocess_exec(*command)).wait()
    return round(monotonic() - began, 2)


async def _check(suite: RealSuite) -> int:
    """Run the check of the data folder as people do; return its exit code."""
    command = (sys.executable, "-m", "services", "check", str(suite.data))
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.DEVNULL)
    return await process.wait()


def _headers(suite: RealSuite) -> dict[str, str]:
    by = Principal(
        f"officer:{uuid4()}",
        Role.OFFICER,
        authorities=("650421", "650402"),
        office="650421/hrss",
    )
    token = tokens.mint(
        suite.signer("gateway"),
        audience=["zhipei"],
        typ=tokens.TokenType.OUTSIDE,
        ttl_s=3600,
        claims=by.claims(),
    )
    return {"Authorization": f"Bearer {token}"}


async def _kill(report: Report, limit: float, writer: Writer, victim: str) -> None:
    suite = writer.suite
    os.kill(_pid(suite, victim), signal.SIGKILL)
    began = monotonic()
    while monotonic() - began < LOADED_S:
        try:
            answer = await suite.http.get(REACHES[victim], headers=writer.headers, timeout=1.0)
        except httpx.TransportError:
            await asyncio.sleep(PAUSE_S)
            continue
        if answer.status_code == OK:
            break
        await asyncio.sleep(PAUSE_S)
    seconds = monotonic() - began
    report.case(held=seconds < limit, what=f"{victim}: first success after {seconds:.2f} s")
    name = f"{victim}: first success, s (slowest)"
    report.figures[name] = round(max(seconds, float(report.figures.get(name, 0.0))), 2)


def _pid(suite: RealSuite, victim: str) -> int:
    if victim == "postgres":
        cluster = suite.launcher.cluster
        pid = cluster.pid if cluster is not None else None
    else:
        process = suite.launcher.children[victim].process
        pid = process.pid if process is not None else None
    if pid is None:
        raise RuntimeError(f"{victim} does not run")
    return pid


async def _reread(report: Report, suite: RealSuite, writer: Writer) -> None:
    """Read every organisation that was acknowledged: none may be missing."""
    for made in writer.told:
        answer = await suite.http.get(f"/v1/organisations/{made}", headers=writer.headers)
        held = answer.status_code == OK
        report.case(held=held, what=f"acknowledged and gone: {made} {answer.status_code}")


PART = Part(
    "downtime",
    "after kill -9 of any process nothing acknowledged is lost and the door answers in 2 s "
    "(or twice the time that a process takes to load)",
    run,
)
