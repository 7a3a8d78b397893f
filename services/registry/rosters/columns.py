"""Find the header of a roster and keep only the columns that may be kept.

What is not on the list of allowed columns is dropped unread and reported by its heading
(POLICY.md 9.3): no ethnicity, religion, political status, family, health, category or bank account.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final, cast

from services.registry.rosters.files import (
    MAX_CELL_CHARACTERS,
    MAX_COLUMNS,
    MAX_ROWS,
    Column,
    FileRefused,
    Note,
    NoteCode,
    Refusal,
    Rows,
)

HEADER_WITHIN: Final = 60
HEADINGS_LOOKED_AT: Final = 4 * MAX_COLUMNS
MAX_HEADINGS: Final = 64
MAX_HEADING_CHARACTERS: Final = 40

_ALIASES: Final[Mapping[Column, str]] = {
    Column.NAME: "姓名 学员姓名 学生姓名 参训人员姓名 参训学员姓名 培训人员姓名 人员姓名 名字 "
    "name fullname full_name traineename trainee_name",
    Column.ID_NUMBER: "身份证号 身份证号码 居民身份证号 居民身份证号码 公民身份号码 公民身份证号码 "
    "身份证 身份证编号 证件号 证件号码 有效证件号码 社会保障号码 社会保障号 "
    "id_number idnumber id_no idno id_card idcard citizenid residentid",
    Column.PHONE: "手机 手机号 手机号码 电话 电话号码 联系电话 联系方式 联系手机 本人电话 移动电话 "
    "phone phone_number phonenumber mobile mobile_phone tel telephone",
    Column.CLASS_CODE: "班级编号 班级代码 班级号 班号 班级 培训班编号 培训班号 培训班 班级备案号 "
    "备案号 开班编号 开班备案号 class class_code classcode class_no classno",
}
_COLUMN_OF: Final = {word: column for column, words in _ALIASES.items() for word in words.split()}
_COUNTERS: Final = frozenset(
    ("序号", "编号", "行号", "序", "no", "number", "index", "row", "rowno", "row_no")
)
_BRACKETED: Final = re.compile(r"[(\[【〔<].*?[)\]】〕>]")
_ORNAMENT: Final = re.compile(r"[\s*:;,.、。:'\"]+")
_FOOTER: Final = re.compile(
    r"\s*(?:合\s*计|总\s*计|小\s*计|共\s*计|共\s*\d+\s*人|制\s*表|填\s*表|审\s*核|复\s*核|经\s*办|"
    r"负\s*责\s*人|班\s*主\s*任|单\s*位|盖\s*章|日\s*期|备\s*注|说\s*明|注\s*[:：]|total\b)",
    re.IGNORECASE,
)
_ID_LIKE: Final = re.compile(r"[0-9０-９]{6}")
# A spreadsheet keeps fifteen digits of a number.
_EXACT: Final = 1e15
_REQUIRED: Final = frozenset((Column.NAME, Column.ID_NUMBER))

Row = Sequence[object]


@dataclass(frozen=True, slots=True)
class Header:
    """Where the allowed columns stand; positions and row counted from 0."""

    row: int
    first_row: int
    positions: dict[Column, int]
    counter: int | None
    dropped: tuple[str, ...]
    repeated: tuple[str, ...]


def text(cell: object) -> str:
    """Write a cell as text, the way a person typed it where that is still known.

    Whole numbers lose their `.0`; numbers of sixteen digits and more have lost digits and are
    written in scientific notation, so that the check of the ID can say so.
    """
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        if abs(cell) < _EXACT:
            return str(int(cell)) if cell == int(cell) else repr(cell)
        return f"{float(cell):.14E}"
    return str(cell)


def heading(cell: object) -> str:
    """Write a heading the one way headings are compared: no spaces, brackets or ornaments."""
    plain = unicodedata.normalize("NFKC", text(cell)[:MAX_CELL_CHARACTERS])
    return _ORNAMENT.sub("", _BRACKETED.sub("", plain)).casefold()


def find(rows: Sequence[Row]) -> Header | None:
    """Find the header among the first rows: the first that names a person and an ID number.

    A second line under merged headings is read with it. Raises FileRefused for too many columns.
    """
    for index, row in enumerate(rows[:HEADER_WITHIN]):
        positions: dict[Column, int] = {}
        for place, cell in enumerate(row[:HEADINGS_LOOKED_AT]):
            column = _COLUMN_OF.get(heading(cell)) if cell else None
            if column is not None:
                positions.setdefault(column, place)
        if positions.keys() >= _REQUIRED:
            return _header(rows, index, positions)
    return None


def _header(rows: Sequence[Row], index: int, positions: dict[Column, int]) -> Header:
    if max((place for place, cell in enumerate(rows[index]) if cell), default=0) >= MAX_COLUMNS:
        raise FileRefused(Refusal.TOO_MANY_COLUMNS)
    row = rows[index][:MAX_COLUMNS]
    under = _second_line(rows[index + 1], positions) if index + 1 < len(rows) else {}
    second = bool(under)
    positions |= {column: under[column] for column in under if column not in positions}
    counter = next((place for place, cell in enumerate(row) if heading(cell) in _COUNTERS), None)
    dropped: list[str] = []
    repeated: list[str] = []
    lines = (row, rows[index + 1][:MAX_COLUMNS]) if second else (row,)
    for line in lines:
        for place, cell in enumerate(line):
            if not heading(cell) or place in positions.values() or place == counter:
                continue
            shown = " ".join(text(cell).split())[:MAX_HEADING_CHARACTERS]
            (repeated if heading(cell) in _COLUMN_OF else dropped).append(shown)
    return Header(
        row=index,
        first_row=index + 1 + second,
        positions=positions,
        counter=counter,
        dropped=tuple(dict.fromkeys(dropped))[:MAX_HEADINGS],
        repeated=tuple(dict.fromkeys(repeated))[:MAX_HEADINGS],
    )


def _second_line(row: Row, positions: Mapping[Column, int]) -> dict[Column, int]:
    """Read the headings that stand under a merged one; none if the line is already a person."""
    for column in _REQUIRED:
        place = positions[column]
        if place < len(row) and text(row[place]).strip():
            return {}
    under: dict[Column, int] = {}
    for place, cell in enumerate(row[:MAX_COLUMNS]):
        column_under = _COLUMN_OF.get(heading(cell)) if cell else None
        if column_under is not None:
            under.setdefault(column_under, place)
    return under


def pick(
    header: Header,
    rows: Iterable[Row],
    *,
    merged: Iterable[tuple[int, int, int]] = (),
) -> tuple[Rows, list[Note]]:
    """Read the allowed columns of the rows below a header; other cells are never looked at.

    `rows` begin with the first row of the sheet. `merged` lists (column, first row, last row) of
    cells merged downwards: a class written once for many people counts for each of them.
    Raises FileRefused for too many rows.
    """
    places = header.positions
    taken = [*places.values()]
    if header.counter is not None:
        taken.append(header.counter)
    columns = _columns(rows, taken, header.first_row)
    if header.counter is None:
        columns.append([""] * len(columns[0]))
    by_column = dict(zip(places, columns, strict=False))
    _fill(by_column, places, merged, header.first_row)
    blank = [""] * len(columns[0])
    whole = Rows(
        row_no=list(range(header.first_row + 1, header.first_row + 1 + len(blank))),
        name=by_column[Column.NAME],
        id_number=by_column[Column.ID_NUMBER],
        phone=by_column.get(Column.PHONE, blank),
        class_code=by_column.get(Column.CLASS_CODE, blank),
    )
    kept, skipped = _people(whole, columns[-1])
    if len(kept) > MAX_ROWS:
        raise FileRefused(Refusal.TOO_MANY_ROWS)
    notes = [Note(code, count) for code, count in skipped.items() if count]
    if header.dropped:
        notes.append(Note(NoteCode.COLUMNS_DROPPED, len(header.dropped), header.dropped))
    if header.repeated:
        notes.append(Note(NoteCode.COLUMNS_REPEATED, len(header.repeated), header.repeated))
    return kept, notes


def _columns(rows: Iterable[Row], taken: Sequence[int], first_row: int) -> list[list[str]]:
    """Turn rows into the columns that are taken, as text of bounded length."""
    widest = max(taken) + 1
    body = list(islice(rows, first_row, None))
    if min(map(len, body), default=widest) < widest:
        body = [[*row, *[""] * (widest - len(row))] for row in body]
    # One column after another: comprehensions over one place are several times faster than rows.
    found = []
    for place in taken:
        column = [row[place] for row in body]
        if set(map(type, column)) - {str}:
            column = [text(cell) for cell in column]
        found.append(_bounded(cast("list[str]", column)))
    return found


def _bounded(column: list[str]) -> list[str]:
    if max(map(len, column), default=0) <= MAX_CELL_CHARACTERS:
        return column
    return [cell[:MAX_CELL_CHARACTERS] for cell in column]


def _fill(
    by_column: Mapping[Column, list[str]],
    places: Mapping[Column, int],
    merged: Iterable[tuple[int, int, int]],
    first_row: int,
) -> None:
    """Write a class that is merged downwards into each row it covers."""
    if Column.CLASS_CODE not in places:
        return
    codes = by_column[Column.CLASS_CODE]
    for column, first, last in merged:
        if column != places[Column.CLASS_CODE] or first < first_row:
            continue
        for row in range(first + 1, min(last, first_row + len(codes) - 1) + 1):
            codes[row - first_row] = codes[row - first_row] or codes[first - first_row]


def _people(whole: Rows, counter: list[str]) -> tuple[Rows, dict[NoteCode, int]]:
    """Drop blank rows, footers and repeated headers, and count what was dropped.

    A class code alone, copied down past the last person, does not make a row.
    """
    skipped = dict.fromkeys(
        (NoteCode.BLANK_ROWS, NoteCode.FOOTER_ROWS, NoteCode.REPEATED_HEADERS), 0
    )
    keep = [True] * len(whole)
    for index, id_number in enumerate(whole.id_number):
        if _ID_LIKE.search(id_number):
            continue
        code = _reason_to_skip(
            whole.name[index].strip(),
            id_number.strip(),
            whole.phone[index].strip(),
            others=(counter[index], whole.class_code[index]),
        )
        if code:
            keep[index] = False
            skipped[code] += 1
    if all(keep):
        return whole, skipped
    return whole.where(keep), skipped


def _reason_to_skip(
    name: str, id_number: str, phone: str, *, others: tuple[str, str]
) -> NoteCode | None:
    """Say why a row without anything like an ID number is no person, or None."""
    if _COLUMN_OF.get(heading(name)) is Column.NAME and (
        _COLUMN_OF.get(heading(id_number)) is Column.ID_NUMBER
    ):
        return NoteCode.REPEATED_HEADERS
    if any(map(_FOOTER.match, (*others, name))) or (not name and _FOOTER.match(id_number)):
        return NoteCode.FOOTER_ROWS
    return None if name or id_number or phone else NoteCode.BLANK_ROWS
