"""Resident ID numbers: GB 11643."""

import time
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.standards import resident_id
from shared.standards.resident_id import Fault

ON = date(2020, 6, 1)

areas = st.sampled_from(["652101", "652123", "650402", "110105", "440306", "450312", "810000"])
days = st.dates(min_value=date(1900, 1, 1), max_value=ON)
sequences = st.integers(min_value=0, max_value=999)


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """Draw a number that is right in every part."""
    born, area, sequence = draw(days), draw(areas), draw(sequences)
    return resident_id.complete(f"{area}{born:%Y%m%d}{sequence:03}")


@pytest.mark.parametrize(
    "number",
    [
        "440308199901101512",
        "11010519491231002X",
        "650402199001010013",
        "65210119990101000X",
        "810000199408230021",
        "830000199201300022",
        "931115198912312003",
    ],
)
def test_numbers_of_every_issuer_and_age_are_right(number: str) -> None:
    """Printed examples, the old Turpan prefix, permits of 港澳台 and permanent residents."""
    assert resident_id.check(resident_id.complete(number[:17]), on=ON) is None


@pytest.mark.parametrize(
    ("body", "character"),
    [
        ("44030819990110151", "2"),
        ("11010519491231002", "X"),
        ("65040219900101001", "3"),
        ("65210119990101000", "X"),
    ],
)
def test_the_check_character_is_that_of_the_published_examples(body: str, character: str) -> None:
    """POLICY 4.1 lists them."""
    assert resident_id.check_character(body) == character
    assert resident_id.complete(body) == body + character


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("", Fault.MISSING),
        ("650402900101001", Fault.FIFTEEN_DIGITS),
        ("6.52E+17", Fault.SCIENTIFIC),
        ("6.5210119990101e+17", Fault.SCIENTIFIC),
        ("652101199901010000.0", Fault.SCIENTIFIC),
        ("650402900101001.0", Fault.SCIENTIFIC),
        ("652101199901011000", Fault.SCIENTIFIC),
        ("652101000000000000", Fault.SCIENTIFIC),
        ("65040219900101001", Fault.LENGTH),
        ("6504021990010100133", Fault.LENGTH),
        ("65040219900101O013", Fault.CHARACTERS),
        ("65040219900101001A", Fault.CHARACTERS),
        ("6504021990010100-3", Fault.CHARACTERS),
        ("٦50402199001010013", Fault.CHARACTERS),
        ("000402199001010013", Fault.AREA),
        ("660402199001010013", Fault.AREA),
        ("990402199001010013", Fault.AREA),
        ("650402199013010013", Fault.BIRTH_DATE),
        ("650402199002300013", Fault.BIRTH_DATE),
        ("650402189912310013", Fault.BIRTH_DATE),
        ("650402202006020013", Fault.BIRTH_DATE),
        ("650402199001010014", Fault.CHECKSUM),
    ],
)
def test_every_fault_is_named(value: str, fault: Fault) -> None:
    """The first fault of the ladder is the one named."""
    assert resident_id.check(value, on=ON) is fault


def test_a_real_number_that_ends_in_zeroes_is_right() -> None:
    """Only a number that fails is taken for one that lost its digits."""
    ending = next(
        number
        for serial in range(0, 1000, 100)
        for day in range(1, 29)
        if (number := resident_id.complete(f"652101199901{day:02}{serial:03}")).endswith("000")
    )
    assert resident_id.check(ending, on=ON) is None


def test_a_number_of_today_is_born_and_one_of_tomorrow_is_not() -> None:
    """The last day that counts is the day given."""
    today = resident_id.complete(f"650402{ON:%Y%m%d}001")
    tomorrow = resident_id.complete(f"650402{ON + timedelta(days=1):%Y%m%d}001")
    assert resident_id.check(today, on=ON) is None
    assert resident_id.check(tomorrow, on=ON) is Fault.BIRTH_DATE


@pytest.mark.parametrize(
    "raw",
    [
        "65210119990101000X",
        "65210119990101000x",
        "６５２１０１１９９９０１０１０００Ｘ",
        "６５２１０１１９９９０１０１０００ｘ",
        " 652101 19990101 000X ",
        "\u3000652101\u300019990101\u3000000X\u3000",
        "652101\u00a019990101\u202f000X\ufeff",
        "\u200b652101\u200d19990101\u2060000X\u202c",
        "'65210119990101000X",
        "65210119990101000X'",
        "“65210119990101000X”",
        "＇65210119990101000X",
        "652101\r\n19990101000X\t",
        "65210119990101000Х",
    ],
)
def test_what_people_type_becomes_one_number(raw: str) -> None:
    """Full width, spaces of every kind, quotes, small and Cyrillic x."""
    assert resident_id.normalise(raw) == "65210119990101000X"


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing(raw: str) -> None:
    """The normal form is normal, and no text makes the check fail."""
    once = resident_id.normalise(raw)
    assert resident_id.normalise(once) == once
    resident_id.check(once, on=ON)


@given(numbers())
def test_a_number_that_is_right_tells_its_birth_date(number: str) -> None:
    """Normalising leaves it alone."""
    assert resident_id.normalise(number) == number
    assert resident_id.check(number, on=ON) is None
    assert resident_id.birth_date(number).strftime("%Y%m%d").zfill(8) == number[6:14]


@given(numbers(), st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(number: str, at: int, by: int) -> None:
    """MOD 11-2 finds every single substitution."""
    digit = "0" if number[at] == "X" else str((int(number[at]) + by) % 10)
    assert resident_id.check(number[:at] + digit + number[at + 1 :], on=ON) is not None


@given(numbers(), st.integers(0, 16))
def test_two_swapped_neighbours_are_always_found(number: str, at: int) -> None:
    """MOD 11-2 finds every transposition."""
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    assert (resident_id.check(swapped, on=ON) is None) == (swapped == number)


def test_a_trainee_turns_sixteen_on_the_birthday_not_before() -> None:
    """The day before is fifteen."""
    number = resident_id.complete("65210120040601001")
    assert resident_id.age_on(number, date(2020, 5, 31)) == 15
    assert resident_id.age_on(number, date(2020, 6, 1)) == 16


def test_a_leap_day_counts_as_reached_on_the_first_of_march() -> None:
    """And on the day itself where the year has one."""
    number = resident_id.complete("65210120040229001")
    assert resident_id.age_on(number, date(2021, 2, 28)) == 16
    assert resident_id.age_on(number, date(2021, 3, 1)) == 17
    assert resident_id.age_on(number, date(2020, 2, 28)) == 15
    assert resident_id.age_on(number, date(2020, 2, 29)) == 16


@pytest.mark.parametrize("value", ["", "650402", "650402199002300013", "650402٢99001010013"])
def test_no_birth_date_is_made_up(value: str) -> None:
    """A broken number raises."""
    with pytest.raises(ValueError, match="no date of birth"):
        resident_id.birth_date(value)


@pytest.mark.parametrize("body", ["", "1234567890123456", "1234567890123456X", "٦5040219900101001"])
def test_no_check_character_is_made_up(body: str) -> None:
    """Only seventeen ASCII digits have one."""
    with pytest.raises(ValueError, match="seventeen digits"):
        resident_id.check_character(body)


def test_sex_is_not_offered() -> None:
    """No rule of the plan needs it."""
    assert not [name for name in dir(resident_id) if "sex" in name.lower()]


def test_a_roster_of_a_hundred_thousand_is_checked_at_once() -> None:
    """Far below the second that a person would notice, on a loaded machine too."""
    born = [date(1950, 1, 1) + timedelta(days=19 * at) for at in range(1000)]
    people = [resident_id.complete(f"652101{day:%Y%m%d}001") for day in born]
    roster = people * 100
    begun = time.process_time()
    faults = [resident_id.check(resident_id.normalise(number), on=ON) for number in roster]
    assert time.process_time() - begun < 1.0
    assert not any(faults)
