"""Write the marked result of a roster: each row, whether it was accepted, and what to do if not.

An original upload is not kept; the result is written from the columns that were read. Strings are
written as strings: no cell of a stranger becomes a formula.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import xlsxwriter

from services.registry.rosters import checking
from services.registry.rosters.files import Column, Rows, Text

HEADINGS = (
    "行号",
    "班级编号",
    "姓名",
    "身份证号",
    "手机",
    "结果",
    "问题列",
    "问题代码",
    "说明",
    "Explanation",
)
ACCEPTED = "已接收"
REJECTED = "未接收"
COLUMN_NAMES = {
    Column.NAME: "姓名",
    Column.ID_NUMBER: "身份证号",
    Column.PHONE: "手机",
    Column.CLASS_CODE: "班级编号",
}
_WIDTHS = (8, 18, 22, 22, 16, 10, 20, 28, 60, 60)
# In a Chinese spreadsheet program the wide forms begin a formula as well.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Mark:
    """One fault of one row, with a code of the catalogue that is passed along."""

    row_no: int
    column: Column
    code: str


def from_check(faults: Iterable[checking.RowFault]) -> list[Mark]:
    """Take over the faults that a check found."""
    return [Mark(fault.row_no, fault.column, fault.code.value) for fault in faults]


def texts(more: Mapping[str, Text] | None = None) -> dict[str, Text]:
    """List the texts of all codes, with those that only the database can find."""
    return {code.value: text for code, text in checking.TEXTS.items()} | dict(more or {})


def xlsx(
    accepted: Rows,
    rejected: Rows,
    marks: Sequence[Mark],
    *,
    catalogue: Mapping[str, Text],
) -> bytes:
    """Write a workbook of one sheet, rows in the order of the file."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, **SAFE}) as book:
        sheet = book.add_worksheet("结果")
        bold = book.add_format({"bold": True})
        red = book.add_format({"font_color": "#B42318"})
        for place, width in enumerate(_WIDTHS):
            sheet.set_column(place, place, width)
        for place, heading in enumerate(HEADINGS):
            sheet.write_string(0, place, heading, bold)
        sheet.freeze_panes(1, 0)
        lines = _lines(accepted, rejected, marks, catalogue)
        for number, line in enumerate(lines, start=1):
            sheet.write_number(number, 0, int(line[0]))
            style = red if line[5] == REJECTED else None
            for place, cell in enumerate(line[1:], start=1):
                if cell:
                    sheet.write_string(number, place, cell, style)
    return stream.getvalue()


def csv_text(
    accepted: Rows,
    rejected: Rows,
    marks: Sequence[Mark],
    *,
    catalogue: Mapping[str, Text],
) -> bytes:
    """Write the same as CSV, UTF-8 with the mark that spreadsheet programs need."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(HEADINGS)
    for line in _lines(accepted, rejected, marks, catalogue):
        writer.writerow([harmless(cell) for cell in line])
    return stream.getvalue().encode("utf-8-sig", "replace")


def harmless(cell: str) -> str:
    """Keep a spreadsheet program from taking a cell of a CSV file for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


# Nothing that a stranger wrote becomes a formula, a link or a number.
SAFE = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def _lines(
    accepted: Rows,
    rejected: Rows,
    marks: Iterable[Mark],
    catalogue: Mapping[str, Text],
) -> Iterator[tuple[str, ...]]:
    by_row: dict[int, list[Mark]] = {}
    for mark in marks:
        by_row.setdefault(mark.row_no, []).append(mark)
    both = (accepted, rejected)
    places = sorted(
        (row_no, table, index)
        for table, rows in enumerate(both)
        for index, row_no in enumerate(rows.row_no)
    )
    for row_no, table, index in places:
        rows = both[table]
        found = by_row.get(row_no, ())
        said = [catalogue[mark.code] for mark in found]
        yield (
            str(row_no),
            rows.class_code[index],
            rows.name[index],
            rows.id_number[index],
            rows.phone[index],
            ACCEPTED if table == 0 else REJECTED,
            "、".join(dict.fromkeys(COLUMN_NAMES[mark.column] for mark in found)),
            " ".join(mark.code for mark in found),
            "".join(text.zh for text in said),
            " ".join(text.en for text in said),
        )
