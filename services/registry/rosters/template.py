"""Write the empty roster that organisations fill in, with its instructions."""

import csv
import io
from collections.abc import Mapping

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from services.registry.rosters import marking
from services.registry.rosters.files import REFUSAL_TEXTS, Text

HEADINGS = ("序号", "班级编号", "姓名", "身份证号", "手机")
REQUIRED = frozenset(("班级编号", "姓名", "身份证号"))
TEXT_ROWS = 2_000

_HOW = (
    (
        "每行填写一名受邀参训人员；班级编号填写已备案班级的编号，一个文件可以包含多个班级。",
        (
            "One invited person a row; the class code is that of a filed class, and one file may "
            "hold several classes."
        ),
    ),
    (
        "姓名按身份证填写，最多50个字符；间隔号用“·”。",
        "The name as on the ID card, up to 50 characters, with · between its parts.",
    ),
    (
        "身份证号为18位，单元格保持文本格式，末位X大小写均可。",
        "The ID number has 18 characters; keep the cells as text; the last may be x or X.",
    ),
    (
        "手机可以留空，只用于通知本人；报名以本人确认为准，不能代为确认。",
        (
            "The phone may be left empty and serves to inform the person; only the person's own "
            "confirmation enrols."
        ),
    ),
    (
        (
            "请勿填写民族、宗教信仰、政治面貌、家庭成员、健康状况、人员类别、银行账号等信息；"
            "这些列不会被读取。"
        ),
        (
            "Do not enter ethnicity, religion, political status, family, health, category or bank "
            "account; such columns are dropped unread."
        ),
    ),
    (
        "有问题的行会被退回并说明原因，其余各行照常接收；同一文件重复上传不会产生重复数据。",
        (
            "Rows with a fault are returned with the reason and the others are accepted; the same "
            "file sent twice changes nothing."
        ),
    ),
)


def xlsx(*, catalogue: Mapping[str, Text]) -> bytes:
    """Write the workbook: the roster with its cells as text, and what each code means."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True, **marking.SAFE}) as book:
        as_text = book.add_format({"num_format": "@"})
        bold = book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1})
        required = book.add_format(
            {"bold": True, "bg_color": "#E8EEF7", "border": 1, "font_color": "#B42318"}
        )
        roster = book.add_worksheet("花名册")
        for place, (heading, width) in enumerate(zip(HEADINGS, (6, 20, 24, 24, 16), strict=True)):
            roster.set_column(place, place, width, as_text)
            roster.write_string(0, place, heading, required if heading in REQUIRED else bold)
        for row in range(1, TEXT_ROWS):
            for place in range(1, len(HEADINGS)):
                roster.write_blank(row, place, None, as_text)
        roster.freeze_panes(1, 0)
        _instructions(book.add_worksheet("填写说明"), bold, catalogue)
    return stream.getvalue()


def csv_text() -> bytes:
    """Write the header alone as CSV, UTF-8 with the mark that spreadsheet programs need."""
    stream = io.StringIO(newline="")
    csv.writer(stream).writerow(HEADINGS)
    return stream.getvalue().encode("utf-8-sig")


def _instructions(sheet: Worksheet, bold: Format, catalogue: Mapping[str, Text]) -> None:
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 2, 80)
    row = 0
    for zh, en in _HOW:
        sheet.write_number(row, 0, row + 1)
        sheet.write_string(row, 1, zh)
        sheet.write_string(row, 2, en)
        row += 1
    refusals = {code.value: text for code, text in REFUSAL_TEXTS.items()}
    for title, codes in (("行的问题 / rows", catalogue), ("文件的问题 / files", refusals)):
        row += 1
        for place, heading in enumerate((title, "说明", "Explanation")):
            sheet.write_string(row, place, heading, bold)
        for code, text in codes.items():
            row += 1
            sheet.write_string(row, 0, code)
            sheet.write_string(row, 1, text.zh)
            sheet.write_string(row, 2, text.en)
        row += 1
