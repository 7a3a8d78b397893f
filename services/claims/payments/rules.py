"""What a row of the bank's return means for a payment, and what may go into a file. No I/O."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

BOOKS = "五(四)"


class Outcome(StrEnum):
    """What became of one attempt to pay a line."""

    PAID = "paid"
    REJECTED = "rejected"
    DROPPED = "dropped"  # never sent: no account, or the one that the bank had rejected
    CANCELLED = "cancelled"
    BOUNCED = "bounced"  # paid, and given back by the bank later


class Reason(StrEnum):
    """Why a payment came back: a closed list, since a bank's own words may name people."""

    NO_ACCOUNT = "no_account"
    ACCOUNT_UNCHANGED = "account_unchanged"
    GROUND_LOST = "ground_lost"
    ACCOUNT_CLOSED = "account_closed"
    ACCOUNT_UNKNOWN = "account_unknown"
    NAME_DIFFERS = "name_differs"
    BANK_FAULT = "bank_fault"


TEXTS: Mapping[Reason, tuple[str, str]] = {
    Reason.NO_ACCOUNT: ("尚未填写收款账户，填写后重新发放", "no account yet; enter one"),
    Reason.ACCOUNT_UNCHANGED: (
        "银行退回的账户还没有更换，更换后重新发放",
        "the account that the bank rejected was not changed; change it",
    ),
    Reason.GROUND_LOST: ("发放依据已不成立，未发放", "the ground of the payment fell"),
    Reason.ACCOUNT_CLOSED: (
        "银行退回：账户已销户或状态异常，请更换收款账户",
        "the bank says that the account is closed or blocked; give another one",
    ),
    Reason.ACCOUNT_UNKNOWN: (
        "银行退回：账号不存在，请核对后更正收款账户",
        "the bank knows no such account; correct it",
    ),
    Reason.NAME_DIFFERS: (
        "银行退回：账号与户名不符，请更正收款账户",
        "the account is in another name; correct it",
    ),
    Reason.BANK_FAULT: (
        "银行退回：银行原因，将重新发放，您无需办理",
        "the bank could not pay; it is sent again, there is nothing to do",
    ),
}
# The owner has to act before it makes sense to send again.
NEEDS_ACCOUNT = frozenset(
    {
        *(Reason.NO_ACCOUNT, Reason.ACCOUNT_UNCHANGED),
        *(Reason.ACCOUNT_CLOSED, Reason.ACCOUNT_UNKNOWN, Reason.NAME_DIFFERS),
    }
)
_SAID: Sequence[tuple[Reason, tuple[str, ...]]] = (
    (Reason.NAME_DIFFERS, ("户名", "姓名", "名称不符", "不一致", "name")),
    (
        Reason.ACCOUNT_CLOSED,
        ("销户", "注销", "冻结", "状态", "挂失", "睡眠", "止付", "closed", "blocked", "frozen"),
    ),
    (Reason.ACCOUNT_UNKNOWN, ("账号", "帐号", "账户", "帐户", "卡号", "不存在", "account")),
)


def reason_of(said: str) -> Reason:
    """Take the bank's own words for one of the closed list; what is none of these is the bank's."""
    lowered = said.lower()
    for reason, words in _SAID:
        if lowered == reason or any(word in lowered for word in words):
            return reason
    return Reason.BANK_FAULT


class Row(NamedTuple):
    """A row of a return as it was read; None where the bank's cell cannot be read."""

    row_no: int
    reference: str
    outcome: Outcome | None
    fen: int | None
    said: str


class Known(NamedTuple):
    """A payment that went into the batch's file, and what became of it so far."""

    id: UUID
    line_id: UUID
    fen: int
    outcome: Outcome | None


class Why(StrEnum):
    """Why a row is held as unknown: it moves nothing."""

    REFERENCE = "reference_unknown"
    OUTCOME = "outcome_unreadable"
    AMOUNT = "amount_unreadable"
    AMOUNT_DIFFERS = "amount_differs"
    CONTRADICTS_ITSELF = "contradicts_itself"
    CONTRADICTS_EARLIER = "contradicts_earlier"


WHY_TEXTS: Mapping[Why, tuple[str, str]] = {
    Why.REFERENCE: ("本批没有此参考号", "no such reference in this batch"),
    Why.OUTCOME: ("结果既不是成功也不是失败", "the outcome is neither paid nor rejected"),
    Why.AMOUNT: ("金额无法识别", "the amount cannot be read"),
    Why.AMOUNT_DIFFERS: ("金额与本批明细不一致", "the amount is not the one that was sent"),
    Why.CONTRADICTS_ITSELF: ("同一文件内结果互相矛盾", "the file says two things of this payment"),
    Why.CONTRADICTS_EARLIER: ("与之前的回盘结果矛盾", "an earlier return said otherwise"),
}


class Judged(NamedTuple):
    """What a return moves: one outcome a payment; all else is counted or held."""

    paid: list[Known]
    rejected: list[tuple[Known, Reason]]
    duplicates: int
    unknown: list[tuple[Row, Why, UUID | None]]


def judge(rows: Sequence[Row], sent: Mapping[str, Known]) -> Judged:
    """Give each payment at most one outcome; a row that says the known again is a duplicate."""
    found = Judged([], [], 0, [])
    duplicates = 0
    sayings: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        known = sent.get(row.reference)
        why = _unknown(row, known)
        if why is not None or known is None:
            found.unknown.append((row, why or Why.REFERENCE, known.id if known else None))
        elif known.outcome is row.outcome:
            duplicates += 1
        elif known.outcome is not None:
            found.unknown.append((row, Why.CONTRADICTS_EARLIER, known.id))
        else:
            sayings[row.reference].append(row)
    for reference, said in sayings.items():
        known = sent[reference]
        if len({row.outcome for row in said}) > 1:
            found.unknown.extend((row, Why.CONTRADICTS_ITSELF, known.id) for row in said)
            continue
        duplicates += len(said) - 1
        if said[0].outcome is Outcome.PAID:
            found.paid.append(known)
        else:
            found.rejected.append((known, reason_of(said[0].said)))
    return found._replace(duplicates=duplicates)


def _unknown(row: Row, known: Known | None) -> Why | None:
    if known is None:
        return Why.REFERENCE
    if row.outcome is None:
        return Why.OUTCOME
    if row.fen is None:
        return Why.AMOUNT
    return Why.AMOUNT_DIFFERS if row.fen != known.fen else None


class Planned(NamedTuple):
    """A row of a batch before its file is made, with what the attempt before came back for."""

    id: UUID
    line_id: UUID
    payee_id: UUID
    fen: int
    lost: bool
    before_reason: str | None
    before_account: UUID | None


def dropped(row: Planned, account: UUID | None) -> Reason | None:
    """Say why a row stays out of the file; None if it is sent."""
    if row.lost:
        return Reason.GROUND_LOST
    if account is None:
        return Reason.NO_ACCOUNT
    if row.before_reason in NEEDS_ACCOUNT and row.before_account == account:
        return Reason.ACCOUNT_UNCHANGED
    return None


def by_reason(reasons: Iterable[Reason]) -> dict[str, int]:
    """Count reasons."""
    return {str(reason): count for reason, count in sorted(Counter(reasons).items())}


def reference(code: str, row_no: int) -> str:
    """Name a payment to the bank: the batch's code and the row in it."""
    return f"{code}-{row_no:06}"


def yuan(fen: int) -> str:
    """Write fen for the bank: digits and exactly two decimals, no separators."""
    return f"{fen // 100}.{fen % 100:02}"
