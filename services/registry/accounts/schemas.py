"""What a person enters and sees of the account, and what an issue of claims gets."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.accounts.payees import Purpose
from shared import routing

PAYEES_MAX = 2_000
Key = Annotated[UUID, Field(strict=False)]


class AccountIn(routing.Body):
    """The caller's own account: bank, number and holder as on the card or passbook."""

    bank: str = Field(
        min_length=2, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$", examples=["示例银行高昌支行"]
    )
    account_number: str = Field(max_length=40, examples=["6217 0000 1234 5678 907"])
    holder: str = Field(min_length=1, max_length=60, examples=["古丽米热·买买提"])


class AccountOut(routing.Out):
    """The account as its owner recognises it: bank and the last four digits."""

    id: UUID
    bank: str
    last_four: str
    entered_at: datetime


class PayeesIn(routing.Body):
    """Whom an issue pays or publishes; `issue_id` makes a repeated read one entry in the log.

    `office` is who issues, as the person reads it in the log.
    """

    trainee_ids: list[Key] = Field(min_length=1, max_length=PAYEES_MAX)
    purpose: Purpose = Field(strict=False)
    issue_id: Key | None = None
    office: str | None = Field(default=None, max_length=40, pattern=r"^[0-9A-Z]{6}/[a-z]{2,20}$")


class PayeeOut(routing.Out):
    """One person: for the bank whole name and account, for a notice masked name and six digits."""

    trainee_id: UUID
    name: str
    account_id: UUID | None
    bank: str | None
    account_number: str | None
    entered_at: datetime | None
    id_first_six: str | None


class PayeesOut(routing.Out):
    """The persons in the order asked."""

    payees: list[PayeeOut]
