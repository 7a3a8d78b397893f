"""Working days of a region: the State Council's calendar and the region's own holidays.

National days come from chinesecalendar, which knows only announced years. A region adds notices:
肉孜节 and 古尔邦节 are announced year by year, so a year without the region's notice has no
calendar either, rather than one that is quietly wrong.
"""

import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

with warnings.catch_warnings():
    # A new interpreter's deprecations inside the library are not ours to stop on.
    warnings.simplefilter("ignore")
    import chinese_calendar

__all__ = ["NATIONAL", "Calendar", "NoCalendar", "Notice", "national_years"]

NATIONAL: Final = "CN"
_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5


class NoCalendar(LookupError):
    """No working day of that year can be named yet; it says who has to enter what."""

    code = "no_calendar"

    def __init__(self, *, region: str, year: int, missing: str) -> None:
        super().__init__(f"{region} has no {missing} holiday notice for {year}")
        self.region, self.year, self.missing = region, year, missing


@dataclass(frozen=True, slots=True)
class Notice:
    """An official notice of one year's holidays, with the working days it moves.

    A notice of the region NATIONAL stands in for a year that the library does not know.
    """

    number: str
    region: str
    year: int
    rests: frozenset[date] = frozenset()
    works: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        """Refuse a notice without a number and a day that both rests and works."""
        if not self.number.strip():
            raise ValueError("a notice has a document number")
        if self.rests & self.works:
            raise ValueError(f"{self.number}: a day both rests and works")


class Calendar:
    """The working days of one region. Immutable."""

    def __init__(self, *, region: str, notices: Iterable[Notice] = ()) -> None:
        """Build the calendar of a region; notices of other regions are passed over."""
        self.region = region
        kept = [notice for notice in notices if notice.region in {region, NATIONAL}]
        self.notices = tuple(sorted(kept, key=lambda notice: (notice.year, notice.number)))
        self._regional_years = {notice.year for notice in kept if notice.region == region}
        self._announced_years = {notice.year for notice in kept if notice.region == NATIONAL}
        nation = [notice for notice in kept if notice.region == NATIONAL]
        own = [notice for notice in kept if notice.region == region != NATIONAL]
        self._nation = _days(nation)
        self._own = _days(own)

    def is_workday(self, day: date) -> bool:
        """Say whether offices of the region work. Raises NoCalendar for an unknown year."""
        self._require(day.year)
        own, nation = self._own.get(day), self._nation.get(day)
        if own is not None:
            return own
        if nation is not None:
            return nation
        if day.year in national_years():
            return bool(chinese_calendar.is_workday(day))
        return day.weekday() < _SATURDAY

    def add(self, day: date, n: int) -> date:
        """Return the n-th working day after a day, which is itself not counted.

        Zero returns the day itself, a negative n counts back.
        Raises NoCalendar as soon as the count enters an unknown year.
        """
        step = _DAY if n > 0 else -_DAY
        left = abs(n)
        while left:
            day += step
            left -= self.is_workday(day)
        return day

    def between(self, start: date, end: date) -> int:
        """Count the working days after `start` up to and including `end`.

        It undoes `add`: between(day, add(day, n)) is n for n >= 0. Raises ValueError for an end
        before the start.
        """
        if end < start:
            raise ValueError("the end lies before the start")
        return sum(map(self.is_workday, _range(start + _DAY, end)))

    def _require(self, year: int) -> None:
        if year not in national_years() and year not in self._announced_years:
            raise NoCalendar(region=self.region, year=year, missing="national")
        if self.region != NATIONAL and year not in self._regional_years:
            raise NoCalendar(region=self.region, year=year, missing="regional")


@lru_cache(maxsize=1)
def national_years() -> frozenset[int]:
    """List the years whose national calendar the library knows."""
    return frozenset(day.year for day in chinese_calendar.holidays)


def _days(notices: Iterable[Notice]) -> dict[date, bool]:
    days: dict[date, bool] = {}
    for notice in notices:
        days |= dict.fromkeys(notice.rests, False) | dict.fromkeys(notice.works, True)
    return days


def _range(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += _DAY
