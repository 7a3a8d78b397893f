"""HTTP of exceptions to a cap."""

from uuid import UUID

from services.claims.submissions import exceptions, mine_api, redeciding, schemas, states
from shared import pages, problems, routing

router = routing.router("/cap-exceptions", tags=["claims"])


@router.post(
    "",
    status_code=201,
    summary="提出享受次数的例外",
    responses=problems.responses(
        problems.NotFound,
        exceptions.LineNotOpen,
        exceptions.NoCapToLift,
        exceptions.ExceptionExists,
    ),
)
async def propose_cap_exception(
    body: schemas.CapExceptionIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> schemas.CapExceptionOut:
    """Propose, by document, that one cap does not stand in the way of one line.

    Nothing changes until another officer confirms it. 404 out of reach.
    """
    return await exceptions.propose(session, body=body, here=here, by=by, at=clock.now())


@router.post(
    "/{exception_id}/confirmation",
    status_code=201,
    summary="复核享受次数的例外",
    responses=problems.responses(
        problems.NotFound,
        exceptions.ExceptionDecided,
        exceptions.ExceptionNeedsAnother,
        exceptions.LineNotOpen,
        redeciding.LineWithoutGround,
        states.LineStateConflict,
    ),
)
async def confirm_cap_exception(
    *,
    exception_id: UUID,
    body: schemas.AgreementIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> schemas.CapExceptionOut:
    """Confirm or decline as the second officer; confirmed, the line is decided on fresh facts."""
    fresh = None
    if body.agreed:
        # The line is looked up in a transaction of its own: peers are asked before this one's.
        async with here.database.transaction(by) as looking:
            _, line = await exceptions.find(looking, exception_id)
        fresh = await mine_api.fresh(here, line)
    return await exceptions.decide(
        session,
        exception_id=exception_id,
        said=exceptions.Decided(body.agreed, fresh),
        here=here,
        by=by,
        at=clock.now(),
    )


@router.get("", summary="享受次数的例外")
async def list_cap_exceptions(
    session: routing.DbSession,
    here: routing.Here,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[schemas.CapExceptionOut]:
    """List exceptions with their reasons: an office's own, or the person's."""
    return await exceptions.listed(session, here.sealer, after=after, limit=limit)
