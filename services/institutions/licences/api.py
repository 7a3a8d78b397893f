"""HTTP of licences."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.institutions import wire
from services.institutions.licences import operations, queries
from services.institutions.licences.schemas import LicenceEnd, LicenceIn, LicenceOut
from services.institutions.organisations import queries as organisations
from shared import pages, problems, routing

router = routing.router("", tags=["licences"])

HeldOn = Annotated[
    wire.Day | None, Query(description="只看此日有效的 / only what holds on this day")
]


@router.post(
    "/organisations/{organisation_id}/licences",
    status_code=201,
    summary="授予资质范围",
    responses=problems.responses(
        problems.NotFound, operations.LicenceNotPossible, operations.LicenceOverlaps
    ),
)
async def grant_licence(
    organisation_id: UUID,
    body: LicenceIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
) -> LicenceOut:
    """Grant an organisation a scope from one day to another, both included.

    409 if the scope is licensed on some of these days, 422 with every reason, 404 out of reach.
    """
    return await operations.grant(
        session, organisation_id=organisation_id, draft=body, now=clock.now(), by=by
    )


@router.get(
    "/organisations/{organisation_id}/licences",
    summary="机构资质范围",
    responses=problems.responses(problems.NotFound),
)
async def list_licences(
    organisation_id: UUID,
    session: routing.DbSession,
    on: HeldOn = None,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[LicenceOut]:
    """List an organisation's licences by their first day; 404 if the caller may not see it."""
    await organisations.find(session, organisation_id)
    return await queries.page(
        session, organisation_id=organisation_id, on=on, after=after, limit=limit
    )


@router.post(
    "/licences/{licence_id}/ending",
    status_code=201,
    summary="提前终止资质范围",
    responses=problems.responses(problems.NotFound, operations.LicenceNotPossible),
)
async def end_licence(
    licence_id: UUID,
    body: LicenceEnd,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
) -> LicenceOut:
    """End a licence on an earlier day than it said, today or later; 422 with every reason."""
    return await operations.end(
        session, licence_id=licence_id, decision=body, on=clock.today(), now=clock.now(), by=by
    )
