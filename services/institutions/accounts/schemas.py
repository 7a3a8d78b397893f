"""Wire models of organisations' accounts: whole numbers come in and go to the bank's file only."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import ConfigDict, Field

from services.institutions import wire
from services.institutions.accounts.rules import AccountState
from shared import routing

ORGANISATIONS_MAX = 2_000


class AccountIn(routing.Body):
    """The organisation's own account, as its bank papers state it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "bank": "示例银行鄯善县支行",
                    "account_number": "6500 1612 3400 0525 0001",
                    "holder": "示例培训学校",
                }
            ]
        }
    )

    bank: wire.Name
    account_number: str = Field(min_length=8, max_length=60)
    holder: wire.Name


class AccountConfirmationIn(routing.Body):
    """The account number once more, typed from the bank papers and not from the screen."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"account_number": "65001612340005250001"}]}
    )

    account_number: str = Field(min_length=8, max_length=60)


class AccountOut(routing.Out):
    """An account as its owner recognises it: bank and last four digits."""

    id: UUID
    organisation_id: UUID
    bank: str
    last_four: str
    state: AccountState
    entered_at: datetime
    confirmed_at: datetime | None
    ended_at: datetime | None


class AccountsOut(routing.Out):
    """An organisation's accounts, newest first."""

    accounts: list[AccountOut]


class Purpose(StrEnum):
    """What whole accounts are read for."""

    BANK_FILE = "bank_file"


class PayingIn(routing.Body):
    """Which organisations an issue pays; `issue_id` names the issue in the log."""

    organisation_ids: list[wire.Id] = Field(min_length=1, max_length=ORGANISATIONS_MAX)
    purpose: Purpose = Field(strict=False)
    issue_id: wire.Id | None = None


class PayingOut(routing.Out):
    """One organisation with its current account; no account reads null."""

    organisation_id: UUID
    name: str
    account_id: UUID | None
    bank: str | None
    account_number: str | None


class PayingsOut(routing.Out):
    """The organisations in the order asked."""

    payees: list[PayingOut]
