"""HTTP of offerings."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.institutions import reach, wire
from services.institutions.offerings import operations, queries
from services.institutions.offerings.schemas import OfferingIn, OfferingOut, Withdrawal
from shared import pages, problems, routing
from shared.plans.vocabulary import Kind

router = routing.router("/offerings", tags=["offerings"])

ByKind = Annotated[Kind | None, Query(description="只看此培训类别 / this kind only")]


@router.post(
    "",
    status_code=201,
    summary="新增补贴性培训项目",
    responses=problems.responses(operations.OfferingNotPossible, operations.OfferingExists),
)
async def create_offering(
    body: OfferingIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> OfferingOut:
    """Enter an offering into the catalogue; its rates are `unset` until authorities enter them.

    422 with every reason (code, level, hours, targets), 409 if the catalogue has it already.
    """
    return await operations.create(session, draft=body, plan=here.plan, now=clock.now(), by=by)


@router.get("", summary="补贴性培训项目列表")
async def list_offerings(
    *,
    session: routing.DbSession,
    clock: routing.Now,
    on: wire.On = None,
    kind: ByKind = None,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[OfferingOut]:
    """List the catalogue as of a day, by pinyin of the subject."""
    return await queries.page(session, on=on or clock.today(), kind=kind, after=after, limit=limit)


@router.get(
    "/{offering_id}", summary="补贴性培训项目详情", responses=problems.responses(problems.NotFound)
)
async def get_offering(offering_id: UUID, session: routing.DbSession) -> OfferingOut:
    """Show one offering, withdrawn or not."""
    return await queries.find(session, offering_id)


@router.post(
    "/{offering_id}/withdrawal",
    status_code=201,
    summary="调出补贴性培训项目",
    responses=problems.responses(
        problems.NotFound, reach.MunicipalOnly, operations.OfferingWithdrawn
    ),
)
async def withdraw_offering(
    offering_id: UUID,
    body: Withdrawal,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
) -> OfferingOut:
    """Take an offering out of the catalogue from a day on; classes already open are not touched."""
    return await operations.withdraw(
        session, offering_id=offering_id, decision=body, now=clock.now(), by=by
    )
