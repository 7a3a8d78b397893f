"""Read a bank's return: CSV, XLSX or JSON, found by content. Unreadable cells stay None."""

import csv
import io
import itertools
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

import python_calamine as calamine

from services.claims.payments.rules import Outcome, Row
from shared import money
from shared.problems import Problem

BYTES_MAX = 20 * 1024 * 1024
ROWS_MAX = 200_000
COLUMNS_MAX = 64
HEADER_WITHIN = 20
ENTRIES_MAX = 64
UNFOLDED_MAX = 96 * 1024 * 1024
CELLS_MAX = 3_200_000
CELL_MAX = 200
FEN_MAX = 2**63 - 1

_NEEDED = (".xml", ".rels")
_CELL = re.compile(rb"<c\s[^>]*?\br\s*=\s*[\"']([A-Za-z]{1,4})([0-9]{1,9})[\"']")
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_BLANK = re.compile(r"[\s()（）]")
_FEN = re.compile(r"[0-9]{1,18}")
_HEADINGS = {
    "reference": {"参考号", "reference", "客户参考号", "流水号"},
    "outcome": {"结果", "处理结果", "交易结果", "状态", "outcome"},
    "yuan": {"金额元", "金额", "交易金额", "amount"},
    "fen": {"金额分", "fen"},
    "said": {"原因", "失败原因", "退回原因", "reason"},
}
_OUTCOMES = {
    **dict.fromkeys(("成功", "交易成功", "已入账", "paid", "success"), Outcome.PAID),
    **dict.fromkeys(("失败", "交易失败", "退回", "退票", "rejected", "failed"), Outcome.REJECTED),
}


class ReturnUnreadable(Problem):
    """The file is none of the documented forms."""

    status = 422
    code = "bank_return_unreadable"
    title_zh = "无法识别回盘文件：应为含参考号、结果、金额列的 XLSX 或 CSV，或同样内容的 JSON"
    title_en = "The return cannot be read: XLSX or CSV with reference, outcome and amount, or JSON"


class ReturnTooLarge(Problem):
    """The file has too many rows or cells."""

    status = 413
    code = "bank_return_too_large"
    title_zh = "回盘文件过大：最多 20 MB、20 万行，请分批导入"
    title_en = "The return is too large: at most 20 MB and 200,000 rows; import it in pieces"


def read(data: bytes) -> tuple[str, list[Row]]:
    """Return the form and the rows of a return. Raises ReturnUnreadable, ReturnTooLarge."""
    if len(data) > BYTES_MAX:
        raise ReturnTooLarge
    if data.startswith(b"PK\x03\x04"):
        return "xlsx", _table(_sheet(_checked(data)))
    text = _decoded(data)
    if text.lstrip()[:1] in {"[", "{"}:
        return "json", _json(text)
    return "csv", _table(_delimited(text))


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise ReturnUnreadable


def _delimited(text: str) -> Iterable[Sequence[Any]]:
    head = text[:4096]
    delimiter = max((",", "\t", ";"), key=head.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise ReturnUnreadable from error


def _checked(data: bytes) -> bytes:
    """Unfold a workbook under caps and fold it again plainly: no parser meets a bomb."""
    plain = io.BytesIO()
    left = UNFOLDED_MAX
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(plain, "w") as kept:
            if len(given.infolist()) > ENTRIES_MAX:
                raise ReturnTooLarge
            for entry in given.infolist():
                if not entry.filename.lower().endswith(_NEEDED):
                    continue
                with given.open(entry) as stream:
                    content = stream.read(left + 1)
                left -= len(content)
                if left < 0:
                    raise ReturnTooLarge
                _look(content)
                kept.writestr(zipfile.ZipInfo(entry.filename), content)
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, ValueError) as error:
        raise ReturnUnreadable from error
    return plain.getvalue()


def _look(content: bytes) -> None:
    """Refuse entities, and sheets that reach too far: parsers reserve all cells before the last."""
    if b"\0" in content[:1024] or _DOCTYPE.search(content):
        raise ReturnUnreadable
    cells, rows, columns = 0, 0, 0
    for cell in _CELL.finditer(content):
        cells += 1
        rows, columns = max(rows, int(cell[2])), max(columns, _column(cell[1]))
    # What the pattern cannot measure is not handed on.
    if cells != len(re.findall(rb"<c[\s>]", content)) and b"sheetData" in content:
        raise ReturnUnreadable
    if rows > ROWS_MAX + HEADER_WITHIN or rows * columns > CELLS_MAX:
        raise ReturnTooLarge


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _sheet(data: bytes) -> Iterable[Sequence[Any]]:
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        return book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (calamine.CalamineError, OSError, ValueError, OverflowError) as error:
        raise ReturnUnreadable from error


def _table(lines: Iterable[Sequence[Any]]) -> list[Row]:
    """Find the header and take its columns; other columns stay unread, blank rows are skipped."""
    numbered = enumerate(lines, start=1)
    for number, line in itertools.islice(numbered, HEADER_WITHIN):
        del number
        places = _places(line)
        if {"reference", "outcome"} <= set(places) and {"yuan", "fen"} & set(places):
            break
    else:
        raise ReturnUnreadable
    rows = []
    for number, line in numbered:
        cells = {name: line[at] for name, at in places.items() if at < len(line)}
        if not any(_text(cell) for cell in cells.values()):
            continue
        rows.append(_row(number, cells))
        if len(rows) > ROWS_MAX:
            raise ReturnTooLarge
    return rows


def _places(line: Sequence[Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, cell in enumerate(line[:COLUMNS_MAX]):
        heading = _BLANK.sub("", _text(cell)).lower()
        for name, words in _HEADINGS.items():
            if heading in words:
                found.setdefault(name, at)
    return found


def _json(text: str) -> list[Row]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ReturnUnreadable from error
    rows = found.get("rows") if isinstance(found, dict) else found
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ReturnUnreadable
    if len(rows) > ROWS_MAX:
        raise ReturnTooLarge
    return [
        _row(
            number,
            {
                "reference": row.get("reference", ""),
                "outcome": row.get("outcome", ""),
                "fen": row.get("fen", ""),
                "said": row.get("reason", ""),
            },
        )
        for number, row in enumerate(rows, start=1)
    ]


def _row(number: int, cells: dict[str, Any]) -> Row:
    fen = _fen(cells["fen"]) if "fen" in cells else _yuan(cells.get("yuan", ""))
    return Row(
        row_no=number,
        reference=_text(cells.get("reference", "")).upper(),
        outcome=_OUTCOMES.get(_text(cells.get("outcome", "")).lower()),
        fen=fen,
        said=_text(cells.get("said", "")),
    )


def _text(cell: Any) -> str:
    text = "" if cell is None else str(cell)
    return text.strip().removeprefix("'").replace("\0", "")[:CELL_MAX]


def _fen(cell: Any) -> int | None:
    if isinstance(cell, bool):
        return None
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() and 0 <= cell < FEN_MAX else None
    text = _text(cell)
    return int(text) if _FEN.fullmatch(text) else None


def _yuan(cell: Any) -> int | None:
    """Read yuan exactly. A workbook's number is taken by its shortest decimal form."""
    if isinstance(cell, bool):
        return None
    try:
        fen = money.yuan(_text(cell).removesuffix(".0") if isinstance(cell, float) else _text(cell))
    except money.NotMoney:
        return None
    return fen if fen >= 0 else None
