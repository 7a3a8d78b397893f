"""Look into the compound files (OLE 2) that old spreadsheets are, before a parser does.

Source: Microsoft's open specifications MS-CFB (2.2, 2.3, 2.6) and MS-XLS (2.1.4, 2.5).
"""

import struct

from services.registry.rosters.files import MAX_CELLS, FileRefused, Refusal

SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

_MAX_RECORDS = 8_000_000
_END = 0xFFFFFFFA  # every mark from here on is not a sector
_HEADER = struct.Struct("<30xHH6xIII4xIIIII")
_SHIFTS, _MINI_SHIFT = (9, 12), 6  # sectors of 512 or 4,096 bytes, small ones of 64
_NAME_BYTES, _MARK = 64, 2  # a name ends in one UTF-16 nought
_PLACE, _WIDE_DIMENSIONS = 4, 14
_ENTRY = 128
_STREAM, _ROOT = 2, 5
_ENCRYPTED = ("EncryptedPackage", "EncryptionInfo")
_BOOKS = ("Workbook", "Book")

_DIMENSIONS = 0x0200
_FILEPASS = 0x002F
# Records that begin with a row and a column.
_CELLS = frozenset(
    (0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E, 0x00FD, 0x00BD, 0x00BE, 0x0003, 0x0004)
)


def inspect(data: bytes) -> None:
    """Refuse a compound file that is encrypted, no workbook, broken or spans too many cells.

    Raises FileRefused.
    """
    try:
        _inspect(data)
    except (struct.error, IndexError, ValueError) as error:
        raise FileRefused(Refusal.UNREADABLE) from error


def _inspect(data: bytes) -> None:
    header = _HEADER.unpack_from(data)
    shift, mini_shift, _, _, directory, cutoff, mini_fat, _, difat, _ = header
    if shift not in _SHIFTS or mini_shift != _MINI_SHIFT:
        raise FileRefused(Refusal.UNREADABLE)
    size = 1 << shift
    table = _table(data, size, difat)
    entries = _directory(_chain(data, table, directory, size))
    if any(name in entries for name in _ENCRYPTED):
        raise FileRefused(Refusal.ENCRYPTED)
    book = next((entries[name] for name in _BOOKS if name in entries), None)
    if book is None:
        raise FileRefused(Refusal.KIND)
    start, length = book
    if length >= cutoff:
        stream = _chain(data, table, start, size)
    else:
        root = _chain(data, table, entries["Root Entry"][0], size)
        minis = _numbers(_chain(data, table, mini_fat, size))
        # The mini stream has no header in front of it.
        stream = _chain(bytes(64) + root, minis, start, 64)
    _walk(stream[:length])


def _table(data: bytes, size: int, difat: int) -> list[int]:
    """Read the allocation table through the list of its sectors."""
    sectors = list(struct.unpack_from("<109I", data, 76))
    seen: set[int] = set()
    while difat < _END:
        if difat in seen:
            raise FileRefused(Refusal.UNREADABLE)
        seen.add(difat)
        more = _numbers(_sector(data, difat, size))
        sectors += more[:-1]
        difat = more[-1]
    used = [sector for sector in sectors if sector < _END]
    if len(used) != len(set(used)):
        raise FileRefused(Refusal.UNREADABLE)
    return _numbers(b"".join(_sector(data, sector, size) for sector in used))


def _sector(data: bytes, number: int, size: int) -> bytes:
    start = (number + 1) * size
    found = data[start : start + size]
    if len(found) < size:
        found = found.ljust(size, b"\x00") if found else b""
    if not found:
        raise FileRefused(Refusal.UNREADABLE)
    return found


def _chain(data: bytes, table: list[int], start: int, size: int) -> bytes:
    """Join the sectors of one stream; a chain that bites its tail is refused."""
    found = []
    at = start
    while at < _END:
        found.append(_sector(data, at, size))
        if len(found) > len(table):
            raise FileRefused(Refusal.UNREADABLE)
        at = table[at]
    return b"".join(found)


def _numbers(content: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4]))


def _directory(content: bytes) -> dict[str, tuple[int, int]]:
    """List streams with first sector and length, by name."""
    entries: dict[str, tuple[int, int]] = {}
    for at in range(0, len(content) - _ENTRY + 1, _ENTRY):
        name_bytes, kind = struct.unpack_from("<HB", content, at + _NAME_BYTES)
        if kind not in {_STREAM, _ROOT} or not _MARK <= name_bytes <= _NAME_BYTES:
            continue
        name = content[at : at + name_bytes - _MARK].decode("utf-16-le", "replace")
        entries.setdefault(name, struct.unpack_from("<II", content, at + 116))
    return entries


def _walk(stream: bytes) -> None:
    """Measure how far the cells of each sheet reach and find a password."""
    at = 0
    row = column = 0
    unpack = struct.Struct("<HH").unpack_from
    for _ in range(_MAX_RECORDS):
        if at + 4 > len(stream):
            return
        kind, length = unpack(stream, at)
        if kind in _CELLS and length >= _PLACE:
            here = unpack(stream, at + 4)
            row, column = max(row, here[0]), max(column, here[1])
            if kind in {0x00BD, 0x00BE}:
                column = max(column, unpack(stream, at + length + 2)[0])
            if (row + 1) * (column + 1) > MAX_CELLS:
                raise FileRefused(Refusal.CELL_RANGE)
        elif kind == _DIMENSIONS:
            _dimensions(stream[at + 4 : at + 4 + length])
            row = column = 0
        elif kind == _FILEPASS:
            raise FileRefused(Refusal.ENCRYPTED)
        at += 4 + length


def _dimensions(body: bytes) -> None:
    """Refuse a sheet that declares more cells than the parser should reserve."""
    wide = len(body) >= _WIDE_DIMENSIONS
    first, last, left, right = struct.unpack_from("<IIHH" if wide else "<HHHH", body)
    if first > last or left > right:
        if last or right:
            raise FileRefused(Refusal.UNREADABLE)
        return
    if (last - first) * (right - left) > MAX_CELLS:
        raise FileRefused(Refusal.CELL_RANGE)
