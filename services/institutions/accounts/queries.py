"""Reads of organisations' accounts."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.institutions.accounts import rules
from services.institutions.accounts.models import OrganisationAccount
from services.institutions.accounts.schemas import AccountOut
from services.institutions.organisations.models import Organisation
from shared import problems
from shared.sealing import Sealer

TABLE = OrganisationAccount.__tablename__
HISTORY_MAX = 200


async def history(session: AsyncSession, organisation_id: UUID) -> Sequence[OrganisationAccount]:
    """Return every account that the organisation ever entered, newest first."""
    query = (
        select(OrganisationAccount)
        .where(OrganisationAccount.organisation_id == organisation_id)
        .order_by(OrganisationAccount.entered_at.desc(), OrganisationAccount.id.desc())
        .limit(HISTORY_MAX)
    )
    return (await session.execute(query)).scalars().all()


async def lock(session: AsyncSession, account_id: UUID) -> OrganisationAccount:
    """Hold an account for its confirmation; NotFound if there is none in the officer's reach."""
    row = await session.get(OrganisationAccount, account_id, with_for_update=True)
    if row is None:
        raise problems.NotFound
    return row


async def open_one(
    session: AsyncSession, organisation_id: UUID, state: rules.AccountState
) -> OrganisationAccount | None:
    """Return the account that is current, or the one that waits for its confirmation, locked."""
    confirmed = OrganisationAccount.confirmed_at
    query = (
        select(OrganisationAccount)
        .where(
            OrganisationAccount.organisation_id == organisation_id,
            OrganisationAccount.ended_at.is_(None),
            confirmed.is_(None) if state is rules.AccountState.WAITING else confirmed.is_not(None),
        )
        .with_for_update()
    )
    return (await session.execute(query)).scalar_one_or_none()


async def paid_to(
    session: AsyncSession, organisation_ids: Sequence[UUID]
) -> list[tuple[Organisation, OrganisationAccount | None]]:
    """Return organisations with their current accounts. NotFound if one is unknown."""
    query = (
        select(Organisation, OrganisationAccount)
        .outerjoin(
            OrganisationAccount,
            (OrganisationAccount.organisation_id == Organisation.id)
            & OrganisationAccount.confirmed_at.is_not(None)
            & OrganisationAccount.ended_at.is_(None),
        )
        .where(Organisation.id.in_(organisation_ids))
    )
    found = {row[0].id: (row[0], row[1]) for row in (await session.execute(query)).all()}
    if len(found) != len(organisation_ids):
        raise problems.NotFound
    return [found[each] for each in organisation_ids]


def opened(sealer: Sealer, row: OrganisationAccount) -> tuple[str, str]:
    """Open an account: its bank and its number."""
    return (
        sealer.open(row.bank_sealed, table=TABLE, column="bank_sealed", row=row.id),
        sealer.open(row.number_sealed, table=TABLE, column="number_sealed", row=row.id),
    )


def shape(sealer: Sealer, row: OrganisationAccount) -> AccountOut:
    """Give an account its public shape: the last four digits and no more."""
    bank, number = opened(sealer, row)
    return AccountOut(
        id=row.id,
        organisation_id=row.organisation_id,
        bank=bank,
        last_four=number[-4:],
        state=rules.state(row.confirmed_at, row.ended_at),
        entered_at=row.entered_at,
        confirmed_at=row.confirmed_at,
        ended_at=row.ended_at,
    )
