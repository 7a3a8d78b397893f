"""Reads of licences; row security decides which."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.institutions.licences.models import Licence
from services.institutions.licences.schemas import LicenceOut
from shared import pages, problems


async def lock(session: AsyncSession, licence_id: UUID) -> Licence:
    """Hold a licence for a change; NotFound if there is none that the caller may change."""
    row = await session.get(Licence, licence_id, with_for_update=True)
    if row is None:
        raise problems.NotFound
    return row


async def page(
    session: AsyncSession,
    *,
    organisation_id: UUID,
    on: date | None,
    after: str | None,
    limit: int,
) -> pages.Page[LicenceOut]:
    """Return a page of an organisation's licences by first day; with a day, what held on it."""
    query = select(Licence).where(Licence.organisation_id == organisation_id)
    if on is not None:
        query = query.where(Licence.from_date <= on, Licence.to_date >= on)
    query = pages.keyset(
        query, [Licence.from_date.expression, Licence.id.expression], [date, UUID], after, limit
    )
    rows = (await session.execute(query)).scalars().all()
    return pages.page(rows, limit, lambda row: (row.from_date, row.id), shape)


def shape(row: Licence) -> LicenceOut:
    """Give a licence its public shape."""
    return LicenceOut(
        id=row.id,
        organisation_id=row.organisation_id,
        authority=row.authority,
        role=row.role,
        kind=row.kind,
        subject_code=row.subject_code,
        level_max=row.level_max,
        from_date=row.from_date,
        to_date=row.to_date,
        document_number=row.document_number,
        end_reason=row.end_reason,
        end_document=row.end_document,
    )
