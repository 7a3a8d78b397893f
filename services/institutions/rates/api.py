"""HTTP of rates."""

from uuid import UUID

from services.institutions import reach, wire
from services.institutions.offerings import queries as offerings
from services.institutions.rates import operations, queries
from services.institutions.rates.schemas import RateIn, RateOut, RatesOut
from shared import problems, routing

router = routing.router("", tags=["rates"])


@router.post(
    "/offerings/{offering_id}/rates",
    status_code=201,
    summary="录入补贴标准",
    responses=problems.responses(problems.NotFound, reach.OutOfReach),
)
async def enter_rate(
    offering_id: UUID,
    body: RateIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
) -> RateOut:
    """Enter what an authority pays a person for an offering, from a day on, by document number.

    It stays `unset` until a second officer confirms it. 403 out of reach.
    """
    return await operations.enter(
        session, offering_id=offering_id, draft=body, now=clock.now(), by=by
    )


@router.get(
    "/offerings/{offering_id}/rates",
    summary="补贴标准",
    responses=problems.responses(problems.NotFound),
)
async def list_rates(
    offering_id: UUID,
    session: routing.DbSession,
    clock: routing.Now,
    here: routing.Here,
    on: wire.On = None,
) -> RatesOut:
    """Say for every authority which rate holds on a day, or `unset`; then list the entries."""
    await offerings.find(session, offering_id)
    day = on or clock.today()
    rows = await queries.entries(session, offering_id)
    return RatesOut(
        offering_id=offering_id,
        on=day,
        rates=queries.held([each.code for each in here.plan.authorities], rows, day),
        entries=[queries.shape(row) for row in rows],
    )


@router.post(
    "/rates/{rate_id}/confirmation",
    status_code=201,
    summary="复核确认补贴标准",
    responses=problems.responses(
        problems.NotFound,
        operations.SecondOfficerNeeded,
        operations.RateConfirmed,
        operations.RateExists,
    ),
)
async def confirm_rate(
    rate_id: UUID, session: routing.DbSession, by: routing.Caller, clock: routing.Now
) -> RateOut:
    """Confirm a rate as a second officer of the authority; from its day on it holds."""
    return await operations.confirm(session, rate_id=rate_id, now=clock.now(), by=by)
