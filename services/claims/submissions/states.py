"""The states of a claim line, and the one way to move lines from one to the next."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.event_types import EventType
from shared import events
from shared.principal import Principal
from shared.problems import Problem


class State(StrEnum):
    """Where a line stands."""

    UNDECIDED = "undecided"
    REFUSED = "refused"
    WAITING = "waiting"
    APPROVABLE = "approvable"
    REVIEWED = "reviewed"
    NOTICED = "noticed"
    HELD = "held"
    PAYABLE = "payable"
    BATCHED = "batched"
    PAID = "paid"
    VOIDED = "voided"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"


S = State
# The database says the same in `line_may()` and refuses every other way.
TRANSITIONS: Mapping[State, frozenset[State]] = {
    S.UNDECIDED: frozenset({S.APPROVABLE, S.WAITING, S.REFUSED, S.WITHDRAWN, S.RETURNED, S.VOIDED}),
    # An appeal, or a resend, opens it again.
    S.REFUSED: frozenset({S.UNDECIDED, S.APPROVABLE, S.WAITING}),
    S.WAITING: frozenset({S.APPROVABLE, S.REFUSED, S.UNDECIDED, S.WITHDRAWN, S.RETURNED, S.VOIDED}),
    S.APPROVABLE: frozenset(
        {S.REVIEWED, S.REFUSED, S.UNDECIDED, S.RETURNED, S.WITHDRAWN, S.VOIDED}
    ),
    S.REVIEWED: frozenset({S.NOTICED, S.REFUSED, S.RETURNED, S.VOIDED}),
    S.NOTICED: frozenset({S.HELD, S.PAYABLE, S.VOIDED}),
    S.HELD: frozenset({S.NOTICED, S.PAYABLE, S.REFUSED, S.VOIDED}),
    S.PAYABLE: frozenset({S.BATCHED, S.HELD, S.VOIDED}),
    S.BATCHED: frozenset({S.PAID, S.PAYABLE, S.VOIDED}),
    # The bank gave it back.
    S.PAID: frozenset({S.PAYABLE}),
    # An appeal that is won decides it again.
    S.VOIDED: frozenset({S.UNDECIDED, S.REFUSED, S.WAITING, S.APPROVABLE}),
    S.RETURNED: frozenset(),
    S.WITHDRAWN: frozenset(),
}
# A place has one line that is none of these, for each provision.
DEAD = frozenset({S.REFUSED, S.VOIDED, S.RETURNED, S.WITHDRAWN})
BEFORE_REVIEW = frozenset({S.UNDECIDED, S.REFUSED, S.WAITING, S.APPROVABLE})


class LineStateConflict(Problem):
    """A line is not where it would have to be, or is not the caller's: nothing was moved."""

    status = 409
    code = "line_state_conflict"
    title_zh = "明细的状态已经改变，本次操作没有执行，请刷新后再办"
    title_en = "A line is not in the state that this needs; nothing was done"


@dataclass(frozen=True, slots=True)
class Moved:
    """A line that was moved, and from where."""

    id: UUID
    claim_id: UUID
    authority: str
    organisation_id: UUID | None
    before: State
    amount_fen: int
    transfer_id: UUID | None


MOVE = text(
    "with locked as materialized (select id, state from claim_lines"
    " where id = any(cast(:ids as uuid[])) order by id for update)"
    " update claim_lines l set state = :to, changed_at = :at from locked"
    " where l.id = locked.id and locked.state = any(cast(:from as text[]))"
    " returning l.id, l.claim_id, l.authority, l.organisation_id, locked.state as before,"
    " l.amount_fen, l.transfer_id"
)


async def advance(
    session: AsyncSession,
    *,
    line_ids: Sequence[UUID],
    to: State,
    by: Principal,
    at: datetime,
    rule: str,
    reason: str | None = None,
) -> list[Moved]:
    """Move lines to a state in one statement, rows in the order of ids, all of them or none.

    Tells one event a claim and state left, with counts, sum in fen and a hash of the lines.
    Raises LineStateConflict for an illegal way, an unknown line, or one out of the caller's reach.
    """
    wanted = set(line_ids)
    if not wanted:
        return []
    before = [str(state) for state, ways in TRANSITIONS.items() if to in ways]
    rows = await session.execute(
        MOVE, {"ids": sorted(wanted), "to": str(to), "at": at, "from": before}
    )
    moved = [
        Moved(
            id=row.id,
            claim_id=row.claim_id,
            authority=row.authority,
            organisation_id=row.organisation_id,
            before=State(row.before),
            amount_fen=row.amount_fen,
            transfer_id=row.transfer_id,
        )
        for row in rows
    ]
    if len(moved) != len(wanted):
        raise LineStateConflict
    await events.append(session, _told(moved, to, rule, reason), by=by, at=at)
    return moved


def _told(moved: Sequence[Moved], to: State, rule: str, reason: str | None) -> list[events.Event]:
    groups: dict[tuple[UUID, State], list[Moved]] = defaultdict(list)
    for line in moved:
        groups[line.claim_id, line.before].append(line)
    return [
        events.Event(
            type=EventType.LINES_MOVED,
            subject=f"claim:{claim}",
            authority=lines[0].authority,
            organisation=lines[0].organisation_id,
            data=_figures(lines, before, to),
            rule=rule,
            reason=reason,
            row_hash=_hash(lines, to),
        )
        for (claim, before), lines in groups.items()
    ]


def _figures(lines: Sequence[Moved], before: State, to: State) -> dict[str, Any]:
    return {
        "from": before,
        "to": to,
        "lines": len(lines),
        "fen": sum(line.amount_fen for line in lines),
    }


def _hash(lines: Sequence[Moved], to: State) -> bytes:
    """Bind the event to its lines: ids in order, with the state they are in now."""
    words = "\n".join(f"{line} {to}" for line in sorted(str(line.id) for line in lines))
    return sha256(words.encode()).digest()
