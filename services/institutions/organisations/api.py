"""HTTP of organisations and their standings."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.institutions import reach, wire
from services.institutions.organisations import operations, queries
from services.institutions.organisations.models import Organisation, Role, State
from services.institutions.organisations.schemas import (
    OrganisationDetail,
    OrganisationIn,
    OrganisationOut,
    Registered,
    StandingIn,
    StandingOut,
    StandingSet,
)
from shared import masking, pages, problems, routing

router = routing.router("/organisations", tags=["organisations"])

ByRole = Annotated[Role | None, Query(description="只看此身份 / this role only")]
ByState = Annotated[State | None, Query(description="只看此状态 / this state only")]


@router.post(
    "",
    status_code=201,
    summary="登记机构",
    responses=problems.responses(
        operations.OrganisationNotRegistrable, operations.OrganisationExists, reach.OutOfReach
    ),
)
async def register_organisation(
    body: OrganisationIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> Registered:
    """Register an organisation under an authority; every role it names begins as `applied`.

    Refused with every reason (422), for a known credit code (409), or out of reach (403).
    """
    return await operations.register(
        session, draft=body, sealer=here.sealer, on=clock.today(), now=clock.now(), by=by
    )


@router.get("", summary="机构列表")
async def list_organisations(
    *,
    session: routing.DbSession,
    clock: routing.Now,
    on: wire.On = None,
    role: ByRole = None,
    state: ByState = None,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[OrganisationOut]:
    """List the organisations that the caller may see, by pinyin, as of a day."""
    return await queries.page(
        session, on=on or clock.today(), role=role, state=state, after=after, limit=limit
    )


@router.get(
    "/{organisation_id}", summary="机构详情", responses=problems.responses(problems.NotFound)
)
async def get_organisation(
    organisation_id: UUID,
    session: routing.DbSession,
    clock: routing.Now,
    here: routing.Here,
    on: wire.On = None,
) -> OrganisationDetail:
    """Show one organisation as of a day; 404 if the caller may not see it."""
    row = await queries.find(session, organisation_id)
    held = await queries.standings(session, [row.id], on or clock.today())
    person = here.sealer.open(
        row.signer_sealed, table=Organisation.__tablename__, column="signer_sealed", row=row.id
    )
    public = queries.shape(row, held[row.id])
    return OrganisationDetail(**public.model_dump(), responsible_person=masking.name(person))


@router.post(
    "/{organisation_id}/standings",
    status_code=201,
    summary="变更机构状态",
    responses=problems.responses(
        problems.NotFound, operations.StandingNotPossible, operations.StandingMoved
    ),
)
async def set_standing(
    organisation_id: UUID,
    body: StandingIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
) -> StandingSet:
    """Admit, refuse, suspend, restore or remove an organisation in a role, from a day on.

    The newest entry overrules older ones from its day on. 404 out of reach, 422 with every reason.
    """
    return await operations.set_standing(
        session, organisation_id=organisation_id, decision=body, now=clock.now(), by=by
    )


@router.get(
    "/{organisation_id}/standings",
    summary="机构状态沿革",
    responses=problems.responses(problems.NotFound),
)
async def list_standings(organisation_id: UUID, session: routing.DbSession) -> list[StandingOut]:
    """Show every entry about an organisation's roles; 404 if the caller may not see it."""
    await queries.find(session, organisation_id)
    return await queries.history(session, organisation_id)
