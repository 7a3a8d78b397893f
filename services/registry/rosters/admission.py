"""Judge checked rows by what the classes say: open or not, old enough, places to invite to."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import compress
from uuid import UUID

from services.registry.rosters import marking
from services.registry.rosters.checking import Checked, Fault
from services.registry.rosters.files import Column, Rows, Text
from services.registry.rosters.marking import Mark
from shared.standards import resident_id

INVITED_PER_PLACE = 2  # more invitations than this for a place are a nuisance, not a class
HAZARDOUS_KIND = "work_training"
HAZARDOUS_CERTIFICATE = "permit"


class Code(StrEnum):
    """What only the database can find wrong with a row."""

    CLASS_NOT_OPEN = "class_not_open"
    CLASS_FULL = "class_full"


TEXTS: dict[Code, Text] = {
    Code.CLASS_NOT_OPEN: Text(
        "该班级尚未通过备案、已开班或已停止报名，不能再邀请人员。",
        "This class is not accepted yet, has started or is closed to invitations.",
    ),
    Code.CLASS_FULL: Text(
        "该班级邀请的人数已达名额的两倍，不能再邀请更多人员。",
        "Twice as many people as the class has places are invited already; no more can be.",
    ),
}
CATALOGUE = marking.texts({code.value: text for code, text in TEXTS.items()})


@dataclass(frozen=True, slots=True)
class ClassFacts:
    """What admission needs to know of a class; `standing` counts who was invited before."""

    id: UUID
    code: str
    authority: str
    starts_on: date
    capacity: int
    hazardous: bool
    open: bool
    standing: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """Accepted and rejected rows, and every mark, in the order of the file."""

    accepted: Rows
    rejected: Rows
    marks: list[Mark]

    def received(self) -> int:
        """Count the rows of the file."""
        return len(self.accepted) + len(self.rejected)

    def by_code(self) -> dict[str, int]:
        """Count rejected rows under each of their codes."""
        found: dict[str, int] = {}
        for _, code in {(mark.row_no, mark.code) for mark in self.marks}:
            found[code] = found.get(code, 0) + 1
        return dict(sorted(found.items()))


def judge(
    checked: Checked, classes: Mapping[str, ClassFacts], *, on: date, hazardous_age: int
) -> Judged:
    """Turn away rows of classes that are not open, and those too young for hazardous work."""
    judged = Judged(checked.accepted, checked.rejected, marking.from_check(checked.faults))
    named = set(checked.accepted.class_code)
    strict = {code for code in named if classes[code].hazardous}
    too_young = _too_young(checked.accepted, strict, on, hazardous_age) if strict else []
    return turn_away(judged, [*closed(judged, classes), *too_young])


def closed(judged: Judged, classes: Mapping[str, ClassFacts]) -> list[Mark]:
    """Mark the accepted rows whose class takes no invitations."""
    shut = {code for code in set(judged.accepted.class_code) if not classes[code].open}
    if not shut:
        return []
    return [
        Mark(row_no, Column.CLASS_CODE, Code.CLASS_NOT_OPEN)
        for row_no, code in zip(judged.accepted.row_no, judged.accepted.class_code, strict=True)
        if code in shut
    ]


def full(row_nos: Iterable[int]) -> list[Mark]:
    """Mark rows that go beyond what their class may invite."""
    return [Mark(row_no, Column.CLASS_CODE, Code.CLASS_FULL) for row_no in row_nos]


def crowded(judged: Judged, classes: Mapping[str, ClassFacts]) -> set[str]:
    """Name the classes for which people must be compared with those invited before."""
    rows: dict[str, int] = {}
    for code in judged.accepted.class_code:
        rows[code] = rows.get(code, 0) + 1
    return {
        code
        for code, count in rows.items()
        if count + classes[code].standing > classes[code].capacity * INVITED_PER_PLACE
    }


def turn_away(judged: Judged, marks: Collection[Mark]) -> Judged:
    """Move marked rows from the accepted to the rejected."""
    if not marks:
        return judged
    bad = {mark.row_no for mark in marks}
    away = [row_no in bad for row_no in judged.accepted.row_no]
    moved = take(judged.accepted, away)
    return Judged(
        accepted=take(judged.accepted, [not one for one in away]),
        rejected=_merged(judged.rejected, moved),
        marks=sorted([*judged.marks, *marks], key=lambda mark: mark.row_no),
    )


def take(rows: Rows, keep: Collection[bool]) -> Rows:
    """Take the rows that are kept."""
    return Rows(
        row_no=list(compress(rows.row_no, keep)),
        name=list(compress(rows.name, keep)),
        id_number=list(compress(rows.id_number, keep)),
        phone=list(compress(rows.phone, keep)),
        class_code=list(compress(rows.class_code, keep)),
    )


def _merged(one: Rows, other: Rows) -> Rows:
    order = sorted(range(len(one) + len(other)), key=(one.row_no + other.row_no).__getitem__)

    def column(first: list[str], second: list[str]) -> list[str]:
        both = first + second
        return [both[place] for place in order]

    return Rows(
        row_no=sorted(one.row_no + other.row_no),
        name=column(one.name, other.name),
        id_number=column(one.id_number, other.id_number),
        phone=column(one.phone, other.phone),
        class_code=column(one.class_code, other.class_code),
    )


def _too_young(rows: Rows, strict: Collection[str], on: date, age: int) -> list[Mark]:
    return [
        Mark(row_no, Column.ID_NUMBER, Fault.UNDER_AGE)
        for row_no, number, code in zip(rows.row_no, rows.id_number, rows.class_code, strict=True)
        if code in strict and resident_id.age_on(number, on) < age
    ]
