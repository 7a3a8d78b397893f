"""Reads of commissions; row security decides which."""

from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.institutions.commissions.models import Commission
from services.institutions.commissions.schemas import CommissionOut
from shared import pages, problems


async def find(session: AsyncSession, commission_id: UUID) -> Commission:
    """Return a commission; NotFound if there is none that the caller may see."""
    row = await session.get(Commission, commission_id)
    if row is None:
        raise problems.NotFound
    return row


async def page(
    session: AsyncSession,
    *,
    organisation_id: UUID | None,
    on: date | None,
    after: str | None,
    limit: int,
) -> pages.Page[CommissionOut]:
    """Return a page of commissions by first day; with a day, what held on it."""
    query = select(Commission)
    if organisation_id is not None:
        query = query.where(Commission.organisation_id == organisation_id)
    if on is not None:
        query = query.where(Commission.from_date <= on, Commission.to_date >= on)
    query = pages.keyset(
        query,
        [Commission.from_date.expression, Commission.id.expression],
        [date, UUID],
        after,
        limit,
    )
    rows = (await session.execute(query)).scalars().all()
    return pages.page(rows, limit, lambda row: (row.from_date, row.id), shape)


def shape(row: Commission) -> CommissionOut:
    """Give a commission its wire shape."""
    return CommissionOut(
        id=row.id,
        authority=row.authority,
        organisation_id=row.organisation_id,
        organisation_name=row.organisation_name,
        offering_id=row.offering_id,
        target=row.target,
        places=row.places,
        price_fen_per_person=row.price_fen_per_person,
        document_number=row.document_number,
        from_date=row.from_date,
        to_date=row.to_date,
        made_at=row.made_at,
    )
