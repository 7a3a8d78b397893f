"""Rosters of every format are read alike, and only their allowed columns."""

import codecs
import io
import json
from collections.abc import Sequence
from datetime import date

import pytest
import xlsxwriter
import xlwt

from services.registry.rosters import files, sheets
from services.registry.rosters.files import Column, NoteCode
from tests.registry.rosters import books

HEADINGS = ("序号", "班级编号", "姓名", "身份证号", "手机")
PEOPLE = (
    ("1", "TLF-1", "王静", "650402199001010013", "13900000001"),
    ("2", "TLF-1", "阿依古丽·买买提", "65210119990101000X", ""),
    ("3", "TLF-2", "𠮷㛃䶮", "440308199901101512", "13900000003"),
)
EXPECTED = files.Rows(
    row_no=[2, 3, 4],
    name=["王静", "阿依古丽·买买提", "𠮷㛃䶮"],
    id_number=["650402199001010013", "65210119990101000X", "440308199901101512"],
    phone=["13900000001", "", "13900000003"],
    class_code=["TLF-1", "TLF-1", "TLF-2"],
)
TEXT = "".join(",".join(line) + "\n" for line in (HEADINGS, *PEOPLE))


def workbook(*tables: Sequence[Sequence[object]], hidden: int = 0) -> bytes:
    """Write sheets of cells; the first `hidden` are hidden."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        written = [book.add_worksheet() for _ in tables]
        written[hidden].activate()
        written[hidden].set_first_sheet()
        for place, (sheet, table) in enumerate(zip(written, tables, strict=True)):
            for at, row in enumerate(table):
                sheet.write_row(at, 0, row)
            if place < hidden:
                sheet.hide()
    return stream.getvalue()


def old_workbook() -> bytes:
    """Write the format of 1997 that WPS still writes."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("花名册")
    for at, row in enumerate((HEADINGS, *PEOPLE)):
        for place, cell in enumerate(row):
            sheet.write(at, place, cell)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def csv_of(*lines: str) -> files.Sheet:
    """Read a CSV of these lines."""
    return sheets.parse("\n".join(lines).encode())


def note(sheet: files.Sheet, code: NoteCode) -> files.Note | None:
    """Find a note of a sheet."""
    return next((one for one in sheet.notes if one.code is code), None)


@pytest.mark.parametrize(
    ("kind", "encoding", "data"),
    [
        ("xlsx", "", workbook([HEADINGS, *PEOPLE])),
        ("xls", "", old_workbook()),
        ("csv", "utf-8", TEXT.encode()),
        ("csv", "utf-8-sig", TEXT.encode("utf-8-sig")),
        ("csv", "gb18030", TEXT.encode("gb18030")),
        ("csv", "utf-16", TEXT.replace(",", "\t").encode("utf-16")),
        ("csv", "utf-16", codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be")),
        ("csv", "utf-8", TEXT.replace(",", ";").encode()),
        ("csv", "utf-8", TEXT.replace("\n", "\r\n").encode()),
    ],
)
def test_the_same_roster_reads_the_same_in_every_format(
    kind: str, encoding: str, data: bytes
) -> None:
    """Format and encoding are found by content."""
    sheet = sheets.parse(data)
    assert (sheet.kind, sheet.encoding) == (kind, encoding)
    assert sheet.rows == EXPECTED
    assert sheet.header_row == 1
    assert set(sheet.present) == set(Column)


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_json_roster_counts_its_objects_from_one(*, wrapped: bool) -> None:
    """A list and an object of rows read alike; numbers keep every digit."""
    objects = [dict(zip(HEADINGS, person, strict=True)) for person in PEOPLE]
    objects[0]["身份证号"] = 650402199001010013  # type: ignore[assignment]
    sheet = sheets.parse(json.dumps({"rows": objects} if wrapped else objects).encode())
    assert sheet.rows.row_no == [1, 2, 3]
    assert sheet.rows.id_number == EXPECTED.id_number
    assert sheet.rows.name == EXPECTED.name


def test_a_forbidden_column_is_dropped_unread_and_named() -> None:
    """Whatever is not on the list of allowed columns leaves no value behind."""
    sheet = csv_of(
        "姓名,民族,宗教信仰,政治面貌,身份证号,家庭成员,健康状况,人员类别,婚姻,银行账号",
        "王静,勿存1,勿存2,勿存3,650402199001010013,勿存4,勿存5,勿存6,勿存7,勿存8",
    )
    dropped = note(sheet, NoteCode.COLUMNS_DROPPED)
    assert dropped is not None
    assert dropped.headings == (
        *("民族", "宗教信仰", "政治面貌", "家庭成员", "健康状况", "人员类别", "婚姻", "银行账号"),
    )
    assert "勿存" not in repr(sheet)
    assert sheet.present == (Column.NAME, Column.ID_NUMBER)


def test_titles_blank_rows_footers_and_repeated_headers_are_skipped_and_counted() -> None:
    """Row numbers stay those of the file."""
    sheet = csv_of(
        "2020年第一期培训班花名册,,",
        "填报单位：某某学校,,",
        "序号,姓　名,身份证号码（18位）",
        "1,王静,650402199001010013",
        ",,",
        "序号,姓名,身份证号码",
        "2,买买提,65210119990101000X",
        "3,,",
        "合计,共2人,",
        "制表人：张三  审核人：李四,,",
    )
    assert sheet.header_row == 3
    assert sheet.rows.row_no == [4, 7]
    counts = {one.code: one.count for one in sheet.notes}
    assert counts == {
        NoteCode.BLANK_ROWS: 2,
        NoteCode.FOOTER_ROWS: 2,
        NoteCode.REPEATED_HEADERS: 1,
    }


@pytest.mark.parametrize(
    ("name", "id_number", "phone", "class_code"),
    [
        ("姓名", "身份证号", "手机", "班级编号"),
        ("*学员姓名", "公民身份号码", "联系电话", "班号"),
        ("姓 名:", "证件号码(必填)", "手机号码", "班级"),
        ("name", "id_number", "phone", "class"),
        ("Name", "ID Number", "Mobile", "Class Code"),
    ],
)
def test_headings_are_known_by_their_aliases(
    name: str, id_number: str, phone: str, class_code: str
) -> None:
    """Chinese and English headings, with ornaments, name the same columns."""
    sheet = csv_of(f"{name},{id_number},{phone},{class_code}", "王静,1,2,3")
    assert set(sheet.present) == set(Column)
    assert note(sheet, NoteCode.COLUMNS_DROPPED) is None


def test_a_second_column_of_a_kind_is_not_read() -> None:
    """The first of two like columns counts, and the other is named."""
    sheet = csv_of("姓名,身份证号,姓名", "王静,650402199001010013,别人")
    assert sheet.rows.name == ["王静"]
    repeated = note(sheet, NoteCode.COLUMNS_REPEATED)
    assert repeated is not None
    assert repeated.headings == ("姓名",)


def test_hidden_sheets_are_never_read_and_the_first_with_a_header_is() -> None:
    """A visible cover sheet is passed over, a hidden list is not touched."""
    person = ("王静", "650402199001010013")
    hidden = [("姓名", "身份证号"), ("不应读取", "650402199001010013")]
    sheet = sheets.parse(
        workbook(
            hidden,
            [("封面",)],
            [("姓名", "身份证号"), person],
            [("姓名", "身份证号"), ("另一张", "1")],
            hidden=1,
        )
    )
    assert sheet.rows.name == ["王静"]
    assert sheet.sheet_name == "Sheet3"
    assert {(one.code, one.count) for one in sheet.notes} == {
        (NoteCode.HIDDEN_SHEETS, 1),
        (NoteCode.OTHER_SHEETS, 2),
    }


def test_a_class_merged_downwards_counts_for_each_of_its_rows() -> None:
    """A class written once over many people is theirs; headings may take two lines."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for place, heading in enumerate(("班级编号", "姓名", "身份证号")):
            sheet.merge_range(0, place, 1, place, heading)
        sheet.merge_range(0, 3, 0, 4, "其他信息")
        sheet.write_row(1, 3, ("手机", "人员类别"))
        sheet.merge_range(2, 0, 4, 0, "TLF-1")
        sheet.write(5, 0, "TLF-2")
        for at in range(2, 7):
            sheet.write_row(at, 1, (f"王{at}", f"65040219900101001{at}", f"1390000000{at}", "勿存"))
    read = sheets.parse(stream.getvalue())
    assert read.rows.class_code == ["TLF-1", "TLF-1", "TLF-1", "TLF-2", ""]
    assert read.rows.phone[0] == "13900000002"
    assert read.rows.row_no[0] == 3
    assert "勿存" not in repr(read)


def test_cells_that_are_numbers_or_dates_read_as_a_person_would_write_them() -> None:
    """A phone keeps its digits; a number that lost digits says so."""
    data = workbook(
        [
            ("姓名", "身份证号", "手机", "班级编号"),
            (12, 650402199001010013, 13900000001, 7),
            (True, 650402900101001, 1.5, 2020),
        ]
    )
    rows = sheets.parse(data).rows
    assert rows.name == ["12", "TRUE"]
    assert rows.id_number == ["6.50402199001010E+17", "650402900101001"]
    assert rows.phone == ["13900000001", "1.5"]
    assert rows.class_code == ["7", "2020"]


def test_a_date_in_a_cell_is_text() -> None:
    """A date where no date belongs is passed on for the check to refuse."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ("姓名", "身份证号"))
        sheet.write_datetime(1, 0, date(2020, 3, 1), book.add_format({"num_format": "yyyy-mm-dd"}))
        sheet.write_string(1, 1, "650402199001010013")
    assert sheets.parse(stream.getvalue()).rows.name == ["2020-03-01"]


def test_a_csv_cell_forced_to_text_is_unwrapped() -> None:
    """Exports write ="123" to keep a spreadsheet program from counting with it."""
    rows = csv_of("姓名,身份证号", '王静,="650402199001010013"').rows
    assert rows.id_number == ["650402199001010013"]


def test_a_long_cell_is_cut() -> None:
    """No cell brings more than 200 characters."""
    assert len(csv_of("姓名,身份证号", f"{'王' * 5_000},1").rows.name[0]) == 200


def test_a_short_row_is_filled_up() -> None:
    """Missing cells at the end of a line are empty."""
    assert csv_of("姓名,身份证号,手机", "王静,1").rows.phone == [""]


def test_a_workbook_with_macros_is_read_without_them() -> None:
    """A macro is not unpacked, let alone run."""
    parts = books.parts(books.sheet(books.roster_rows())) | {"xl/vbaProject.bin": b"\xd0\xcf"}
    assert sheets.parse(books.folded(parts)).rows.name == [books.NAME]


def test_every_refusal_and_every_note_has_texts_in_two_languages() -> None:
    """Whoever uploaded is told what to do."""
    assert set(files.REFUSAL_TEXTS) == set(files.Refusal)
    assert set(files.NOTE_TEXTS) == set(NoteCode)
    for text in (*files.REFUSAL_TEXTS.values(), *files.NOTE_TEXTS.values()):
        assert text.zh.endswith("。")
        assert text.en.endswith(".")
