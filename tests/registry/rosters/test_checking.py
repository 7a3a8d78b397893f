"""Each row is judged by every rule, and told what to do."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.rosters import checking, files
from services.registry.rosters.checking import Fault
from services.registry.rosters.files import Column
from shared.standards import resident_id

ON = date(2020, 3, 1)
GOOD = ("王静", "650402199001010013", "13900000001", "TLF-1")
TERMS = checking.Terms(class_codes=frozenset(("TLF-1", "TLF-2")), on=ON)


def table(*lines: tuple[str, str, str, str]) -> files.Rows:
    """Write rows as columns, numbered from 2."""
    columns = [list(column) for column in zip(*lines, strict=True)]
    return files.Rows(list(range(2, 2 + len(lines))), *columns)


def judged(**changes: str) -> list[Fault]:
    """List the faults of a good row after some changes."""
    cells = dict(zip(("name", "id_number", "phone", "class_code"), GOOD, strict=True)) | changes
    row = (cells["name"], cells["id_number"], cells["phone"], cells["class_code"])
    return [fault.code for fault in checking.check(table(row), TERMS).faults]


def born(day: date) -> str:
    """Write a number of somebody born on a day."""
    return resident_id.complete(f"650402{day:%Y%m%d}001")


CASES = [
    ({}, []),
    ({"name": ""}, [Fault.NAME_MISSING]),
    ({"name": " \u3000 "}, [Fault.NAME_MISSING]),
    ({"name": "王" * 51}, [Fault.NAME_TOO_LONG]),
    ({"name": "王静2"}, [Fault.NAME_CHARACTERS]),
    ({"name": "=cmd()"}, [Fault.NAME_CHARACTERS]),
    ({"name": "阿依古丽•买买提"}, []),
    ({"name": "𠮷㛃䶮"}, []),
    ({"id_number": ""}, [Fault.ID_MISSING]),
    ({"id_number": "65040219900101001"}, [Fault.ID_LENGTH]),
    ({"id_number": "650402900101001"}, [Fault.ID_15_DIGITS]),
    ({"id_number": "6.50402E+17"}, [Fault.ID_SCIENTIFIC]),
    ({"id_number": "6.50402199001010E+17"}, [Fault.ID_SCIENTIFIC]),
    ({"id_number": "65040219900101001A"}, [Fault.ID_CHARACTERS]),
    ({"id_number": resident_id.complete("99040219900101001")}, [Fault.ID_AREA]),
    ({"id_number": resident_id.complete("65040219900231001")}, [Fault.ID_BIRTH_DATE]),
    ({"id_number": "650402199001010014"}, [Fault.ID_CHECKSUM]),
    ({"id_number": "６５０４０２１９９００１０１００１３"}, []),
    ({"id_number": " 650402 19900101 0013\u3000"}, []),
    ({"id_number": "65210119990101000x"}, []),
    ({"id_number": born(date(2004, 3, 2))}, [Fault.UNDER_AGE]),
    ({"id_number": born(date(2004, 3, 1))}, []),
    ({"phone": ""}, []),
    ({"phone": "13900000001.0"}, []),
    ({"phone": "+86 139-0000-0001"}, []),
    ({"phone": "１３９００００００００"}, []),
    ({"phone": "0995-8520000"}, []),
    ({"phone": "12345"}, [Fault.PHONE_CHARACTERS]),
    ({"phone": "见备注"}, [Fault.PHONE_CHARACTERS]),
    ({"class_code": ""}, [Fault.CLASS_MISSING]),
    ({"class_code": "TLF-9"}, [Fault.CLASS_UNKNOWN]),
    ({"class_code": " tlf－2　"}, []),
    (
        {"name": "", "id_number": "", "phone": "x", "class_code": ""},
        [Fault.NAME_MISSING, Fault.ID_MISSING, Fault.PHONE_CHARACTERS, Fault.CLASS_MISSING],
    ),
]


@pytest.mark.parametrize(("changes", "expected"), CASES)
def test_a_cell_is_judged_by_its_rule(changes: dict[str, str], expected: list[Fault]) -> None:
    """Every fault of a row is found, in the order of the columns."""
    assert judged(**changes) == expected


def test_every_code_has_a_case_and_texts_that_repeat_no_value() -> None:
    """The catalogue is whole: one sentence in each language, with nothing to fill in."""
    met = {code for _, expected in CASES for code in expected} | {Fault.DUPLICATE_IN_FILE}
    assert met == set(Fault) == set(checking.TEXTS)
    for text in checking.TEXTS.values():
        assert text.zh.count("。") == 1
        assert text.en.endswith(".")
        assert not {"{", "%"} & {*text.zh, *text.en}


def test_rows_are_accepted_one_by_one_and_returned_clean() -> None:
    """A fault of one row does not touch the others."""
    checked = checking.check(
        table(GOOD, ("", *GOOD[1:]), (" 买买提 ", "65210119990101000x", "", " tlf-2")), TERMS
    )
    assert checked.accepted == files.Rows(
        [2, 4],
        ["王静", "买买提"],
        ["650402199001010013", "65210119990101000X"],
        ["13900000001", ""],
        ["TLF-1", "TLF-2"],
    )
    assert checked.rejected.row_no == [3]
    assert checked.faults == [checking.RowFault(3, Column.NAME, Fault.NAME_MISSING)]


def test_a_person_twice_in_one_class_is_accepted_once() -> None:
    """The second row is returned, however it was typed; another class is another matter."""
    checked = checking.check(
        table(
            ("", *GOOD[1:]),
            GOOD,
            ("王 静", "６５０４０２１９９００１０１００１３", "", "tlf-1"),
            (*GOOD[:3], "TLF-2"),
        ),
        TERMS,
    )
    assert checked.accepted.row_no == [3, 5]
    assert [(fault.row_no, fault.code) for fault in checked.faults] == [
        (2, Fault.NAME_MISSING),
        (4, Fault.DUPLICATE_IN_FILE),
    ]


def test_a_row_without_a_class_takes_the_class_that_the_upload_names() -> None:
    """A file for one class needs no class column."""
    terms = checking.Terms(class_codes=["TLF-1"], on=ON, default_class="TLF-1")
    checked = checking.check(table((*GOOD[:3], "")), terms)
    assert checked.accepted.class_code == ["TLF-1"]


def test_the_minimum_age_is_an_argument() -> None:
    """A class for adults refuses who is seventeen."""
    terms = checking.Terms(class_codes=["TLF-1"], on=ON, min_age=18)
    row = (GOOD[0], born(date(2002, 3, 2)), *GOOD[2:])
    assert [fault.code for fault in checking.check(table(row), terms).faults] == [Fault.UNDER_AGE]


@given(st.lists(st.tuples(*[st.text(max_size=60)] * 4), min_size=1, max_size=20))
def test_no_row_is_lost_and_no_text_breaks_a_check(
    lines: list[tuple[str, str, str, str]],
) -> None:
    """Accepted and rejected rows are all rows, and exactly the rejected have faults."""
    rows = table(*lines)
    checked = checking.check(rows, TERMS)
    assert sorted(checked.accepted.row_no + checked.rejected.row_no) == rows.row_no
    assert {fault.row_no for fault in checked.faults} == set(checked.rejected.row_no)


@given(
    st.integers(0, 10**17 - 1),
    st.dates(date(1890, 1, 1), date(2021, 1, 1)),
    st.sampled_from(("any", "plausible")),
)
def test_the_fast_way_of_checking_numbers_agrees_with_the_standard(
    body: int, day: date, shape: str
) -> None:
    """What a roster accepts is what the standard and the age allow."""
    text = f"{body:017}"
    if shape == "plausible":
        text = f"65{text[2:6]}{day:%Y%m%d}{text[14:]}"
    number = resident_id.complete(text)
    fault = resident_id.check(number, on=ON)
    expected = [fault.value] if fault else []
    if fault is None and resident_id.age_on(number, ON) < TERMS.min_age:
        expected = ["under_age"]
    again = table((GOOD[0], number, "", "TLF-1"), (GOOD[0], number, "", "TLF-2"))
    found = [one.code.value for one in checking.check(again, TERMS).faults]
    assert found == expected * 2
