"""The person's own account: entered by the person in the own name, the older ones kept."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts import rules
from services.registry.accounts.models import BankAccount
from services.registry.enrolments import queries as enrolments
from shared import ids, problems
from shared.principal import Principal
from shared.sealing import Sealer
from shared.standards import names

TABLE = "bank_accounts"


class AccountNumberWrong(problems.Problem):
    """The number cannot be an account."""

    status = 422
    code = "account_number_wrong"
    title_zh = "银行账号有误：应为 12 至 19 位数字，请按银行卡或存折逐位核对"
    title_en = "The account number is wrong: 12 to 19 digits; compare it with the card or passbook"


class HolderDiffers(problems.Problem):
    """Money for a person goes to that person's account only."""

    status = 422
    code = "account_holder_differs"
    title_zh = "户名须是您本人：请填写本人名下的账户"
    title_en = "The holder must be you: please give an account in your own name"


@dataclass(frozen=True, slots=True)
class Account:
    """An account, opened."""

    id: UUID
    bank: str
    number: str
    at: datetime


async def own(session: AsyncSession, *, sealer: Sealer, by: Principal) -> Account:
    """Return the caller's present account. Raises NotFound where there is none."""
    assert by.trainee is not None
    row = await _current(session, by.trainee)
    if row is None:
        raise problems.NotFound
    return opened(row, sealer=sealer)


async def enter(
    session: AsyncSession,
    *,
    sealer: Sealer,
    bank: str,
    number: str,
    holder: str,
    by: Principal,
    now: datetime,
) -> Account:
    """Set the caller's account; the one before ends, the same one again changes nothing.

    Raises AccountNumberWrong, HolderDiffers.
    """
    assert by.trainee is not None
    person = await enrolments.locked_person(session, by.trainee)
    plain = rules.normalise(number)
    if rules.wrong(plain):
        raise AccountNumberWrong
    name = sealer.open(person.name_sealed, table="trainees", column="name_sealed", row=person.id)
    if not names.same(holder, name):
        raise HolderDiffers
    before = await _current(session, person.id)
    if before is not None:
        stands = opened(before, sealer=sealer)
        if (stands.bank, stands.number) == (bank, plain):
            return stands
        ended = update(BankAccount).where(BankAccount.id == before.id).values(ended_at=now)
        await session.execute(ended.execution_options(synchronize_session=False))
    account = Account(ids.uuid7(), bank, plain, now)
    await session.execute(
        insert(BankAccount).values(
            id=account.id,
            trainee_id=person.id,
            bank_sealed=sealer.seal(bank, table=TABLE, column="bank_sealed", row=account.id),
            number_sealed=sealer.seal(plain, table=TABLE, column="number_sealed", row=account.id),
            at=now,
        )
    )
    return account


def opened(row: BankAccount, *, sealer: Sealer) -> Account:
    """Open an account."""

    def plain(column: str) -> str:
        return sealer.open(getattr(row, column), table=TABLE, column=column, row=row.id)

    return Account(row.id, plain("bank_sealed"), plain("number_sealed"), row.at)


async def _current(session: AsyncSession, person: UUID) -> BankAccount | None:
    query = select(BankAccount).where(
        BankAccount.trainee_id == person, BankAccount.ended_at.is_(None)
    )
    return (await session.execute(query)).scalar_one_or_none()
