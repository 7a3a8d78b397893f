"""HTTP of name conflicts, for the authority that they came to."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import select

from services.registry.trainees import conflicts
from services.registry.trainees.models import NameConflict
from shared import pages, problems, routing

router = routing.router("/name-conflicts", tags=["trainees"])


class ConflictOut(routing.Out):
    """Two names for one ID number; both only while it is open."""

    id: UUID
    authority: str
    at: datetime
    state: Literal["open", "kept", "changed"]
    stored_name: str | None
    other_name: str | None


class DecisionIn(routing.Body):
    """Which name stands on the card, and how the officer knows."""

    decision: Literal["kept", "changed"] = Field(examples=["changed"])
    reason: str = Field(min_length=2, max_length=500, examples=["核对身份证原件，曾登记错字。"])


class DecidedOut(routing.Out):
    """The conflict is decided."""

    id: UUID
    state: Literal["kept", "changed"]


@router.get("", summary="同一身份证号码姓名不一致")
async def list_name_conflicts(
    *,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
    after: pages.After = None,
    limit: pages.Limit = 20,
) -> pages.Page[ConflictOut]:
    """List the conflicts of the caller's authorities; reading an open one is logged."""
    query = pages.keyset(
        select(NameConflict),
        [NameConflict.at.expression, NameConflict.id.expression],
        [datetime, UUID],
        after,
        limit,
    )
    rows = (await session.execute(query)).scalars().all()
    compared = await conflicts.compare(
        session, here.sealer, rows=rows[:limit], by=by, now=clock.now()
    )
    page = pages.page(rows, limit, lambda row: (row.at, row.id), lambda row: row)
    return pages.Page[ConflictOut](items=[_out(one) for one in compared], next=page.next)


@router.post(
    "/{conflict_id}/decision",
    status_code=201,
    summary="处理姓名不一致",
    responses=problems.responses(conflicts.ConflictDecided),
)
async def decide_name_conflict(
    *,
    conflict_id: UUID,
    body: DecisionIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> DecidedOut:
    """Keep the stored name or take the other one, with a reason."""
    await conflicts.decide(
        session,
        here.sealer,
        conflict_id=conflict_id,
        decision=body.decision,
        reason=body.reason,
        by=by,
        now=clock.now(),
    )
    return DecidedOut(id=conflict_id, state=body.decision)


def _out(one: conflicts.Compared) -> ConflictOut:
    return ConflictOut(
        id=one.row.id,
        authority=one.row.authority,
        at=one.row.at,
        state=one.row.state,
        stored_name=one.stored,
        other_name=one.other,
    )
