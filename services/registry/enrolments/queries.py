"""Reads of invitations and enrolments; row security says which rows."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Date, Select, and_, distinct, exists, func, select, text
from sqlalchemy import cast as as_type
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.attendance.models import Attendance
from services.registry.classes.models import ClassSession, TrainingClass
from services.registry.enrolments.models import (
    Confirmation,
    Decline,
    Enrolment,
    Invitation,
    PaperConfirmation,
)
from services.registry.trainees.models import Trainee
from shared import problems

CERTIFICATE = text(
    "select enrolment_id, state from certificates where class_id = :class order by at"
)


def invitations() -> Select[Any]:
    """Select the caller's own invitations with their classes, and what they answered."""
    declined = exists().where(
        Decline.class_id == Invitation.class_id, Decline.trainee_id == Invitation.trainee_id
    )
    confirmed = exists().where(
        Enrolment.class_id == Invitation.class_id,
        Enrolment.trainee_id == Invitation.trainee_id,
        Enrolment.left_at.is_(None),
    )
    # Who has left is not asked again: an invitation to the same class stays out of sight.
    left = exists().where(
        Enrolment.class_id == Invitation.class_id,
        Enrolment.trainee_id == Invitation.trainee_id,
        Enrolment.left_at.is_not(None),
    )
    query = select(
        Invitation, TrainingClass, declined.label("declined"), confirmed.label("confirmed")
    ).where(confirmed | ~left)
    return cast("Select[Any]", query.join(TrainingClass, TrainingClass.id == Invitation.class_id))


def own_enrolments() -> Select[Any]:
    """Select the caller's own enrolments, left ones too: class, confirmation, attended days."""
    day = as_type(func.timezone("Asia/Shanghai", func.lower(ClassSession.during)), Date)
    days = (
        select(func.count(distinct(day)))
        .join(Attendance, Attendance.session_id == ClassSession.id)
        .where(Attendance.enrolment_id == Enrolment.id, Attendance.present)
        .scalar_subquery()
    )
    query = (
        select(Enrolment, TrainingClass, Confirmation, days.label("attended_days"))
        .join(TrainingClass, TrainingClass.id == Enrolment.class_id)
        .join(Confirmation, Confirmation.enrolment_id == Enrolment.id)
    )
    return cast("Select[Any]", query)


def of_class(class_id: UUID) -> Select[Any]:
    """Select the enrolments of a class that the caller may see: nobody who left."""
    return select(Enrolment).where(Enrolment.class_id == class_id, Enrolment.left_at.is_(None))


async def certificate_states(session: AsyncSession, class_id: UUID) -> dict[UUID, str]:
    """Return the state of each enrolment's latest certificate in a class."""
    rows = (await session.execute(CERTIFICATE, {"class": class_id})).all()
    return {row.enrolment_id: row.state for row in rows}


def pending_papers() -> Select[Any]:
    """Select the papers that wait for a second officer in the caller's reach."""
    return select(PaperConfirmation).where(PaperConfirmation.second_by.is_(None))


async def is_invited(session: AsyncSession, class_id: UUID, trainee: UUID) -> bool:
    """Say whether the caller's own person was invited to a class."""
    query = select(
        exists().where(Invitation.class_id == class_id, Invitation.trainee_id == trainee)
    )
    return bool((await session.execute(query)).scalar_one())


async def has_paper(session: AsyncSession, class_id: UUID, trainee: UUID) -> bool:
    """Say whether an office holds a paper of the caller's own person for a class."""
    query = select(
        exists().where(
            PaperConfirmation.class_id == class_id, PaperConfirmation.trainee_id == trainee
        )
    )
    return bool((await session.execute(query)).scalar_one())


async def has_declined(session: AsyncSession, class_id: UUID, trainee: UUID) -> bool:
    """Say whether the caller's own person declined a class."""
    query = select(exists().where(Decline.class_id == class_id, Decline.trainee_id == trainee))
    return bool((await session.execute(query)).scalar_one())


async def place(session: AsyncSession, class_id: UUID, trainee: UUID) -> Enrolment | None:
    """Return a person's place in a class, if they hold one."""
    query = select(Enrolment).where(
        and_(
            Enrolment.class_id == class_id,
            Enrolment.trainee_id == trainee,
            Enrolment.left_at.is_(None),
        )
    )
    return (await session.execute(query)).scalar_one_or_none()


async def locked_person(session: AsyncSession, trainee: UUID) -> Trainee:
    """Return a person, locked: what one person does happens one after another. NotFound."""
    query = select(Trainee).where(Trainee.id == trainee).with_for_update()
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise problems.NotFound
    return found


async def device_count(session: AsyncSession, device: bytes, since: datetime) -> int:
    """Count the different people confirmed from a device since an instant."""
    query = select(func.device_count(device, since))
    return int((await session.execute(query)).scalar_one())


async def person(session: AsyncSession, trainee: UUID) -> Trainee:
    """Return a person that the caller may see. Raises NotFound."""
    found = await session.get(Trainee, trainee)
    if found is None:
        raise problems.NotFound
    return found
