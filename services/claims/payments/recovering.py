"""Lines whose ground fell: paid ones are listed to be recovered, the others are never sent."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.event_types import EventType
from services.claims.ledger import operations as ledger
from services.claims.payments import rules, schemas
from services.claims.payments.models import LostGround, Payment
from services.claims.payments.rules import Outcome
from services.claims.payments.schemas import PayeeKind
from services.claims.provisions.deciding import Matter
from services.claims.submissions import states
from services.claims.submissions.states import State
from shared import events, problems
from shared import principal as principals
from shared.principal import Principal
from shared.problems import Problem

VOIDED_AT_ONCE = 1_000
CLASS_VOIDED, GROUND_FELL = "class.voided", "ground.fell"
# What the registry says fell: the matter that rested on it, and the words for it.
GROUNDS = {
    "certificate_voided": (Matter.TRAINING_SUBSIDY, "证书已被作废"),
    "attendance_below": (Matter.TRAINING_SUBSIDY, "考勤更正后出勤未达到规定比例"),
    "day_not_attended": (Matter.LIVING_ALLOWANCE, "考勤更正后有的日子没有出勤"),
}
# With the bank nothing is taken back: such a line ends as the bank says.
OPEN = [str(state) for state, ways in states.TRANSITIONS.items() if State.VOIDED in ways]
OPEN.remove(State.BATCHED)
NOTE = text(
    "insert into lost_grounds (line_id, authority, organisation_id, class_id, payee_kind, payee_id,"
    " fen, reason, document_number, noted_by, noted_at)"
    " select id, authority, organisation_id, class_id, payee_kind, payee_id, amount_fen, :reason,"
    " :document, :by, :at from claim_lines where id = any(cast(:lines as uuid[]))"
    " and state in ('payable', 'batched', 'paid')"
    " on conflict (line_id) where withdrawn_at is null do nothing"
    " returning line_id, authority, organisation_id, fen"
)
SEEN = text("select id, state from claim_lines where id = any(cast(:lines as uuid[]))")
TOLD = text(
    "select line_id, authority, organisation_id, fen, state"
    " from lose_grounds(cast(:fallen as jsonb), :at)"
)
FALLEN = text(
    "select l.id, l.transfer_id, g.reason from lost_grounds g"
    " join claim_lines l on l.id = g.line_id"
    " where g.withdrawn_at is null and l.state = any(cast(:open as text[]))"
    " order by l.id limit :most for update of l, g skip locked"
)
NOTED = text(
    "select g.id, g.authority, g.organisation_id, g.fen, g.noted_by, g.noted_at, g.class_voided,"
    " l.state from lost_grounds g join claim_lines l on l.id = g.line_id"
    " where g.line_id = :line and g.withdrawn_at is null for update of l, g"
)
WITHDRAW = text(
    "update lost_grounds set withdrawn_by = :by, withdrawn_at = :at, withdrawal_reason = :reason,"
    " withdrawal_document = :document where id = :id"
)
FREE = text("select release_slots(cast(:lines as uuid[]))")


class ClassStaysVoided(Problem):
    """The class of the line was voided: its ground does not come back."""

    status = 409
    code = "class_stays_voided"
    title_zh = "该培训班已作废，依据不会恢复，登记不能撤销"
    title_en = "The class was voided and its ground does not come back: the entry stays"


class GroundNeedsAnother(Problem):
    """Whoever noted that a ground fell cannot withdraw it."""

    status = 403
    code = "ground_needs_another"
    title_zh = "登记须由登记人以外的工作人员撤销"
    title_en = "An entry is withdrawn by another officer than the one who made it"


async def note(
    session: AsyncSession,
    *,
    line_ids: Sequence[UUID],
    reason: str,
    document_number: str,
    by: Principal,
    at: datetime,
) -> schemas.LostOut:
    """Note that the ground of lines fell; a line noted before stays as it was.

    Raises NotFound for a line out of reach, LineStateConflict for one that is not payable yet.
    """
    asked = sorted(set(line_ids))
    seen = (await session.execute(SEEN, {"lines": asked})).all()
    if len(seen) != len(asked):
        raise problems.NotFound
    now = {row.id: row.state for row in seen}
    if not set(now.values()) <= {State.PAYABLE, State.BATCHED, State.PAID}:
        raise states.LineStateConflict
    values = {"lines": asked, "reason": reason, "document": document_number, "at": at}
    rows = (await session.execute(NOTE, {**values, "by": by.subject})).all()
    fallen = [(row, now[row.line_id]) for row in rows]
    await events.append(session, _told(fallen, reason, document_number), by=by, at=at)
    paid = [row for row, state in fallen if state == State.PAID]
    return schemas.LostOut(
        noted=len(rows), to_recover=len(paid), to_recover_fen=sum(row.fen for row in paid)
    )


async def withdraw(
    session: AsyncSession,
    *,
    line_id: UUID,
    reason: str,
    document_number: str,
    by: Principal,
    at: datetime,
) -> schemas.GroundBackOut:
    """Withdraw the entry of a line whose ground came back; what falls again is noted anew.

    Raises NotFound where nothing is noted or out of reach, ClassStaysVoided, GroundNeedsAnother.
    """
    row = (await session.execute(NOTED, {"line": line_id})).one_or_none()
    if row is None:
        raise problems.NotFound
    if row.class_voided:
        raise ClassStaysVoided
    if row.noted_by == by.subject:
        raise GroundNeedsAnother
    values = {"id": row.id, "reason": reason, "document": document_number, "at": at}
    await session.execute(WITHDRAW, {**values, "by": by.subject})
    told = _told([(row, row.state)], reason, document_number, kind=EventType.GROUND_RESTORED)
    await events.append(session, told, by=by, at=at)
    return schemas.GroundBackOut(
        line_id=line_id,
        authority=row.authority,
        fen=row.fen,
        reason=reason,
        document_number=document_number,
        noted_at=row.noted_at,
        withdrawn_at=at,
    )


async def apply(
    session: AsyncSession, *, found: Sequence[dict[str, Any]], by: Principal, at: datetime
) -> None:
    """Note the lines whose ground fell, as the registry's events say: each once.

    What is not with the bank is voided by a job, what is paid is listed to be recovered.
    """
    by_reason: dict[str, list[dict[str, str | None]]] = {}
    for event in found:
        if (fell := _fell(event)) is not None:
            by_reason.setdefault(fell[0], []).append({**fell[1], "reason": fell[0]})
    for reason, fallen in by_reason.items():
        rows = (await session.execute(TOLD, {"fallen": json.dumps(fallen), "at": at})).all()
        told = _told([(row, row.state) for row in rows], reason, None)
        await events.append(session, told, by=by, at=at)


def _fell(event: dict[str, Any]) -> tuple[str, dict[str, str | None]] | None:
    """Say for what reason an event fells a ground, and whose, of which matter."""
    if event["type"] == CLASS_VOIDED:
        return "培训班已被作废", {"class_id": event["subject"].partition(":")[2]}
    if event["type"] != GROUND_FELL:
        return None
    matter, reason = GROUNDS[event["data"]["ground"]]
    whose = {"enrolment_id": event["data"]["enrolment_id"], "day": event["data"]["day"]}
    return reason, {**whose, "provision": matter}


def _told(
    fallen: Sequence[tuple[Any, str]],
    reason: str,
    document_number: str | None,
    *,
    kind: EventType = EventType.GROUND_LOST,
) -> list[events.Event]:
    """Tell by authority and organisation: counts and sums, no line and no person."""
    groups: dict[tuple[str, UUID | None], list[tuple[Any, str]]] = {}
    for row, state in fallen:
        groups.setdefault((row.authority, row.organisation_id), []).append((row, state))
    return [
        events.Event(
            type=kind,
            subject=f"organisation:{organisation}" if organisation else f"authority:{authority}",
            authority=authority,
            organisation=organisation,
            data={
                "lines": len(rows),
                "fen": sum(row.fen for row, _ in rows),
                "to_recover": sum(state == State.PAID for _, state in rows),
                "to_recover_fen": sum(row.fen for row, state in rows if state == State.PAID),
                "document_number": document_number,
            },
            rule=rules.BOOKS,
            reason=reason,
        )
        for (authority, organisation), rows in groups.items()
    ]


async def void_unpaid(session: AsyncSession, *, at: datetime) -> int:
    """Void lines without ground that are not with the bank; give their money and slots back."""
    by = principals.service("claims", "jobs")
    rows = (await session.execute(FALLEN, {"most": VOIDED_AT_ONCE, "open": OPEN})).all()
    if not rows:
        return 0
    for reason in dict.fromkeys(row.reason for row in rows):
        await states.advance(
            session,
            line_ids=[row.id for row in rows if row.reason == reason],
            to=State.VOIDED,
            by=by,
            at=at,
            rule=rules.BOOKS,
            reason=reason,
        )
    await session.execute(FREE, {"lines": [row.id for row in rows]})
    held = [row.transfer_id for row in rows if row.transfer_id is not None]
    if held:
        await ledger.release(session, transfer_ids=held, by=by, at=at)
    return len(rows)


def to_recover() -> Select[Any]:
    """Select the paid lines that lost their ground, or days of it, in the caller's reach."""
    paid = select(Payment.line_id).where(Payment.outcome == Outcome.PAID.value)
    live = LostGround.withdrawn_at.is_(None)
    return select(LostGround).where(LostGround.line_id.in_(paid), live)


def shape(row: LostGround) -> schemas.ToRecoverOut:
    """Give a line that is to be recovered its public shape."""
    assert row.payee_kind is not None  # a paid line has a payee
    return schemas.ToRecoverOut(
        line_id=row.line_id,
        authority=row.authority,
        organisation_id=row.organisation_id,
        class_id=row.class_id,
        payee_kind=PayeeKind(row.payee_kind),
        fen=row.fen,
        reason=row.reason,
        document_number=row.document_number,
        noted_at=row.noted_at,
    )
