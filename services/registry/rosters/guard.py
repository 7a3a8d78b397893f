"""Look at the bytes of an upload before any parser does.

One cell at XFD1048576 in a file of 1.4 kB makes the parser reserve memory for every cell before it
and abort. A ZIP may also lie about its sizes, hold itself, or unfold a thousandfold. So a workbook
is unfolded here under a cap, looked at, and handed on as a plain archive of what was seen.
"""

import io
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass

from services.registry.rosters import compound
from services.registry.rosters.files import (
    MAX_BYTES,
    MAX_CELLS,
    MAX_ROWS,
    FileRefused,
    Kind,
    Refusal,
)

MAX_ENTRIES = 512
MAX_UNFOLDED = 96 * 1024 * 1024
# Real sheets fold 10 to 40 times; only a big one of blank formatted cells folds more.
MAX_RATIO = 200
RATIO_FREE = 8 * 1024 * 1024
# Titles, blank lines and footers come on top of the rows that count.
MAX_SHEET_ROWS = 2 * MAX_ROWS

_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_LOCAL_HEADER = struct.Struct("<26xHH")
_LOCAL_SIZE = 30
_LETTERS, _DIGITS = 3, 8
_ENCRYPTED_FLAG = 0x1
_NEEDED = (".xml", ".rels")
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
# Two letters reach past column Z and six digits past row 99,999: only then is every cell measured.
_FAR = re.compile(rb' r="(?:[A-Za-z]{2}|[A-Za-z]?(?:[2-9][0-9]{5}|[0-9]{7}))')
_REFERENCE = re.compile(rb"\sr\s*=\s*[\"']\s*([A-Za-z]*)([0-9]*)")
_RARE = (b"'", b"\t", b"\n", b"\r")
_UNUSUAL = (b" =", b"= ")


@dataclass(frozen=True, slots=True)
class Inspected:
    """An upload whose format is known and whose bytes a parser may see."""

    kind: Kind | None
    data: bytes


def inspect(data: bytes) -> Inspected:
    """Find the format by content and refuse what no parser should see.

    A kind of None means text: CSV or JSON, which decoding tells apart. Raises FileRefused.
    """
    if not data:
        raise FileRefused(Refusal.EMPTY)
    if len(data) > MAX_BYTES:
        raise FileRefused(Refusal.TOO_LARGE)
    if data.startswith((_ZIP, _EMPTY_ZIP)):
        return Inspected(Kind.XLSX, _workbook(data))
    if data.startswith(compound.SIGNATURE):
        compound.inspect(data)
        return Inspected(Kind.XLS, data)
    return Inspected(None, data)


def _workbook(data: bytes) -> bytes:
    """Unfold an XLSX under the caps and fold it again without compression."""
    entries = _entries(data)
    names = {entry.filename.lower() for entry in entries}
    if "xl/workbook.xml" not in names:
        raise FileRefused(Refusal.KIND)
    if len(names) != len(entries):
        raise FileRefused(Refusal.UNREADABLE)
    plain = io.BytesIO()
    left = MAX_UNFOLDED
    with zipfile.ZipFile(plain, "w", zipfile.ZIP_STORED) as archive:
        for entry in entries:
            if not entry.filename.lower().endswith(_NEEDED):
                continue
            content = _unfold(data, entry, left)
            left -= len(content)
            _look(content)
            archive.writestr(zipfile.ZipInfo(entry.filename), content)
    return plain.getvalue()


def _entries(data: bytes) -> list[zipfile.ZipInfo]:
    """List what an archive holds, after its declared sizes."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, struct.error) as error:
        raise FileRefused(Refusal.UNREADABLE) from error
    if len(entries) > MAX_ENTRIES:
        raise FileRefused(Refusal.ZIP_BOMB)
    if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
        raise FileRefused(Refusal.ENCRYPTED)
    read = [entry for entry in entries if entry.filename.lower().endswith(_NEEDED)]
    unfolded = sum(entry.file_size for entry in read)
    if unfolded > MAX_UNFOLDED or unfolded > max(RATIO_FREE, MAX_RATIO * len(data)):
        raise FileRefused(Refusal.ZIP_BOMB)
    if sum(entry.compress_size for entry in entries) > len(data):
        raise FileRefused(Refusal.ZIP_BOMB)
    return entries


def _unfold(data: bytes, entry: zipfile.ZipInfo, left: int) -> bytes:
    """Unfold one entry to exactly its declared size, whatever its header claims."""
    start = entry.header_offset
    if start < 0 or data[start : start + 4] != _ZIP or start + _LOCAL_SIZE > len(data):
        raise FileRefused(Refusal.UNREADABLE)
    name, extra = _LOCAL_HEADER.unpack_from(data, start)
    begin = start + _LOCAL_SIZE + name + extra
    folded = memoryview(data)[begin : begin + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        content = bytes(folded)
    elif entry.compress_type == zipfile.ZIP_DEFLATED:
        content = _inflate(folded, min(left, entry.file_size))
    else:
        raise FileRefused(Refusal.UNREADABLE)
    # The archive is folded anew, so nobody after this would see that a name was damaged.
    if len(content) != entry.file_size or zlib.crc32(content) != entry.CRC:
        raise FileRefused(Refusal.UNREADABLE)
    return content


def _inflate(folded: memoryview, limit: int) -> bytes:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        # A limit of 0 would mean none; one byte more shows whether there is more.
        content = inflater.decompress(folded, limit + 1)
    except zlib.error as error:
        raise FileRefused(Refusal.UNREADABLE) from error
    if len(content) > limit:
        raise FileRefused(Refusal.ZIP_BOMB)
    if not inflater.eof:
        raise FileRefused(Refusal.UNREADABLE)
    return content


def _look(content: bytes) -> None:
    """Refuse document types, entities, encodings that hide them, and sheets that reach too far."""
    head = content[:1024]
    if b"\x00" in head or (b"<!" in content and _DOCTYPE.search(content)):
        raise FileRefused(Refusal.UNREADABLE)
    start = content.find(b"sheetData")
    if start < 0:
        return
    if content.count(b"<row") > MAX_SHEET_ROWS or content.count(b"<c ") > MAX_CELLS:
        raise FileRefused(Refusal.CELL_RANGE)
    # Cells are usually written <c r="A1": only a sheet that may write them otherwise, or reaches
    # far, pays for measuring each of them.
    if any(content.find(mark, start) >= 0 for mark in (*_RARE, *_UNUSUAL)) or _FAR.search(
        content, start
    ):
        _measure(content)


def _measure(content: bytes) -> None:
    """Refuse a sheet whose farthest row times its farthest column is too large."""
    letters: set[bytes] = set()
    digits: set[bytes] = set()
    for reference in _REFERENCE.finditer(content):
        letters.add(reference[1])
        digits.add(reference[2])
    if max(map(len, letters), default=0) > _LETTERS or max(map(len, digits), default=0) > _DIGITS:
        raise FileRefused(Refusal.CELL_RANGE)
    row = max((int(number) for number in digits if number), default=0)
    column = max(map(_column, letters), default=0)
    if row > MAX_SHEET_ROWS or row * column > MAX_CELLS:
        raise FileRefused(Refusal.CELL_RANGE)


def _column(letters: bytes) -> int:
    """Count columns up to letters: A is 1, XFD is 16,384."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
