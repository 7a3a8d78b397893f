"""Progress over HTTP: the whole plan, organisations, withdrawals."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.access import parts
from services.gateway.directory import answers
from services.gateway.progress import queries, report
from services.gateway.progress.schemas import (
    OrganisationLine,
    OrganisationProgress,
    OrganisationSums,
    ProgressOut,
    WithdrawalOut,
    WithdrawalsOut,
)
from shared import pages, principal, problems, routing
from shared.client import PeerUnavailable
from shared.principal import Principal
from shared.service import Service

router = routing.router("/v1/progress", tags=["进度"])
FIRST = UUID(int=0)
Quarter = Annotated[
    str | None,
    Query(max_length=6, pattern="^20[0-9]{2}Q[1-4]$", description="季度，如 2020Q1 / a quarter"),
]


async def of_plan(
    here: Service, by: Principal, session: Any, *, quarter: str | None
) -> ProgressOut:
    """Make the report of the plan for a caller; row security says what is exact for them."""
    today = here.clock.today()
    # One after the other: a request that held two connections would wait for itself under load.
    async with here.database.transaction(principal.service(here.name, "progress")) as own:
        counted = report.Counted(
            cells=await queries.cells(own),
            paid=await queries.paid(own),
            categories=await queries.categories(own),
        )
    exact, categories_exact = frozenset[str](), frozenset[str]()
    if by.authorities:
        exact = await queries.exact(session, by.authorities)
        categories_exact = await queries.categories_exact(session, by.authorities)
    known = report.know(
        here.plan,
        counted,
        exact=exact,
        categories_exact=categories_exact,
        today=today,
        quarter=quarter,
    )
    return report.report(here.plan, known, today=today, quarter=quarter)


@router.get("", summary="方案进度", response_model=ProgressOut)
async def read_progress(
    request: Request,
    session: routing.DbSession,
    by: routing.Caller,
    here: routing.Here,
    quarter: Quarter = None,
) -> Response:
    """Return the plan's goals and sums by target, authority and both; 304 to a known ETag."""
    body = (await of_plan(here, by, session, quarter=quarter)).model_dump_json().encode()
    return answers.conditional(request, body, answers.etag_of(body))


@router.get(
    "/organisations", summary="各机构完成情况", responses=problems.responses(pages.CursorMalformed)
)
async def list_organisation_progress(
    here: routing.Here, after: pages.After = None, limit: pages.Limit = 50
) -> pages.Page[OrganisationSums]:
    """List completed and certified by organisation: nothing else of them is a public figure."""
    start = pages.decode(after, [UUID])[0] if after is not None else FIRST
    async with here.database.transaction(principal.service(here.name, "progress")) as own:
        rows = await queries.organisations(own, after=start, most=limit + 1)
    return pages.page(
        rows,
        limit,
        lambda row: (row.organisation_id,),
        lambda row: OrganisationSums(
            organisation_id=row.organisation_id,
            completed=row.completed,
            certified=row.certified,
        ),
    )


@router.get("/organisations/{organisation_id}", summary="机构完成情况")
async def read_organisation_progress(
    organisation_id: UUID, here: routing.Here
) -> OrganisationProgress:
    """Return what an organisation's classes came to, by target and quarter; zeros if unknown."""
    async with here.database.transaction(principal.service(here.name, "progress")) as own:
        rows = await queries.of_organisation(own, organisation_id)
    return OrganisationProgress(
        organisation_id=organisation_id,
        completed=sum(row.completed for row in rows),
        certified=sum(row.certified for row in rows),
        lines=[
            OrganisationLine(
                target=row.target,
                quarter=row.quarter,
                completed=row.completed,
                certified=row.certified,
            )
            for row in rows
        ],
    )


@router.get("/withdrawals", summary="退出人数", responses=problems.responses(PeerUnavailable))
async def read_withdrawals(here: routing.Here) -> WithdrawalsOut:
    """Return how many left by authority and ended quarter; null below the threshold."""
    rows = (
        await parts.of(here)
        .peers.lanes["registry"]
        .quick.get_json(
            "/internal/withdrawals",
            token=here.token(purpose="progress", audience=["registry"]),
            kind=list,
        )
    )
    today = here.clock.today()
    return WithdrawalsOut(
        suppressed_below=here.plan.provision("progress").on(today).integer("suppressed_below"),
        items=[WithdrawalOut(**row) for row in rows],
    )
