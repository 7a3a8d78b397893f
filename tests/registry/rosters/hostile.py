"""Files that somebody may send and that must be refused, or read, without harm."""

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable

from tests.registry.rosters import books
from tests.registry.rosters.books import HEADER, ID_NUMBER, NAME, cell, roster_rows

READ = "read"
CSV_HEAD = f"{','.join(HEADER)}\n"
LINE = f"{NAME},{ID_NUMBER}\n"


def _with(rows: str) -> bytes:
    return books.book(roster_rows() + rows)


def _far_without_references() -> bytes:
    return books.book("<row/>" * 210_000 + roster_rows())


def _repeated_strings() -> bytes:
    strings = f"<sst><si><t>{'王' * 30_000}</t></si></sst>".encode()
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(3, 60_000))
    files = books.parts(books.sheet(roster_rows() + rows))
    files["xl/sharedStrings.xml"] = strings
    files["xl/_rels/workbook.xml.rels"] = files["xl/_rels/workbook.xml.rels"].replace(
        b"</Relationships>",
        f'<Relationship Id="rId9" Type="{books.OFFICE}/sharedStrings" '
        'Target="sharedStrings.xml"/></Relationships>'.encode(),
    )
    return books.folded(files)


def _bomb() -> bytes:
    return books.folded(books.parts(books.sheet("<row/>" * 20_000_000)))


def _lying_size() -> bytes:
    """Declare a small size for an entry that unfolds to much more."""
    data = bytearray(books.folded(books.parts(books.sheet(roster_rows() + " " * 9_000_000))))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as archive:
        entry = archive.getinfo("xl/worksheets/sheet1.xml")
        size = struct.pack("<I", entry.file_size)
    return bytes(data.replace(size, struct.pack("<I", 500)))


def _lying_offset() -> bytes:
    data = books.plain_book()
    at = data.rindex(b"PK\x01\x02")
    return data[: at + 42] + struct.pack("<I", 0x7FFFFFF0) + data[at + 46 :]


def _encrypted_zip() -> bytes:
    data = bytearray(books.plain_book())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(mark)
        while at >= 0:
            data[at + offset] |= 1
            at = data.find(mark, at + 4)
    return bytes(data)


def _twice_the_same_name() -> bytes:
    # Names of one length, made equal afterwards: zipfile itself would warn.
    files = books.parts(books.sheet(roster_rows()))
    files["xl/worksheets/sheet2.xml"] = files["xl/worksheets/sheet1.xml"]
    return books.folded(files).replace(b"sheet2.xml", b"sheet1.xml")


def _symbolic_link() -> bytes:
    stream = io.BytesIO(books.plain_book())
    with zipfile.ZipFile(stream, "a") as archive:
        link = zipfile.ZipInfo("xl/worksheets/link.xml")
        link.create_system = 3
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return stream.getvalue()


def _escaping_path() -> bytes:
    return books.folded(books.parts(books.sheet(roster_rows())) | {"../../etc/cron.d/x.xml": b"x"})


def _many_entries() -> bytes:
    parts = books.parts(books.sheet(roster_rows()))
    return books.folded(parts | {f"xl/media/{n}.xml": b"" for n in range(2_000)})


def _nested() -> bytes:
    data = books.plain_book()
    for _ in range(5):
        data = books.folded({"inner.zip": data})
    return data


def _other_method() -> bytes:
    return books.folded(books.parts(books.sheet(roster_rows())), method=zipfile.ZIP_LZMA)


def _billion_laughs() -> bytes:
    steps = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    prolog = f'<!DOCTYPE worksheet [<!ENTITY l0 "哈">{steps}]>'
    return books.book(roster_rows() + f'<row r="3">{cell("A3", "&l9;")}</row>', prolog=prolog)


def _external_entity() -> bytes:
    return books.book(
        f'<row r="1">{cell("A1", "&x;")}</row>',
        prolog='<!doctype a [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    )


def _wide_encoding() -> bytes:
    part = books.sheet(roster_rows()).decode().replace("UTF-8", "UTF-16").encode("utf-16")
    return books.folded(books.parts(part))


def _biff(*records: tuple[int, bytes]) -> bytes:
    start = (0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0))
    stream = b"".join(
        struct.pack("<HH", kind, len(body)) + body for kind, body in (start, *records)
    )
    return books.compound({"Workbook": stream})


def _loop_in_compound() -> bytes:
    data = bytearray(_biff((0x000A, b"")))
    data[512 + 4 : 512 + 8] = struct.pack("<I", 1)
    return bytes(data)


def _crc_wrong() -> bytes:
    data = books.plain_book()
    crc = struct.pack("<I", zlib.crc32(books.sheet(roster_rows())))
    return data.replace(crc, b"\x01\x02\x03\x04")


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


PERSON = {"name": NAME, "id_number": ID_NUMBER}

# Name: how it is made, and what must come of it (several where either is right).
FILES: dict[str, tuple[Callable[[], bytes], tuple[str, ...]]] = {
    "nothing": (lambda: b"", ("file_empty",)),
    "only spaces": (lambda: b" \n\t ", ("file_empty",)),
    "only a mark": (lambda: b"\xef\xbb\xbf", ("file_empty",)),
    "larger than allowed": (lambda: b"a," * 11_000_000, ("file_too_large",)),
    "a picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), ("file_kind",)),
    "a PDF": (lambda: b"%PDF-1.7\n1 0 obj\n", ("file_kind",)),
    "a PDF named xlsx with bytes": (lambda: b"%PDF-1.7\n\x00\x01", ("file_kind",)),
    "a page named xls": (lambda: b"<html><table><tr><td>x</table>", ("file_kind",)),
    "a rich text": (lambda: b"{\\rtf1 x}", ("file_kind",)),
    "a program": (lambda: b"\x7fELF\x02\x01\x01" + bytes(64), ("file_kind",)),
    "a program as a file of Windows": (lambda: b"MZ\x90\x00\x03", ("file_kind",)),
    "a zip of something else": (lambda: books.folded({"a.txt": b"x"}), ("file_kind",)),
    "an empty zip": (lambda: b"PK\x05\x06" + bytes(18), ("file_kind",)),
    "a zip in a zip": (_nested, ("file_kind",)),
    "the first bytes of a zip": (lambda: b"PK\x03\x04", ("file_unreadable",)),
    "half a workbook": (lambda: books.plain_book()[:700], ("file_unreadable",)),
    "a workbook without its first bytes": (
        lambda: books.plain_book()[40:],
        ("file_kind", "file_encoding"),
    ),
    "a workbook with bytes in front": (
        lambda: b"x,y\n" + books.plain_book(),
        ("file_kind", "file_encoding"),
    ),
    "a wrong checksum": (_crc_wrong, ("file_unreadable",)),
    "a bomb": (_bomb, ("file_zip_bomb",)),
    "a size that lies": (_lying_size, ("file_zip_bomb", "file_unreadable")),
    "an offset that lies": (_lying_offset, ("file_unreadable",)),
    "a password in the zip": (_encrypted_zip, ("file_encrypted",)),
    "one name twice": (_twice_the_same_name, ("file_unreadable",)),
    "a symbolic link": (_symbolic_link, (READ,)),
    "a path that climbs": (_escaping_path, (READ,)),
    "too many entries": (_many_entries, ("file_zip_bomb",)),
    "another compression": (_other_method, ("file_unreadable",)),
    "a billion laughs": (_billion_laughs, ("file_unreadable",)),
    "an entity from a file": (_external_entity, ("file_unreadable",)),
    "a wide encoding": (_wide_encoding, ("file_unreadable",)),
    "a cell at the far corner": (
        lambda: _with(f'<row r="1048576">{cell("XFD1048576", "x")}</row>'),
        ("file_cell_range",),
    ),
    "a far cell in single quotes": (
        lambda: _with("<row><c r='XFD1048576'><v>1</v></c></row>"),
        ("file_cell_range",),
    ),
    "a far cell with spaces": (
        lambda: _with('<row><c r = "xfd1048576"><v>1</v></c></row>'),
        ("file_cell_range",),
    ),
    "a far cell after a line break": (
        lambda: _with('<row><c\nr="ZZ999999"><v>1</v></c></row>'),
        ("file_cell_range",),
    ),
    "a far row": (lambda: _with(f"<row>{cell('A1048576', 'x')}</row>"), ("file_cell_range",)),
    "a far column": (lambda: _with(f"<row>{cell('XFD3', 'x')}</row>"), (READ,)),
    "a column beyond the last": (
        lambda: _with(f"<row>{cell('ZZZZ3', 'x')}</row>"),
        ("file_cell_range",),
    ),
    "a row of many digits": (
        lambda: _with(f"<row>{cell('A' + '9' * 400, 'x')}</row>"),
        ("file_cell_range",),
    ),
    "row nought": (lambda: _with(f"<row>{cell('A0', 'x')}</row>"), (READ, "file_unreadable")),
    "rows without references": (_far_without_references, ("file_cell_range",)),
    "a dimension that lies": (
        lambda: books.book(roster_rows(), before='<dimension ref="A1:XFD1048576"/>'),
        (READ,),
    ),
    "a dimension of nonsense": (
        lambda: books.book(roster_rows(), before='<dimension ref="-1:ÿ"/>'),
        (READ, "file_unreadable"),
    ),
    "one long string many times": (
        _repeated_strings,
        (READ, "file_unreadable", "file_cell_range"),
    ),
    "a string that is not there": (
        lambda: _with('<row r="3"><c r="A3" t="s"><v>99</v></c></row>'),
        (READ, "file_unreadable"),
    ),
    "tags that do not close": (
        lambda: books.book("<row><c><is><t>" * 1_000),
        ("file_unreadable", "header_missing"),
    ),
    "tags deep inside each other": (
        lambda: books.book("<row>" * 100_000),
        ("file_unreadable", "header_missing"),
    ),
    "formulas": (
        lambda: _with('<row r="3"><c r="A3" t="str"><f>HYPERLINK("x")</f><v>=1+1</v></c></row>'),
        (READ,),
    ),
    "negative and enormous numbers": (
        lambda: _with(
            '<row r="3"><c r="A3"><v>-1</v></c><c r="B3"><v>1e308</v></c></row>'
            '<row r="4"><c r="A4"><v>NaN</v></c><c r="B4"><v>1e999</v></c></row>'
        ),
        (READ, "file_unreadable"),
    ),
    "errors and truth values": (
        lambda: _with(
            '<row r="3"><c r="A3" t="e"><v>#REF!</v></c><c r="B3" t="b"><v>1</v></c></row>'
        ),
        (READ,),
    ),
    "every sheet hidden": (
        lambda: books.folded(books.parts(books.sheet(roster_rows()), states=("hidden",) * 2)),
        ("header_missing",),
    ),
    "a sheet that is not there": (
        lambda: books.folded(
            {
                name: part
                for name, part in books.parts(books.sheet("")).items()
                if "sheet1" not in name
            }
        ),
        ("file_unreadable",),
    ),
    "a hundred sheets": (
        lambda: books.folded(books.parts(books.sheet(roster_rows()), states=("visible",) * 100)),
        ("file_unreadable",),
    ),
    "an encrypted workbook": (
        lambda: books.compound({"EncryptionInfo": b"x", "EncryptedPackage": b"y"}),
        ("file_encrypted",),
    ),
    "a password in an old file": (
        lambda: _biff((0x002F, bytes(6)), (0x000A, b"")),
        ("file_encrypted",),
    ),
    "a letter of an old word processor": (
        lambda: books.compound({"WordDocument": b"x"}),
        ("file_kind",),
    ),
    "an old file cut short": (
        lambda: books.compound({"Workbook": b"x"})[:600],
        ("file_unreadable",),
    ),
    "only the signature": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ("file_unreadable",)),
    "an old file that bites its tail": (_loop_in_compound, ("file_unreadable",)),
    "an old file that spans too much": (
        lambda: _biff((0x0200, struct.pack("<IIHHH", 0, 0xFFFFFFF0, 0, 256, 0))),
        ("file_cell_range",),
    ),
    "an old dimension the wrong way round": (
        lambda: _biff((0x0200, struct.pack("<IIHHH", 9, 1, 0, 5, 0))),
        ("file_unreadable",),
    ),
    "an old far cell": (
        lambda: _biff((0x0203, struct.pack("<HHHd", 65535, 255, 0, 1.0)), (0x000A, b"")),
        ("file_cell_range",),
    ),
    "an old file of noise": (
        lambda: books.compound({"Workbook": bytes(range(256)) * 40}),
        ("file_unreadable", "header_missing"),
    ),
    "nought bytes in a CSV": (lambda: CSV_HEAD.encode() + b"a\x00b,1\n", ("file_kind",)),
    "nought bytes late in a CSV": (
        lambda: (CSV_HEAD + LINE * 500).encode() + b"a\x00b,1\n",
        ("file_kind",),
    ),
    "a million commas": (lambda: b"," * 1_000_000, ("header_missing",)),
    "a million commas below the header": (
        lambda: CSV_HEAD.encode() + b"," * 1_000_000,
        (READ,),
    ),
    "ten million commas": (lambda: b"," * 10_000_000, ("too_many_cells",)),
    "a quote that never ends": (
        (CSV_HEAD + '"' + LINE * 10_000).encode,
        ("file_unreadable",),
    ),
    "a cell of a megabyte": (
        (CSV_HEAD + "王" * 1_000_000 + f",{ID_NUMBER}\n").encode,
        ("file_unreadable",),
    ),
    "no encoding": (lambda: b"a,b\n" + b"\xff\xff\x81\x20," * 50, ("file_encoding",)),
    "a wide mark and odd bytes": (lambda: b"\xff\xfe" + b"\x00\xd8\x01", ("file_encoding",)),
    "half a character at the end": (
        lambda: (CSV_HEAD + LINE).encode() + "王".encode()[:2],
        ("file_encoding",),
    ),
    "half a character below an English header": (
        lambda: f"name,id_number\n{LINE * 3}".encode() + "王".encode()[:2],
        ("file_encoding",),
    ),
    "too many rows": ((CSV_HEAD + LINE * 100_001).encode, ("too_many_rows",)),
    "too many columns": (
        (",".join([*HEADER, *map(str, range(80))]) + "\n" + LINE).encode,
        ("too_many_columns",),
    ),
    "no header": ((LINE * 3).encode, ("header_missing",)),
    "deep JSON": (lambda: b"[" * 90_000 + b"]" * 90_000, ("file_unreadable",)),
    "very deep JSON": (lambda: b"[" * 5_000_000, ("too_many_rows",)),
    "half a JSON": (lambda: _json([PERSON])[:-3], ("file_unreadable",)),
    "JSON of numbers": (lambda: _json([1, 2, 3]), ("file_unreadable",)),
    "JSON with lists for cells": (lambda: _json([PERSON | {"name": ["x"]}]), (READ,)),
    "JSON with an enormous number": (
        lambda: b'[{"name":"x","id_number":' + b"9" * 500_000 + b"}]",
        (READ,),
    ),
    "JSON with a lone surrogate": (
        lambda: b'[{"name":"\\ud800","id_number":"1"}]',
        (READ,),
    ),
    "JSON with NaN": (lambda: b'[{"name":NaN,"id_number":Infinity}]', (READ,)),
    "JSON with too many keys": (
        lambda: _json([{str(n): n for n in range(100)}]),
        ("too_many_columns",),
    ),
    "JSON with too many rows": (lambda: _json([PERSON] * 100_001), ("too_many_rows",)),
    "JSON without rows": (lambda: _json({"people": [PERSON]}), ("file_unreadable",)),
}
