"""Decide a line again, on what is known now; the decision before stays where it was."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.event_types import EventType
from services.claims.provisions import codes
from services.claims.provisions.deciding import Matter
from services.claims.provisions.facts import Applicant, Course, Fact, Source
from services.claims.submissions import gathering, operations, states, writing
from services.claims.submissions.gathering import ClassTerms, Said
from services.claims.submissions.models import ClaimLine
from services.claims.submissions.rules import Owner
from services.claims.submissions.writing import Batch, Known
from shared import clock, events, problems
from shared.principal import Principal
from shared.problems import Problem
from shared.service import Service

FACTS = text("select facts from claim_decisions where id = :id")
LOCK = text("select state from claim_lines where id = :id for update")
LOST = text(
    "select exists (select 1 from lost_grounds where line_id = :id and withdrawn_at is null)"
)


class LineWithoutGround(Problem):
    """The ground of the line fell; it is not decided again before the entry is withdrawn."""

    status = 409
    code = "line_without_ground"
    title_zh = "这一笔的发放依据已不成立；依据恢复并撤销登记之前，不能重新核定"
    title_en = "The line's ground fell; it is not decided again before that entry is withdrawn"


async def again(
    session: AsyncSession,
    *,
    line: ClaimLine,
    told: Mapping[str, Any],
    terms: Mapping[UUID, ClassTerms],
    employers: Mapping[str, str],
    here: Service,
    by: Principal,
    at: datetime,
) -> UUID:
    """Decide a refused, undecided or voided line again; return the new decision.

    What the claimant said when filing still counts: it is taken from the decision before.
    Raises NotFound, LineStateConflict, LineWithoutGround.
    """
    own = [one for one in told["lines"] if UUID(one["enrolment_id"]) == line.enrolment_id]
    if not own:
        raise problems.NotFound
    facts = {"classes": told["classes"], "lines": own}
    known = await _enter(session, line)
    await _stands(session, line, known)
    said = await _said(session, line, employers)
    days: list[date] = []
    if Matter(line.provision) is Matter.LIVING_ALLOWANCE:
        today = clock.business_day(at)
        courses, said, days = await operations.allowance_facts(
            session, told=facts, known=known, source=said.source, on=today
        )
    else:
        courses = operations.courses_of(facts, terms=terms, said=said)
    work = _decided(line, facts, known=known, courses=courses, said=said, here=here, by=by, at=at)
    filed = await writing.write(session, work, claim=None, queues=known.queues, days=days)
    event = events.Event(
        type=EventType.LINE_REDECIDED,
        subject=f"claim:{line.claim_id}",
        authority=line.authority,
        organisation=line.organisation_id,
        data={"lines": filed.lines, "fen": filed.fen},
        rule=operations.RULES[work.owner.matter],
        row_hash=filed.digest,
    )
    await events.append(session, [event], by=by, at=at)
    return work.of(work.gathered.places[0]).id


async def _enter(session: AsyncSession, line: ClaimLine) -> Known:
    matter = Matter(line.provision)
    person = matter is Matter.LIVING_ALLOWANCE
    return await writing.enter(
        session,
        locks=[line.trainee_id if person else line.class_id],
        matter=matter,
        people=[str(line.trainee_id)],
        places=[str(line.enrolment_id)],
    )


async def _stands(session: AsyncSession, line: ClaimLine, known: Known) -> None:
    """Make sure that the line is as it was read, alone in its place, and has its ground.

    Locked after the class, as all who file do: two who decide it again come one after the other.
    """
    state = (await session.execute(LOCK, {"id": line.id})).scalar_one()
    living = known.live.get(str(line.enrolment_id))
    if state != line.state or (living is not None and living[1] != line.id):
        raise states.LineStateConflict
    if (await session.execute(LOST, {"id": line.id})).scalar_one():
        raise LineWithoutGround


def _decided(
    line: ClaimLine,
    facts: Mapping[str, Any],
    *,
    known: Known,
    courses: Mapping[UUID, Course],
    said: Said,
    here: Service,
    by: Principal,
    at: datetime,
) -> Batch:
    matter = Matter(line.provision)
    person = matter is Matter.LIVING_ALLOWANCE
    in_force = operations.terms_on(here, days=[one.starts_on for one in courses.values()])
    gathered = gathering.gather(
        facts["lines"],
        courses=courses,
        terms=in_force,
        said=said,
        taken=known.taken,
        lifted=known.lifted,
        applicant=Applicant.PERSON if person else Applicant.ORGANISATION,
        line_ids=[line.id],
    )
    return writing.batch(
        Owner(line.claim_id, line.authority, line.organisation_id, matter),
        gathered,
        editions={UUID(one["id"]): one["edition"] for one in facts["classes"]},
        plan_hash=here.plan.hash,
        terms=in_force,
        by=by,
        at=at,
    )


async def _said(session: AsyncSession, line: ClaimLine, employers: Mapping[str, str]) -> Said:
    """Read back what the claimant said, from the facts of the line's decision."""
    stored = (await session.execute(FACTS, {"id": line.decision_id})).scalar_one()
    before = codes.read(stored.encode())
    charged, own_fund = before.trainee.charged, before.course.own_fund
    if not isinstance(charged, Fact) or charged.source is Source.OWN_STATEMENT:
        source, on, paid = Source.DOCUMENT, before.course.starts_on, None
    else:
        source, on = charged.source, charged.as_of
        paid = frozenset({str(line.enrolment_id)} if charged.value else ())
    return Said(
        source,
        on,
        paid=paid,
        own_fund_fen=own_fund.value if isinstance(own_fund, Fact) else None,
        employers=employers,
    )
