"""An exception to a cap (原则上): proposed by one officer, decided by another. POLICY 8.5."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.event_types import EventType
from services.claims.provisions import codes, person_checks, slot_keys
from services.claims.provisions.in_force import InForce
from services.claims.submissions import appeals, operations, queries, redeciding
from services.claims.submissions.appeals import Fresh
from services.claims.submissions.models import CapException, ClaimLine
from services.claims.submissions.schemas import CapExceptionIn, CapExceptionOut
from shared import events, ids, pages, problems
from shared.principal import Principal
from shared.problems import Problem
from shared.sealing import Sealer
from shared.service import Service

RULE = "五(二)“原则上”|caps POLICY 8.5"
TABLE = CapException.__tablename__
DECIDED_ON = text("select facts, on_day from claim_decisions where id = :id")


class NoCapToLift(Problem):
    """The line needs no such slot, or has a free one: no cap stands in its way."""

    status = 422
    code = "no_cap_to_lift"
    title_zh = "这一笔不是因为该名额用满而不能支付，无须例外"
    title_en = "No cap of this slot stands in the way of the line; there is nothing to lift"


class LineNotOpen(Problem):
    """The line is neither refused nor undecided, or has been claimed again."""

    status = 409
    code = "line_not_open"
    title_zh = "只有未予支付或待补充、且未重新申领的明细可以提出例外"
    title_en = "Only a refused or undecided line that was not claimed again can get an exception"


class ExceptionExists(Problem):
    """The place has an exception to this cap, decided or still to be."""

    status = 409
    code = "cap_exception_exists"
    title_zh = "该学员在本班的这一名额已提出过例外"
    title_en = "An exception to this cap was proposed for this place already"


class ExceptionDecided(Problem):
    """A second officer has decided about it."""

    status = 409
    code = "cap_exception_decided"
    title_zh = "该例外已经复核"
    title_en = "This exception has been decided"


class ExceptionNeedsAnother(Problem):
    """Whoever proposed an exception cannot decide it."""

    status = 403
    code = "cap_exception_needs_another"
    title_zh = "例外须由另一名工作人员复核"
    title_en = "An exception is decided by another officer than the one who proposed it"


CONSTRAINTS: dict[str, type[Problem]] = {
    "cap_exception_once": ExceptionExists,
    "cap_exception_two_officers": ExceptionNeedsAnother,
}


@dataclass(frozen=True, slots=True)
class Decided:
    """What the second officer says; `fresh` is what is known of the line now, where agreed."""

    agreed: bool
    fresh: Fresh | None


async def propose(
    session: AsyncSession, *, body: CapExceptionIn, here: Service, by: Principal, at: datetime
) -> CapExceptionOut:
    """Propose that a line may be paid although one of its caps is reached.

    Raises NotFound, LineNotOpen, NoCapToLift, ExceptionExists.
    """
    line = await queries.line(session, body.line_id)
    if not await appeals.is_open(session, line):
        raise LineNotOpen
    await _capped(session, line, body.slot_key, here)
    row = CapException(
        id=ids.uuid7(),
        authority=line.authority,
        line_id=line.id,
        trainee_id=line.trainee_id,
        enrolment_id=line.enrolment_id,
        slot_key=body.slot_key,
        document_number=body.document_number,
        state="proposed",
        proposed_by=by.subject,
        proposed_at=at,
    )
    row.reason_sealed = here.sealer.seal(
        body.reason, table=TABLE, column="reason_sealed", row=row.id
    )
    session.add(row)
    await session.flush()
    await _tell(session, EventType.CAP_EXCEPTION_PROPOSED, row, by=by, at=at)
    return shape(row, here.sealer)


async def _capped(session: AsyncSession, line: ClaimLine, key: str, here: Service) -> None:
    """Make sure that this cap is in the line's way, by the facts that it was decided on."""
    stored = (await session.execute(DECIDED_ON, {"id": line.decision_id})).one()
    facts = codes.read(stored.facts.encode())
    terms: InForce = operations.terms_on(here, days=[stored.on_day])[stored.on_day]
    for slot in person_checks.slots(facts, terms):
        if key in slot.choices and slot_keys.use(slot, facts.trainee.occupied) is not None:
            return
    raise NoCapToLift


async def decide(
    session: AsyncSession,
    *,
    exception_id: UUID,
    said: Decided,
    here: Service,
    by: Principal,
    at: datetime,
) -> CapExceptionOut:
    """Confirm or decline as the second officer; confirmed, the line is decided again at once.

    Raises NotFound, ExceptionDecided, ExceptionNeedsAnother, LineNotOpen.
    """
    row = await session.get(CapException, exception_id, with_for_update=True)
    if row is None:
        raise problems.NotFound
    if row.state != "proposed":
        raise ExceptionDecided
    if row.proposed_by == by.subject:
        raise ExceptionNeedsAnother
    row.state = "confirmed" if said.agreed else "declined"
    row.decided_by, row.decided_at = by.subject, at
    await session.flush()
    if said.fresh is not None:
        after = await _again(session, row, said.fresh, here=here, by=by, at=at)
        done = update(CapException).where(CapException.id == row.id).values(decision_after=after)
        await session.execute(done)
        row.decision_after = after
    await _tell(session, EventType.CAP_EXCEPTION_DECIDED, row, by=by, at=at)
    session.expunge(row)
    return shape(row, here.sealer)


async def _again(
    session: AsyncSession,
    row: CapException,
    fresh: Fresh,
    *,
    here: Service,
    by: Principal,
    at: datetime,
) -> UUID:
    line = await queries.line(session, row.line_id)
    if not await appeals.is_open(session, line):
        raise LineNotOpen
    return await redeciding.again(
        session,
        line=line,
        told=fresh.told,
        terms=fresh.terms,
        employers=fresh.employers,
        here=here,
        by=by,
        at=at,
    )


async def find(session: AsyncSession, exception_id: UUID) -> tuple[CapException, ClaimLine]:
    """Return an exception in the officer's reach with its line. Raises NotFound."""
    row = await session.get(CapException, exception_id)
    if row is None:
        raise problems.NotFound
    return row, await queries.line(session, row.line_id)


async def listed(
    session: AsyncSession, sealer: Sealer, *, after: str | None, limit: int
) -> pages.Page[CapExceptionOut]:
    """List the exceptions that the caller may see: an office's, or the person's own."""
    keys = (CapException.proposed_at.expression, CapException.id.expression)
    query = pages.keyset(select(CapException), keys, [datetime, UUID], after, limit)
    rows = (await session.execute(query)).scalars().all()
    return pages.page(
        rows, limit, lambda row: (row.proposed_at, row.id), lambda row: shape(row, sealer)
    )


def shape(row: CapException, sealer: Sealer) -> CapExceptionOut:
    """Give an exception its public shape, its reason opened."""
    return CapExceptionOut(
        id=row.id,
        line_id=row.line_id,
        authority=row.authority,
        slot_key=row.slot_key,
        document_number=row.document_number,
        reason=sealer.open(row.reason_sealed, table=TABLE, column="reason_sealed", row=row.id),
        state=row.state,
        proposed_at=row.proposed_at,
        decided_at=row.decided_at,
    )


async def _tell(
    session: AsyncSession, kind: EventType, row: CapException, *, by: Principal, at: datetime
) -> None:
    told = events.Event(
        type=kind,
        subject=f"cap_exception:{row.id}",
        authority=row.authority,
        data={"state": row.state, "document_number": row.document_number},
        rule=RULE,
    )
    await events.append(session, [told], by=by, at=at)
