"""HTTP of claims."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID, uuid5

from fastapi import Query
from starlette.responses import Response

from services.claims import peers
from services.claims.submissions import (
    commitments,
    operations,
    queries,
    schemas,
    withdrawals,
)
from services.claims.submissions.gathering import Said
from services.claims.submissions.papers import Papers
from shared import ids, pages, problems, routing
from shared.clock import Clock
from shared.commitments import Given
from shared.plans.vocabulary import Language
from shared.principal import Principal
from shared.service import Service

router = routing.router("/claims", tags=["claims"])

SUBSIDY, ALLOWANCE = "claim-training-subsidy", "claim-living-allowance"
DryRun = Annotated[bool, Query(description="只试算，不申领 / only count, file nothing")]
InLanguage = Annotated[schemas.OfficeLanguage, Query(description="理由的语言 / of the reasons")]


@router.post(
    "",
    status_code=201,
    summary="申领培训补贴",
    responses=problems.responses(
        problems.NotFound,
        operations.ClassesDiffer,
        operations.ClassBeforePlan,
        operations.NothingToDecide,
        operations.DryRunsSpent,
        *commitments.PROBLEMS,
    ),
)
async def file_claim(
    *,
    body: schemas.ClaimIn,
    response: Response,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
    dry_run: DryRun = False,
) -> schemas.FiledOut | schemas.DryRunOut:
    """Claim the training subsidy for classes: each line is decided at once, with every reason.

    Sent again after a correction it decides refused and undecided lines only. A dry run answers
    counts and files nothing. Raises the problems listed; a refused line is no problem.
    """
    assert by.organisation is not None
    claim_id = ids.uuid7()
    logged = _dry(by, clock, body.class_ids) if dry_run else claim_id
    told = await peers.registry(here).class_facts(
        body.class_ids, claim_id=logged, claimant=by.organisation
    )
    operations.authority_of(told["classes"], organisation=by.organisation)
    asked = peers.institutions(here)
    terms = await asked.terms(told, organisation_id=by.organisation)
    papers = _papers(body, told, here, SUBSIDY, terms.signer)
    said = Said(
        papers.source,
        clock.today(),
        paid=frozenset(str(one) for one in body.fee_paid_by),
        own_fund_fen=body.own_fund_fen,
        employers=terms.employers,
    )
    known = {"told": told, "terms": terms.classes, "said": said}
    given: dict[str, Any] = {**known, "here": here, "by": by}
    if dry_run:
        response.status_code = 200
        outcomes, teaching, left = await operations.try_subsidy(session, **given, at=clock.now())
        return schemas.DryRunOut(
            lines=sum(outcomes.values()),
            by_outcome=outcomes,
            teaching=teaching,
            runs_left_today=left,
        )
    result = await operations.file_subsidy(
        session, claim_id=claim_id, papers=papers, **given, at=clock.now()
    )
    return await _filed(session, result, by)


@router.post(
    "/living-allowance",
    status_code=201,
    summary="本人申领生活费补贴",
    responses=problems.responses(
        problems.NotFound,
        operations.ClassBeforePlan,
        operations.NothingToDecide,
        *commitments.PROBLEMS,
    ),
)
async def file_allowance_claim(
    *,
    body: schemas.AllowanceIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> schemas.FiledOut:
    """Claim one's own living allowance for the days attended of a class, up to the last.

    Sent again it decides a refused or undecided line anew. 404 for a class never confirmed.
    """
    assert by.trainee is not None
    claim_id = ids.uuid7()
    told = await peers.registry(here).person_facts(by.trainee, [body.class_id], claim_id=claim_id)
    if not told["lines"]:
        raise problems.NotFound
    papers = _papers(body, told, here, ALLOWANCE, None)
    result = await operations.file_allowance(
        session, claim_id=claim_id, told=told, papers=papers, here=here, by=by, at=clock.now()
    )
    return await _filed(session, result, by)


@router.get("", summary="申领列表")
async def list_claims(
    session: routing.DbSession,
    by: routing.Caller,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[schemas.ClaimOut]:
    """List the claims that the caller may see, with their lines counted by state."""
    return await queries.page_of_claims(session, by=by, after=after, limit=limit)


@router.get("/{claim_id}", summary="申领详情", responses=problems.responses(problems.NotFound))
async def get_claim(
    claim_id: UUID, session: routing.DbSession, by: routing.Caller
) -> schemas.ClaimOut:
    """Show one claim; 404 if the caller may not see it."""
    claim = await queries.claim(session, claim_id)
    return (await queries.shapes(session, [claim], by=by))[0]


@router.get(
    "/{claim_id}/lines",
    summary="申领明细及理由",
    responses=problems.responses(problems.NotFound),
)
async def list_claim_lines(
    *,
    claim_id: UUID,
    session: routing.DbSession,
    by: routing.Caller,
    here: routing.Here,
    language: InLanguage = "zh-Hans",
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[schemas.LineOut]:
    """List a claim's lines with amounts and every reason in words.

    An organisation reads reasons about teaching; whatever is about a person is one word to it.
    """
    return await queries.page_of_lines(
        session,
        claim_id,
        by=by,
        here=here,
        language=Language(language),
        after=after,
        limit=limit,
    )


@router.post(
    "/{claim_id}/withdrawal",
    status_code=201,
    summary="撤回申领",
    responses=problems.responses(problems.NotFound, withdrawals.ClaimUnderReview),
)
async def withdraw_claim(
    claim_id: UUID, session: routing.DbSession, by: routing.Caller, clock: routing.Now
) -> schemas.ClaimOut:
    """Take one's own claim back before its review begins; money and slots are free again."""
    await withdrawals.withdraw(session, claim_id=claim_id, by=by, at=clock.now())
    session.expire_all()
    claim = await queries.claim(session, claim_id)
    return (await queries.shapes(session, [claim], by=by))[0]


def _dry(by: Principal, clock: Clock, class_ids: list[UUID]) -> UUID:
    """Name a day's dry runs of the same classes alike: one entry in the people's logs."""
    assert by.organisation is not None
    words = " ".join(sorted(str(one) for one in class_ids))
    return uuid5(by.organisation, f"dry run {clock.today()} {words}")


def _papers(
    body: schemas.ClaimIn | schemas.AllowanceIn,
    told: Mapping[str, Any],
    here: Service,
    matter: str,
    responsible: str | None,
) -> Papers:
    promised = body.commitment
    if promised is None:
        documents = [(one.title, one.number, one.sha256) for one in body.documents]
        return Papers(body.route, documents=tuple(documents))
    given = Given(
        promised.matter,
        promised.version,
        promised.language,
        promised.statements,
        promised.signer,
    )
    text = commitments.check(
        given,
        here.plan.matter(matter),
        bases=[one["basis"] for one in told["classes"]],
        responsible=responsible,
        sandbox=here.sandbox,
    )
    return Papers(body.route, text, tuple(promised.statements), promised.signer)


async def _filed(
    session: routing.DbSession, result: operations.Result, by: Principal
) -> schemas.FiledOut:
    claim = await queries.claim(session, result.claim_id)
    shown = (await queries.shapes(session, [claim], by=by))[0]
    owed = sum(fen for state, fen in result.filed.fen.items() if state in {"approvable", "waiting"})
    return schemas.FiledOut(**shown.model_dump(), amount_fen=owed)
