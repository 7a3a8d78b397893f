"""Reads of the catalogue."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.institutions.offerings.models import Offering, Subject
from services.institutions.offerings.schemas import OfferingOut
from shared import pages, problems
from shared.plans.vocabulary import Kind


def _entries() -> Select[Offering, Subject]:
    return select(Offering, Subject).join(Subject, Subject.code == Offering.subject_code)


def _held(on: date) -> ColumnElement[bool]:
    return or_(Offering.withdrawn_from.is_(None), Offering.withdrawn_from > on)


async def find(session: AsyncSession, offering_id: UUID) -> OfferingOut:
    """Return an offering; NotFound if there is none."""
    row = (await session.execute(_entries().where(Offering.id == offering_id))).one_or_none()
    if row is None:
        raise problems.NotFound
    return shape(row[0], row[1])


async def current(session: AsyncSession, on: date) -> list[OfferingOut]:
    """Return the whole catalogue as of a day, by pinyin."""
    query = _entries().where(_held(on)).order_by(Subject.pinyin, Offering.id)
    return [shape(offering, subject) for offering, subject in await session.execute(query)]


async def page(
    session: AsyncSession, *, on: date, kind: Kind | None, after: str | None, limit: int
) -> pages.Page[OfferingOut]:
    """Return a page of the catalogue as of a day, by pinyin of the subject."""
    query: Any = _entries().where(_held(on))
    if kind is not None:
        query = query.where(Offering.kind == kind.value)
    query = pages.keyset(
        query, [Subject.pinyin.expression, Offering.id.expression], [str, UUID], after, limit
    )
    rows = (await session.execute(query)).all()
    return pages.page(
        rows,
        limit,
        lambda row: (row.Subject.pinyin, row.Offering.id),
        lambda row: shape(row.Offering, row.Subject),
    )


def shape(offering: Offering, subject: Subject) -> OfferingOut:
    """Give an offering its public shape."""
    return OfferingOut(
        id=offering.id,
        kind=offering.kind,
        subject_code=subject.code,
        subject_name=subject.name,
        code_source=subject.code_source,
        code_document=subject.code_document,
        level=offering.level,
        hours=offering.hours,
        practice_hours=offering.practice_hours,
        certificate_kind=offering.certificate_kind,
        targets=offering.targets,
        withdrawn_from=offering.withdrawn_from,
    )
