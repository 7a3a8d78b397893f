"""Objections: anybody makes one; one officer finds, another decides; only its line waits."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.event_types import EventType
from services.claims.notices import schemas
from services.claims.notices.models import Notice, NoticeLine, Objection
from services.claims.review import operations as review
from services.claims.review import standins
from services.claims.review.operations import SamePerson
from services.claims.review.standins import Step
from services.claims.submissions import states
from services.claims.submissions.models import ClaimLine
from services.claims.submissions.states import State
from shared import clock, events, ids, problems
from shared.principal import Principal
from shared.problems import Problem
from shared.sealing import Sealer

RULE = "公示异议 POLICY 2.1（12）"
MAKE = text("select object_to(:id, :notice, :number, :text, :contact, :today, :at)")
OTHERS = text(
    "select exists (select 1 from objections where line_id = :line and id <> :id"
    " and state in ('open', 'found'))"
)
# A line that is already with the bank is not stopped here.
STOPPABLE = (State.NOTICED, State.HELD, State.PAYABLE)


class NoticeOver(Problem):
    """Objections are taken while the notice stands, its last day included."""

    status = 409
    code = "notice_over"
    title_zh = "公示期已满，不再受理对该公示的异议；可通过投诉渠道反映"
    title_en = "The notice is over; please use the complaints channel instead"


class ObjectionsFull(Problem):
    """The number has as many objections as one needs to look into it."""

    status = 409
    code = "objections_full"
    title_zh = "该序号的异议已达上限，正在处理中"
    title_en = "This number has enough objections; they are being looked into"


class ObjectionState(Problem):
    """The objection is not where this step needs it."""

    status = 409
    code = "objection_state"
    title_zh = "异议当前状态下不能办理此步骤"
    title_en = "The objection is not in the state that this step needs"


class ObjectionNeedsLines(Problem):
    """To uphold an objection against a count, say which of its lines fall."""

    status = 422
    code = "objection_needs_lines"
    title_zh = "汇总公示的异议成立时，须指明该序号内不予支付的明细"
    title_en = "To uphold it against a count, name the lines of that number that fall"


async def make(
    session: AsyncSession,
    sealer: Sealer,
    *,
    notice: UUID,
    body: schemas.ObjectionIn,
    by: Principal,
    at: datetime,
) -> schemas.ObjectionMade:
    """Take an objection. Raises NotFound, NoticeOver, ObjectionsFull."""
    key = ids.uuid7()
    contact = body.contact or None
    values = {
        "id": key,
        "notice": notice,
        "number": body.number,
        "text": sealer.seal(body.text, table="objections", column="text_sealed", row=key),
        "contact": contact
        and sealer.seal(contact, table="objections", column="contact_sealed", row=key),
        "today": clock.business_day(at),
        "at": at,
    }
    said = (await session.execute(MAKE, values)).scalar_one()
    refusals = {"unknown": problems.NotFound, "over": NoticeOver, "full": ObjectionsFull}
    if said in refusals:
        raise refusals[said]
    told = events.Event(
        type=EventType.OBJECTION_MADE,
        subject=f"objection:{key}",
        authority=said,
        data={"notice": str(notice), "number": body.number},
        rule=RULE,
    )
    await events.append(session, [told], by=by, at=at)
    return schemas.ObjectionMade(
        id=key, notice_id=notice, number=body.number, state="open", made_at=at
    )


async def find(
    session: AsyncSession,
    sealer: Sealer,
    *,
    objection: UUID,
    body: schemas.FindingIn,
    by: Principal,
    at: datetime,
) -> Objection:
    """Write what the first officer found. Raises NotFound, ObjectionState, ObjectionNeedsLines."""
    by = await standins.widen(session, by=by, step=Step.REVIEW, on=clock.business_day(at))
    row = await _locked(session, objection)
    if row.state != "open":
        raise ObjectionState
    row.voids = await _falling(session, row, body)
    row.state, row.finding = "found", body.finding
    row.reason_sealed = sealer.seal(
        body.reason, table="objections", column="reason_sealed", row=row.id
    )
    row.found_by, row.found_at = by.subject, at
    await session.flush()
    await _tell(session, EventType.OBJECTION_FOUND, row, by=by, at=at)
    return row


async def _locked(session: AsyncSession, key: UUID) -> Objection:
    row = await session.get(Objection, key, with_for_update=True)
    if row is None:
        raise problems.NotFound
    return row


async def _falling(session: AsyncSession, row: Objection, body: schemas.FindingIn) -> list[UUID]:
    """Say which lines fall if the objection is upheld: its own, or those named of a count."""
    if body.finding == "dismissed":
        return []
    if row.line_id is not None:
        return [row.line_id]
    query = select(NoticeLine.line_id).where(
        NoticeLine.notice_id == row.notice_id, NoticeLine.number == row.number
    )
    there = set((await session.execute(query)).scalars())
    wanted = set(body.line_ids or ())
    if not wanted or not wanted <= there:
        raise ObjectionNeedsLines
    return sorted(wanted)


async def confirm(
    session: AsyncSession, *, objection: UUID, agreed: bool, by: Principal, at: datetime
) -> Objection:
    """Decide as a second officer: agreed, the finding takes effect; if not, it is open again.

    Raises NotFound, ObjectionState, SamePerson, LineStateConflict.
    """
    by = await standins.widen(session, by=by, step=Step.REVIEW, on=clock.business_day(at))
    row = await _locked(session, objection)
    if row.state != "found":
        raise ObjectionState
    if row.found_by == by.subject:
        raise SamePerson
    if not agreed:
        row.state, row.voids = "open", []
        row.finding = row.reason_sealed = row.found_by = row.found_at = None
        await session.flush()
        await _tell(session, EventType.OBJECTION_FOUND, row, by=by, at=at)
        return row
    assert row.finding is not None
    row.state, row.decided_by, row.decided_at = row.finding, by.subject, at
    await session.flush()
    await _tell(session, EventType.OBJECTION_DECIDED, row, by=by, at=at)
    if row.state == "upheld":
        await _uphold(session, row.voids, by=by, at=at)
    elif row.line_id is not None:
        await _let_go(session, row, row.line_id, by=by, at=at)
    return row


async def _uphold(
    session: AsyncSession, lines: Sequence[UUID], *, by: Principal, at: datetime
) -> None:
    """Void the lines; slots are freed and money released."""
    if await _states(session, lines) - set(STOPPABLE):
        raise states.LineStateConflict
    moved = await states.advance(
        session,
        line_ids=lines,
        to=State.VOIDED,
        by=by,
        at=at,
        rule=RULE,
        reason="objection_upheld",
    )
    await review.give_back(session, moved=moved, by=by, at=at)


async def _states(session: AsyncSession, lines: Sequence[UUID]) -> set[State]:
    query = select(ClaimLine.state).where(ClaimLine.id.in_(lines)).with_for_update()
    return {State(word) for word in (await session.execute(query)).scalars()}


async def _let_go(
    session: AsyncSession, row: Objection, line: UUID, *, by: Principal, at: datetime
) -> None:
    """Let a held line go on, unless another objection still holds it."""
    if State.HELD not in await _states(session, [line]):
        return
    values = {"line": line, "id": row.id}
    if (await session.execute(OTHERS, values)).scalar_one():
        return
    notice = await session.get_one(Notice, row.notice_id)
    over = notice.ended_at is not None or clock.business_day(at) > notice.ends_on
    to = State.PAYABLE if over else State.NOTICED
    await states.advance(
        session, line_ids=[line], to=to, by=by, at=at, rule=RULE, reason="objection_dismissed"
    )


async def _tell(
    session: AsyncSession, kind: EventType, row: Objection, *, by: Principal, at: datetime
) -> None:
    told = events.Event(
        type=kind,
        subject=f"objection:{row.id}",
        authority=row.authority,
        data={
            "notice": str(row.notice_id),
            "number": row.number,
            "state": row.state,
            "finding": row.finding,
            "lines": len(row.voids),
        },
        rule=RULE,
    )
    await events.append(session, [told], by=by, at=at)
