"""HTTP of a person's own lines and appeals, of officers' answers, and of the allowance's rates."""

from uuid import UUID

from services.claims import peers
from services.claims.provisions.deciding import Matter
from services.claims.submissions import appeals, queries, rates, redeciding, schemas, states
from services.claims.submissions.appeals import Fresh
from services.claims.submissions.models import ClaimLine
from shared import pages, problems, routing
from shared.service import Service

mine = routing.router("/me", tags=["claims"])
offices = routing.router("/appeals", tags=["claims"])
allowances = routing.router("/allowance-rates", tags=["claims"])


@mine.get("/claim-lines", summary="我的补贴明细")
async def list_my_claim_lines(
    session: routing.DbSession,
    by: routing.Caller,
    here: routing.Here,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[schemas.OwnLineOut]:
    """List one's own lines, who claimed them and why each stands as it does, in every language."""
    return await queries.page_of_own(session, by=by, here=here, after=after, limit=limit)


@mine.post(
    "/appeals",
    status_code=201,
    summary="对补贴决定提出申诉",
    responses=problems.responses(problems.NotFound, appeals.NothingToAppeal, appeals.AppealOpen),
)
async def make_appeal(
    body: schemas.AppealIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> schemas.AppealOut:
    """Appeal against an own line's decision; a human looks at it, the institution never does."""
    return await appeals.ask(
        session,
        sealer=here.sealer,
        line_id=body.line_id,
        words=body.text,
        by=by,
        at=clock.now(),
    )


@mine.get("/appeals", summary="我的申诉")
async def list_my_appeals(
    session: routing.DbSession,
    here: routing.Here,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[schemas.AppealOut]:
    """List one's own appeals with their answers."""
    rows, most = await queries.page_of_appeals(session, after=after, limit=limit)
    return pages.page(
        rows,
        most,
        lambda row: (row.asked_at, row.id),
        lambda row: appeals.shape(row, here.sealer, words=True),
    )


@offices.get("", summary="申诉列表")
async def list_appeals(
    session: routing.DbSession,
    here: routing.Here,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[schemas.AppealOut]:
    """List the appeals to the officer's authorities; no words."""
    rows, most = await queries.page_of_appeals(session, after=after, limit=limit)
    return pages.page(
        rows,
        most,
        lambda row: (row.asked_at, row.id),
        lambda row: appeals.shape(row, here.sealer, words=False),
    )


@offices.get(
    "/{appeal_id}", summary="打开一件申诉", responses=problems.responses(problems.NotFound)
)
async def get_appeal(
    appeal_id: UUID, session: routing.DbSession, by: routing.Caller, here: routing.Here
) -> schemas.AppealOut:
    """Open one appeal with the person's words; 404 out of reach.

    The person reads in the own access log which office opened it: noted before it is shown.
    """
    # Looked up in a transaction of its own: peers are asked before this one's.
    async with here.database.transaction(by) as looking:
        found, _ = await appeals.find(looking, appeal_id)
    asked = peers.registry(here)
    await asked.note_read(found.trainee_id, issue_id=appeal_id, office=by.office)
    row, _ = await appeals.find(session, appeal_id)
    return appeals.shape(row, here.sealer, words=True)


@offices.post(
    "/{appeal_id}/answer",
    status_code=201,
    summary="答复申诉",
    responses=problems.responses(
        problems.NotFound,
        appeals.AppealAnswered,
        appeals.NothingToAppeal,
        redeciding.LineWithoutGround,
        states.LineStateConflict,
    ),
)
async def answer_appeal(
    *,
    appeal_id: UUID,
    body: schemas.AppealAnswerIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> schemas.AppealOut:
    """Dismiss an appeal with the reason, or reopen the line: it is decided again on fresh facts."""
    # The line is looked up in a transaction of its own: peers are asked before this one's.
    async with here.database.transaction(by) as looking:
        found, line = await appeals.find(looking, appeal_id)
    asked = peers.registry(here)
    await asked.note_read(found.trainee_id, issue_id=appeal_id, office=by.office)
    told = await fresh(here, line) if body.answer == "reopened" else None
    return await appeals.answer(
        session,
        appeal_id=appeal_id,
        fresh=told,
        words=body.text,
        here=here,
        by=by,
        at=clock.now(),
    )


async def fresh(here: Service, line: ClaimLine) -> Fresh:
    """Ask the registry and institutions what is known now."""
    if line.provision == Matter.LIVING_ALLOWANCE:
        told = await peers.registry(here).person_facts(
            line.trainee_id, [line.class_id], claim_id=line.claim_id
        )
        return Fresh(told, {}, {})
    told = await peers.registry(here).class_facts([line.class_id], claim_id=line.claim_id)
    assert line.organisation_id is not None
    asked = peers.institutions(here)
    terms = await asked.terms(told, organisation_id=line.organisation_id)
    return Fresh(told, terms.classes, terms.employers)


@allowances.post(
    "",
    status_code=201,
    summary="录入生活费补贴标准",
    responses=problems.responses(rates.RateOutOfReach),
)
async def enter_allowance_rate(
    body: schemas.RateIn, session: routing.DbSession, by: routing.Caller, clock: routing.Now
) -> schemas.RateOut:
    """Enter what an authority pays for an attended day, from a day on, by document number.

    It is unset until a second officer confirms it. 403 out of reach.
    """
    return await rates.enter(session, draft=body, by=by, at=clock.now())


@allowances.post(
    "/{rate_id}/confirmation",
    status_code=201,
    summary="复核确认生活费补贴标准",
    responses=problems.responses(
        problems.NotFound, rates.RateConfirmed, rates.SecondOfficerNeeded, rates.RateExists
    ),
)
async def confirm_allowance_rate(
    rate_id: UUID, session: routing.DbSession, by: routing.Caller, clock: routing.Now
) -> schemas.RateOut:
    """Confirm a rate as a second officer of the authority; from its day on it holds."""
    return await rates.confirm(session, rate_id=rate_id, by=by, at=clock.now())


@allowances.get("", summary="生活费补贴标准")
async def list_allowance_rates(
    session: routing.DbSession,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[schemas.RateOut]:
    """List the rates: confirmed ones for everybody, others for their authority's office."""
    rows, most = await queries.page_of_rates(session, after=after, limit=limit)
    return pages.page(rows, most, lambda row: (row.id,), rates.shape)
