"""What a notice is made of, read before its transaction: lines, days, classes, masked names."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims import peers
from services.claims.notices import holidays, rules, schemas
from services.claims.notices.rules import Course, Line, Masked, Split
from services.claims.review import standins
from services.claims.review.standins import Step
from services.claims.submissions.models import ClaimLine
from services.claims.submissions.states import State
from shared import ids
from shared.plans import Plan, Terms
from shared.principal import Principal
from shared.problems import Problem
from shared.service import Service
from shared.workdays import NoCalendar

CLASSES_A_CALL = 50
PEOPLE_A_CALL = 2_000
CALLS_AT_ONCE = 4


class NothingReviewed(Problem):
    """No reviewed line of the authority is in the caller's reach."""

    status = 409
    code = "nothing_to_publish"
    title_zh = "没有已审核待公示的明细"
    title_en = "No reviewed line waits for publication"


@dataclass(frozen=True, slots=True)
class Days:
    """When a notice stands, and by which announcements its working days were counted."""

    starts_on: date
    ends_on: date
    down_on: date
    holidays: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that publication needs; `left` counts reviewed lines for which it has no room."""

    id: UUID
    authority: str
    days: Days
    split: Split
    courses: Mapping[UUID, Course]
    people: Mapping[UUID, Masked]
    left: int


async def gather(here: Service, *, body: schemas.NoticeIn, by: Principal, on: date) -> Gathered:
    """Read lines and days, then ask the registry: names only of those who are listed.

    Raises NothingReviewed, CalendarMissing, PeerUnavailable.
    """
    key = ids.uuid7()
    terms = here.plan.provision("public_notice").on(on)
    async with here.database.transaction(by) as session:
        await standins.widen(session, by=by, step=Step.REVIEW, on=on)
        lines, left = await _reviewed(session, body)
        days = await _days(session, body.authority, here.plan, terms, on)
    courses = await _courses(here, lines)
    split = rules.split(lines, courses, terms.words("as_counts"))
    people = await _people(here, split.listed, issue=key, office=by.office, terms=terms)
    return Gathered(key, body.authority, days, split, courses, people, left)


async def _reviewed(session: AsyncSession, body: schemas.NoticeIn) -> tuple[list[Line], int]:
    """Read the lines that one notice holds, whole claims in order; count those that are over."""
    query = select(
        ClaimLine.id,
        ClaimLine.claim_id,
        ClaimLine.class_id,
        ClaimLine.trainee_id,
        ClaimLine.provision,
        ClaimLine.amount_fen,
    ).where(ClaimLine.authority == body.authority, ClaimLine.state == State.REVIEWED.value)
    if body.claim_ids is not None:
        query = query.where(ClaimLine.claim_id.in_(body.claim_ids))
    count = select(func.count()).select_from(query.subquery())
    query = query.order_by(ClaimLine.claim_id, ClaimLine.id).limit(schemas.LINES_MAX)
    rows = (await session.execute(query)).all()
    if not rows:
        raise NothingReviewed
    total: int = len(rows)
    if total == schemas.LINES_MAX:
        total = (await session.execute(count)).scalar_one()
    return [Line(*row) for row in rows], total - len(rows)


async def _days(session: AsyncSession, authority: str, plan: Plan, terms: Terms, on: date) -> Days:
    calendar = (await holidays.calendars(session, {authority}, plan=plan))[authority]
    try:
        ends_on = calendar.add(on, terms.integer("workdays"))
    except NoCalendar as error:
        raise holidays.missing(error) from None
    years = {on.year, ends_on.year}
    numbers = tuple(each.number for each in calendar.notices if each.year in years)
    return Days(on, ends_on, ends_on + timedelta(days=terms.integer("taken_down_after")), numbers)


async def _courses(here: Service, lines: Sequence[Line]) -> dict[UUID, Course]:
    classes: dict[UUID, set[UUID]] = defaultdict(set)
    for line in lines:
        classes[line.claim_id].add(line.class_id)
    seen: set[UUID] = set()
    calls = []
    gate = asyncio.Semaphore(CALLS_AT_ONCE)
    for claim, wanted in classes.items():
        asked = sorted(wanted - seen)
        seen |= wanted
        calls += [
            _told(here, asked[start : start + CLASSES_A_CALL], claim, gate)
            for start in range(0, len(asked), CLASSES_A_CALL)
        ]
    found: dict[UUID, Course] = {}
    for told in await asyncio.gather(*calls):
        found |= {UUID(each["id"]): _course(here.plan, each) for each in told}
    return found


async def _told(
    here: Service, asked: Sequence[UUID], claim: UUID, gate: asyncio.Semaphore
) -> Sequence[Mapping[str, Any]]:
    async with gate:
        told = await peers.registry(here).class_facts(asked, claim_id=claim)
    classes: Sequence[Mapping[str, Any]] = told["classes"]
    return classes


def _course(plan: Plan, told: Mapping[str, Any]) -> Course:
    return Course(told["code"], plan.target(told["target"]).measure)


async def _people(
    here: Service, lines: Sequence[Line], *, issue: UUID, office: str | None, terms: Terms
) -> dict[UUID, Masked]:
    wanted = sorted({line.trainee_id for line in lines})
    if not wanted:
        return {}
    digits = terms.integer("id_digits_shown")
    found: dict[UUID, Masked] = {}
    for start in range(0, len(wanted), PEOPLE_A_CALL):
        told = await peers.registry(here).masked_names(
            wanted[start : start + PEOPLE_A_CALL], issue=issue, office=office
        )
        found |= {
            UUID(each["trainee_id"]): Masked(each["name"], each["id_first_six"][:digits])
            for each in told
        }
    return found
