"""The pages over HTTP: for everybody, without a log-in."""

import functools
import re
from typing import Annotated
from uuid import UUID

from fastapi import Form, Path, Query
from fastapi.params import Depends as Dependency
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.directory import catalogue, operations
from services.gateway.directory.schemas import Part, SearchOut
from services.gateway.portal import labels, pages, rendering
from services.gateway.progress import api as progress
from services.gateway.surface import budgets
from shared import pages as cursors
from shared import routing
from shared.client import PeerProblem, PeerUnavailable
from shared.principal import PUBLIC
from shared.service import Service

# What WeChat and others append to a shared address: a page is shown all the same.
STRAYS = (
    *("lang", "from", "isappinstalled", "scene", "subscene", "ascene", "clicktime", "enterid"),
    *("devicetype", "nettype", "sessionid", "pass_ticket", "wx_header", "abtest_cookie"),
    *("utm_source", "utm_medium", "utm_campaign"),
)


def _strays() -> list[Dependency]:
    """Name the strays as parameters, so that they are known and mean nothing."""

    def named(alias: str) -> Dependency:
        def stray(_: Annotated[list[str] | None, Query(alias=alias, max_length=5)] = None) -> None:
            return None

        return Dependency(stray)

    return [named(alias) for alias in STRAYS]


router = routing.router("", tags=["pages"])
router.dependencies.extend(_strays())
SHOWN = 24
WORDS_MAX = 100
EDITION = re.compile(r"[1-9]\d{0,4}")
QUARTER = re.compile(r"20\d\dQ[1-4]")
NUMBER_MAX, NAME_MAX = 40, 100
Short = Annotated[str, Query(max_length=40)]
Ours = Annotated[str, Form(max_length=400)]


def _lost(
    request: Request,
    here: Service,
    *,
    text: str = "lost_text",
    hint: str | None = None,
    to: str = "/",
    go: str = "lost_go",
) -> Response:
    return rendering.page(
        request,
        "lost.html",
        title="title_lost",
        status=404,
        text=text,
        hint=hint,
        to=to,
        go=go,
        **pages.frame(here.plan),
    )


@router.get("/", include_in_schema=False)
async def page_home(
    request: Request,
    session: routing.DbSession,
    here: routing.Here,
    quarter: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """Show the plan's progress, whole or of one quarter; a strange quarter is none."""
    chosen = quarter if QUARTER.fullmatch(quarter) else None
    report = await progress.of_plan(here, PUBLIC, session, quarter=chosen)
    if chosen is not None and chosen not in report.quarters:
        report = await progress.of_plan(here, PUBLIC, session, quarter=None)
    said = rendering.language_of(request)
    uncounted = [one for one in report.targets if one.id in report.total.without]
    return rendering.page(
        request,
        "home.html",
        title="title_home",
        report=report,
        quarters={one: said.t("quarter_name", year=one[:4], n=one[5]) for one in report.quarters},
        started=any(one.started for one in report.authorities),
        uncounted="、".join(said.of(one.name) for one in uncounted),
        data="/v1/progress",
        **pages.frame(here.plan),
    )


@router.get("/funds", include_in_schema=False)
async def page_funds(request: Request, here: routing.Here) -> Response:
    """Show what came into each fund, what is held and what was paid, by quarter."""
    found = await pages.funds(here)
    return rendering.page(
        request,
        "funds.html",
        title="title_funds",
        status=200 if found is not None else 503,
        funds=found,
        sums=pages.sum_funds(found or []),
        fen=pages.fen,
        wan=pages.wan,
        labels=labels.of(here.plan, rendering.language_of(request)),
        data="/v1/funds",
        **pages.frame(here.plan),
    )


@router.get("/directory", include_in_schema=False)
async def page_directory(
    *,
    request: Request,
    here: routing.Here,
    q: Annotated[str, Query(max_length=1000)] = "",
    directory: Short = "",
    kind: Short = "",
    authority: Short = "",
    after: cursors.After = None,
) -> Response:
    """Search the directory; a strange choice in the address is no choice."""
    part = Part(directory) if directory in set(Part) else None
    known = await catalogue.of(here).fresh()
    words = q[:WORDS_MAX]
    search = functools.partial(
        operations.search,
        known,
        words=words,
        part=part,
        kind=kind or None,
        authority=authority or None,
        limit=SHOWN,
    )
    try:
        body, _ = search(after=after)
    except cursors.CursorMalformed:
        body, _ = search(after=None)
    return rendering.page(
        request,
        "directory.html",
        title="title_directory",
        words=words,
        part=part.value if part else "",
        kind=kind,
        authority=authority,
        parts=[one.value for one in Part],
        answer=SearchOut.model_validate_json(body).model_dump(mode="json"),
        nothing=not len(known.index),
        labels=labels.of(here.plan, rendering.language_of(request)),
        data="/v1/directory",
        **pages.frame(here.plan),
    )


@router.get("/classes/{class_id}", include_in_schema=False)
async def page_class(
    request: Request, class_id: Annotated[str, Path(max_length=40)], here: routing.Here
) -> Response:
    """Show a class that anyone may join."""
    try:
        found = await pages.listed_class(here, UUID(class_id))
    except ValueError:
        found = None
    if found is None:
        return _lost(
            request,
            here,
            text="class_gone",
            hint="class_gone_hint",
            to="/directory",
            go="home_find_go",
        )
    return rendering.page(
        request,
        "class.html",
        title="title_directory",
        heading=found["name"],
        one=found,
        labels=labels.of(here.plan, rendering.language_of(request)),
        **pages.frame(here.plan),
    )


@router.get("/certificates", include_in_schema=False)
async def page_certificates(request: Request, here: routing.Here) -> Response:
    """Show the form that checks a certificate."""
    return _certificates(request, here, outcome=None)


@router.post("/certificates", include_in_schema=False, openapi_extra=routing.NO_KEY)
async def page_certificate_check(
    request: Request, here: routing.Here, number: Ours = "", name: Ours = ""
) -> Response:
    """Check a certificate; what was entered is neither kept nor shown again."""
    number, name = number.strip(), name.strip()
    if not (0 < len(number) <= NUMBER_MAX and 0 < len(name) <= NAME_MAX):
        return _certificates(request, here, outcome="missing", status=400)
    budget: budgets.Budgets = here.extra["budgets"]
    who = f"address:{request.client.host if request.client else 'unknown'}"
    try:
        budget.require(budgets.MISSES, who)
        budget.spend(budgets.WRITES, who)
        found = await pages.certificate(here, number=number, name=name)
    except budgets.TooManyRequests as often:
        return _certificates(request, here, outcome="often", status=429, headers=often.headers)
    except (PeerUnavailable, PeerProblem):
        return _certificates(request, here, outcome="busy", status=503)
    if found is None:
        budget.count(budgets.MISSES, who)
        return _certificates(request, here, outcome="none")
    return _certificates(
        request, here, outcome="valid" if found["valid"] else "voided", found=found
    )


def _certificates(
    request: Request,
    here: Service,
    *,
    outcome: str | None,
    found: dict[str, object] | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Response:
    return rendering.page(
        request,
        "certificates.html",
        title="title_certificates",
        status=status,
        headers=headers,
        outcome=outcome,
        found=found,
        labels=labels.of(here.plan, rendering.language_of(request)),
        **pages.frame(here.plan),
    )


@router.get("/editions", include_in_schema=False)
async def page_editions(request: Request, here: routing.Here) -> Response:
    """List what was published."""
    lists, degraded = await pages.editions(here)
    return rendering.page(
        request,
        "editions.html",
        title="title_editions",
        lists=lists,
        degraded=degraded,
        labels=labels.of(here.plan, rendering.language_of(request)),
        **pages.frame(here.plan),
    )


@router.get("/editions/{directory}/{edition}", include_in_schema=False)
async def page_edition(
    request: Request,
    directory: Annotated[str, Path(max_length=40)],
    edition: Annotated[str, Path(max_length=40)],
    here: routing.Here,
) -> Response:
    """Show what an edition changed."""
    found = None
    if directory in pages.DIRECTORIES and EDITION.fullmatch(edition):
        found = await pages.difference(here, Part(directory), int(edition))
    if found is None:
        return _lost(request, here, to="/editions", go="edition_back")
    said = rendering.language_of(request)
    return rendering.page(
        request,
        "edition.html",
        title="title_editions",
        heading=said.t("edition_title", number=edition),
        directory=directory,
        difference=found,
        labels=labels.of(here.plan, said),
        **pages.frame(here.plan),
    )


@router.get("/help", include_in_schema=False)
async def page_help(request: Request, here: routing.Here) -> Response:
    """Say what a trainee may do, and where to complain."""
    return rendering.page(
        request,
        "help.html",
        title="title_help",
        authorities=here.plan.authorities,
        **pages.frame(here.plan),
    )


@router.get("/problems/{code}", include_in_schema=False)
async def page_problem(
    request: Request, code: Annotated[str, Path(max_length=80)], here: routing.Here
) -> Response:
    """Explain a problem code of the API: what its documents' `type` points to."""
    found = pages.problem(here, code)
    if found is None:
        return _lost(request, here)
    said = rendering.language_of(request)
    return rendering.page(
        request,
        "problem.html",
        title="title_problem",
        heading=found["title"] if said.language == rendering.ZH else found["title_en"],
        problem=found,
        advice=pages.advice(found["status"]),
        **pages.frame(here.plan),
    )


@router.get("/static/{version}/{name}", include_in_schema=False)
async def page_static(
    request: Request,
    version: Annotated[str, Path(max_length=20)],
    name: Annotated[str, Path(max_length=40)],
    here: routing.Here,
) -> Response:
    """Serve the pages' own style, script and icon."""
    return rendering.static(version, name) or _lost(request, here)
