"""Write rosters as messy as the ones that offices receive, from rows that are right.

The same seed gives the same mess. What a file should yield is nowhere noted: whoever wants figures
reads them back from the system.
"""

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from random import Random

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet


class Style(StrEnum):
    """A habit of an office."""

    XLSX_FORMAL = "xlsx_formal"
    XLSX_PLAIN = "xlsx_plain"
    XLSX_MERGED = "xlsx_merged"
    CSV_UTF8 = "csv_utf8"
    CSV_BOM = "csv_bom"
    CSV_GB18030 = "csv_gb18030"
    CSV_UTF16 = "csv_utf16"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Line:
    """One invited person of one class."""

    name: str
    id_number: str
    phone: str
    class_code: str


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as an office would send it."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Mess:
    """How messy: the share of rows that look odd but are right, that are wrong, that repeat."""

    odd: float = 0.25
    wrong: float = 0.04
    repeated: float = 0.01


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    id_number: str | int
    phone: str | int
    class_code: str
    private: tuple[str, ...]


_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
_LOOK_ALIKES = "•‧∙⋅・．"
_PRIVATE = ("民族", "人员类别", "政治面貌", "健康状况", "家庭成员")
# Invented values that no part of the system may ever hold; tests look for them.
_PRIVATE_VALUES = tuple(f"勿存{number}" for number in range(1, 8))
_OTHER = ("性别", "文化程度")
_OTHER_VALUES = (("男", "女"), ("初中", "高中", "中专", "大专"))


def write(lines: Sequence[Line], *, seed: int, style: Style, mess: Mess | None = None) -> Upload:
    """Write one file of the given habit."""
    chance = Random(f"{seed} {style} {len(lines)}")
    rows = _rows(lines, chance, mess or Mess())
    return _WRITERS[style](rows, chance)


def write_any(lines: Sequence[Line], *, seed: int, mess: Mess | None = None) -> Upload:
    """Write one file of a habit that the seed chooses."""
    style = Random(f"style {seed}").choice(list(Style))
    return write(lines, seed=seed, style=style, mess=mess)


def _rows(lines: Sequence[Line], chance: Random, mess: Mess) -> list[_Row]:
    rows = []
    for line in lines:
        row = _Row(
            line.name,
            line.id_number,
            line.phone,
            line.class_code,
            tuple(chance.choice(_PRIVATE_VALUES) for _ in _PRIVATE),
        )
        draw = chance.random()
        if draw < mess.wrong:
            row = chance.choice(_WRONG)(row, chance)
        elif draw < mess.wrong + mess.odd:
            row = chance.choice(_ODD)(row, chance)
        rows.append(row)
        if chance.random() < mess.repeated:
            rows.insert(chance.randrange(len(rows)), row)
    return rows


def _dots(row: _Row, chance: Random) -> _Row:
    return replace(row, name=row.name.replace("·", chance.choice(_LOOK_ALIKES)))


def _spaces(row: _Row, chance: Random) -> _Row:
    around = chance.choice((" ", "　", "  ", "\u00a0"))
    return replace(row, name=f"{row.name}{around}", id_number=f"{around}{row.id_number}{around}")


def _wrong_check(row: _Row, chance: Random) -> _Row:
    number = str(row.id_number)
    right = number[-1]
    return replace(
        row, id_number=number[:-1] + chance.choice([one for one in "012345678" if one != right])
    )


def _as_number(row: _Row, _chance: Random) -> _Row:
    number = str(row.id_number)
    return replace(row, id_number=int(number) if number.isdigit() else "6.52101E+17")


_ODD: tuple[Callable[[_Row, Random], _Row], ...] = (
    _dots,
    _spaces,
    lambda row, _: replace(row, id_number=str(row.id_number).translate(_FULL_WIDTH)),
    lambda row, _: replace(row, id_number=str(row.id_number).replace("X", "x")),
    lambda row, _: replace(row, phone=int(row.phone) if row.phone else ""),
    lambda row, _: replace(row, phone=f"{row.phone}"[:3] + "-" + f"{row.phone}"[3:]),
    lambda row, _: replace(row, phone=""),
    lambda row, _: replace(row, class_code=f" {row.class_code.lower()}　"),
)
_WRONG: tuple[Callable[[_Row, Random], _Row], ...] = (
    _as_number,
    _wrong_check,
    lambda row, _: replace(row, id_number=str(row.id_number)[:6] + str(row.id_number)[8:17]),
    lambda row, _: replace(row, id_number=str(row.id_number)[:-1]),
    lambda row, _: replace(row, id_number=""),
    lambda row, _: replace(
        row, id_number=f"{str(row.id_number)[:10]}1350{str(row.id_number)[14:]}"
    ),
    lambda row, _: replace(row, name=""),
    lambda row, _: replace(row, name=f"{row.name}2"),
    lambda row, _: replace(row, phone="见备注"),
    lambda row, _: replace(row, class_code=f"{row.class_code}Z"),
)


def _extra(row: _Row, chance: Random) -> list[str]:
    return [*row.private, *(chance.choice(values) for values in _OTHER_VALUES)]


def _formal(rows: list[_Row], chance: Random) -> Upload:
    """Write a title over merged cells, a hidden sheet of last year, private columns, a footer."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        centre = book.add_format({"align": "center", "bold": True})
        hidden = book.add_worksheet("去年名单")
        for at, cells in enumerate((("姓名", "身份证号"), ("不应读取", "650402199001010013"))):
            hidden.write_row(at, 0, cells)
        sheet = book.add_worksheet("学员花名册")
        sheet.activate()
        sheet.set_first_sheet()
        hidden.hide()
        headings = [
            "序号",
            "姓 名",
            *_PRIVATE,
            *_OTHER,
            "身份证号码（18位）",
            "联系电话",
            "班级编号",
        ]
        sheet.merge_range(0, 0, 0, len(headings) - 1, "补贴性职业技能培训学员花名册", centre)
        sheet.merge_range(
            1, 0, 1, len(headings) - 1, "填报单位（盖章）：        年  月  日", centre
        )
        sheet.write_row(2, 0, headings, centre)
        at = 3
        for number, row in enumerate(rows, start=1):
            if chance.random() < 0.01:
                at += 1
            sheet.write_number(at, 0, number)
            sheet.write_string(at, 1, row.name)
            sheet.write_row(at, 2, _extra(row, chance))
            _cells(sheet, at, 2 + len(_PRIVATE) + len(_OTHER), row)
            at += 1
        sheet.write_string(at, 0, "合计")
        sheet.write_string(at, 1, f"共{len(rows)}人")
        sheet.write_string(at + 1, 0, "制表人：张某某      审核人：李某某")
    return Upload("学员花名册（报）.xlsx", _XLSX, stream.getvalue())


def _plain(rows: list[_Row], _chance: Random) -> Upload:
    """Write a bare table, with one private column that somebody found useful."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("学员姓名", "民族", "公民身份号码", "手机号码", "班号"))
        for at, row in enumerate(rows, start=1):
            sheet.write_string(at, 0, row.name)
            sheet.write_string(at, 1, row.private[0])
            _cells(sheet, at, 2, row)
    return Upload("名单.xlsx", _XLSX, stream.getvalue())


def _merged(rows: list[_Row], _chance: Random) -> Upload:
    """Write headings of two lines, and each class written once over the rows of its people."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        top = book.add_format({"valign": "top", "bold": True})
        sheet = book.add_worksheet("花名册")
        sheet.merge_range(0, 0, 1, 0, "班级编号", top)
        sheet.merge_range(0, 1, 1, 1, "姓名", top)
        sheet.merge_range(0, 2, 1, 2, "证件号码", top)
        sheet.merge_range(0, 3, 0, 4, "其他信息", top)
        sheet.write_row(1, 3, ("手机", "人员类别"), top)
        ordered = sorted(rows, key=lambda row: row.class_code)
        for at, row in enumerate(ordered, start=2):
            sheet.write_string(at, 1, row.name)
            _cells(sheet, at, 2, row, with_class=False)
            sheet.write_string(at, 4, row.private[1])
        _merge_classes(sheet, [row.class_code for row in ordered], top)
        sheet.write_string(len(ordered) + 3, 0, "填表说明：以上信息由本单位填报")
    return Upload("培训班学员名册(合并).xlsx", _XLSX, stream.getvalue())


def _merge_classes(sheet: Worksheet, codes: Sequence[str], style: Format) -> None:
    start = 0
    for at in range(1, len(codes) + 1):
        if at == len(codes) or codes[at] != codes[start]:
            if at - start > 1:
                sheet.merge_range(start + 2, 0, at + 1, 0, codes[start], style)
            else:
                sheet.write_string(start + 2, 0, codes[start])
            start = at


def _cells(sheet: Worksheet, at: int, place: int, row: _Row, *, with_class: bool = True) -> None:
    cells = (row.id_number, row.phone, row.class_code if with_class else "")
    for step, cell in enumerate(cells):
        if isinstance(cell, int):
            sheet.write_number(at, place + step, cell)
        elif cell:
            sheet.write_string(at, place + step, cell)


def _table(rows: list[_Row]) -> list[list[str]]:
    """Write cells the way a spreadsheet program exports them."""
    table = [["序号", "姓名", "民族", "身份证号", "人员类别", "联系电话", "班级编号"]]
    for number, row in enumerate(rows, start=1):
        shown = f"{row.id_number:.5E}" if isinstance(row.id_number, int) else row.id_number
        private = row.private
        table.append(
            [str(number), row.name, private[0], shown, private[1], str(row.phone), row.class_code]
        )
    return table


def _csv(encoding: str, name: str, delimiter: str = ",") -> Callable[[list[_Row], Random], Upload]:
    def write_table(rows: list[_Row], _chance: Random) -> Upload:
        stream = io.StringIO(newline="")
        writer = csv.writer(stream, delimiter=delimiter)
        writer.writerow(["花名册", "", "", "", "", "", ""])
        writer.writerows(_table(rows))
        writer.writerow(["合计", f"{len(rows)}", "", "", "", "", ""])
        writer.writerow([""] * 7)
        return Upload(name, "text/csv", stream.getvalue().encode(encoding))

    return write_table


def _json(rows: list[_Row], _chance: Random) -> Upload:
    """Write the export of somebody's own system."""
    objects = [
        {
            "name": row.name,
            "id_number": row.id_number,
            "phone": row.phone,
            "class_code": row.class_code,
            "nation": row.private[0],
        }
        for row in rows
    ]
    body = json.dumps({"rows": objects}, ensure_ascii=False).encode()
    return Upload("roster.json", "application/json", body)


_WRITERS: dict[Style, Callable[[list[_Row], Random], Upload]] = {
    Style.XLSX_FORMAL: _formal,
    Style.XLSX_PLAIN: _plain,
    Style.XLSX_MERGED: _merged,
    Style.CSV_UTF8: _csv("utf-8", "名单.csv"),
    Style.CSV_BOM: _csv("utf-8-sig", "名单(Excel导出).csv"),
    Style.CSV_GB18030: _csv("gb18030", "名单(旧系统).csv"),
    Style.CSV_UTF16: _csv("utf-16", "Unicode文本.txt", "\t"),
    Style.JSON: _json,
}
