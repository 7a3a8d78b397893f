"""Write the bank's file, CSV and XLSX, in the form of docs/bank-file.md. Every cell is a string."""

import io
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import xlsxwriter

HEADINGS = ("参考号", "户名", "账号", "开户行", "金额（元）", "附言")
SUMMARY = "汇总"
REMARK = "职业培训补贴"
QUOTE = '"'
SPECIAL = re.compile(r'[",\r\n]')
# In a Chinese spreadsheet program the wide forms begin a formula as well.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
WIDTHS = (20, 30, 26, 36, 14, 20)
# Nothing that a person or an organisation wrote becomes a formula, a link or a number.
SAFE = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


class Owner(NamedTuple):
    """Whose account it is, and where."""

    name: str
    account_number: str
    bank: str


# One payment of a batch: its row in the batch, to whom, how much in yuan.
Row = list[str]


class Totals(NamedTuple):
    """What the file has to add up to."""

    code: str
    lines: int
    yuan: str
    digest: str


def harmless(cell: str) -> str:
    """Keep a spreadsheet program from taking a cell of a CSV file for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def rows(plain: bytes) -> list[Row]:
    """Take apart what the database copied out: tabs between, nothing that needs escaping."""
    return [line.split("\t") for line in plain.decode().splitlines()]


def csv_bytes(code: str, plain: bytes, owners: Mapping[str, Owner]) -> bytes:
    """Write CSV, UTF-8 with the mark that spreadsheet programs need, lines ending in CR LF.

    A line is never taken apart: what is the same in all of them goes where a line ends, and a
    payee, the one cell between two tabs, gives way to what is known of him.
    """
    # Only what people wrote needs escaping, once an owner.
    said = {
        key.encode(): f",{','.join(map(_cell, owner))},".encode() for key, owner in owners.items()
    }
    head, end = f"{','.join(HEADINGS)}\r\n".encode("utf-8-sig"), f",{REMARK}\r\n".encode()
    reference = f"{code}-".encode()
    pieces = plain.removesuffix(b"\n").replace(b"\n", end + reference).split(b"\t")
    pieces[1::2] = map(said.__getitem__, pieces[1::2])
    return b"".join([head, reference, *pieces, end])


def _cell(text: str) -> str:
    cell = harmless(text)
    return f'"{cell.replace(QUOTE, QUOTE + QUOTE)}"' if SPECIAL.search(cell) else cell


def xlsx_bytes(
    code: str, found: Sequence[Row], owners: Mapping[str, Owner], totals: Totals
) -> bytes:
    """Write a workbook: the payments, and a sheet with the control totals."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, SAFE) as book:
        sheet = book.add_worksheet("明细")
        for place, (heading, width) in enumerate(zip(HEADINGS, WIDTHS, strict=True)):
            sheet.set_column(place, place, width)
            sheet.write_string(0, place, heading)
        write = sheet.write_string
        for number, (row, payee, yuan) in enumerate(found, start=1):
            write(number, 0, f"{code}-{row}")
            for place, cell in enumerate(owners[payee], start=1):
                write(number, place, cell)
            write(number, 4, yuan)
            write(number, 5, REMARK)
        summary = book.add_worksheet(SUMMARY)
        pairs = (
            ("批次号", totals.code),
            ("笔数", str(totals.lines)),
            ("金额合计（元）", totals.yuan),
            ("明细摘要", totals.digest),
        )
        for number, (heading, value) in enumerate(pairs):
            summary.write_string(number, 0, heading)
            summary.write_string(number, 1, value)
    return stream.getvalue()
