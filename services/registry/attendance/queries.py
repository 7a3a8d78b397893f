"""Reads of sessions, sheets and corrections. Row security says which rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.attendance.models import Attendance, AttendanceCorrection
from services.registry.classes import queries as classes
from services.registry.classes.models import ClassSession, TrainingClass
from shared import problems

ENROLLED = text(
    "select 1 from enrolments where id = :id and class_id = :class and left_at is null"
    " and confirmed_at <= :began"
)
HOLD = text("select hold from enrolments where id = :id and left_at is null")


async def locked(session: AsyncSession, session_id: UUID) -> tuple[TrainingClass, ClassSession]:
    """Return a class and a session of it that the caller may change, both locked. NotFound."""
    seen = await session.get(ClassSession, session_id)
    if seen is None:
        raise problems.NotFound
    found = await classes.locked(session, seen.class_id)
    query = (
        select(ClassSession)
        .where(ClassSession.id == session_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    row = (await session.execute(query)).scalar_one_or_none()
    if row is None:
        raise problems.NotFound
    return found, row


async def last_number(session: AsyncSession, class_id: UUID) -> int:
    """Return the highest number of a class's sessions."""
    query = select(func.max(ClassSession.number)).where(ClassSession.class_id == class_id)
    return int((await session.execute(query)).scalar_one() or 0)


async def hours_planned(session: AsyncSession, class_id: UUID) -> int:
    """Add up the class hours of the sessions that are not cancelled."""
    query = select(func.coalesce(func.sum(ClassSession.hours), 0)).where(
        ClassSession.class_id == class_id, ClassSession.state != "cancelled"
    )
    return int((await session.execute(query)).scalar_one())


async def is_enrolled(
    session: AsyncSession, *, enrolment_id: UUID, class_id: UUID, began: datetime | None
) -> bool:
    """Say whether the caller sees this enrolment in this class, confirmed when it began."""
    given = {"id": enrolment_id, "class": class_id, "began": began}
    return (await session.execute(ENROLLED, given)).first() is not None


async def was_present(
    session: AsyncSession, *, session_id: UUID, enrolment_id: UUID
) -> bool | None:
    """Return what the sheet says of a person; None where it says nothing."""
    query = select(Attendance.present).where(
        Attendance.session_id == session_id, Attendance.enrolment_id == enrolment_id
    )
    found: bool | None = (await session.execute(query)).scalar_one_or_none()
    return found


async def hold(session: AsyncSession, enrolment_id: UUID) -> Sequence[UUID]:
    """Return the hold of an enrolment in reach, if there is one."""
    return (await session.execute(HOLD, {"id": enrolment_id})).scalars().all()


async def correction(session: AsyncSession, correction_id: UUID) -> AttendanceCorrection:
    """Return a correction in reach. Raises NotFound."""
    found = await session.get(AttendanceCorrection, correction_id)
    if found is None:
        raise problems.NotFound
    return found


async def locked_correction(session: AsyncSession, correction_id: UUID) -> AttendanceCorrection:
    """Return a correction that the caller may decide, locked. Raises NotFound."""
    query = (
        select(AttendanceCorrection)
        .where(AttendanceCorrection.id == correction_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise problems.NotFound
    return found


def all_corrections() -> Select[Any]:
    """Select corrections; row security leaves those in reach."""
    return select(AttendanceCorrection)
