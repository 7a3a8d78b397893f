"""Ten times too much: what can be done is done, the rest is told when to come again."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from time import monotonic
from uuid import uuid4

import httpx
from fastapi.routing import APIRoute

from services.gateway.settings import Settings
from services.gateway.surface.budgets import Budgets
from shared import tokens, transport
from shared.principal import Principal, Role
from tests.faults.part import Part, Report, Tools
from tests.journeys import real_suite
from tests.suite import Suite

TOGETHER = 24  # more than a pool has connections
TOO_MANY = 200  # more than may wait for a peer
LATER = (429, 503)
OK, SERVER_ERROR = 200, 500
PEAK_WORKERS, TIMES = 8, 10
PAIRS, MEASURED_S, BACK_S = 5, 3.0, 5.0
GOODPUT = 0.90
REACH = ("650400", "650402", "650421", "650422", "6504L1")


async def run(tools: Tools) -> Report:
    """Crowd each page, fill the waiting room of a slow peer, let one client make noise."""
    report, suite = Report(), tools.suite
    await _crowd(report, suite, tools)
    await _waiting_room(report, suite)
    await _noise(report, suite)
    for n in range(tools.many(handful=0, full=1)):
        with real_suite.running(tools.folder / f"real-{n}") as real:
            async with real.looked_after():
                await _real(report, real)
    return report


async def _crowd(report: Report, suite: Suite, tools: Tools) -> None:
    """Ask for each aggregate many times at once: a request never waits for itself."""
    paths = [
        route.path
        for route in suite.apps["gateway"].routes
        if isinstance(route, APIRoute) and "GET" in route.methods and "{" not in route.path
    ]
    door = suite.gateway(suite.officer(*REACH))
    rounds = tools.many(handful=1, full=5)
    with _unmetered(suite):
        for path in paths:
            if (await door.get(path)).status_code != OK:
                continue
            for _ in range(rounds):
                answers = await asyncio.gather(*(door.get(path) for _ in range(TOGETHER)))
                good = sum(answer.status_code == OK for answer in answers)
                held = good >= TOGETHER // 2 and not _failed(answers)
                report.case(held=held, what=f"{path}: {good} of {TOGETHER} at once")


@contextmanager
def _unmetered(suite: Suite, reads: int = 1_000_000) -> Iterator[None]:
    budgets: Budgets = suite.apps["gateway"].state.service.extra["budgets"]
    budgets.allow({"reads": reads, "misses": 1_000_000})
    try:
        yield
    finally:
        budgets.allow(Settings(database_url="", sandbox=True).budgets)


def _failed(answers: list[httpx.Response]) -> bool:
    """Say whether an answer is neither good nor one that says when to come again."""
    return any(
        answer.status_code >= SERVER_ERROR
        and (answer.status_code not in LATER or "retry-after" not in answer.headers)
        for answer in answers
    )


async def _waiting_room(report: Report, suite: Suite) -> None:
    """Send more to a slow peer than may wait: each is answered, and afterwards all is as before."""
    doors = [suite.gateway(suite.officer(*REACH)) for _ in range(TOO_MANY)]
    suite.transport.fault = lambda request: (
        transport.delay(0.15) if request.url.host == "registry" else None
    )
    try:
        with _unmetered(suite):
            answers = await asyncio.gather(*(door.get("/v1/classes") for door in doors))
    finally:
        suite.transport.fault = None
    codes = sorted({answer.status_code for answer in answers})
    good = sum(answer.status_code == OK for answer in answers)
    report.figures["slow peer: served of 200 at once"] = good
    report.case(held=set(codes) <= {OK, *LATER}, what=f"a crowd before a slow peer: {codes}")
    report.case(held=not _failed(list(answers)), what="a refusal without Retry-After")
    report.case(held=good > 0, what="nobody was served")
    answer = await doors[0].get("/v1/classes")
    report.case(held=answer.status_code == OK, what=f"afterwards {answer.status_code}")


async def _noise(report: Report, suite: Suite) -> None:
    """Let one client ask far beyond its budget: it is sent away, the quiet one is not."""
    noisy, quiet = (suite.gateway(suite.officer("650402")) for _ in range(2))
    with _unmetered(suite, reads=20):
        loud, soft = await asyncio.gather(
            asyncio.gather(*(noisy.get("/v1/labels") for _ in range(TOO_MANY))),
            asyncio.gather(*(quiet.get("/v1/labels") for _ in range(10))),
        )
    refused = [answer for answer in loud if answer.status_code != OK]
    report.case(held=len(refused) >= TOO_MANY - 40, what=f"only {len(refused)} were sent away")
    report.case(held=all("retry-after" in one.headers for one in refused), what="no Retry-After")
    report.case(held=all(one.status_code == OK for one in soft), what="the quiet one was refused")


async def _real(report: Report, suite: real_suite.RealSuite) -> None:
    """Measure real processes: the peak, ten times as many callers at once, and the way back."""
    await _load(suite, PEAK_WORKERS, 1.0)
    plain, crowds = [], []
    for _ in range(PAIRS):  # alternating: the machine is not equally quiet all the time
        plain.append(await _load(suite, PEAK_WORKERS, MEASURED_S))
        crowds.append(await _load(suite, PEAK_WORKERS * TIMES, MEASURED_S))
    peak, crowded = (median(one[0] for one in some) for some in (plain, crowds))
    refused, failed = (sum(one[n] for one in crowds) for n in (1, 2))
    began, back = monotonic(), 0.0
    while monotonic() - began < BACK_S and back < GOODPUT * peak:
        back, _, _ = await _load(suite, PEAK_WORKERS, 1.0)
    report.figures |= {
        "peak, requests/s": round(peak),
        "served under ten times the callers, requests/s": round(crowded),
        "goodput": round(crowded / peak, 2),
        "told to come again": refused,
        "back to the peak's share": round(back / peak, 2),
    }
    report.case(held=crowded >= GOODPUT * peak, what=f"goodput {crowded / peak:.2f}")
    report.case(held=failed == 0, what=f"{failed} answers were neither good nor 429 nor 503")
    report.case(held=back >= GOODPUT * peak, what=f"not back to baseline: {back / peak:.2f}")


async def _load(
    suite: real_suite.RealSuite, workers: int, seconds: float
) -> tuple[float, int, int]:
    """Ask without pause from so many callers; return served a second, refused, failed."""
    deadline = monotonic() + seconds
    counts = {"good": 0, "later": 0, "failed": 0}

    async def work() -> None:
        headers = _headers(suite)
        while monotonic() < deadline:
            try:
                answer = await suite.http.get("/v1/offerings", headers=headers)
            except httpx.TransportError:
                counts["failed"] += 1
                continue
            later = answer.status_code in LATER and "retry-after" in answer.headers
            good = answer.status_code == OK
            counts["good" if good else "later" if later else "failed"] += 1
            if later:
                await asyncio.sleep(0.1)
                headers = _headers(suite)

    await asyncio.gather(*(work() for _ in range(workers)))
    return counts["good"] / seconds, counts["later"], counts["failed"]


def _headers(suite: real_suite.RealSuite) -> dict[str, str]:
    by = Principal(f"officer:{uuid4()}", Role.OFFICER, authorities=REACH, office="650402/hrss")
    token = tokens.mint(
        suite.signer("gateway"),
        audience=["zhipei"],
        typ=tokens.TokenType.OUTSIDE,
        ttl_s=600,
        claims=by.claims(),
    )
    return {"Authorization": f"Bearer {token}"}


PART = Part(
    "overload",
    "ten times too much work leaves what can be done done, and tells the rest when to come again",
    run,
)
