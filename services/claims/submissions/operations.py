"""File claims, try them out, withdraw them: facts, decide, write."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.event_types import EventType
from services.claims.provisions import in_force
from services.claims.provisions.deciding import Matter
from services.claims.provisions.facts import Applicant, Course, Price, Source
from services.claims.provisions.in_force import InForce
from services.claims.submissions import gathering, queries, rules, states, writing
from services.claims.submissions import papers as made
from services.claims.submissions.gathering import ClassTerms, Gathered, Said
from services.claims.submissions.papers import Papers
from services.claims.submissions.rules import Owner
from services.claims.submissions.states import State
from services.claims.submissions.writing import Filed, Known
from shared import clock, events, ids, problems
from shared.plans import NotInForceError, Plan
from shared.principal import Principal
from shared.problems import Problem
from shared.service import Service

DRY_RUNS_A_DAY = 20
RULES = {
    Matter.TRAINING_SUBSIDY: "五(一)、五(二)|training_subsidy",
    Matter.LIVING_ALLOWANCE: "五(一)|living_allowance",
}
Json = Mapping[str, Any]


class ClassesDiffer(Problem):
    """A claim covers classes of one organisation and one authority."""

    status = 422
    code = "classes_differ"
    title_zh = "一次申领只能包括同一主管单位的培训班"
    title_en = "A claim covers classes of one authority"


class ClassBeforePlan(Problem):
    """No provision is in force on the first day of a class."""

    status = 422
    code = "class_before_plan"
    title_zh = "开班当日没有有效的政策条款，不能申领"
    title_en = "No provision is in force on the first day of the class"


class NothingToDecide(Problem):
    """Nobody in the classes is left whose line is not under way already."""

    status = 409
    code = "nothing_to_decide"
    title_zh = "没有可以申领的学员：没有已确认的学员，或者均已在办理中"
    title_en = "Nobody is left to claim for: nobody confirmed, or all are under way already"


class DryRunsSpent(Problem):
    """An organisation has a number of dry runs a day."""

    status = 429
    code = "dry_runs_spent"
    title_zh = "今日试算次数已用完，请明天再试，或者直接申领"
    title_en = "Today's dry runs are used up; try tomorrow, or file the claim"


CONSTRAINTS: dict[str, type[Problem]] = {
    "line_live_once": NothingToDecide,
    "allowance_day_once": NothingToDecide,
    "line_path": states.LineStateConflict,
}


@dataclass(frozen=True, slots=True)
class Result:
    """A claim that was filed."""

    claim_id: UUID
    authority: str
    filed: Filed


COUNT_RUN = text("select count_dry_run(:day)")


def terms_on(here: Service, *, days: Iterable[date]) -> dict[date, InForce]:
    """Read the provisions in force on some days, each once for the life of the process."""
    kept: dict[date, InForce] = here.extra.setdefault("in_force", {})
    for day in set(days):
        if day not in kept:
            kept[day] = _in_force(here.plan, day)
    return {day: kept[day] for day in days}


def _in_force(plan: Plan, day: date) -> InForce:
    try:
        return in_force.on(plan, day)
    except NotInForceError:
        raise ClassBeforePlan from None


def authority_of(classes: Sequence[Json], *, organisation: UUID | None) -> str:
    """Return the one authority of some classes. Raises NotFound for another's, ClassesDiffer."""
    if not classes or any(
        organisation is not None and UUID(one["organisation_id"]) != organisation for one in classes
    ):
        raise problems.NotFound
    found = {str(one["authority"]) for one in classes}
    if len(found) > 1:
        raise ClassesDiffer
    return found.pop()


async def file_subsidy(
    session: AsyncSession,
    *,
    claim_id: UUID,
    told: Json,
    terms: Mapping[UUID, ClassTerms],
    said: Said,
    papers: Papers,
    here: Service,
    by: Principal,
    at: datetime,
) -> Result:
    """File and decide an organisation's claim for its classes. Raises NothingToDecide.

    Lines that are under way stay; refused and undecided ones are decided anew.
    """
    authority = authority_of(told["classes"], organisation=by.organisation)
    owner = Owner(claim_id, authority, by.organisation, Matter.TRAINING_SUBSIDY)
    known = await _enter(session, told, owner.matter, locked=True)
    courses = courses_of(told, terms=terms, said=said)
    work = _gathered(
        told["lines"],
        known=known,
        courses=courses,
        said=said,
        applicant=Applicant.ORGANISATION,
        here=here,
    )
    return await _file(
        session,
        work=work,
        owner=owner,
        told=told,
        known=known,
        papers=papers,
        here=here,
        by=by,
        at=at,
    )


async def file_allowance(
    session: AsyncSession,
    *,
    claim_id: UUID,
    told: Json,
    papers: Papers,
    here: Service,
    by: Principal,
    at: datetime,
) -> Result:
    """File and decide a person's own claim for the days attended of a class.

    Raises NothingToDecide, NotFound.
    """
    authority = authority_of(told["classes"], organisation=None)
    owner = Owner(claim_id, authority, None, Matter.LIVING_ALLOWANCE)
    known = await _enter(session, told, owner.matter, locked=True)
    courses, said, days = await allowance_facts(
        session, told=told, known=known, source=papers.source, on=clock.business_day(at)
    )
    work = _gathered(
        told["lines"],
        known=known,
        courses=courses,
        said=said,
        applicant=Applicant.PERSON,
        here=here,
    )
    return await _file(
        session,
        work=work,
        owner=owner,
        told=told,
        known=known,
        papers=papers,
        here=here,
        by=by,
        at=at,
        days=days,
    )


async def allowance_facts(
    session: AsyncSession, *, told: Json, known: Known, source: Source, on: date
) -> tuple[dict[UUID, Course], Said, list[date]]:
    """Say what an allowance is decided on: the class with the day's rate, and days still unpaid."""
    attended = {
        date.fromisoformat(day) for line in told["lines"] for day in line["attended_on"] or ()
    }
    said = Said(source, on, paid_days=len(attended & known.days))
    rates = {
        one["id"]: await queries.rate_on(
            session, one["authority"], date.fromisoformat(one["starts_on"])
        )
        for one in told["classes"]
    }
    return courses_of(told, terms={}, said=said, rates=rates), said, sorted(attended - known.days)


async def try_subsidy(
    session: AsyncSession,
    *,
    told: Json,
    terms: Mapping[UUID, ClassTerms],
    said: Said,
    here: Service,
    by: Principal,
    at: datetime,
) -> tuple[dict[str, int], dict[str, int], int]:
    """Count what would become of a claim; return outcomes, teaching reasons, runs left today.

    Writes nothing but the count of runs. Raises DryRunsSpent.
    """
    runs = (await session.execute(COUNT_RUN, {"day": clock.business_day(at)})).scalar_one()
    if runs > DRY_RUNS_A_DAY:
        raise DryRunsSpent
    authority_of(told["classes"], organisation=by.organisation)
    known = await _enter(session, told, Matter.TRAINING_SUBSIDY, locked=False)
    courses = courses_of(told, terms=terms, said=said)
    work = _gathered(
        told["lines"],
        known=known,
        courses=courses,
        said=said,
        applicant=Applicant.ORGANISATION,
        here=here,
    )
    found = rules.decide(Matter.TRAINING_SUBSIDY, work.facts, _terms(here, courses))
    outcomes, teaching = rules.counts([found[place.facts] for place in work.places])
    return outcomes, teaching, DRY_RUNS_A_DAY - runs


async def _enter(session: AsyncSession, told: Json, matter: Matter, *, locked: bool) -> Known:
    people = [line["trainee_id"] for line in told["lines"]]
    locks = [UUID(one["id"]) for one in told["classes"]]
    if matter is Matter.LIVING_ALLOWANCE:
        locks = [UUID(people[0])]
    return await writing.enter(
        session,
        locks=locks if locked else [],
        matter=matter,
        people=people,
        places=[line["enrolment_id"] for line in told["lines"]],
    )


def courses_of(
    told: Json,
    *,
    terms: Mapping[UUID, ClassTerms],
    said: Said,
    rates: Mapping[str, Price | None] | None = None,
) -> dict[UUID, Course]:
    """Make courses out of classes as told; `rates` are of the allowance, by class."""
    return {
        UUID(one["id"]): gathering.course(
            one, terms.get(UUID(one["id"])), said, (rates or {}).get(one["id"])
        )
        for one in told["classes"]
    }


def _terms(here: Service, courses: Mapping[UUID, Course]) -> dict[date, InForce]:
    return terms_on(here, days=[course.starts_on for course in courses.values()])


def _gathered(
    lines: Sequence[Json],
    *,
    known: Known,
    courses: Mapping[UUID, Course],
    said: Said,
    applicant: Applicant,
    here: Service,
) -> Gathered:
    """Gather the lines that nothing is under way for: those left undecided before among them."""
    held = {key for key, (state, _) in known.live.items() if state != State.UNDECIDED}
    chosen = [line for line in lines if line["enrolment_id"] not in held]
    return gathering.gather(
        chosen,
        courses=courses,
        terms=_terms(here, courses),
        said=said,
        taken=known.taken,
        lifted=known.lifted,
        applicant=applicant,
        line_ids=ids.uuid7s(len(chosen)),
    )


async def _file(
    session: AsyncSession,
    *,
    work: Gathered,
    owner: Owner,
    told: Json,
    known: Known,
    papers: Papers,
    here: Service,
    by: Principal,
    at: datetime,
    days: Sequence[date] = (),
) -> Result:
    if not work.places:
        raise NothingToDecide
    batch = writing.batch(
        owner,
        work,
        editions={UUID(one["id"]): one["edition"] for one in told["classes"]},
        plan_hash=here.plan.hash,
        terms=terms_on(here, days=[one.course.starts_on for one in work.facts]),
        by=by,
        at=at,
    )
    gone = [line for state, line in known.live.values() if state == State.UNDECIDED]
    classes = [one["id"] for one in told["classes"]]
    filed = await writing.write(
        session,
        batch,
        claim=made.rows(owner, papers, classes, sealer=here.sealer, by=by, at=at),
        queues=known.queues,
        gone=gone,
        days=days,
    )
    event = events.Event(
        type=EventType.CLAIM_DECIDED,
        subject=f"claim:{owner.claim_id}",
        authority=owner.authority,
        organisation=owner.organisation_id,
        data={
            "matter": owner.matter,
            "route": papers.route,
            "classes": len(classes),
            "lines": filed.lines,
            "fen": filed.fen,
        },
        rule=RULES[owner.matter],
        row_hash=filed.digest,
    )
    await events.append(session, [event], by=by, at=at)
    return Result(owner.claim_id, owner.authority, filed)
