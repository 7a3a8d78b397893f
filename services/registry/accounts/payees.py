"""Names and accounts at the moment of issue: for one purpose, logged once a person and issue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.accounts import operations
from services.registry.accounts.models import BankAccount
from services.registry.accounts.operations import Account
from services.registry.facts import queries
from services.registry.trainees.models import Trainee
from shared import masking, problems
from shared.principal import Principal
from shared.sealing import Sealer

AREA = 6


class Purpose(StrEnum):
    """What an issue is: the bank's file, or a public notice."""

    BANK_FILE = "bank_file"
    PUBLIC_NOTICE = "public_notice"


WHAT = {Purpose.BANK_FILE: "account", Purpose.PUBLIC_NOTICE: "name"}


@dataclass(frozen=True, slots=True)
class Payee:
    """Who is paid, as the purpose needs it: whole name and account, or a masked name."""

    trainee_id: UUID
    name: str
    account: Account | None
    id_first_six: str | None


async def read(
    session: AsyncSession,
    sealer: Sealer,
    *,
    trainees: Sequence[UUID],
    purpose: Purpose,
    issue: UUID | None,
    office: str | None,
    by: Principal,
    now: datetime,
) -> list[Payee]:
    """Return the persons in the order asked, opened for the purpose. NotFound for a stranger."""
    asked = list(dict.fromkeys(trainees))
    query = select(Trainee).where(Trainee.id.in_(asked))
    people = {row.id: row for row in (await session.execute(query)).scalars()}
    if len(people) != len(asked):
        raise problems.NotFound
    await queries.log(
        session,
        dict.fromkeys(asked, office),
        what=WHAT[purpose],
        purpose=purpose.value,
        issue=issue,
        by=by,
        at=now,
    )
    if purpose is Purpose.PUBLIC_NOTICE:
        return [_masked(sealer, people[person]) for person in asked]
    found = select(BankAccount).where(
        BankAccount.trainee_id.in_(asked), BankAccount.ended_at.is_(None)
    )
    accounts = {row.trainee_id: row for row in (await session.execute(found)).scalars()}
    return [_whole(sealer, people[person], accounts.get(person)) for person in asked]


def _whole(sealer: Sealer, person: Trainee, account: BankAccount | None) -> Payee:
    opened = operations.opened(account, sealer=sealer) if account else None
    return Payee(person.id, _open(sealer, person, "name_sealed"), opened, None)


def _masked(sealer: Sealer, person: Trainee) -> Payee:
    """Mask before anything leaves: a notice never needs the whole name. POLICY 8.14."""
    name = masking.name(_open(sealer, person, "name_sealed"))
    return Payee(person.id, name, None, _open(sealer, person, "id_sealed")[:AREA])


def _open(sealer: Sealer, person: Trainee, column: str) -> str:
    value: bytes = getattr(person, column)
    return sealer.open(value, table="trainees", column=column, row=person.id)
