"""Sheets and their corrections. POLICY 8.4: one sheet a session, a second person corrects."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.attendance import queries, rules, schemas, timetable
from services.registry.attendance.models import AttendanceCorrection
from services.registry.classes import counting, filing
from services.registry.classes import operations as classes
from services.registry.classes import queries as class_queries
from services.registry.classes.models import ClassSession, TrainingClass
from services.registry.enrolments import grounds, holds
from services.registry.event_types import EventType
from shared import events, ids, problems
from shared.clock import SHANGHAI
from shared.plans import Plan
from shared.principal import Principal

RULE = "class_rules"
RECORD = text(
    "select unknown, present, absent, started"
    " from record_sheet(:session, cast(:named as uuid[]), :at)"
)
CORRECT = text(
    "select started, completed, lost_day"
    " from correct_attendance(:id, :numerator, :denominator, :at)"
)


class SheetFiled(problems.Problem):
    """A session has one sheet, and this one's is in; what is wrong in it is corrected."""

    status = 409
    code = "sheet_filed"
    title_zh = "本课次的考勤已经提交，有误请申请更正"
    title_en = "The sheet of this session is filed; ask for a correction"


class SheetTooEarly(problems.Problem):
    """The session has not begun."""

    status = 409
    code = "sheet_too_early"
    title_zh = "课次尚未开始"
    title_en = "The session has not begun"


class SheetLate(problems.Problem):
    """The time for the sheet is over; an officer decides about single persons."""

    status = 409
    code = "sheet_late"
    title_zh = "已超过提交考勤的期限，请逐人申请更正"
    title_en = "The sheet is late; ask for corrections person by person"


class ClassHeld(problems.Problem):
    """An office is having a look at the class; sheets wait for its release."""

    status = 409
    code = "class_held"
    title_zh = "培训班正在核查，暂不能提交考勤"
    title_en = "The class is held for a look; sheets wait for its release"


class EnrolmentUnknown(problems.Problem):
    """Somebody named is not enrolled in the class; says how many, never who."""

    status = 404
    code = "enrolment_unknown"
    title_zh = "名单中有不属于本班的学员编号"
    title_en = "The list names enrolments that are not of this class"


class NothingToCorrect(problems.Problem):
    """The record says so already, or the sheet itself can still be filed."""

    status = 409
    code = "nothing_to_correct"
    title_zh = "没有需要更正的记录"
    title_en = "There is nothing to correct"


class CorrectionOpen(problems.Problem):
    """A correction for this person and session is waiting already."""

    status = 409
    code = "correction_open"
    title_zh = "已有待审核的更正申请"
    title_en = "A correction is waiting already"


class CorrectionDecided(problems.Problem):
    """The correction is decided."""

    status = 409
    code = "correction_decided"
    title_zh = "更正申请已经办理"
    title_en = "The correction is decided"


class SecondPerson(problems.Problem):
    """Who asked does not decide."""

    status = 409
    code = "second_person"
    title_zh = "申请人不能审核自己的更正申请"
    title_en = "Who asked for a correction does not decide it"


async def record(
    session: AsyncSession,
    *,
    session_id: UUID,
    body: schemas.SheetIn,
    plan: Plan,
    by: Principal,
    now: datetime,
) -> schemas.SheetOut:
    """File the one sheet of a session: the named were present, all others absent.

    Raises NotFound, ClassState, ClassHeld, SessionCancelled, SheetFiled, SheetTooEarly, SheetLate,
    EnrolmentUnknown.
    """
    found, row = await queries.locked(session, session_id)
    _must_take_sheets(found, row, plan, now)
    named = list(dict.fromkeys(body.present))
    counts = (await session.execute(RECORD, {"session": row.id, "named": named, "at": now})).one()
    if counts.unknown:
        raise EnrolmentUnknown(unknown=counts.unknown)
    row.state, row.sheet_by, row.sheet_at = "held", by.subject, now
    await session.flush()
    # No counts: from sheet to sheet they would tell whoever reads the feed how many left.
    told = _event(found, EventType.ATTENDANCE_RECORDED, {"session": str(row.id)})
    progress = counting.started(found, counts.started)
    await events.append(session, [told, *progress], by=by, at=now)
    return schemas.SheetOut(session_id=row.id, present=counts.present, absent=counts.absent)


async def ask_correction(
    session: AsyncSession,
    *,
    body: schemas.CorrectionIn,
    plan: Plan,
    by: Principal,
    now: datetime,
) -> AttendanceCorrection:
    """Ask for a correction of one person's attendance, also where the sheet came too late.

    Raises NotFound, ClassState, SessionCancelled, NothingToCorrect, CorrectionOpen.
    """
    found, row = await queries.locked(session, body.session_id)
    classes.must_be(found, among=("accepted",))
    if row.state == "cancelled":
        raise timetable.SessionCancelled
    if not await queries.is_enrolled(
        session,
        enrolment_id=body.enrolment_id,
        class_id=found.id,
        began=row.during.lower,
    ):
        raise problems.NotFound
    was = await queries.was_present(session, session_id=row.id, enrolment_id=body.enrolment_id)
    if was is body.present or (row.state == "planned" and now < _sheet_until(found, row, plan)):
        raise NothingToCorrect
    asked = AttendanceCorrection(
        id=ids.uuid7(),
        session_id=row.id,
        enrolment_id=body.enrolment_id,
        class_id=found.id,
        authority=found.authority,
        organisation_id=found.organisation_id,
        present=body.present,
        reason=body.reason,
        asked_by=by.subject,
        asked_at=now,
        state="asked",
    )
    session.add(asked)
    await session.flush()
    data = {"correction": str(asked.id), "session": str(row.id)}
    told = _event(found, EventType.CORRECTION_ASKED, data)
    await events.append(session, [told], by=by, at=now)
    return asked


async def decide_correction(
    session: AsyncSession,
    *,
    correction_id: UUID,
    decision: str,
    reason: str,
    plan: Plan,
    by: Principal,
    now: datetime,
) -> AttendanceCorrection:
    """Approve or return a correction; approved, hours and figures follow.

    Raises NotFound, CorrectionDecided, ClassState, SecondPerson.
    """
    seen = await queries.correction(session, correction_id)
    found = await class_queries.locked(session, seen.class_id)
    asked = await queries.locked_correction(session, correction_id)
    if asked.state != "asked":
        raise CorrectionDecided
    asked.state, asked.decision_reason = decision, reason
    asked.decided_by, asked.decided_at = by.subject, now
    await session.flush()
    progress: list[events.Event] = []
    if decision == "approved":
        classes.must_be(found, among=("accepted",))
        progress = await _correct(session, found, asked, plan, now)
    # The officer's words may name a person: they stay with the correction, out of the event.
    data = {"correction": str(asked.id), "session": str(asked.session_id), "decision": decision}
    told = _event(found, EventType.CORRECTION_DECIDED, data)
    await events.append(session, [told, *progress], by=by, at=now)
    return asked


async def _correct(
    session: AsyncSession,
    found: TrainingClass,
    asked: AttendanceCorrection,
    plan: Plan,
    now: datetime,
) -> list[events.Event]:
    terms = plan.provision("class_rules").on(found.starts_on)
    share = terms.fraction("attendance_threshold")
    change = (
        await session.execute(
            CORRECT,
            {
                "id": asked.id,
                "numerator": share.numerator,
                "denominator": share.denominator,
                "at": now,
            },
        )
    ).one()
    if change.completed < 0:
        held = await queries.hold(session, asked.enrolment_id)
        await holds.end(session, holds=held, at=now)
    await grounds.fall(session, enrolment_id=asked.enrolment_id, fallen=_fallen(change), at=now)
    return [
        *counting.started(found, change.started),
        *counting.completed(found, change.completed),
    ]


def _fallen(change: Any) -> list[grounds.Ground]:
    """Say what a correction takes away that money may rest on."""
    found = []
    if change.completed < 0:
        found.append(grounds.Ground(grounds.What.ATTENDANCE_BELOW))
    if change.lost_day is not None:
        found.append(grounds.Ground(grounds.What.DAY_NOT_ATTENDED, change.lost_day))
    return found


def _sheet_until(found: TrainingClass, row: ClassSession, plan: Plan) -> datetime:
    """Return the first instant at which a session's sheet is late."""
    assert row.during.upper is not None  # a CHECK keeps both ends
    terms = plan.provision("class_rules").on(found.starts_on)
    return rules.sheet_until(
        row.during.upper.astimezone(SHANGHAI).date(),
        days=rules.sheet_days(terms),
        released_at=found.released_at,
    )


def _must_take_sheets(found: TrainingClass, row: ClassSession, plan: Plan, now: datetime) -> None:
    classes.must_be(found, among=("accepted",))
    if row.state == "cancelled":
        raise timetable.SessionCancelled
    if row.state == "held":
        raise SheetFiled
    if found.held_since is not None:
        raise ClassHeld
    if row.during.lower is None or now < row.during.lower:
        raise SheetTooEarly
    if found.closed_at is not None or now >= _sheet_until(found, row, plan):
        raise SheetLate


def _event(found: TrainingClass, kind: EventType, data: dict[str, Any]) -> events.Event:
    return filing.event(found, kind, data=data, rule=RULE)


CONSTRAINTS: dict[str, type[problems.Problem]] = {
    "sessions_overlap": timetable.SessionOverlap,
    "second_person": SecondPerson,
    "correction_open": CorrectionOpen,
}
