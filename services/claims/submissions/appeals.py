"""A person's appeal: out of sight of the institution, looked at by a human. POLICY 9.6."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.event_types import EventType
from services.claims.submissions import queries, redeciding
from services.claims.submissions.gathering import ClassTerms
from services.claims.submissions.models import Appeal, ClaimLine
from services.claims.submissions.schemas import AppealOut
from services.claims.submissions.states import State
from shared import events, ids, problems
from shared.principal import Principal
from shared.problems import Problem
from shared.sealing import Sealer
from shared.service import Service

RULE = "POLICY 9.6"
TABLE = Appeal.__tablename__
UNPAYABLE = frozenset({State.REFUSED, State.UNDECIDED})
# What an objection took away comes back by an appeal and by nothing else.
OPEN_TO_APPEAL = UNPAYABLE | {State.VOIDED}
SUCCEEDED = text(
    "select exists (select 1 from claim_lines o where o.enrolment_id = :place"
    " and o.provision = :provision and o.id <> :line and o.state not in"
    " ('refused', 'voided', 'returned', 'withdrawn'))"
)


class NothingToAppeal(Problem):
    """The line was neither refused nor voided, or another one has taken its place."""

    status = 409
    code = "nothing_to_appeal"
    title_zh = "这一笔没有被拒绝或作废，或者已经重新申领，不需要申诉"
    title_en = (
        "This line was not refused or voided, or was claimed again: there is nothing to appeal"
    )


class AppealOpen(Problem):
    """The person has appealed already; the answer is still to come."""

    status = 409
    code = "appeal_open"
    title_zh = "您的申诉正在办理"
    title_en = "Your appeal is being looked at"


class AppealAnswered(Problem):
    """The appeal has its answer."""

    status = 409
    code = "appeal_answered"
    title_zh = "该申诉已经答复"
    title_en = "This appeal has been answered"


CONSTRAINTS: dict[str, type[Problem]] = {"appeal_open_once": AppealOpen}


@dataclass(frozen=True, slots=True)
class Fresh:
    """What is known of the line's class and person now; asked before the transaction begins."""

    told: Mapping[str, Any]
    terms: Mapping[UUID, ClassTerms]
    employers: Mapping[str, str]


async def ask(
    session: AsyncSession,
    *,
    sealer: Sealer,
    line_id: UUID,
    words: str,
    by: Principal,
    at: datetime,
) -> AppealOut:
    """Keep a person's appeal against an own line, sealed. Raises NotFound, NothingToAppeal."""
    line = await queries.line(session, line_id)
    if not await _may_win(session, line):
        raise NothingToAppeal
    identity = ids.uuid7()
    row = Appeal(
        id=identity,
        line_id=line.id,
        authority=line.authority,
        trainee_id=line.trainee_id,
        text_sealed=sealer.seal(words, table=TABLE, column="text_sealed", row=identity),
        state="open",
        asked_at=at,
        decision_before=line.decision_id,
    )
    columns = {column.key: getattr(row, column.key) for column in Appeal.__table__.columns}
    await session.execute(insert(Appeal).values(columns))
    await events.append(session, [_event(EventType.APPEAL_MADE, row)], by=by, at=at)
    return shape(row, sealer, words=True)


async def answer(
    session: AsyncSession,
    *,
    appeal_id: UUID,
    fresh: Fresh | None,
    words: str,
    here: Service,
    by: Principal,
    at: datetime,
) -> AppealOut:
    """Answer an appeal: dismiss it, or decide its line again on fresh facts.

    Raises NotFound, AppealAnswered, NothingToAppeal, LineWithoutGround, LineStateConflict.
    """
    row = await session.get(Appeal, appeal_id, with_for_update=True)
    if row is None:
        raise problems.NotFound
    if row.state != "open":
        raise AppealAnswered
    after = None
    if fresh is not None:
        line = await queries.line(session, row.line_id)
        claim = await queries.claim(session, line.claim_id)
        # What its claimant took back is claimed anew, never revived behind the claimant's back.
        if claim.state == "withdrawn" or not await _may_win(session, line):
            raise NothingToAppeal
        after = await redeciding.again(
            session,
            line=line,
            told=fresh.told,
            terms=fresh.terms,
            employers=fresh.employers,
            here=here,
            by=by,
            at=at,
        )
    sealed = here.sealer.seal(words, table=TABLE, column="answer_sealed", row=row.id)
    changes: dict[str, Any] = {
        "state": "reopened" if after else "dismissed",
        "answer_sealed": sealed,
        "answered_by": by.subject,
        "answered_at": at,
        "decision_after": after,
    }
    await session.execute(update(Appeal).where(Appeal.id == appeal_id).values(changes))
    for name, value in changes.items():
        setattr(row, name, value)
    session.expunge(row)
    await events.append(session, [_event(EventType.APPEAL_ANSWERED, row)], by=by, at=at)
    return shape(row, here.sealer, words=True)


async def is_open(session: AsyncSession, line: ClaimLine) -> bool:
    """Say whether a line was refused or left undecided, and no other took its place."""
    return line.state in UNPAYABLE and not await _succeeded(session, line)


async def _may_win(session: AsyncSession, line: ClaimLine) -> bool:
    return line.state in OPEN_TO_APPEAL and not await _succeeded(session, line)


async def _succeeded(session: AsyncSession, line: ClaimLine) -> bool:
    values = {"place": line.enrolment_id, "provision": line.provision, "line": line.id}
    found: bool = (await session.execute(SUCCEEDED, values)).scalar_one()
    return found


async def find(session: AsyncSession, appeal_id: UUID) -> tuple[Appeal, ClaimLine]:
    """Return an appeal in the officer's reach with its line. Raises NotFound."""
    row = await session.get(Appeal, appeal_id)
    if row is None:
        raise problems.NotFound
    return row, await queries.line(session, row.line_id)


def shape(row: Appeal, sealer: Sealer, *, words: bool) -> AppealOut:
    """Give an appeal its public shape; words only where one is opened."""

    def plain(sealed: bytes | None, column: str) -> str | None:
        if sealed is None or not words:
            return None
        return sealer.open(sealed, table=TABLE, column=column, row=row.id)

    return AppealOut(
        id=row.id,
        line_id=row.line_id,
        authority=row.authority,
        state=row.state,
        asked_at=row.asked_at,
        answered_at=row.answered_at,
        text=plain(row.text_sealed, "text_sealed"),
        answer=plain(row.answer_sealed, "answer_sealed"),
    )


def _event(kind: EventType, row: Appeal) -> events.Event:
    # Subject is the appeal: neither line nor person can be told from it. POLICY 9.6
    return events.Event(
        type=kind,
        subject=f"appeal:{row.id}",
        authority=row.authority,
        data={"state": row.state},
        rule=RULE,
    )
