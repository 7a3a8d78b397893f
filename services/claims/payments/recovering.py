"""Lines whose ground fell: paid ones are listed to be recovered, the others are never sent."""

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
from services.claims.submissions import states
from services.claims.submissions.states import State
from shared import events, problems
from shared import principal as principals
from shared.principal import Principal

VOIDED_AT_ONCE = 1_000
CLASS_VOIDED = "class.voided"
NOTE = text(
    "insert into lost_grounds (line_id, authority, organisation_id, class_id, payee_kind, payee_id,"
    " fen, reason, document_number, noted_by, noted_at)"
    " select id, authority, organisation_id, class_id, payee_kind, payee_id, amount_fen, :reason,"
    " :document, :by, :at from claim_lines where id = any(cast(:lines as uuid[]))"
    " and state in ('payable', 'batched', 'paid') on conflict do nothing"
    " returning line_id, authority, organisation_id, fen"
)
SEEN = text("select id, state from claim_lines where id = any(cast(:lines as uuid[]))")
OF_CLASSES = text(
    "select line_id, authority, organisation_id, fen, state"
    " from lose_ground_of_classes(cast(:classes as uuid[]), :reason, :at)"
)
FALLEN = text(
    "select l.id, l.transfer_id from lost_grounds g join claim_lines l on l.id = g.line_id"
    " where l.state = 'payable' order by l.id limit :most for update of l skip locked"
)
FREE = text("select release_slots(cast(:lines as uuid[]))")


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


async def apply(
    session: AsyncSession, *, found: Sequence[dict[str, Any]], by: Principal, at: datetime
) -> None:
    """Note the lines of classes that the registry's events say were voided."""
    classes = [
        UUID(event["subject"].partition(":")[2]) for event in found if event["type"] == CLASS_VOIDED
    ]
    if not classes:
        return
    values = {"classes": classes, "reason": "培训班被作废", "at": at}
    rows = (await session.execute(OF_CLASSES, values)).all()
    told = _told([(row, row.state) for row in rows], values["reason"], None)  # type: ignore[arg-type]
    await events.append(session, told, by=by, at=at)


def _told(
    fallen: Sequence[tuple[Any, str]], reason: str, document_number: str | None
) -> list[events.Event]:
    """Tell by authority and organisation: counts and sums, no line and no person."""
    groups: dict[tuple[str, UUID | None], list[tuple[Any, str]]] = {}
    for row, state in fallen:
        groups.setdefault((row.authority, row.organisation_id), []).append((row, state))
    return [
        events.Event(
            type=EventType.GROUND_LOST,
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
    """Void lines without ground that are payable (again), and give their money and slots back."""
    by = principals.service("claims", "jobs")
    rows = (await session.execute(FALLEN, {"most": VOIDED_AT_ONCE})).all()
    if not rows:
        return 0
    lines = [row.id for row in rows]
    await states.advance(
        session,
        line_ids=lines,
        to=State.VOIDED,
        by=by,
        at=at,
        rule=rules.BOOKS,
        reason=rules.TEXTS[rules.Reason.GROUND_LOST][0],
    )
    await session.execute(FREE, {"lines": lines})
    await ledger.release(session, transfer_ids=[row.transfer_id for row in rows], by=by, at=at)
    return len(rows)


def to_recover() -> Select[Any]:
    """Select the paid lines without ground, in the caller's reach."""
    paid = select(Payment.line_id).where(Payment.outcome == Outcome.PAID.value)
    return select(LostGround).where(LostGround.line_id.in_(paid))


def shape(row: LostGround) -> schemas.ToRecoverOut:
    """Give a line that is to be recovered its public shape."""
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
