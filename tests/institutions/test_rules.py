"""The rules of the institutions service, alone."""

from dataclasses import dataclass
from datetime import date

import pytest

from services.institutions import pinyin
from services.institutions.editions import rules as editions
from services.institutions.licences import rules as licences
from services.institutions.offerings import rules as offerings
from services.institutions.organisations import rules as organisations
from services.institutions.organisations.models import Role, State
from services.institutions.rates import rules as rates
from shared.standards import credit_code


@dataclass(frozen=True)
class Entry:
    """One confirmed rate."""

    authority: str
    fen_per_person: int
    from_date: date
    document_number: str = "示例1号"


def test_every_credit_code_fault_has_its_words() -> None:
    """A new fault of the standard cannot reach a caller without a text."""
    for fault in credit_code.Fault:
        reason = organisations.OrganisationReason(fault.value)
        assert reason.zh
        assert reason.en


@pytest.mark.parametrize("state", [None, *State])
def test_every_state_can_be_left_and_none_is_entered_twice(state: State | None) -> None:
    """No state is a trap, and a state is not a step to itself."""
    assert organisations.STEPS[state]
    assert state not in organisations.STEPS[state]


def test_a_refused_organisation_applies_again_before_it_is_listed() -> None:
    """Refused, removed: back to the beginning, with the document where one decides."""
    assert organisations.step(State.REFUSED, State.APPLIED, None) == ()
    found = organisations.step(State.REFUSED, State.LISTED, "示例1号")
    assert [finding.reason for finding in found] == [organisations.OrganisationReason.NOT_A_STEP]


def test_an_employer_gets_no_licence() -> None:
    """It teaches its own staff under an agreement."""
    found = licences.grant(
        role=Role.EMPLOYER,
        held=[Role.EMPLOYER],
        subject_known=True,
        from_date=date(2020, 1, 1),
        to_date=date(2020, 1, 1),
    )
    assert [finding.reason for finding in found] == [licences.LicenceReason.ROLE_NOT_LICENSED]


def test_a_rate_is_unset_never_zero() -> None:
    """Nothing entered, and nothing begun, both read None."""
    later = Entry("650402", 100, date(2020, 2, 1))
    held = rates.on_day(["650402", "650421"], [later], date(2020, 1, 31))
    assert [each.fen_per_person for each in held] == [None, None]


def test_the_latest_rate_that_has_begun_holds_in_any_order_of_reading() -> None:
    """The order of rows does not matter."""
    entries = [Entry("650402", fen, date(2020, fen, 1)) for fen in (3, 1, 2)]
    held = rates.on_day(["650402"], entries, date(2020, 2, 28))
    assert held[0].fen_per_person == 2


def test_the_same_entries_have_the_same_bytes_and_no_difference() -> None:
    """Order of keys and reading does not matter; Chinese stays readable."""
    one = {"id": "1", "name": "学校", "licences": [{"a": 1, "b": 2}]}
    two = {"licences": [{"b": 2, "a": 1}], "name": "学校", "id": "1"}
    assert editions.canonical(one) == editions.canonical(two)
    assert "学校".encode() in editions.canonical(one)
    assert editions.difference([one], [two]) == {"added": [], "removed": [], "changed": []}


def test_a_field_that_appears_or_vanishes_is_a_change() -> None:
    """Editions of an older form can still be compared."""
    found = editions.difference([{"id": "1", "name": "甲", "old": 1}], [{"id": "1", "name": "乙"}])
    assert found["changed"] == [
        {
            "id": "1",
            "name": "乙",
            "fields": [
                {"field": "name", "before": "甲", "after": "乙"},
                {"field": "old", "before": 1, "after": None},
            ],
        }
    ]


@pytest.mark.parametrize(
    ("header", "same"),
    [(None, False), ('"a"', True), ('W/"a"', True), ('"b", "a"', True), ("*", True), ("a", False)],
)
def test_a_tag_is_compared_as_http_says(header: str | None, same: object) -> None:
    """Lists, weak tags and the star count; an unquoted word does not."""
    assert editions.unchanged('"a"', header) is same


def test_a_local_code_never_looks_official() -> None:
    """Whatever its number."""
    codes = [offerings.local_code(number) for number in (1, 9999)]
    assert codes == ["L-0001", "L-9999"]
    assert not any(offerings.OFFICIAL.fullmatch(code) for code in codes)


def test_pinyin_orders_names_by_sound() -> None:
    """What is not Chinese stays as it is."""
    assert pinyin.key("吐鲁番A校") == "tu lu fan a xiao"
