"""Put together what is known of a person on the first day of a class, each fact with its source.

A list proves who is on it. Its silence proves something only where the list is complete, made on or
after that day, and of a status that excludes: nobody loses an entitlement because a list forgot
them. After the lists the person's own word counts. What neither says is missing. POLICY 8.22, 8.24
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.registry.registers.rules import INSURED_EMPLOYER, PENSIONS

REGISTER, OWN_STATEMENT = "register", "own_statement"
STAFF = "enterprise_staff"
STAFF_OF_ORGANISER, FEE_PAID, YES, NO = "staff_of_organiser", "fee_paid", "yes", "no"
NO_PENSION = "none"
Value = bool | str
SCHEMES = {scheme: code for code, scheme in PENSIONS.items()}


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a list about this person, in force on the first day; `until` is the last day."""

    code: str
    document: str
    as_of: date
    until: date | None
    employer: str | None


@dataclass(frozen=True, slots=True)
class Complete:
    """A list that says of everybody of its authority whether they have the status."""

    code: str
    authority: str
    document: str
    as_of: date


@dataclass(frozen=True, slots=True)
class Said:
    """What the person said for this class, and on which day."""

    answers: Mapping[str, str]
    on: date


@dataclass(frozen=True, slots=True)
class Terms:
    """The categories in force on a day and whether each excludes; which pensions exclude."""

    categories: tuple[tuple[str, bool], ...]
    pension_category: str
    pensions_excluding: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Course:
    """What of the class bears on who is known: whose it is, where, from when."""

    authority: str
    organisation_id: str
    starts_on: date


@dataclass(frozen=True, slots=True)
class Fact:
    """A value, where it comes from and of which day; `until` and `document` where a list says."""

    value: Value
    source: str
    as_of: date
    until: date | None = None
    document: str | None = None


@dataclass(frozen=True, slots=True)
class Employer:
    """Whose staff the person is: codes that lists name, this class's organisation by own word.

    With neither the person is on the staff of nobody who counts here.
    """

    credit_codes: tuple[str, ...]
    organisation_id: str | None
    source: str
    as_of: date
    document: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of a person for one class; a category that is not named is not known."""

    categories: Mapping[str, Fact]
    pension: Fact | None
    employer: Employer | None
    charged: Fact | None


def of(
    *,
    course: Course,
    entries: Sequence[Entry],
    complete: Iterable[Complete],
    said: Said | None,
    terms: Terms,
) -> Known:
    """Put together what lists and the person say, lists first."""
    silent = {
        each.code: each
        for each in sorted(complete, key=lambda each: each.as_of)
        if each.as_of >= course.starts_on and _covers(each.authority, course.authority)
    }
    categories = {}
    for category, excludes in terms.categories:
        if category == terms.pension_category:
            continue
        fact = _listed(category, entries)
        if fact is None and excludes and category in silent:
            fact = _absent(False, [silent[category]])
        if fact is None:
            fact = _said_of(category, said)
        if fact is not None:
            categories[category] = fact
    return Known(
        categories=categories,
        pension=_pension(entries, silent, said, terms),
        employer=_employer(entries, said, course),
        charged=_answer(said, FEE_PAID),
    )


def _covers(authority: str, place: str) -> bool:
    """Say whether a list of an authority covers a place: its own, or its prefecture's."""
    return authority in {place, f"{place[:4]}00"}


def _listed(category: str, entries: Sequence[Entry]) -> Fact | None:
    codes = {category, INSURED_EMPLOYER} if category == STAFF else {category}
    found = [entry for entry in entries if entry.code in codes]
    return _of_entry(True, max(found, key=lambda entry: entry.as_of)) if found else None


def _of_entry(value: Value, entry: Entry) -> Fact:
    return Fact(value, REGISTER, entry.as_of, entry.until, entry.document)


def _absent(value: Value, lists: Sequence[Complete]) -> Fact:
    """Say what the silence of every one of some lists proves, as of the oldest."""
    oldest = min(lists, key=lambda each: each.as_of)
    return Fact(value, REGISTER, oldest.as_of, None, oldest.document)


def _answer(said: Said | None, question: str) -> Fact | None:
    answer = said.answers.get(question) if said else None
    return None if said is None or answer is None else Fact(answer == YES, OWN_STATEMENT, said.on)


def _said_of(category: str, said: Said | None) -> Fact | None:
    own = _answer(said, category)
    if own is None and category == STAFF:
        # Who is not this organisation's staff may still be another's.
        here = _answer(said, STAFF_OF_ORGANISER)
        return here if here is not None and here.value else None
    return own


def _pension(
    entries: Sequence[Entry], silent: Mapping[str, Complete], said: Said | None, terms: Terms
) -> Fact | None:
    drawn = [entry for entry in entries if entry.code in PENSIONS]
    if drawn:
        first = min(drawn, key=lambda entry: _rank(PENSIONS[entry.code], terms))
        return _of_entry(PENSIONS[first.code], first)
    lists = [silent.get(SCHEMES[scheme]) for scheme in terms.pensions_excluding]
    whole = [each for each in lists if each is not None]
    if lists and len(whole) == len(lists):
        return _absent(NO_PENSION, whole)
    answer = said.answers.get(terms.pension_category) if said else None
    return None if said is None or answer is None else Fact(answer, OWN_STATEMENT, said.on)


def _rank(scheme: str, terms: Terms) -> tuple[bool, str]:
    """Put a pension that excludes before one that does not: who draws two draws the former."""
    return scheme not in terms.pensions_excluding, scheme


def _employer(entries: Sequence[Entry], said: Said | None, course: Course) -> Employer | None:
    """Say whose staff the person is; another employer's list does not gainsay their own word."""
    insured = [entry for entry in entries if entry.employer]
    codes = tuple(sorted({entry.employer for entry in insured if entry.employer}))
    here, staff = _answer(said, STAFF_OF_ORGANISER), _answer(said, STAFF)
    if here is not None and here.value:
        return Employer(codes, course.organisation_id, OWN_STATEMENT, here.as_of)
    if insured:
        newest = max(insured, key=lambda entry: entry.as_of)
        return Employer(codes, None, REGISTER, newest.as_of, newest.document)
    if here is not None:
        return Employer((), None, OWN_STATEMENT, here.as_of)
    if staff is not None and not staff.value:
        return Employer((), None, OWN_STATEMENT, staff.as_of)
    return None
