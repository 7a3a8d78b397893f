"""What becomes of a filed class: decided, withdrawn, voided, reassigned, released, assessed."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.classes import counting, facts, filing, queries, rules
from services.registry.classes.models import ClassSession, TrainingClass
from services.registry.enrolments import holds
from services.registry.event_types import EventType
from services.registry.trainees import reads
from shared import events, problems
from shared.clock import SHANGHAI
from shared.plans import Plan
from shared.principal import Principal
from shared.sealing import Sealer

RESULTS = text("select exists (select 1 from results where class_id = :id)")


class ClassState(problems.Problem):
    """The class is in a state in which this cannot be done; `state` says which."""

    status = 409
    code = "class_state"
    title_zh = "培训班当前状态下不能办理"
    title_en = "This cannot be done in the class's present state"


class ClassHasStarted(problems.Problem):
    """The class has started."""

    status = 409
    code = "class_has_started"
    title_zh = "培训班已经开班"
    title_en = "The class has started"


class ClassNotHeld(problems.Problem):
    """The class is not held."""

    status = 409
    code = "class_not_held"
    title_zh = "培训班没有被暂停"
    title_en = "The class is not held"


class TargetNotPossible(problems.Problem):
    """The class does not meet what the target asks for; `reasons` lists every reason."""

    status = 422
    code = "target_not_possible"
    title_zh = "培训班不符合该目标的要求"
    title_en = "The class does not meet what the target asks for"


class AssessorNotPossible(problems.Problem):
    """The body may not assess this class."""

    status = 422
    code = "assessor_not_possible"
    title_zh = "该机构不能评价本班"
    title_en = "This body may not assess the class"


def must_be(training_class: TrainingClass, *, among: tuple[str, ...]) -> None:
    """Raise ClassState unless the class is in one of the states."""
    if training_class.state not in among:
        raise ClassState(state=training_class.state)


async def decide(
    session: AsyncSession,
    *,
    class_id: UUID,
    decision: str,
    reason: str,
    by: Principal,
    now: datetime,
) -> TrainingClass:
    """Accept or return a filing by documents. Raises NotFound, ClassState, ClassHasStarted."""
    found = await queries.locked(session, class_id)
    must_be(found, among=("submitted",))
    if decision == "accepted" and await queries.has_started(session, found, now):
        raise ClassHasStarted
    _decided(found, state=decision, reason=reason, by=by, now=now)
    kind = EventType.CLASS_ACCEPTED if decision == "accepted" else EventType.CLASS_RETURNED
    told = filing.event(found, kind, data={"route": found.route}, reason=reason)
    await events.append(session, [told], by=by, at=now)
    return found


async def withdraw(
    session: AsyncSession, *, class_id: UUID, by: Principal, now: datetime
) -> TrainingClass:
    """Withdraw a class before it starts; its seats are free. NotFound, ClassState."""
    found = await queries.locked(session, class_id)
    must_be(found, among=("submitted", "accepted"))
    if await queries.has_started(session, found, now):
        raise ClassHasStarted
    found.state = "withdrawn"
    await _free_places(session, found, now)
    told = filing.event(found, EventType.CLASS_WITHDRAWN)
    await events.append(session, [told], by=by, at=now)
    return found


async def void(
    session: AsyncSession, *, class_id: UUID, reason: str, by: Principal, now: datetime
) -> TrainingClass:
    """Void an accepted class: nothing of it counts any more. NotFound, ClassState."""
    found = await queries.locked(session, class_id)
    must_be(found, among=("accepted",))
    _decided(found, state="voided", reason=reason, by=by, now=now)
    await _free_places(session, found, now)
    back = await counting.moved(session, training_class=found, to=None)
    told = filing.event(found, EventType.CLASS_VOIDED, rule="六(三)", reason=reason)
    await events.append(session, [told, *back], by=by, at=now)
    return found


async def set_target(
    session: AsyncSession,
    *,
    class_id: UUID,
    target: str,
    reason: str,
    plan: Plan,
    by: Principal,
    now: datetime,
) -> TrainingClass:
    """Count a class for another target, with all that was counted so far. POLICY 8.2.

    Raises NotFound, ClassState, TargetNotPossible.
    """
    found = await queries.locked(session, class_id)
    must_be(found, among=("submitted", "accepted"))
    _check_target(found, target, plan)
    if target == found.target:
        return found
    counted = await counting.moved(session, training_class=found, to=target)
    data = {"from": found.target, "to": target}
    found.target = target
    await session.flush()
    told = filing.event(
        found, EventType.CLASS_TARGET_SET, data=data, rule="POLICY 8.2", reason=reason
    )
    await events.append(session, [told, *counted], by=by, at=now)
    return found


def _check_target(found: TrainingClass, target: str, plan: Plan) -> None:
    try:
        wanted = plan.target(target)
    except KeyError:
        raise TargetNotPossible(
            f"本计划没有目标 {target}。", f"The plan has no target {target}.", reasons=[]
        ) from None
    reasons = [
        *rules.fits_target(found.kind, wanted),
        *rules.reaches_target(
            wanted,
            hours=found.hours,
            starts_on=found.starts_on,
            ends_on=found.ends_on,
            outside=found.outside,
        ),
    ]
    if reasons:
        raise TargetNotPossible(reasons=[filing.said(why) for why in reasons])


async def release(
    session: AsyncSession, *, class_id: UUID, reason: str, by: Principal, now: datetime
) -> TrainingClass:
    """Lift the hold that a burst of confirmations put on a class. NotFound, ClassNotHeld."""
    found = await queries.locked(session, class_id)
    if found.held_since is None:
        raise ClassNotHeld
    found.held_since, found.released_at = None, now
    await session.flush()
    told = filing.event(found, EventType.CLASS_RELEASED, rule="enrolment", reason=reason)
    await events.append(session, [told], by=by, at=now)
    return found


async def name_assessor(
    session: AsyncSession,
    *,
    class_id: UUID,
    assessor_id: UUID,
    on: date,
    standing: facts.Assessor | None,
    by: Principal,
    now: datetime,
) -> TrainingClass:
    """Name the independent, listed and licensed body that assesses a class on a day.

    Raises NotFound, ClassState, AssessorNotPossible.
    """
    found = await queries.locked(session, class_id)
    must_be(found, among=("submitted", "accepted"))
    if (await session.execute(RESULTS, {"id": class_id})).scalar_one():
        raise ClassState(
            "考核结果已经提交，不能更换评价机构。",
            "Results are filed already; the assessor stays.",
            state=found.state,
        )
    _check_assessor(found, assessor_id, on, standing, today=now.astimezone(SHANGHAI).date())
    found.assessor_id, found.assessment_on = assessor_id, on
    await session.flush()
    data = {"assessor": str(assessor_id), "on": on.isoformat()}
    told = filing.event(found, EventType.CLASS_ASSESSOR_SET, data=data, rule="certificates")
    await events.append(session, [told], by=by, at=now)
    return found


def _check_assessor(
    found: TrainingClass,
    assessor_id: UUID,
    on: date,
    standing: facts.Assessor | None,
    *,
    today: date,
) -> None:
    if not rules.assessed(found.certificate_kind):
        raise AssessorNotPossible(
            "本班的证书不由评价机构颁发。", "This class's certificate needs no assessment body."
        )
    if assessor_id == found.organisation_id:
        raise AssessorNotPossible(
            "培训机构不能评价自己的培训班。", "An institution does not assess its own class."
        )
    if standing is None or not standing.listed:
        raise AssessorNotPossible(
            "该机构在评价当日未列入评价机构目录，或者已被暂停。",
            "On the day the body is not in the directory of assessors, or is suspended.",
        )
    if not standing.licence_covers:
        raise AssessorNotPossible(
            "该机构的评价资质不包括本班的项目及等级。",
            "The body's licence does not cover the class's subject and level.",
        )
    if on < max(found.starts_on, today):
        raise AssessorNotPossible(
            "评价日期不能早于开班日期和今天。",
            "The assessment is neither before the class's first day nor before today.",
        )


async def sign_in_sheet(
    session: AsyncSession, *, class_id: UUID, sealer: Sealer, by: Principal, now: datetime
) -> tuple[TrainingClass, list[tuple[UUID, str]]]:
    """Open the names of who confirmed, for teaching; each read is logged for the person.

    Raises NotFound, ClassState.
    """
    found = await queries.visible(session, class_id)
    if found.organisation_id != by.organisation:
        raise problems.NotFound
    must_be(found, among=("accepted",))
    people: Any = await queries.people(session, class_id)
    await reads.log(
        session,
        trainees=[person.trainee_id for person in people],
        what="name",
        purpose="teaching",
        by=by,
        at=now,
    )
    opened = sealer.open_many(
        [person.name_sealed for person in people],
        table="enrolments",
        column="name_sealed",
        rows=[person.id for person in people],
    )
    return found, [(person.id, name) for person, name in zip(people, opened, strict=True)]


def _decided(
    found: TrainingClass, *, state: str, reason: str, by: Principal, now: datetime
) -> None:
    found.state = state
    found.decided_by, found.decided_at, found.decision_reason = by.subject, now, reason


async def _free_places(session: AsyncSession, found: TrainingClass, now: datetime) -> None:
    """Cancel what was still to be taught: a trigger frees the seats; the held places end."""
    await session.flush()
    await holds.end(session, holds=await queries.holds(session, found.id), at=now)
    await session.execute(
        update(ClassSession)
        .where(ClassSession.class_id == found.id, ClassSession.state == "planned")
        .values(state="cancelled")
        .execution_options(synchronize_session=False)
    )
