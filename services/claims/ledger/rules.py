"""Which fund pays, what may be resolved or reversed, quarters. DESIGN.md 6, POLICY 8.7."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from shared.plans.records import Fund
from shared.plans.vocabulary import Purpose

BOOKS = "五(四)"  # 分账核算, and what the money must never pay
MONTHS_A_QUARTER = 3
QUARTERS_A_YEAR = 4


class Code(StrEnum):
    """What a transfer is."""

    RECEIPT = "receipt"  # 到账
    OPENING = "opening"  # 期初余额
    RESERVATION = "reservation"  # 预留
    PAYMENT = "payment"  # 支付：办结一笔预留
    RELEASE = "release"  # 释放：办结一笔预留
    CORRECTION = "correction"  # 更正：冲正
    BANK_RETURN = "bank_return"  # 银行退回：冲正
    RECOVERY = "recovery"  # 追回：冲正


INCOMING = frozenset({Code.RECEIPT, Code.OPENING})
RESOLVING = frozenset({Code.PAYMENT, Code.RELEASE})
REVERSING = frozenset({Code.CORRECTION, Code.BANK_RETURN, Code.RECOVERY})


class Sub(StrEnum):
    """The sub-accounts of an account; money flows from the debited to the credited one."""

    SOURCE = "source"
    AVAILABLE = "available"
    PAID = "paid"


class Key(NamedTuple):
    """What an account is of."""

    fund: str
    authority: str
    year: int
    purpose: str


class Want(NamedTuple):
    """A claim line that wants money: fen, from the first of these funds that has enough."""

    line_id: UUID
    authority: str
    year: int
    purpose: str
    funds: tuple[str, ...]
    fen: int


class Reserved(NamedTuple):
    """Money held for a line."""

    transfer_id: UUID
    fund: str


@dataclass(slots=True)
class Drawn:
    """What one account gives: the lines and their fen, in order."""

    key: Key
    left: int
    lines: list[UUID] = field(default_factory=list)
    fens: list[int] = field(default_factory=list)


def candidates(wants: Iterable[Want]) -> list[Key]:
    """List the accounts that any of the lines may be paid from, each once."""
    cases = {(w.funds, w.authority, w.year, w.purpose) for w in wants}
    return sorted(
        {Key(fund, *case) for funds, *case in cases for fund in funds}  # type: ignore[arg-type]
    )


def allocate(wants: Sequence[Want], left: Mapping[Key, int]) -> list[Drawn]:
    """Give each line, in the order given, wholly to the first of its funds with enough left.

    A line that no fund can carry gets nothing, and smaller ones after it may still get theirs.
    """
    accounts = {key: Drawn(key, fen) for key, fen in left.items()}
    orders: dict[tuple[tuple[str, ...], str, int, str], list[Drawn]] = {}
    for want in wants:
        case = (want.funds, want.authority, want.year, want.purpose)
        order = orders.get(case)
        if order is None:
            keys = (Key(fund, *case[1:]) for fund in want.funds)
            order = orders[case] = [accounts[key] for key in keys if key in accounts]
        for account in order:
            if account.left >= want.fen:
                account.left -= want.fen
                account.lines.append(want.line_id)
                account.fens.append(want.fen)
                break
    return [account for account in accounts.values() if account.lines]


class Standing(NamedTuple):
    """A transfer and what became of it."""

    id: UUID
    account_id: UUID
    authority: str
    debit: str
    credit: str
    fen: int
    code: str
    line_id: UUID | None
    round: int
    document_number: str | None
    resolved_by: UUID | None
    resolution: str | None
    reversed_by: UUID | None


def open_reservation(transfer: Standing) -> bool:
    """Say whether the transfer holds money that is neither paid nor released."""
    return transfer.code == Code.RESERVATION and transfer.resolved_by is None


def moved(transfer: Standing) -> UUID | None:
    """Return the row that moved the money, which is what a reversal undoes; None if none did."""
    if transfer.code == Code.RESERVATION:
        return transfer.resolved_by if transfer.resolution == Code.PAYMENT else None
    if transfer.code in INCOMING or transfer.code == Code.PAYMENT:
        return transfer.id
    return None


def effect(code: Code, debit: Sub, credit: Sub, fen: int) -> int:
    """Say by how many fen a transfer changes what is available; paying what is held: none."""
    if code is Code.PAYMENT:
        return 0
    if code is Code.RELEASE or credit is Sub.AVAILABLE:
        return fen
    assert debit is Sub.AVAILABLE
    return -fen


def permitted(fund: Fund, purpose: str) -> Purpose | None:
    """Return the purpose if the fund may pay it; enterprises' own money is not booked here."""
    if fund.external:
        return None
    return next((each for each in fund.permitted if each.value == purpose), None)


def quarter(day: date) -> str:
    """Name the calendar quarter of a business day: 2020Q1."""
    return f"{day.year}Q{(day.month - 1) // MONTHS_A_QUARTER + 1}"


def first_day(name: str) -> date:
    """Return the first day of a quarter."""
    year, number = int(name[:4]), int(name[5])
    return date(year, (number - 1) * MONTHS_A_QUARTER + 1, 1)


def quarters(first: str, last: str) -> list[str]:
    """List the quarters from one to another, both included."""
    start, end = _ordinal(first), _ordinal(last)
    return [f"{n // QUARTERS_A_YEAR}Q{n % QUARTERS_A_YEAR + 1}" for n in range(start, end + 1)]


def _ordinal(name: str) -> int:
    return int(name[:4]) * QUARTERS_A_YEAR + int(name[5]) - 1


def unchanged(tag: str, if_none_match: str | None) -> bool:
    """Say whether If-None-Match names this entity tag, compared weakly. RFC 9110 13.1.2."""
    named = {each.strip().removeprefix("W/") for each in (if_none_match or "").split(",")}
    return bool(named & {tag, "*"})
