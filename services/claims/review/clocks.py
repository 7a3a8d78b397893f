"""How long each step has taken: what is overdue, by working days of the authority's region."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.notices import holidays
from services.claims.review import rules
from services.claims.review.schemas import OverdueItem, OverdueOut
from services.claims.submissions.states import State
from shared.plans import Plan, Terms
from shared.workdays import Calendar, NoCalendar

MOST = 200
StepName = Literal["review", "notice", "objection", "release"]
# A line stands in a step since it came into its state.
STEPS: tuple[tuple[StepName, State], ...] = (
    ("review", State.APPROVABLE),
    ("notice", State.REVIEWED),
    ("objection", State.HELD),
    ("release", State.PAYABLE),
)
STANDING = text(
    "select l.claim_id, (l.changed_at at time zone 'Asia/Shanghai')::date as since,"
    " count(*) as lines, sum(l.amount_fen)::bigint as fen from claim_lines l"
    " where l.state = :state and l.authority = :authority"
    " and (l.changed_at at time zone 'Asia/Shanghai')::date <= :until"
    " group by 1, 2 order by 2, 1 limit :most"
)


@dataclass(frozen=True, slots=True)
class Clock:
    """One step's time in one authority."""

    step: StepName
    state: State
    workdays: int
    source: str


def clocks(terms: Terms) -> list[Clock]:
    """Read every step's working days and where they are written."""
    found = []
    for step, state in STEPS:
        source = terms.source_of(f"{step}_workdays")
        words = f"{source.title} {source.number} {source.article}"
        found.append(Clock(step, state, terms.integer(f"{step}_workdays"), words))
    return found


async def overdue(
    session: AsyncSession, *, authorities: Sequence[str], plan: Plan, on: date
) -> OverdueOut:
    """List what is overdue today in these authorities, oldest first."""
    terms = plan.provision("review").on(on)
    calendars = await holidays.calendars(session, set(authorities), plan=plan)
    items: list[OverdueItem] = []
    missing: list[dict[str, Any]] = []
    for authority in sorted(authorities):
        for clock in clocks(terms):
            try:
                items += await _late(session, authority, clock, calendars[authority], on)
            except NoCalendar as error:
                gap = {"authority": authority, "year": error.year, "missing": error.missing}
                if gap not in missing:
                    missing.append(gap)
    items.sort(key=lambda item: (item.due_on, item.authority, str(item.claim_id)))
    return OverdueOut(items=items[:MOST], without_calendar=missing)


async def _late(
    session: AsyncSession, authority: str, clock: Clock, calendar: Calendar, on: date
) -> list[OverdueItem]:
    until = rules.overdue_before(calendar, on, clock.workdays)
    rows = await session.execute(
        STANDING,
        {"state": clock.state, "authority": authority, "until": until, "most": MOST},
    )
    return [
        OverdueItem(
            authority=authority,
            step=clock.step,
            claim_id=row.claim_id,
            since=row.since,
            due_on=calendar.add(row.since, clock.workdays),
            workdays=clock.workdays,
            source=clock.source,
            lines=row.lines,
            fen=row.fen,
        )
        for row in rows
    ]
