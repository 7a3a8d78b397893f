"""The demo's people are valid, its rosters messy, and both repeat with their seed."""

from datetime import date

import pytest

from services.demo import messy, people
from services.registry.rosters import checking, files, readers, sheets
from shared.standards import names, resident_id

ON = date(2019, 10, 1)


def lines(seed: int, count: int) -> list[messy.Line]:
    """Put invented people into classes of fifty."""
    return [
        messy.Line(one.name, one.id_number, one.phone, f"TLF-2019-{at // 50:03}")
        for at, one in enumerate(people.people(seed, count, on=ON))
    ]


def test_invented_people_are_valid_and_no_two_share_a_number() -> None:
    """Ages are 16 to 58, some are 17, and most numbers begin with the old prefixes."""
    crowd = people.people(1, 2_000, on=ON)
    assert len({one.id_number for one in crowd}) == 2_000
    assert not [one for one in crowd if resident_id.check(one.id_number, on=ON)]
    assert not [one for one in crowd if names.faults(one.name)]
    ages = [resident_id.age_on(one.id_number, ON) for one in crowd]
    assert min(ages) == 16
    assert 50 < max(ages) <= 58
    assert ages.count(17) > 40
    assert sum(one.id_number.startswith("6521") for one in crowd) > 1_000
    assert any(one.id_number.startswith("6504") for one in crowd)


def test_invented_names_have_every_shape() -> None:
    """One, two and three parts, long ones, rare characters."""
    written = [one.name for one in people.people(2, 3_000, on=ON)]
    assert {name.count("·") for name in written} == {0, 1, 2}
    assert 40 < max(map(len, written)) <= people.LONGEST_NAME
    assert set("".join(written)) & set("𠮷㛃䶮")


def test_a_seed_repeats_its_people_and_another_does_not() -> None:
    """The demo's figures are the same each time."""
    assert people.people(3, 50, on=ON) == people.people(3, 50, on=ON)
    assert people.people(3, 50, on=ON) != people.people(4, 50, on=ON)


def test_the_too_young_are_too_young_and_the_misnamed_keep_their_number() -> None:
    """Both are what an office must find."""
    for one in people.too_young(1, 50, on=ON):
        assert resident_id.check(one.id_number, on=ON) is None
        assert resident_id.age_on(one.id_number, ON) in {14, 15}
    person = people.people(1, 1, on=ON)[0]
    other = people.other_name(1, person)
    assert (other.id_number, other.name == person.name) == (person.id_number, False)


@pytest.mark.parametrize("style", messy.Style)
def test_a_messy_roster_is_read_and_most_of_it_accepted(style: messy.Style) -> None:
    """Odd rows pass, wrong rows are returned, and no private value gets through."""
    given = lines(5, 400)
    sheet = sheets.parse(messy.write(given, seed=9, style=style).data)
    terms = checking.Terms(class_codes={line.class_code for line in given}, on=ON)
    checked = checking.check(sheet.rows, terms)
    assert 400 <= len(sheet.rows) <= 420
    assert 350 <= len(checked.accepted) < 400
    assert set(checked.accepted.id_number) <= {line.id_number for line in given}
    assert {fault.code for fault in checked.faults} >= {checking.Fault.DUPLICATE_IN_FILE}
    assert "勿存" not in repr((sheet, checked))
    assert "不应读取" not in repr((sheet, checked))
    assert any(one.code is files.NoteCode.COLUMNS_DROPPED for one in sheet.notes)


def test_a_roster_without_mess_is_accepted_whole() -> None:
    """The generator makes no mistake that it was not asked for."""
    given = lines(6, 200)
    terms = checking.Terms(class_codes={line.class_code for line in given}, on=ON)
    none = messy.Mess(odd=0, wrong=0, repeated=0)
    for style in messy.Style:
        sheet = sheets.parse(messy.write(given, seed=1, style=style, mess=none).data)
        assert checking.check(sheet.rows, terms).faults == []


def test_a_seed_repeats_its_mess() -> None:
    """Rows are the same each time, whatever a file's own time stamps are."""
    given = lines(7, 200)
    for style in messy.Style:
        once, again = (messy.write(given, seed=1, style=style) for _ in range(2))
        assert sheets.parse(once.data).rows == sheets.parse(again.data).rows


async def test_a_child_answers_what_reading_and_checking_answer() -> None:
    """The way through the pool changes nothing, odd control characters included."""
    given = lines(8, 300)
    terms = checking.Terms(class_codes={line.class_code for line in given}, on=ON)
    async with readers.Readers(size=1) as pool:
        for style in messy.Style:
            data = messy.write(given, seed=2, style=style).data
            sheet = sheets.parse(data)
            assert await pool.read(data) == sheet
            seen, checked = await pool.check(data, terms=terms)
            assert checked == checking.check(sheet.rows, terms)
            assert (seen.notes, seen.present) == (sheet.notes, sheet.present)
        odd = await pool.read(b'[{"name":"a\\u001fb","id_number":"1\\u001e2"}]')
        assert (odd.rows.name, odd.rows.id_number) == (["a b"], ["1 2"])
