"""Reads of classes. Row security says which rows; what is not seen does not exist."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.classes.models import (
    ClassCommitment,
    ClassDocument,
    ClassSession,
    TrainingClass,
)
from shared import problems

COUNTS = text(
    "select invited, not_confirmed, confirmed, certified, completed from class_counts(:id)"
)
PLACES_USED = text(
    "select coalesce(sum(case when started_at is null then capacity else taken end), 0)::integer"
    " from training_classes where commission_id = :id and state in ('submitted', 'accepted')"
)
PEOPLE = text(
    "select id, trainee_id, name_sealed from enrolments"
    " where class_id = :id and left_at is null order by confirmed_at, id"
)
HOLDS = text(
    "select e.hold from enrolments e join training_classes c on c.id = e.class_id"
    " where e.class_id = :id and e.left_at is null and (c.closed_at is null or e.completed)"
    " order by e.hold"
)


class Counts(NamedTuple):
    """How many people of a class, in persons."""

    invited: int
    not_confirmed: int
    confirmed: int
    certified: int
    completed: int


async def visible(session: AsyncSession, class_id: UUID) -> TrainingClass:
    """Return a class that the caller may see. Raises NotFound."""
    found = await session.get(TrainingClass, class_id)
    if found is None:
        raise problems.NotFound
    return found


async def locked(session: AsyncSession, class_id: UUID) -> TrainingClass:
    """Return a class that the caller may change, locked until the end. Raises NotFound.

    Whatever changes a class, its sheets or its figures holds this lock.
    """
    query = (
        select(TrainingClass)
        .where(TrainingClass.id == class_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = (await session.execute(query)).scalar_one_or_none()
    if found is None:
        raise problems.NotFound
    return found


async def sessions(session: AsyncSession, class_id: UUID) -> Sequence[ClassSession]:
    """List a class's sessions by number, cancelled ones too."""
    query = (
        select(ClassSession).where(ClassSession.class_id == class_id).order_by(ClassSession.number)
    )
    return (await session.execute(query)).scalars().all()


async def first_starts_at(session: AsyncSession, class_id: UUID) -> datetime | None:
    """Return when the first session that takes place begins; None where all are cancelled.

    From this instant the class has started, whether or not the job has come by.
    """
    query = select(func.min(func.lower(ClassSession.during))).where(
        ClassSession.class_id == class_id, ClassSession.state != "cancelled"
    )
    found: datetime | None = (await session.execute(query)).scalar_one()
    return found


async def has_started(session: AsyncSession, training_class: TrainingClass, now: datetime) -> bool:
    """Say whether a class has started by an instant."""
    if training_class.started_at is not None:
        return True
    first = await first_starts_at(session, training_class.id)
    return first is not None and first <= now


async def counts(session: AsyncSession, class_id: UUID) -> Counts | None:
    """Count a class's people, for its institution and its authority; None for others."""
    row = (await session.execute(COUNTS, {"id": class_id})).one_or_none()
    return Counts(*row) if row is not None else None


async def commitment(session: AsyncSession, class_id: UUID) -> ClassCommitment | None:
    """Return what a class was promised with, where it was and the caller may see it."""
    return await session.get(ClassCommitment, class_id)


async def documents(session: AsyncSession, class_id: UUID) -> Sequence[ClassDocument]:
    """List the documents that a class was filed with."""
    query = (
        select(ClassDocument).where(ClassDocument.class_id == class_id).order_by(ClassDocument.id)
    )
    return (await session.execute(query)).scalars().all()


async def places_used(session: AsyncSession, commission_id: UUID) -> int:
    """Count the places of a commission that are planned, or were taken once a class started."""
    return int((await session.execute(PLACES_USED, {"id": commission_id})).scalar_one())


async def people(session: AsyncSession, class_id: UUID) -> Sequence[Any]:
    """List the enrolments of a class with sealed names, without those who left."""
    return (await session.execute(PEOPLE, {"id": class_id})).all()


async def holds(session: AsyncSession, class_id: UUID) -> Sequence[UUID]:
    """List the holds on a class's places that have not ended, in an order that tells nothing."""
    return (await session.execute(HOLDS, {"id": class_id})).scalars().all()


def all_classes() -> Select[Any]:
    """Select the classes in reach, without others' that are only seen because anyone may join."""
    return select(TrainingClass).where(
        or_(
            ~TrainingClass.listed,
            func.zp_officer_of(TrainingClass.authority),
            func.zp_at_home(TrainingClass.organisation_id),
            func.zp_assesses(TrainingClass.id),
        )
    )


def open_classes(now: datetime) -> Select[Any]:
    """Select the classes that anyone may join: listed, accepted, not held, not begun."""
    begun = (
        select(ClassSession.id)
        .where(
            ClassSession.class_id == TrainingClass.id,
            ClassSession.state != "cancelled",
            func.lower(ClassSession.during) <= now,
        )
        .exists()
    )
    return select(TrainingClass).where(
        TrainingClass.listed,
        TrainingClass.state == "accepted",
        TrainingClass.held_since.is_(None),
        TrainingClass.started_at.is_(None),
        ~begun,
    )
