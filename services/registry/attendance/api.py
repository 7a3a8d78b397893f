"""HTTP of sessions, attendance sheets and corrections."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query

from services.registry.attendance import operations, queries, schemas, timetable
from services.registry.attendance.models import AttendanceCorrection
from services.registry.classes import answers
from services.registry.classes import operations as classes
from services.registry.classes import schemas as class_schemas
from shared import pages, problems, routing

of_class = routing.router("/classes", tags=["sessions"])
sessions = routing.router("/sessions", tags=["sessions"])
corrections = routing.router("/attendance-corrections", tags=["attendance"])


@of_class.post(
    "/{class_id}/sessions",
    status_code=201,
    summary="增加课次",
    responses=problems.responses(
        problems.NotFound,
        classes.ClassState,
        timetable.SessionBegun,
        timetable.SessionNotPossible,
        timetable.SessionOverlap,
    ),
)
async def add_session(
    *,
    class_id: UUID,
    body: class_schemas.SessionIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> answers.SessionOut:
    """Add a session before it takes place, within the hours and days of the filing.

    Errors: not_found, class_state, session_begun, session_not_possible, session_overlap.
    """
    row = await timetable.add(
        session, class_id=class_id, body=body, plan=here.plan, by=by, now=clock.now()
    )
    return answers.session_out(row)


@sessions.post(
    "/{session_id}/move",
    summary="调整课次时间地点",
    responses=problems.responses(
        problems.NotFound,
        classes.ClassState,
        timetable.SessionBegun,
        timetable.SessionCancelled,
        timetable.SessionNotPossible,
        timetable.SessionOverlap,
    ),
)
async def move_session(
    *,
    session_id: UUID,
    body: schemas.MoveIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> answers.SessionOut:
    """Move a session before it begins.

    Errors: not_found, class_state, session_begun, session_cancelled, session_not_possible,
    session_overlap.
    """
    row = await timetable.move(
        session, session_id=session_id, body=body, plan=here.plan, by=by, now=clock.now()
    )
    return answers.session_out(row)


@sessions.post(
    "/{session_id}/cancellation",
    summary="取消课次",
    responses=problems.responses(
        problems.NotFound, classes.ClassState, timetable.SessionBegun, timetable.SessionCancelled
    ),
)
async def cancel_session(
    session_id: UUID, session: routing.DbSession, by: routing.Caller, clock: routing.Now
) -> answers.SessionOut:
    """Cancel a session before it begins.

    Errors: not_found, class_state, session_begun, session_cancelled.
    """
    row = await timetable.cancel(session, session_id=session_id, by=by, now=clock.now())
    return answers.session_out(row)


@sessions.post(
    "/{session_id}/attendance",
    status_code=201,
    summary="提交课次考勤",
    responses=problems.responses(
        problems.NotFound,
        operations.EnrolmentUnknown,
        classes.ClassState,
        operations.ClassHeld,
        timetable.SessionCancelled,
        operations.SheetFiled,
        operations.SheetTooEarly,
        operations.SheetLate,
    ),
)
async def record_attendance(
    *,
    session_id: UUID,
    body: schemas.SheetIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> schemas.SheetOut:
    """File the one sheet of a session: who is named was present, who is not was absent.

    Errors: not_found, enrolment_unknown, class_state, class_held, session_cancelled, sheet_filed,
    sheet_too_early, sheet_late.
    """
    return await operations.record(
        session, session_id=session_id, body=body, plan=here.plan, by=by, now=clock.now()
    )


@corrections.post(
    "",
    status_code=201,
    summary="申请更正考勤",
    responses=problems.responses(
        problems.NotFound,
        classes.ClassState,
        timetable.SessionCancelled,
        operations.NothingToCorrect,
        operations.CorrectionOpen,
    ),
)
async def ask_attendance_correction(
    body: schemas.CorrectionIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> schemas.CorrectionOut:
    """Ask for a correction of one person's attendance at one session, with the reason.

    Errors: not_found, class_state, session_cancelled, nothing_to_correct, correction_open.
    """
    asked = await operations.ask_correction(
        session, body=body, plan=here.plan, by=by, now=clock.now()
    )
    return schemas.CorrectionOut.model_validate(asked)


@corrections.post(
    "/{correction_id}/decision",
    summary="审核考勤更正",
    responses=problems.responses(
        problems.NotFound,
        classes.ClassState,
        operations.CorrectionDecided,
        operations.SecondPerson,
    ),
)
async def decide_attendance_correction(
    *,
    correction_id: UUID,
    body: schemas.CorrectionDecisionIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> schemas.CorrectionOut:
    """Approve or return a correction, as a second person, with the reason.

    Errors: not_found, class_state, correction_decided, second_person.
    """
    asked = await operations.decide_correction(
        session,
        correction_id=correction_id,
        decision=body.decision,
        reason=body.reason,
        plan=here.plan,
        by=by,
        now=clock.now(),
    )
    return schemas.CorrectionOut.model_validate(asked)


@corrections.get("", summary="考勤更正列表", responses=problems.responses(pages.CursorMalformed))
async def list_attendance_corrections(
    session: routing.DbSession,
    after: pages.After = None,
    limit: pages.Limit = 50,
    state: Annotated[
        Literal["asked", "approved", "returned"] | None, Query(description="state")
    ] = None,
) -> pages.Page[schemas.CorrectionOut]:
    """List the corrections in reach by the time of asking."""
    query = queries.all_corrections()
    if state is not None:
        query = query.where(AttendanceCorrection.state == state)
    found = await session.execute(
        pages.keyset(
            query,
            [AttendanceCorrection.asked_at.expression, AttendanceCorrection.id.expression],
            [datetime, UUID],
            after,
            limit,
        )
    )
    return pages.page(
        found.scalars().all(),
        limit,
        lambda row: (row.asked_at, row.id),
        schemas.CorrectionOut.model_validate,
    )
