"""Enter an organisation's account, confirm it as a second person, read it for a bank file."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.institutions.accounts import queries, rules
from services.institutions.accounts.models import OrganisationAccount
from services.institutions.accounts.rules import AccountState
from services.institutions.accounts.schemas import AccountIn, AccountOut, PayingOut
from services.institutions.event_types import EventType
from services.institutions.organisations import queries as organisations
from shared import events, ids
from shared.principal import Principal
from shared.problems import Problem
from shared.sealing import Sealer

RULE = "五(四)"


class AccountNumberWrong(Problem):
    """The number cannot be an account."""

    status = 422
    code = "organisation_account_wrong"
    title_zh = "银行账号有误：应为 8 至 32 位数字，请按开户资料逐位核对"
    title_en = "The account number is wrong: 8 to 32 digits; compare it with the bank papers"


class HolderDiffers(Problem):
    """Money for an organisation goes to an account in its own name only."""

    status = 422
    code = "organisation_holder_differs"
    title_zh = "户名须与登记的机构名称一致：请填写本机构名下的账户"
    title_en = "The holder must be the organisation: please give an account in its own name"


class SecondPersonNeeded(Problem):
    """Whoever entered an account cannot confirm it."""

    status = 403
    code = "account_second_person_needed"
    title_zh = "账户须由另一人复核确认"
    title_en = "An account is confirmed by another person than the one who entered it"


class AccountDiffers(Problem):
    """The number typed from the papers is not the one that was entered."""

    status = 422
    code = "account_differs"
    title_zh = "两次录入的账号不一致：请按开户资料核对，有误的由机构重新填写"
    title_en = (
        "The two numbers differ: compare the papers; the organisation enters a wrong one anew"
    )


class AccountNotWaiting(Problem):
    """The account was confirmed before, or another took its place."""

    status = 409
    code = "account_not_waiting"
    title_zh = "该账户已确认或已被替换"
    title_en = "The account was confirmed already, or replaced"


async def enter(
    session: AsyncSession,
    *,
    sealer: Sealer,
    organisation_id: UUID,
    draft: AccountIn,
    now: datetime,
    by: Principal,
) -> AccountOut:
    """Enter an account that waits for its confirmation; one that waited before ends.

    The account that is current stays so until then. Raises AccountNumberWrong, HolderDiffers.
    """
    organisation = await organisations.find(session, organisation_id)
    number = rules.normalise(draft.account_number)
    if rules.wrong(number):
        raise AccountNumberWrong
    if not rules.same_holder(draft.holder, organisation.name):
        raise HolderDiffers
    before = await queries.open_one(session, organisation_id, AccountState.WAITING)
    if before is not None:
        if queries.opened(sealer, before) == (draft.bank, number):
            return queries.shape(sealer, before)
        before.ended_at = now
        await session.flush()
    key = ids.uuid7()
    row = OrganisationAccount(
        id=key,
        authority=organisation.authority,
        organisation_id=organisation_id,
        bank_sealed=sealer.seal(draft.bank, table=queries.TABLE, column="bank_sealed", row=key),
        number_sealed=sealer.seal(number, table=queries.TABLE, column="number_sealed", row=key),
        entered_by=by.subject,
        entered_at=now,
    )
    session.add(row)
    await session.flush()
    await events.append(session, [_event(EventType.ACCOUNT_ENTERED, row)], by=by, at=now)
    return queries.shape(sealer, row)


async def confirm(
    session: AsyncSession,
    *,
    sealer: Sealer,
    account_id: UUID,
    number: str,
    now: datetime,
    by: Principal,
) -> AccountOut:
    """Confirm an account by typing its number again; the one before ends, payments go here.

    Raises AccountNotWaiting, SecondPersonNeeded, AccountDiffers.
    """
    row = await queries.lock(session, account_id)
    if rules.state(row.confirmed_at, row.ended_at) is not AccountState.WAITING:
        raise AccountNotWaiting
    if row.entered_by == by.subject:
        raise SecondPersonNeeded
    if queries.opened(sealer, row)[1] != rules.normalise(number):
        raise AccountDiffers
    before = await queries.open_one(session, row.organisation_id, AccountState.CURRENT)
    if before is not None:
        before.ended_at = now
        await session.flush()
    row.confirmed_by, row.confirmed_at = by.subject, now
    await session.flush()
    await events.append(session, [_event(EventType.ACCOUNT_CONFIRMED, row)], by=by, at=now)
    return queries.shape(sealer, row)


async def read(
    session: AsyncSession,
    *,
    sealer: Sealer,
    organisation_ids: Sequence[UUID],
    purpose: str,
    issue_id: UUID | None,
    now: datetime,
    by: Principal,
) -> list[PayingOut]:
    """Return whole accounts for one purpose; one event an organisation says who read and why."""
    asked = list(dict.fromkeys(organisation_ids))
    found = await queries.paid_to(session, asked)
    told = [
        events.Event(
            type=EventType.ACCOUNT_READ,
            subject=f"organisation:{organisation.id}",
            authority=organisation.authority,
            organisation=organisation.id,
            data={"purpose": purpose, "issue": str(issue_id) if issue_id else None},
            rule=RULE,
        )
        for organisation, _ in found
    ]
    await events.append(session, told, by=by, at=now)
    payees = []
    for organisation, account in found:
        bank, number = queries.opened(sealer, account) if account else (None, None)
        payees.append(
            PayingOut(
                organisation_id=organisation.id,
                name=organisation.name,
                account_id=account.id if account else None,
                bank=bank,
                account_number=number,
            )
        )
    return payees


def _event(kind: EventType, row: OrganisationAccount) -> events.Event:
    return events.Event(
        type=kind,
        subject=f"organisation:{row.organisation_id}",
        authority=row.authority,
        organisation=row.organisation_id,
        data={"account_id": str(row.id)},
        rule=RULE,
    )
