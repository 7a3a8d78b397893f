"""Read a list out of a CSV file: whom, from, until, employer; other columns are dropped unread."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.registry.registers.rules import Fault, Row, RowFault
from shared import problems

ROWS_MAX: Final = 100_000
COLUMNS_MAX: Final = 64
HEADING_MAX: Final = 40
_ALIASES: Final = {
    "id_number": "身份证号 身份证号码 公民身份号码 居民身份证号码 证件号码 id_number",
    "from": "起始日期 开始日期 认定日期 生效日期 from",
    "until": "终止日期 截止日期 有效期至 until",
    "employer_credit_code": "单位统一社会信用代码 统一社会信用代码 信用代码 employer_credit_code",
}
_COLUMN_OF: Final = {word: name for name, words in _ALIASES.items() for word in words.split()}
_DAY: Final = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?")
_PLAIN_DAY: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")


class RegisterFileRefused(problems.Problem):
    """The file is no CSV with the columns of a list."""

    status = 422
    code = "register_file_refused"
    title_zh = "文件不能读取：须为 CSV，表头含“身份证号”和“起始日期”，不超过 10 万行、64 列"
    title_en = (
        "The file cannot be read: CSV with the columns id_number and from, at most 100,000 rows"
        " and 64 columns"
    )


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a file, those with a day that is none, and the headings that were not read."""

    rows: list[Row]
    faults: list[Fault]
    dropped: tuple[str, ...]


def read(data: bytes) -> Sheet:
    """Read a CSV file in UTF-8 or GB 18030. Raises RegisterFileRefused."""
    try:
        lines = csv.reader(io.StringIO(_decoded(data), newline=""), strict=True)
        places, dropped = _header(next(lines, []))
        return _rows(lines, places, dropped)
    except csv.Error as error:
        raise RegisterFileRefused from error


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RegisterFileRefused


def _header(cells: Sequence[str]) -> tuple[dict[str, int], tuple[str, ...]]:
    if len(cells) > COLUMNS_MAX:
        raise RegisterFileRefused
    places: dict[str, int] = {}
    dropped = []
    for place, cell in enumerate(cells):
        heading = "".join(cell.split()).casefold()
        name = _COLUMN_OF.get(heading)
        if name is None or name in places:
            dropped.append(heading[:HEADING_MAX])
        else:
            places[name] = place
    if not {"id_number", "from"} <= places.keys():
        raise RegisterFileRefused
    return places, tuple(heading for heading in dropped if heading)


def _rows(
    lines: Iterable[Sequence[str]], places: dict[str, int], dropped: tuple[str, ...]
) -> Sheet:
    rows: list[Row] = []
    faults: list[Fault] = []
    for number, cells in enumerate(lines, 1):
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) == ROWS_MAX:
            raise RegisterFileRefused
        told = {name: cells[place] if place < len(cells) else "" for name, place in places.items()}
        until, wrong = _day(told.get("until", ""))
        if wrong:
            faults.append(Fault(number, "until", RowFault.DATE_WRONG))
        starts, _ = _day(told["from"])
        employer = told.get("employer_credit_code") or None
        rows.append(Row(number, told["id_number"], starts, until, employer))
    return Sheet(rows, faults, dropped)


def _day(cell: str) -> tuple[date | None, bool]:
    """Read a day; an empty cell is none and not wrong."""
    plain = "".join(cell.split())
    if not plain:
        return None, False
    found = _DAY.fullmatch(plain) or _PLAIN_DAY.fullmatch(plain)
    try:
        return (date(*map(int, found.groups())), False) if found else (None, True)
    except ValueError:
        return None, True
