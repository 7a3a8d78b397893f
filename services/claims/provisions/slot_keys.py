"""Slots: what a cap counts, by the provision in force. 五(二), POLICY 8.5.

A kind of training has its place in a calendar year of Asia/Shanghai (`2020:skill`), an occupation
and level one for life (`6-31-01-03/5`, a subject without level `L-0007`), and what uses no yearly
slot one for its subject in the period (`2020Q1:safety/L-0007`). A cap of two has a key `…#2` too.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo

from services.claims.provisions.facts import Exemption, Occupied, Use
from services.claims.provisions.in_force import Caps

__all__ = ["Rule", "Slot", "keys", "of", "period", "shanghai_day", "use"]

SHANGHAI = ZoneInfo("Asia/Shanghai")


class Rule(StrEnum):
    """Which cap a slot belongs to."""

    KIND_IN_YEAR = "kind_in_year"
    YEAR_TOTAL = "year_total"
    OCCUPATION_AND_LEVEL = "occupation_and_level"
    SUBJECT_IN_PERIOD = "subject_in_period"


@dataclass(frozen=True, slots=True)
class Slot:
    """One place that a line needs: any one of the keys, the first that is free."""

    rule: Rule
    choices: tuple[str, ...]


# A class has one answer for all its lines, and every cap asks for it.
@lru_cache(maxsize=512)
def of(
    *, kind: str, subject_code: str, level: int | None, starts_on: date, caps: Caps
) -> tuple[Slot, ...]:
    """Say which slots a class of this kind and subject needs, by its first day in Shanghai."""
    if kind in caps.own_limits:
        return ()
    year, slots = starts_on.year, []
    if (times := caps.per_year.get(kind)) is not None:
        slots.append(_slot(Rule.KIND_IN_YEAR, f"{year}:{kind}", times))
        # As long as the kinds' own places cannot pass the total, they keep it.
        if sum(caps.per_year.values()) > caps.per_year_total:
            slots.append(_slot(Rule.YEAR_TOTAL, f"{year}:any", caps.per_year_total))
    if (length := caps.same_subject_per.get(kind)) is not None:
        key = f"{period(starts_on, length)}:{kind}/{subject_code}"
        slots.append(Slot(Rule.SUBJECT_IN_PERIOD, (key,)))
    if kind in caps.per_year or level is not None:
        key = subject_code if level is None else f"{subject_code}/{level}"
        slots.append(_slot(Rule.OCCUPATION_AND_LEVEL, key, caps.same_occupation_and_level))
    return tuple(slots)


def use(slot: Slot, occupied: Iterable[Occupied], lifted: Iterable[str] = ()) -> Use | None:
    """Say how a slot is occupied for this line: None where one of its keys is free or lifted."""
    uses = {each.key: each.use for each in occupied if each.key in slot.choices}
    if len(uses) < len(slot.choices) or any(key in slot.choices for key in lifted):
        return None
    return Use.HELD if Use.HELD in uses.values() else Use.TAKEN


def keys(
    slots: Iterable[Slot],
    occupied: Iterable[Occupied],
    exemptions: Iterable[Exemption],
    caps: Caps,
) -> tuple[str, ...]:
    """Choose the keys that the line takes, in the order in which rows are inserted."""
    filled = {each.key for each in occupied}
    valid = lifted(exemptions, caps)
    return tuple(sorted(_chosen(slot, filled, valid) for slot in slots if slot.choices))


def lifted(exemptions: Iterable[Exemption], caps: Caps) -> dict[str, str]:
    """Map each key that enough officers lifted to the key that the line takes in its place."""
    return {
        each.key: f"{each.key}+{each.number}"
        for each in exemptions
        if each.officers >= caps.exception_officers
    }


def period(day: date, length: str) -> str:
    """Name the calendar year or quarter that a day lies in."""
    return f"{day.year}Q{(day.month + 2) // 3}" if length == "quarter" else str(day.year)


def shanghai_day(at: datetime) -> date:
    """Return the business day of an instant: it may already be next year's."""
    assert at.tzinfo is not None, "an instant is aware"
    return at.astimezone(SHANGHAI).date()


def _slot(rule: Rule, key: str, times: int) -> Slot:
    return Slot(rule, tuple(_numbered(key, times)))


def _numbered(key: str, times: int) -> Iterator[str]:
    for number in range(1, times + 1):
        yield key if number == 1 else f"{key}#{number}"


def _chosen(slot: Slot, filled: set[str], valid: dict[str, str]) -> str:
    free = (key for key in slot.choices if key not in filled)
    instead = (valid[key] for key in slot.choices if key in valid)
    return next(free, None) or next(instead, slot.choices[0])
