"""Wire models of the ledger. Money is whole fen; quarters are of the business calendar."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from services.claims.ledger.rules import Code, Sub
from shared import routing

FEN_MAX = 100_000_000_000_00  # 100 billion yuan; sums of these stay within the database's integers

Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$", max_length=40)]
Authority = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{6}$", max_length=6)]


def _line(longest: int) -> StringConstraints:
    """One line of text: trimmed, without control characters."""
    return StringConstraints(
        strip_whitespace=True, min_length=2, max_length=longest, pattern=r"^[^\x00-\x1f\x7f]+$"
    )


class ReceiptIn(routing.Body):
    """Money that came in, as its document states it; `opening` is what was there before."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "fund": "special",
                    "authority": "650402",
                    "year": 2020,
                    "purpose": "training_subsidy",
                    "fen": 500000000,
                    "document_number": "高财社〔2020〕示例3号",
                    "opening": False,
                }
            ]
        }
    )

    fund: Word
    authority: Authority
    year: int = Field(ge=2000, le=2099, description="business year that the money is for")
    purpose: Word
    fen: int = Field(ge=1, le=FEN_MAX)
    document_number: Annotated[str, _line(100)]
    opening: bool = False


class CorrectionIn(routing.Body):
    """Why an entry is undone."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "金额录入有误"}]})

    reason: Annotated[str, _line(500)]


class Figures(routing.Out):
    """What an account holds: received = reserved + paid + available."""

    received_fen: int = Field(description="receipts and opening balances, less corrections")
    reserved_fen: int = Field(description="held for lines, neither paid nor released")
    paid_fen: int = Field(description="paid, less what came back")
    available_fen: int


class AccountOut(Figures):
    """An account, at the moment or as of the end of a day."""

    id: UUID
    fund: str
    fund_name: str
    authority: str
    year: int
    purpose: str
    purpose_name: str


class ReceiptOut(routing.Out):
    """An entry of money that came in, or its undoing, and the account after it."""

    transfer_id: UUID
    code: Code
    fen: int
    document_number: str
    account: AccountOut


class EntryOut(routing.Out):
    """One transfer of a statement: from the debited to the credited sub-account."""

    id: UUID
    at: datetime
    code: Code
    debit: Sub
    credit: Sub
    fen: int
    line_id: UUID | None
    document_number: str | None
    resolves: UUID | None = Field(description="the reservation that this pays or releases")
    reverses: UUID | None = Field(description="the transfer that this undoes")
    available_fen: int = Field(description="what was available after it")


class StatementOut(routing.Out):
    """A page of an account's transfers, oldest first, and what was there before the page."""

    account_id: UUID
    before: Figures
    items: list[EntryOut]
    next: str | None


class BalanceOut(routing.Out):
    """A sub-account's line of the trial balance."""

    account_id: UUID
    fund: str
    authority: str
    year: int
    purpose: str
    name: Sub
    debits_fen: int
    credits_fen: int
    held_fen: int


class TrialOut(routing.Out):
    """The trial balance of the accounts in reach: debits equal credits, fund by fund."""

    on: date | None
    debits_fen: int
    credits_fen: int
    difference_fen: int
    difference_by_fund: dict[str, int]
    lines: list[BalanceOut]


class NamedOut(routing.Out):
    """A word of the plan and how it is said."""

    id: str
    name: str


class QuarterOut(routing.Out):
    """A fund's quarter: what came in, what was held at its end (or now), what was paid."""

    quarter: str
    received_fen: int
    reserved_fen: int
    paid_fen: int


class FundOut(routing.Out):
    """A fund of the plan: what it may pay, what it never may, and its use so far."""

    id: str
    name: str
    name_en: str
    booked_here: bool = Field(description="false: enterprises' own money, recorded elsewhere")
    permitted: list[NamedOut]
    forbidden: list[NamedOut]
    source: str
    received_fen: int
    reserved_fen: int
    paid_fen: int
    quarters: list[QuarterOut]


class FundsOut(routing.Out):
    """Every fund of the plan with its use by quarter, all authorities together."""

    plan: str
    funds: list[FundOut]
