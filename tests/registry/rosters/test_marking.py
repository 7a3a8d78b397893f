"""Templates and marked results can be read back and hide no formula."""

import csv
import io
import zipfile

import pytest
import python_calamine as calamine

from services.registry.rosters import checking, files, marking, sheets, template
from tests.registry.rosters.test_checking import GOOD, TERMS, table

ATTACKS = (
    *('=HYPERLINK("http://x","y")', "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"),
    *("＝1＋1", "＋1", "－1", "＠SUM(A1)"),
)


def marked(*names: str) -> tuple[files.Rows, files.Rows, list[marking.Mark]]:
    """Check rows of these names."""
    checked = checking.check(table(*((name, *GOOD[1:]) for name in names)), TERMS)
    return checked.accepted, checked.rejected, marking.from_check(checked.faults)


def test_a_result_says_of_each_row_what_became_of_it() -> None:
    """Accepted and rejected rows stand in the order of the file."""
    data = marking.xlsx(*marked("", "王静", "王静"), catalogue=marking.texts())
    rows = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    lines = rows.to_python()
    assert lines[0] == list(marking.HEADINGS)
    assert [(line[0], line[5], line[6], line[7]) for line in lines[1:]] == [
        (2.0, "未接收", "姓名", "name_missing"),
        (3.0, "已接收", "", ""),
        (4.0, "未接收", "身份证号", "duplicate_in_file"),
    ]
    assert lines[1][8] == checking.TEXTS[checking.Fault.NAME_MISSING].zh
    assert lines[1][9] == checking.TEXTS[checking.Fault.NAME_MISSING].en
    assert lines[2][3] == GOOD[1]


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_cell_of_a_stranger_becomes_a_formula(attack: str) -> None:
    """A workbook keeps it as text, a CSV file puts a quote in front."""
    accepted, rejected, marks = marked(attack)
    data = marking.xlsx(accepted, rejected, marks, catalogue=marking.texts())
    parts = b"".join(_parts(data))
    assert b"<f>" not in parts
    assert b"hyperlink" not in parts
    assert marking.harmless(attack) == f"'{attack}"
    text = marking.csv_text(accepted, rejected, marks, catalogue=marking.texts())
    cells = [cell for row in csv.reader(io.StringIO(text.decode("utf-8-sig"))) for cell in row]
    assert not [cell for cell in cells if cell.startswith(marking._FORMULA)]


def _parts(data: bytes) -> list[bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [archive.read(name) for name in archive.namelist() if "sheet" in name]


def test_a_code_that_only_the_database_finds_is_explained_too() -> None:
    """The catalogue is passed along and may hold more."""
    accepted, _, _ = marked("王静")
    more = {"class_full": files.Text("班级已满。", "The class is full.")}
    mark = marking.Mark(2, files.Column.CLASS_CODE, "class_full")
    text = marking.csv_text(files.Rows(), accepted, [mark], catalogue=marking.texts(more))
    assert "班级已满。" in text.decode("utf-8-sig")


def test_a_result_may_be_uploaded_again() -> None:
    """Its headings are those of a roster; what the office corrects in it is read."""
    data = marking.xlsx(*marked("王静"), catalogue=marking.texts())
    assert sheets.parse(data).rows.name == ["王静"]


@pytest.mark.parametrize("data", [template.xlsx(catalogue=marking.texts()), template.csv_text()])
def test_an_empty_template_is_a_roster_without_rows(data: bytes) -> None:
    """Its header is found and nobody is in it."""
    sheet = sheets.parse(data)
    assert len(sheet.rows) == 0
    assert len(sheet.present) == 4
    assert not [one for one in sheet.notes if one.code is files.NoteCode.COLUMNS_DROPPED]


def test_a_template_explains_every_code_in_two_languages() -> None:
    """Row codes and file codes stand on the second sheet."""
    data = template.xlsx(catalogue=marking.texts())
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert book.sheet_names == ["花名册", "填写说明"]
    first = {row[0] for row in book.get_sheet_by_index(1).to_python()}
    assert first >= {code.value for code in (*checking.Fault, *files.Refusal)}
