"""HTTP of commissions."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.institutions import reach, wire
from services.institutions.commissions import operations, queries
from services.institutions.commissions.schemas import CommissionIn, CommissionOut
from shared import pages, problems, routing

router = routing.router("/commissions", tags=["commissions"])

ByOrganisation = Annotated[
    UUID | None, Query(description="只看此机构的 / of this organisation only")
]
HeldOn = Annotated[
    wire.Day | None, Query(description="只看此日有效的 / only what holds on this day")
]


@router.post(
    "",
    status_code=201,
    summary="录入项目制委托",
    responses=problems.responses(
        operations.CommissionNotPossible, operations.CommissionExists, reach.OutOfReach
    ),
)
async def make_commission(
    body: CommissionIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> CommissionOut:
    """Commission places of an offering from an institution that is listed and licensed for it.

    422 with every reason, 409 for the same document and offering, 403 out of reach.
    """
    return await operations.make(session, draft=body, plan=here.plan, now=clock.now(), by=by)


@router.get("", summary="项目制委托列表")
async def list_commissions(
    session: routing.DbSession,
    organisation_id: ByOrganisation = None,
    on: HeldOn = None,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[CommissionOut]:
    """List the commissions that the caller may see, by first day."""
    return await queries.page(
        session, organisation_id=organisation_id, on=on, after=after, limit=limit
    )


@router.get(
    "/{commission_id}", summary="项目制委托详情", responses=problems.responses(problems.NotFound)
)
async def get_commission(commission_id: UUID, session: routing.DbSession) -> CommissionOut:
    """Show one commission; 404 if the caller may not see it."""
    return queries.shape(await queries.find(session, commission_id))
