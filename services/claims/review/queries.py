"""The reviewer's queue, a claim's lines on the desk, its draws and decisions."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.notices import holidays
from services.claims.review import schemas
from services.claims.review.models import LineReview, ReviewDecision, SampleDraw
from services.claims.submissions.models import Claim, ClaimLine
from services.claims.submissions.states import State
from shared import clock, pages
from shared.plans import Plan
from shared.sealing import Sealer
from shared.workdays import Calendar, NoCalendar

LABELS: Mapping[str, str] = {
    "decision_whole": "决定内容与摘要、金额一致",
    "decision_rederives": "按所存事实重新推导，结论相同",
    "money_reserved": "资金已足额预留",
    "slots_taken": "名额已占用且属本明细",
    "paid_once": "此前未就同一培训支付",
    "class_stands": "培训班有效、未被暂停",
    "place_stands": "学员仍在册且本人已确认",
    "hours_as_decided": "课时、出勤天数与决定时一致",
    "certificate_as_decided": "证书与决定时一致且有效",
}


async def queue(
    session: AsyncSession, *, plan: Plan, on: date, after: str | None, limit: int
) -> pages.Page[schemas.QueueItem]:
    """List claims with lines to review, those longest on the desk first."""
    waiting = (
        select(
            LineReview.claim_id,
            func.min(LineReview.entered_at).label("entered_at"),
            func.count().label("lines"),
            func.sum(ClaimLine.amount_fen).label("fen"),
            func.count()
            .filter(LineReview.sampled & LineReview.finding.is_(None))
            .label("to_look_at"),
            func.count()
            .filter(func.cardinality(LineReview.checks_open) > 0)
            .label("with_open_checks"),
        )
        .join(ClaimLine, ClaimLine.id == LineReview.line_id)
        .where(ClaimLine.state == State.APPROVABLE.value)
        .group_by(LineReview.claim_id)
        .subquery()
    )
    query = select(waiting, Claim.authority, Claim.organisation_id, Claim.matter, Claim.route).join(
        Claim, Claim.id == waiting.c.claim_id
    )
    keys = (waiting.c.entered_at, waiting.c.claim_id)
    query = pages.keyset(query, keys, schemas.TIMED, after, limit)
    rows = (await session.execute(query)).all()
    due = await _due(session, plan, on, rows[:limit])

    def item(row: Any) -> schemas.QueueItem:
        day = due[row.claim_id]
        return schemas.QueueItem(
            claim_id=row.claim_id,
            authority=row.authority,
            organisation_id=row.organisation_id,
            matter=row.matter,
            route=row.route,
            entered_at=row.entered_at,
            due_on=day,
            overdue=day is not None and day < on,
            lines=row.lines,
            fen=int(row.fen),
            to_look_at=row.to_look_at,
            with_open_checks=row.with_open_checks,
        )

    return pages.page(rows, limit, lambda row: (row.entered_at, row.claim_id), item)


async def _due(
    session: AsyncSession, plan: Plan, on: date, rows: Sequence[Any]
) -> dict[UUID, date | None]:
    workdays = plan.provision("review").on(on).integer("review_workdays")
    calendars = await holidays.calendars(session, {row.authority for row in rows}, plan=plan)
    return {
        row.claim_id: _add(calendars[row.authority], clock.business_day(row.entered_at), workdays)
        for row in rows
    }


def _add(calendar: Calendar, day: date, workdays: int) -> date | None:
    try:
        return calendar.add(day, workdays)
    except NoCalendar:
        return None


async def lines(
    session: AsyncSession, sealer: Sealer, *, claim: UUID, after: str | None, limit: int
) -> pages.Page[schemas.ReviewLine]:
    """List a claim's lines that came to the desk, with checks and looks."""
    columns: tuple[Any, ...] = (
        *(LineReview, ClaimLine.provision, ClaimLine.state, ClaimLine.amount_fen),
    )
    found: Select[Any] = (
        select(*columns)
        .join(ClaimLine, ClaimLine.id == LineReview.line_id)
        .where(LineReview.claim_id == claim)
    )
    query = pages.keyset(found, (LineReview.line_id.expression,), (UUID,), after, limit)
    rows = (await session.execute(query)).all()
    return pages.page(
        rows, limit, lambda row: (row.LineReview.line_id,), lambda row: _line(sealer, row)
    )


def _line(sealer: Sealer, row: Any) -> schemas.ReviewLine:
    review: LineReview = row.LineReview
    note = None
    if review.note_sealed is not None:
        note = sealer.open(
            review.note_sealed, table="line_reviews", column="note_sealed", row=review.line_id
        )
    return schemas.ReviewLine(
        line_id=review.line_id,
        class_id=review.class_id,
        provision=row.provision,
        state=row.state,
        amount_fen=row.amount_fen,
        checks=[schemas.CheckOut(label=LABELS[check["code"]], **check) for check in review.checks],
        sampled=review.sampled,
        finding=review.finding,
        looked_at=review.looked_at,
        note=note,
    )


async def draws(session: AsyncSession, claim: UUID) -> schemas.DrawsOut:
    """Return a claim's draws with all that is needed to repeat them."""
    query = select(SampleDraw).where(SampleDraw.claim_id == claim).order_by(SampleDraw.at)
    rows = (await session.execute(query)).scalars()
    return schemas.DrawsOut(
        draws=[
            schemas.DrawOut(
                id=row.id,
                claim_id=row.claim_id,
                at=row.at,
                seed=row.seed.hex(),
                signals=row.signals,
                per_hundred=row.per_hundred,
                line_ids=row.members,
                drawn_ids=row.drawn,
            )
            for row in rows
        ]
    )


async def decisions(
    session: AsyncSession, sealer: Sealer, *, after: str | None, limit: int
) -> pages.Page[schemas.DecisionOut]:
    """List review decisions in the caller's reach, oldest first."""
    keys = (ReviewDecision.at.expression, ReviewDecision.id.expression)
    query = pages.keyset(select(ReviewDecision), keys, schemas.TIMED, after, limit)
    rows = (await session.execute(query)).scalars().all()
    return pages.page(rows, limit, lambda row: (row.at, row.id), lambda row: shown(sealer, row))


def shown(sealer: Sealer, row: ReviewDecision) -> schemas.DecisionOut:
    """Return a decision with its reason opened."""
    reason = None
    if row.reason_sealed is not None:
        reason = sealer.open(
            row.reason_sealed, table="review_decisions", column="reason_sealed", row=row.id
        )
    return schemas.DecisionOut(
        id=row.id,
        claim_id=row.claim_id,
        authority=row.authority,
        decision=row.decision,
        about=row.about,
        reason=reason,
        lines=row.lines,
        fen=row.fen,
        at=row.at,
    )
