"""Which lists there may be, and what is wrong with the rows of one. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from shared.plans.records import Category
from shared.plans.vocabulary import Evidence
from shared.standards import credit_code, resident_id

INSURED_EMPLOYER = "insured_employer"
EARLIER_BENEFIT = "earlier_benefit"
# A list of pensioners is of one scheme, for which of them excludes is a parameter. POLICY 8.11
PENSIONS = MappingProxyType(
    {
        "pension_employees": "employees",
        "pension_public": "public",
        "pension_residents": "residents",
    }
)


class RowFault(StrEnum):
    """What is wrong with a row beside its ID number and credit code."""

    UNTIL_BEFORE_FROM = "until_before_from"
    DATE_WRONG = "date_wrong"
    EMPLOYER_NOT_EXPECTED = "employer_not_expected"
    RECEIVED_LATER = "received_in_future"


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it was sent; `number` counts from 1, the last day `until` is included."""

    number: int
    id_number: str
    starts: date | None
    until: date | None
    employer: str | None


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One row in order: the ID number in its one form, the first and the last day."""

    id_number: str
    starts: date
    until: date | None
    employer: str | None


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one row, by its number and column; never the value."""

    row: int
    column: str
    code: str


def codes(
    categories: Iterable[Category], *, pension_category: str, on: date
) -> Mapping[str, tuple[str, ...]]:
    """List the codes that a list may have, each with the keepers of its register.

    They are the categories that a register evidences; a list of pensions names its scheme instead,
    and a list of insured staff names the employer of each.
    """
    found: dict[str, tuple[str, ...]] = {}
    for category in categories:
        if category.starts_on > on or (category.until is not None and category.until <= on):
            continue
        keepers = tuple(
            proof.keeper or "" for proof in category.evidence if proof.kind is Evidence.REGISTER
        )
        if not keepers:
            continue
        if category.id == pension_category:
            found |= dict.fromkeys(PENSIONS, keepers)
        else:
            found[category.id] = keepers
        if category.id == "enterprise_staff":
            found[INSURED_EMPLOYER] = keepers
    return found


def check(rows: Sequence[Row], *, code: str, on: date) -> tuple[list[Entry], list[Fault]]:
    """Put every row in its one form; the same row twice is one entry, a faulty row none."""
    entries: dict[Entry, None] = {}
    faults: list[Fault] = []
    for row in rows:
        number = resident_id.normalise(row.id_number)
        employer = credit_code.normalise(row.employer or "")
        wrong = [*_faults(row, number, employer, code=code, on=on)]
        faults += wrong
        if not wrong:
            assert row.starts is not None
            entries[Entry(number, row.starts, row.until, employer or None)] = None
    return list(entries), faults


def _faults(row: Row, number: str, employer: str, *, code: str, on: date) -> Iterable[Fault]:
    if fault := resident_id.check(number, on=on):
        yield Fault(row.number, "id_number", fault.value)
    if row.starts is None:
        yield Fault(row.number, "from", RowFault.DATE_WRONG)
    elif row.until is not None and row.until < row.starts:
        yield Fault(row.number, "until", RowFault.UNTIL_BEFORE_FROM)
    if code == INSURED_EMPLOYER:
        if wrong := credit_code.check(employer):
            yield Fault(row.number, "employer_credit_code", wrong.value)
    elif employer:
        yield Fault(row.number, "employer_credit_code", RowFault.EMPLOYER_NOT_EXPECTED)
