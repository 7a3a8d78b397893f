"""A small bank for sandbox and tests: it reads our file and answers as docs/bank-file.md says.

Accounts that end in four zeros were closed by their owners; all others are paid at once.
"""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import python_calamine
import xlsxwriter

CLOSED = "0000"
HEADINGS = ("参考号", "户名", "账号", "开户行", "金额（元）", "附言")
SHEET = "明细"
SAID_CLOSED = "账户已销户"
FEN = 100


@dataclass(frozen=True, slots=True)
class Order:
    """One row of our file."""

    reference: str
    holder: str
    account: str
    yuan: str

    @property
    def fen(self) -> int:
        """The amount in fen; two decimals are always written."""
        whole, _, part = self.yuan.partition(".")
        return int(whole) * FEN + int(part)


@dataclass(frozen=True, slots=True)
class Slip:
    """What the bank says of one row."""

    order: Order
    paid: bool
    said: str = ""


def read(data: bytes) -> list[Order]:
    """Read our file, CSV or XLSX. Raises ValueError for other headings."""
    if data.startswith(b"PK"):
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        table = [[str(cell) for cell in row] for row in book.get_sheet_by_name(SHEET).to_python()]
    else:
        table = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    if tuple(table[0]) != HEADINGS:
        raise ValueError(f"headings {table[0]}")
    return [Order(row[0], row[1], row[2], row[4]) for row in table[1:]]


def work(orders: Iterable[Order]) -> list[Slip]:
    """Pay what can be paid."""
    return [
        Slip(one, paid=False, said=SAID_CLOSED)
        if one.account.endswith(CLOSED)
        else Slip(one, paid=True)
        for one in orders
    ]


def stray() -> Slip:
    """Say something of a payment that nobody ordered, as banks now and then do."""
    return Slip(Order("ZZZZZZZZZZ-000001", "", "", "1.00"), paid=True)


def as_csv(slips: Sequence[Slip]) -> bytes:
    """Answer in the bank's own CSV: a title line, GB 18030."""
    lines = io.StringIO(newline="")
    out = csv.writer(lines)
    out.writerow(["示例银行批量代付回单"])
    out.writerow(["参考号", "户名", "处理结果", "金额（元）", "失败原因"])
    for one in slips:
        out.writerow([one.order.reference, one.order.holder, _word(one), one.order.yuan, one.said])
    return lines.getvalue().encode("gb18030")


def as_xlsx(slips: Sequence[Slip]) -> bytes:
    """Answer in a workbook."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("回盘")
        sheet.write_row(0, 0, ["客户参考号", "交易结果", "交易金额", "退回原因"])
        for at, one in enumerate(slips, 1):
            sheet.write_row(at, 0, [one.order.reference, _word(one), one.order.yuan, one.said])
    return stream.getvalue()


def as_json(slips: Sequence[Slip]) -> bytes:
    """Answer as the bank's own system would."""
    rows = [
        {
            "reference": one.order.reference,
            "outcome": "paid" if one.paid else "rejected",
            "fen": one.order.fen,
            "reason": one.said,
        }
        for one in slips
    ]
    return json.dumps(rows, ensure_ascii=False).encode()


def _word(one: Slip) -> str:
    return "成功" if one.paid else "失败"
