"""What is known of a person: lists first, then the own word, and missing what neither says."""

from datetime import date
from typing import Any

import pytest

from services.registry.facts import rules
from services.registry.facts.rules import Complete, Course, Employer, Entry, Fact, Known, Said

FIRST_DAY = date(2020, 3, 9)
STATED = date(2020, 3, 10)
LISTED = date(2020, 3, 1)
TERMS = rules.Terms(
    categories=(
        ("hard_to_employ", False),
        ("unemployed", False),
        ("enterprise_staff", False),
        ("monthly_pension", True),
        ("public_payroll", True),
    ),
    pension_category="monthly_pension",
    pensions_excluding=("employees", "public"),
)
OWN, OTHER = "91650402MA0000001A", "91650402MA0000002B"


def entry(code: str, *, employer: str | None = None, as_of: date = LISTED) -> Entry:
    """Stand on a list."""
    return Entry(code, "示例3号", as_of, None, employer)


def whole(code: str, *, authority: str = "650402", as_of: date = FIRST_DAY) -> Complete:
    """Have a list that leaves nobody out."""
    return Complete(code, authority, "示例4号", as_of)


def known(
    *entries: Entry,
    complete: tuple[Complete, ...] = (),
    **answers: str,
) -> Known:
    """Put together what is known; answers are the person's own."""
    return rules.of(
        course=Course("650402", "org", FIRST_DAY),
        entries=entries,
        complete=complete,
        said=Said(answers, STATED) if answers else None,
        terms=TERMS,
    )


def said(fact: Fact | None) -> tuple[Any, str] | None:
    """Say a fact's value and source."""
    return None if fact is None else (fact.value, fact.source)


def test_what_nobody_says_is_missing() -> None:
    """Neither a default nor a no."""
    assert known() == Known({}, None, None, None)


def test_who_is_on_a_list_has_the_status_by_the_list() -> None:
    """With its day and document, whatever the person said."""
    fact = known(entry("hard_to_employ"), hard_to_employ="no").categories["hard_to_employ"]
    assert fact == Fact(True, "register", LISTED, None, "示例3号")


@pytest.mark.parametrize(("answer", "value"), [("yes", True), ("no", False)])
def test_the_own_word_counts_where_no_list_speaks(answer: str, *, value: bool) -> None:
    """As of the day on which it was said."""
    fact = known(unemployed=answer).categories["unemployed"]
    assert fact == Fact(value, "own_statement", STATED)


def test_a_list_that_forgot_a_person_takes_no_entitlement_away() -> None:
    """Its silence is no fact, however complete it claims to be."""
    assert "hard_to_employ" not in known(complete=(whole("hard_to_employ"),)).categories


def test_a_complete_list_says_who_is_not_on_the_public_payroll() -> None:
    """The silence of a list that excludes speaks for the person."""
    fact = known(complete=(whole("public_payroll"),)).categories["public_payroll"]
    assert (fact.value, fact.source) == (False, "register")


@pytest.mark.parametrize(
    "stale",
    [
        whole("public_payroll", as_of=LISTED),
        whole("public_payroll", authority="650421"),
        whole("hard_to_employ"),
    ],
)
def test_a_list_of_another_day_place_or_status_is_silent_for_nothing(stale: Complete) -> None:
    """It could not have named who joined later or elsewhere."""
    assert known(complete=(stale,)).categories == {}


def test_the_prefecture_s_list_covers_its_counties() -> None:
    """The municipal office keeps some registers for all."""
    found = known(complete=(whole("public_payroll", authority="650400"),))
    assert found.categories["public_payroll"].value is False


@pytest.mark.parametrize("scheme", ["employees", "public", "residents"])
def test_a_list_of_pensioners_names_the_scheme(scheme: str) -> None:
    """Which one it is decides whether it excludes. POLICY 8.11."""
    assert said(known(entry(f"pension_{scheme}")).pension) == (scheme, "register")


def test_of_two_pensions_the_one_that_excludes_is_told() -> None:
    """The order of the lists does not matter."""
    two = entry("pension_residents", as_of=STATED), entry("pension_employees")
    assert said(known(*two).pension) == ("employees", "register")
    assert said(known(*reversed(two)).pension) == ("employees", "register")


def test_no_pension_needs_the_silence_of_every_scheme_that_excludes() -> None:
    """One complete list of two proves nothing; the own word then counts."""
    one, other = whole("pension_employees"), whole("pension_public")
    assert said(known(complete=(one, other)).pension) == ("none", "register")
    assert known(complete=(one,)).pension is None
    answered = known(complete=(one,), monthly_pension="residents")
    assert said(answered.pension) == ("residents", "own_statement")


def test_insured_staff_are_told_with_every_employer_that_lists_name() -> None:
    """They are enterprise staff too; whose code it is claims compares."""
    two = entry("insured_employer", employer=OTHER), entry("insured_employer", employer=OWN)
    found = known(*two)
    assert found.employer == Employer((OWN, OTHER), None, "register", LISTED, "示例3号")
    assert said(found.categories["enterprise_staff"]) == (True, "register")


def test_another_employer_s_list_does_not_gainsay_the_own_word() -> None:
    """Whoever begins a job is insured there later; a no does not undo a list."""
    elsewhere = entry("insured_employer", employer=OTHER)
    own = known(elsewhere, staff_of_organiser="yes").employer
    assert own == Employer((OTHER,), "org", "own_statement", STATED)
    other = known(elsewhere, staff_of_organiser="no").employer
    assert other == Employer((OTHER,), None, "register", LISTED, "示例3号")


def test_who_is_nobody_s_staff_says_so() -> None:
    """Neither code nor organisation; who is not this employer's may still be another's."""
    nobody = Employer((), None, "own_statement", STATED)
    assert known(enterprise_staff="no").employer == nobody
    other = known(staff_of_organiser="no")
    assert other.employer == nobody
    assert "enterprise_staff" not in other.categories
    assert known(enterprise_staff="yes").employer is None


def test_whether_a_fee_was_paid_is_the_person_s_word() -> None:
    """Yes, no or not said."""
    assert said(known(fee_paid="yes").charged) == (True, "own_statement")
    assert said(known(fee_paid="no").charged) == (False, "own_statement")
    assert known(unemployed="no").charged is None


def test_a_category_that_is_not_in_force_is_not_told() -> None:
    """A stray entry or answer of a category outside the plan's list says nothing."""
    assert known(entry("veteran"), veteran="yes").categories == {}
