"""Look at sampled lines; decide: reviewed, refused or returned. Submitter and reviewer differ."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.event_types import EventType
from services.claims.ledger import operations as ledger
from services.claims.provisions.reasons import NOT_PAYABLE_PERSON
from services.claims.review import queries, rules, schemas, standins
from services.claims.review.models import LineReview, ReviewDecision
from services.claims.review.standins import Step
from services.claims.submissions import states
from services.claims.submissions.models import Claim, ClaimLine
from services.claims.submissions.states import State
from shared import clock, events, ids, problems
from shared.principal import Principal
from shared.problems import Problem
from shared.sealing import Sealer

RULE = "审核"
FREE = text("select release_slots(cast(:ids as uuid[]))")
TARGET = {"reviewed": State.REVIEWED, "refused": State.REFUSED, "returned": State.RETURNED}


class SamePerson(Problem):
    """Submitter, reviewer and releaser are three different people. DESIGN 5."""

    status = 409
    code = "same_person"
    title_zh = "申报、审核、拨付须由三个不同的人办理"
    title_en = "Submitter, reviewer and releaser must be three different people"


class NotOnDesk(Problem):
    """The automatic checks have not been done yet, or no line of the claim waits."""

    status = 409
    code = "not_on_desk"
    title_zh = "没有可审核的明细，或自动核验尚未完成，请稍后再办"
    title_en = "No line waits for review, or its automatic checks are not done yet"


class SampleNotInOrder(Problem):
    """A sampled line was not looked at, or the look found a shortcoming."""

    status = 409
    code = "sample_not_in_order"
    title_zh = "被抽中的明细尚未抽查或抽查未通过，不能通过审核"
    title_en = "A sampled line was not looked at, or the look did not find it in order"


class ChecksOpen(Problem):
    """An automatic check did not pass: refuse, return, or pass over it with a reason."""

    status = 409
    code = "checks_open"
    title_zh = "有自动核验未通过：请拒绝、退回，或者写明理由后通过"
    title_en = "An automatic check did not pass: refuse, return, or say why it may be passed over"


CONSTRAINTS: dict[str, type[Problem]] = {
    "looker_is_not_submitter": SamePerson,
    "reviewer_is_not_submitter": SamePerson,
    "releaser_is_a_third": SamePerson,
    "sampled_was_looked_at": SampleNotInOrder,
    "objection_two_people": SamePerson,
}


async def look(
    session: AsyncSession, *, sealer: Sealer, body: schemas.LookIn, by: Principal, at: datetime
) -> schemas.LookOut:
    """Write what the look at sampled lines found. NotFound for any that is not on the desk."""
    by = await standins.widen(session, by=by, step=Step.REVIEW, on=clock.business_day(at))
    wanted = sorted(set(body.line_ids))
    rows = await _desk(session, wanted)
    if len(rows) != len(wanted):
        raise problems.NotFound
    if any(not row.sampled or row.state != State.APPROVABLE for row in rows):
        raise NotOnDesk
    for row in rows:
        note = None
        if body.note is not None:
            note = sealer.seal(
                body.note, table="line_reviews", column="note_sealed", row=row.line_id
            )
        await session.execute(
            update(LineReview)
            .where(LineReview.line_id == row.line_id)
            .values(looked_by=by.subject, looked_at=at, finding=body.finding, note_sealed=note)
        )
    await events.append(session, _looks(rows, body.finding), by=by, at=at)
    return schemas.LookOut(lines=len(rows), finding=body.finding)


def _looks(rows: Sequence[Any], finding: str) -> list[events.Event]:
    claims = {row.claim_id: row for row in rows}
    return [
        events.Event(
            type=EventType.LINE_LOOKED,
            subject=f"claim:{claim}",
            authority=row.authority,
            data={
                "finding": finding,
                "lines": sum(1 for each in rows if each.claim_id == claim),
            },
            rule="POLICY 8.15",
        )
        for claim, row in claims.items()
    ]


async def _desk(session: AsyncSession, keys: Sequence[UUID]) -> Sequence[Any]:
    query = (
        select(
            LineReview.line_id,
            LineReview.claim_id,
            LineReview.authority,
            LineReview.submitted_by,
            LineReview.sampled,
            LineReview.finding,
            LineReview.checks_open,
            LineReview.entered_at,
            ClaimLine.state,
            ClaimLine.changed_at,
            ClaimLine.amount_fen,
        )
        .join(ClaimLine, ClaimLine.id == LineReview.line_id)
        .where(LineReview.line_id.in_(keys))
        .order_by(LineReview.line_id)
    )
    return (await session.execute(query)).all()


async def decide(
    session: AsyncSession, *, sealer: Sealer, body: schemas.DecisionIn, by: Principal, at: datetime
) -> schemas.DecisionOut:
    """Decide a claim's approvable lines, or those named; refused and returned money goes back.

    Raises NotFound, NotOnDesk, SamePerson, SampleNotInOrder, ChecksOpen, LineStateConflict.
    """
    by = await standins.widen(session, by=by, step=Step.REVIEW, on=clock.business_day(at))
    claim = await session.get(Claim, body.claim_id)
    if claim is None:
        raise problems.NotFound
    lines = await _chosen(session, body)
    _permit(lines, body, by)
    row = ReviewDecision(
        id=ids.uuid7(),
        claim_id=claim.id,
        authority=claim.authority,
        organisation_id=claim.organisation_id,
        decision=body.decision,
        about=body.about,
        despite_checks=body.despite_checks and any(line.checks_open for line in lines),
        lines=len(lines),
        fen=sum(line.amount_fen for line in lines),
        by_subject=by.subject,
        office=by.office,
        at=at,
    )
    if body.reason is not None:
        row.reason_sealed = sealer.seal(
            body.reason, table="review_decisions", column="reason_sealed", row=row.id
        )
    session.add(row)
    await session.flush()
    await _carry_out(session, row, [line.line_id for line in lines], by=by, at=at)
    return queries.shown(sealer, row)


async def _chosen(session: AsyncSession, body: schemas.DecisionIn) -> Sequence[Any]:
    query = select(LineReview.line_id).join(ClaimLine, ClaimLine.id == LineReview.line_id)
    query = query.where(
        LineReview.claim_id == body.claim_id, ClaimLine.state == State.APPROVABLE.value
    )
    # Locked: who decides at the same moment finds the lines decided, and does not overrule.
    query = query.order_by(ClaimLine.id).with_for_update(of=ClaimLine)
    there = set((await session.execute(query)).scalars())
    wanted = there if body.line_ids is None else set(body.line_ids)
    if not wanted or not wanted <= there:
        raise NotOnDesk
    lines = await _desk(session, sorted(wanted))
    # A line decided again since its checks has to be checked again first.
    if any(line.entered_at < line.changed_at for line in lines):
        raise NotOnDesk
    return lines


def _permit(lines: Sequence[Any], body: schemas.DecisionIn, by: Principal) -> None:
    if any(line.submitted_by == by.subject for line in lines):
        raise SamePerson
    if body.decision != "reviewed":
        return
    unseen = [
        str(line.line_id)
        for line in lines
        if line.sampled and line.finding != rules.Finding.IN_ORDER
    ]
    if unseen:
        raise SampleNotInOrder(line_ids=unseen[:200])
    unpassed = [str(line.line_id) for line in lines if line.checks_open]
    if unpassed and not body.despite_checks:
        raise ChecksOpen(line_ids=unpassed[:200])


async def _carry_out(
    session: AsyncSession, row: ReviewDecision, keys: list[UUID], *, by: Principal, at: datetime
) -> None:
    linked = update(LineReview).where(LineReview.line_id.in_(keys)).values(decision_id=row.id)
    await session.execute(linked)
    told = events.Event(
        type=EventType.REVIEW_DECIDED,
        subject=f"claim:{row.claim_id}",
        authority=row.authority,
        organisation=row.organisation_id,
        data={
            "review": str(row.id),
            "decision": row.decision,
            "lines": row.lines,
            "fen": row.fen,
            "despite_checks": row.despite_checks,
        },
        rule=RULE,
    )
    await events.append(session, [told], by=by, at=at)
    moved = await states.advance(
        session, line_ids=keys, to=TARGET[row.decision], by=by, at=at, rule=RULE
    )
    if row.decision == "reviewed":
        return
    if row.about == "person":
        # To the institution it reads like any other matter of the person's, from here on.
        hide = update(ClaimLine).where(ClaimLine.id.in_(keys)).values(shown=NOT_PAYABLE_PERSON)
        await session.execute(hide)
    if row.decision == "returned":
        await _return_claim(session, row.claim_id)
    await give_back(session, moved=moved, by=by, at=at)


async def give_back(
    session: AsyncSession, *, moved: Sequence[states.Moved], by: Principal, at: datetime
) -> None:
    """Free the slots of lines that lost their ground and release their money, last of all."""
    await session.execute(FREE, {"ids": [line.id for line in moved]})
    transfers = [line.transfer_id for line in moved if line.transfer_id is not None]
    if transfers:
        await ledger.release(session, transfer_ids=transfers, by=by, at=at, reason=RULE)


async def _return_claim(session: AsyncSession, claim: UUID) -> None:
    """Call a claim returned when the last line that anything can happen to went back.

    Undecided lines count as little as refused ones: the word would tell the institution which of
    the two its trainees' lines are.
    """
    over = [str(each) for each in (*states.DEAD, State.UNDECIDED)]
    query = select(func.count()).where(ClaimLine.claim_id == claim, ClaimLine.state.not_in(over))
    if not (await session.execute(query)).scalar_one():
        await session.execute(update(Claim).where(Claim.id == claim).values(state="returned"))
