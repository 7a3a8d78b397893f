"""Working days: the nation's, the region's, and years that nobody has announced."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import workdays
from shared.workdays import NATIONAL, Calendar, NoCalendar, Notice

TURPAN = "650400"
EID_2020 = Notice(
    number="example 2020-1", region=TURPAN, year=2020, rests=frozenset({date(2020, 5, 25)})
)
QURBAN_2020 = Notice(
    number="example 2020-2",
    region=TURPAN,
    year=2020,
    rests=frozenset({date(2020, 7, 31), date(2020, 8, 3)}),
    works=frozenset({date(2020, 8, 9)}),
)
NATION = Calendar(region=NATIONAL)
REGION = Calendar(region=TURPAN, notices=[EID_2020, QURBAN_2020])

days = st.dates(date(2019, 1, 1), date(2021, 6, 30))
counts = st.integers(0, 60)


def test_the_nation_rests_and_works_as_announced() -> None:
    """National Day rests, a Sunday before it works, plain days follow the week."""
    assert not NATION.is_workday(date(2020, 10, 1))
    assert NATION.is_workday(date(2020, 9, 27))
    assert NATION.is_workday(date(2020, 6, 3))
    assert not NATION.is_workday(date(2020, 6, 6))


def test_a_region_rests_on_its_own_holidays_too() -> None:
    """And works on the days its notice moves."""
    assert NATION.is_workday(date(2020, 5, 25))
    assert not REGION.is_workday(date(2020, 5, 25))
    assert REGION.is_workday(date(2020, 8, 9))
    assert not REGION.is_workday(date(2020, 10, 1))


def test_five_working_days_of_notice_leave_out_the_regional_holiday() -> None:
    """A notice posted on Wednesday 20 May 2020 ends a day later in Turpan."""
    assert NATION.add(date(2020, 5, 20), 5) == date(2020, 5, 27)
    assert REGION.add(date(2020, 5, 20), 5) == date(2020, 5, 28)
    assert REGION.between(date(2020, 5, 20), date(2020, 5, 28)) == 5


def test_the_day_itself_is_not_counted() -> None:
    """Zero is the day itself, and counting back works."""
    assert NATION.add(date(2020, 6, 5), 0) == date(2020, 6, 5)
    assert NATION.add(date(2020, 6, 5), 1) == date(2020, 6, 8)
    assert NATION.add(date(2020, 6, 8), -1) == date(2020, 6, 5)
    assert NATION.between(date(2020, 6, 5), date(2020, 6, 5)) == 0


@given(days, counts)
def test_between_undoes_add(day: date, n: int) -> None:
    """And adding in two steps is adding once."""
    later = NATION.add(day, n)
    assert NATION.between(day, later) == n
    assert NATION.add(NATION.add(day, n // 2), n - n // 2) == later


def test_an_end_before_the_start_is_refused() -> None:
    """Nothing is counted backwards by mistake."""
    with pytest.raises(ValueError, match="before the start"):
        NATION.between(date(2020, 6, 5), date(2020, 6, 4))


def test_a_year_that_nobody_announced_has_no_calendar() -> None:
    """The library ends somewhere; then it says so and guesses nothing."""
    unknown = max(workdays.national_years()) + 1
    last = date(unknown - 1, 12, 31)
    with pytest.raises(NoCalendar, match=f"CN has no national holiday notice for {unknown}") as one:
        NATION.add(last, 1)
    assert (one.value.year, one.value.missing, one.value.code) == (
        unknown,
        "national",
        "no_calendar",
    )
    with pytest.raises(NoCalendar):
        NATION.is_workday(date(2003, 12, 31))


def test_a_year_without_the_regions_notice_has_no_calendar_either() -> None:
    """It would be quietly wrong by a holiday."""
    with pytest.raises(NoCalendar, match="650400 has no regional holiday notice for 2021"):
        REGION.is_workday(date(2021, 5, 13))
    assert NATION.is_workday(date(2021, 5, 13))


def test_a_national_notice_stands_in_for_the_library() -> None:
    """Entered by the authority with its number, it opens the year."""
    year = max(workdays.national_years()) + 1
    new_year = date(year, 1, 1)
    weekend = next(
        day for at in range(7) if (day := date(year, 3, 1) + timedelta(days=at)).weekday() == 6
    )
    notice = Notice(
        number="example",
        region=NATIONAL,
        year=year,
        rests=frozenset({new_year}),
        works=frozenset({weekend}),
    )
    calendar = Calendar(region=NATIONAL, notices=[notice])
    assert not calendar.is_workday(new_year)
    assert calendar.is_workday(weekend)
    assert not calendar.is_workday(weekend - timedelta(days=1))
    assert calendar.is_workday(weekend + timedelta(days=1))


def test_notices_of_other_regions_are_passed_over() -> None:
    """One list serves every calendar."""
    other = Notice(number="x", region="659900", year=2020, rests=frozenset({date(2020, 6, 3)}))
    calendar = Calendar(region=TURPAN, notices=[other, EID_2020])
    assert calendar.is_workday(date(2020, 6, 3))
    assert calendar.notices == (EID_2020,)


def test_a_notice_has_a_number_and_does_not_contradict_itself() -> None:
    """Every exception has a source."""
    day = frozenset({date(2020, 6, 3)})
    with pytest.raises(ValueError, match="document number"):
        Notice(number=" ", region=TURPAN, year=2020)
    with pytest.raises(ValueError, match="both rests and works"):
        Notice(number="x", region=TURPAN, year=2020, rests=day, works=day)
