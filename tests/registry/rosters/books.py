"""Write workbooks part by part, so that a test may write what no program would."""

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence

SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
NAME, ID_NUMBER = "王静", "650402199001010013"
HEADER = ("姓名", "身份证号")


def cell(reference: str, text: str) -> str:
    """Write a cell of text."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def roster_rows() -> str:
    """Write a header and one person."""
    return (
        f'<row r="1">{cell("A1", HEADER[0])}{cell("B1", HEADER[1])}</row>'
        f'<row r="2">{cell("A2", NAME)}{cell("B2", ID_NUMBER)}</row>'
    )


def sheet(rows: str, *, before: str = "", prolog: str = "") -> bytes:
    """Write a worksheet part."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}'
        f'<worksheet xmlns="{SPREADSHEET}">{before}<sheetData>{rows}</sheetData></worksheet>'
    ).encode()


def parts(worksheet: bytes, *, states: Sequence[str] = ("visible",)) -> dict[str, bytes]:
    """List the parts of a workbook; further sheets repeat the first."""
    numbers = range(1, len(states) + 1)
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/'
        'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        for n in numbers
    )
    sheets = "".join(
        f'<sheet name="S{n}" sheetId="{n}" state="{state}" r:id="rId{n}"/>'
        for n, state in zip(numbers, states, strict=True)
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    return {
        "[Content_Types].xml": (
            f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" '
            'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main'
            f'+xml"/>{types}</Types>'
        ).encode(),
        "_rels/.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ).encode(),
        "xl/workbook.xml": (
            f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}"><sheets>{sheets}</sheets>'
            "</workbook>"
        ).encode(),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{PACKAGE}/relationships">{links}</Relationships>'
        ).encode(),
        **{f"xl/worksheets/sheet{n}.xml": worksheet for n in numbers},
    }


def folded(files: Mapping[str, bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Write an archive."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def book(rows: str, *, before: str = "", prolog: str = "") -> bytes:
    """Write a workbook of one sheet."""
    return folded(parts(sheet(rows, before=before, prolog=prolog)))


def plain_book() -> bytes:
    """Write a workbook of one person that every reader takes."""
    return book(roster_rows())


def compound(streams: Mapping[str, bytes]) -> bytes:
    """Write an OLE 2 file of sectors of 512 bytes, every stream at least 4,096 bytes long."""
    none, end, fat_mark = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
    table: list[int] = [fat_mark]
    body = b""

    def store(content: bytes) -> int:
        nonlocal body
        count = max(1, -(-len(content) // 512))
        first = len(table)
        table.extend([*range(first + 1, first + count), end])
        body += content.ljust(count * 512, b"\x00")
        return first

    entries = [_entry("Root Entry", 5, end, 0)]
    for name, content in streams.items():
        padded = content.ljust(4096, b"\x00")
        entries.append(_entry(name, 2, store(padded), len(padded)))
    directory = store(b"".join(entries).ljust(512, b"\x00"))
    table.extend([none] * (128 - len(table)))
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII109I",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        1,
        directory,
        0,
        4096,
        end,
        0,
        end,
        0,
        0,
        *([none] * 108),
    )
    return header[:512] + struct.pack("<128I", *table[:128]) + body


def _entry(name: str, kind: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    return struct.pack(
        "<64sHBB12x16x4x16xIII",
        text,
        len(text) + 2,
        kind,
        1,
        start,
        size,
        0,
    )
