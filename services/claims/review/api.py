"""HTTP of review: queue, looks, decisions, stand-ins, clocks, approval sheets."""

from uuid import UUID

from starlette.responses import HTMLResponse

from services.claims.review import clocks, operations, queries, schemas, sheet, standins
from services.claims.review.standins import Step
from services.claims.submissions import states
from shared import pages, problems, routing
from shared.principal import Role

router = routing.router("", tags=["review"])
REACHES = {Role.OFFICER: Step.REVIEW, Role.FINANCE: Step.RELEASE}


@router.get("/review-queue", summary="待审核的申领")
async def list_review_queue(
    *,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[schemas.QueueItem]:
    """List claims with lines that wait for review, with what is still to be looked at."""
    on = clock.today()
    await standins.widen(session, by=by, step=Step.REVIEW, on=on)
    return await queries.queue(session, plan=here.plan, on=on, after=after, limit=limit)


@router.get("/claims/{claim_id}/review-lines", summary="一份申领的核验和抽查情况")
async def list_review_lines(
    *,
    claim_id: UUID,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[schemas.ReviewLine]:
    """List a claim's lines with automatic checks, their times, and looks."""
    await standins.widen(session, by=by, step=Step.REVIEW, on=clock.today())
    return await queries.lines(session, here.sealer, claim=claim_id, after=after, limit=limit)


@router.get("/claims/{claim_id}/sample-draws", summary="一份申领的抽查抽签记录")
async def list_sample_draws(
    *, claim_id: UUID, session: routing.DbSession, by: routing.Caller, clock: routing.Now
) -> schemas.DrawsOut:
    """Show each draw's seed, share and lines, so that anybody can draw again."""
    await standins.widen(session, by=by, step=Step.REVIEW, on=clock.today())
    return await queries.draws(session, claim_id)


@router.post(
    "/review-looks",
    status_code=201,
    summary="登记抽查结果",
    responses=problems.responses(problems.NotFound, operations.NotOnDesk),
)
async def record_review_look(
    body: schemas.LookIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> schemas.LookOut:
    """Write what the look at sampled lines found; 404 for lines out of reach, 409 off the desk."""
    return await operations.look(session, sealer=here.sealer, body=body, by=by, at=clock.now())


@router.post(
    "/review-decisions",
    status_code=201,
    summary="审核决定",
    responses=problems.responses(
        problems.NotFound,
        operations.NotOnDesk,
        operations.SamePerson,
        operations.SampleNotInOrder,
        operations.ChecksOpen,
        states.LineStateConflict,
    ),
)
async def decide_review(
    body: schemas.DecisionIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> schemas.DecisionOut:
    """Pass, refuse or return lines of a claim; refused and returned money goes back at once.

    Errors: not_found, not_on_desk, same_person, sample_not_in_order, checks_open,
    line_state_conflict.
    """
    return await operations.decide(session, sealer=here.sealer, body=body, by=by, at=clock.now())


@router.get("/review-decisions", summary="审核决定列表")
async def list_review_decisions(
    *,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[schemas.DecisionOut]:
    """List review decisions: the office's, an institution's about teaching, a person's own."""
    await standins.widen(session, by=by, step=Step.REVIEW, on=clock.today())
    return await queries.decisions(session, here.sealer, after=after, limit=limit)


@router.post(
    "/delegations",
    status_code=201,
    summary="公布代行职责",
    responses=problems.responses(standins.NotYours, standins.DelegationWrong),
)
async def publish_delegation(
    body: schemas.DelegationIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> schemas.DelegationOut:
    """Let another authority's people stand in for one's own step, dated and published."""
    row = await standins.publish(
        session, body=body, plan=here.plan, by=by, on=clock.today(), at=clock.now()
    )
    return schemas.DelegationOut.model_validate(row)


@router.post(
    "/delegations/{delegation_id}/ending",
    status_code=201,
    summary="提前终止代行职责",
    responses=problems.responses(
        problems.NotFound, standins.NotYours, standins.DelegationEnded, standins.EndingWrong
    ),
)
async def end_delegation(
    *,
    delegation_id: UUID,
    body: schemas.EndingIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
) -> schemas.DelegationOut:
    """End one's own office's delegation from a day on, today at the earliest; published."""
    row = await standins.end(
        session, delegation=delegation_id, body=body, by=by, on=clock.today(), at=clock.now()
    )
    return schemas.DelegationOut.model_validate(row)


@router.get("/delegations", summary="代行职责公布")
async def list_delegations(
    session: routing.DbSession, after: pages.After = None, limit: pages.Limit = 50
) -> pages.Page[schemas.DelegationOut]:
    """List who stands in for whom, for everyone."""
    return await standins.listed(session, after=after, limit=limit)


@router.get("/overdue-steps", summary="超过时限的办理环节")
async def list_overdue_steps(
    *, session: routing.DbSession, by: routing.Caller, clock: routing.Now, here: routing.Here
) -> schemas.OverdueOut:
    """List what stands in a step for longer than its working days, with the source of each."""
    on = clock.today()
    if (step := REACHES.get(by.role)) is not None:
        by = await standins.widen(session, by=by, step=step, on=on)
    return await clocks.overdue(session, authorities=by.authorities, plan=here.plan, on=on)


@router.get(
    "/claims/{claim_id}/approval-sheet",
    summary="审核审批表（可打印）",
    response_class=HTMLResponse,
    responses=problems.responses(problems.NotFound),
)
async def print_approval_sheet(
    *,
    claim_id: UUID,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> HTMLResponse:
    """Return a page to print and sign: sums, checks, looks, decisions; nothing of a person."""
    if (step := REACHES.get(by.role)) is not None:
        await standins.widen(session, by=by, step=step, on=clock.today())
    found = await sheet.page(session, claim=claim_id, plan=here.plan, now=clock.now())
    return HTMLResponse(found, headers={"Cache-Control": "no-store"})
