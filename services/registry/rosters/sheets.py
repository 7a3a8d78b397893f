"""Parse the bytes of a roster into its allowed columns; runs in a guarded child process only."""

import csv
import io
import itertools
import json
import re
from collections.abc import Iterator

import python_calamine as calamine

from services.registry.rosters import columns, guard
from services.registry.rosters.files import (
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    FileRefused,
    Kind,
    Note,
    NoteCode,
    Refusal,
    Sheet,
)

MAX_SHEETS = 64
MAX_SHEET_NAME = 40

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_UNMARKED = ("utf-8", "gb18030")
# A text has line breaks and tabs; any other control character means a picture, a program, a PDF.
_BINARY = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_BINARY_BYTES = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_ASCII = re.compile(r"[\x00-\x7f]+")
_FOREIGN = ("%PDF", "<", "{\\rtf")
_DELIMITERS = (",", "\t", ";", "，")
_FIELD_LIMIT = 32_768
_AS_TEXT = re.compile(r'="([^"]*)"')


def parse(data: bytes) -> Sheet:
    """Read the first visible sheet that has a header. Raises FileRefused."""
    seen = guard.inspect(data)
    if seen.kind is not None:
        return _workbook(seen.kind, seen.data)
    text, encoding = _decode(data)
    if text.lstrip()[:1] in {"[", "{"} and not text.lstrip().startswith("{\\rtf"):
        return _json(text, encoding)
    return _csv(text, encoding)


def _workbook(kind: Kind, data: bytes) -> Sheet:
    try:
        return _first_sheet(kind, calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)))
    except calamine.PasswordError as error:
        raise FileRefused(Refusal.ENCRYPTED) from error
    except (calamine.CalamineError, OSError, ValueError, OverflowError) as error:
        raise FileRefused(Refusal.UNREADABLE) from error


def _first_sheet(kind: Kind, book: calamine.CalamineWorkbook) -> Sheet:
    sheets = [one for one in book.sheets_metadata if one.typ is calamine.SheetTypeEnum.WorkSheet]
    visible = [one for one in sheets if one.visible is calamine.SheetVisibleEnum.Visible]
    if len(sheets) > MAX_SHEETS:
        raise FileRefused(Refusal.UNREADABLE)
    for metadata in visible:
        sheet = book.get_sheet_by_name(metadata.name)
        if sheet.start is None:
            continue
        if sheet.total_height * sheet.total_width > MAX_CELLS:
            raise FileRefused(Refusal.TOO_MANY_CELLS)
        first = list(itertools.islice(sheet.iter_rows(), columns.HEADER_WITHIN + 1))
        header = columns.find(first)
        if header is None:
            continue
        merged = [
            (left, top, bottom)
            for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
            if left == right and bottom > top
        ]
        rows, notes = columns.pick(header, sheet.iter_rows(), merged=merged)
        skipped = (
            Note(NoteCode.HIDDEN_SHEETS, len(sheets) - len(visible)),
            Note(NoteCode.OTHER_SHEETS, len(visible) - 1),
        )
        return Sheet(
            kind=kind,
            encoding="",
            sheet_name=metadata.name[:MAX_SHEET_NAME],
            header_row=header.row + 1,
            present=tuple(header.positions),
            rows=rows,
            notes=(*notes, *(note for note in skipped if note.count)),
        )
    raise FileRefused(Refusal.HEADER_MISSING)


def _decode(data: bytes) -> tuple[str, str]:
    """Decode strictly by mark, then as UTF-8, then as GB 18030; never by guessing."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            encodings: tuple[str, ...] = (encoding,)
            break
    else:
        if _BINARY_BYTES.search(data, 0, 4096):
            raise FileRefused(Refusal.KIND)
        encodings = _UNMARKED
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "gb18030" and _broken_utf8(data):
            raise FileRefused(Refusal.ENCODING)
        if not text.strip():
            raise FileRefused(Refusal.EMPTY)
        if _BINARY.search(text) or text.lstrip().startswith(_FOREIGN):
            raise FileRefused(Refusal.KIND)
        return text, encoding
    raise FileRefused(Refusal.ENCODING)


def _broken_utf8(data: bytes) -> bool:
    """Say whether bytes are UTF-8 with a few damaged: GB 18030 would read other names from them."""
    lenient = data.decode("utf-8", "replace")
    damaged = lenient.count("\ufffd")
    kept = len(_ASCII.sub("", lenient)) - damaged
    return kept > 4 * damaged


def _csv(text: str, encoding: str) -> Sheet:
    """Read delimited text; the delimiter is the one under which a header is found."""
    csv.field_size_limit(_FIELD_LIMIT)
    stream = io.StringIO(text, newline="")
    for delimiter in _DELIMITERS:
        if delimiter not in text:
            continue
        if text.count(delimiter) > MAX_CELLS:
            raise FileRefused(Refusal.TOO_MANY_CELLS)
        try:
            stream.seek(0)
            first = csv.reader(stream, delimiter=delimiter)
            header = columns.find(list(itertools.islice(first, columns.HEADER_WITHIN + 1)))
            if header is not None:
                stream.seek(0)
                lines = csv.reader(stream, delimiter=delimiter)
                return _delimited(header, lines, encoding, wrapped='="' in text)
        except csv.Error as error:
            raise FileRefused(Refusal.UNREADABLE) from error
    raise FileRefused(Refusal.HEADER_MISSING)


def _delimited(
    header: columns.Header, lines: Iterator[list[str]], encoding: str, *, wrapped: bool
) -> Sheet:
    if wrapped:
        lines = ([_AS_TEXT.sub(r"\1", cell) for cell in row] for row in lines)
    rows, notes = columns.pick(header, lines)
    return Sheet(
        kind=Kind.CSV,
        encoding=encoding,
        sheet_name="",
        header_row=header.row + 1,
        present=tuple(header.positions),
        rows=rows,
        notes=tuple(notes),
    )


def _json(text: str, encoding: str) -> Sheet:
    """Read a list of objects, or an object whose `rows` is one; row 1 is the first object."""
    if text.count("{") + text.count("[") > MAX_ROWS + 2:
        raise FileRefused(Refusal.TOO_MANY_ROWS)
    if text.count(",") > MAX_CELLS:
        raise FileRefused(Refusal.TOO_MANY_CELLS)
    try:
        body = json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise FileRefused(Refusal.UNREADABLE) from error
    objects = body.get("rows") if isinstance(body, dict) else body
    if not isinstance(objects, list) or not all(type(one) is dict for one in objects):
        raise FileRefused(Refusal.UNREADABLE)
    keys = list(dict.fromkeys(key for one in objects for key in one))
    if len(keys) > MAX_COLUMNS:
        raise FileRefused(Refusal.TOO_MANY_COLUMNS)
    header = columns.find([keys])
    if header is None:
        raise FileRefused(Refusal.HEADER_MISSING)
    cells = ([_scalar(one.get(key)) for key in keys] for one in objects)
    # The keys stand where a sheet has its header; rows are counted without it.
    rows, notes = columns.pick(header, itertools.chain([keys], cells))
    rows.row_no[:] = [number - 1 for number in rows.row_no]
    return Sheet(
        kind=Kind.JSON,
        encoding=encoding,
        sheet_name="",
        header_row=0,
        present=tuple(header.positions),
        rows=rows,
        notes=tuple(notes),
    )


def _scalar(value: object) -> object:
    """Take what JSON has for a cell; a list or an object is no cell and reads as `?`."""
    return "?" if isinstance(value, list | dict) else value
