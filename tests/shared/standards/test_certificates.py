"""Certificate numbers."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.standards import certificates, resident_id
from shared.standards.certificates import Fault, Kind
from shared.standards.levels import Level

ON = date(2020, 6, 1)
SKILL = "Y000165000001195000001"
QUALIFICATION = "1965040001500001"
COMPLETION = certificates.issue_completion("6504L1", 2020, 12)


@pytest.mark.parametrize(
    ("kind", "number", "level"),
    [
        (Kind.SKILL_LEVEL, SKILL, Level.JUNIOR),
        (Kind.SKILL_LEVEL, SKILL, None),
        (Kind.SKILL_LEVEL, "S0000650000AB204000002", Level.INTERMEDIATE),
        (Kind.SKILL_LEVEL, "TJ" + "1" * 20, None),
        (Kind.QUALIFICATION, QUALIFICATION, None),
        (Kind.QUALIFICATION, QUALIFICATION, Level.JUNIOR),
        (Kind.QUALIFICATION, "9865013001100001", Level.SENIOR_TECHNICIAN),
        (Kind.SPECIAL_ABILITY, "650400-2019-0001", None),
        (Kind.PERMIT, "T65210119990101000X", None),
        (Kind.COMPLETION, COMPLETION, None),
    ],
)
def test_numbers_of_the_known_forms_are_right(kind: Kind, number: str, level: Level | None) -> None:
    """POLICY 4.5 lists the forms."""
    assert certificates.check(kind, number, level, on=ON) is None


@pytest.mark.parametrize(
    ("kind", "number", "level", "fault"),
    [
        (Kind.SKILL_LEVEL, "", None, Fault.MISSING),
        (Kind.SKILL_LEVEL, SKILL[:-1], None, Fault.FORM),
        (Kind.SKILL_LEVEL, "Z" + SKILL[1:], None, Fault.FORM),
        (Kind.SKILL_LEVEL, "Y000199000001195000001", None, Fault.PROVINCE),
        (Kind.SKILL_LEVEL, "Y000165000001215000001", None, Fault.YEAR),
        (Kind.SKILL_LEVEL, "Y000165000001196000001", None, Fault.LEVEL),
        (Kind.SKILL_LEVEL, SKILL, Level.SENIOR, Fault.LEVEL),
        (Kind.SKILL_LEVEL, "TJ" + "1" * 20, Level.SENIOR_TECHNICIAN, Fault.LEVEL),
        (Kind.QUALIFICATION, QUALIFICATION[:-1], None, Fault.FORM),
        (Kind.QUALIFICATION, "1965049001500001", None, Fault.FORM),
        (Kind.QUALIFICATION, "21" + QUALIFICATION[2:], None, Fault.YEAR),
        (Kind.QUALIFICATION, "1965040001900001", None, Fault.LEVEL),
        (Kind.QUALIFICATION, QUALIFICATION, Level.SENIOR, Fault.LEVEL),
        (Kind.SPECIAL_ABILITY, "12345", None, Fault.FORM),
        (Kind.SPECIAL_ABILITY, "<script>", None, Fault.FORM),
        (Kind.PERMIT, "T" * 31, None, Fault.FORM),
        (Kind.COMPLETION, COMPLETION[:-1], None, Fault.FORM),
        (Kind.COMPLETION, COMPLETION[:-2] + "3" + COMPLETION[-1], None, Fault.CHECKSUM),
        (
            Kind.COMPLETION,
            certificates.issue_completion("650402", 2021, 1),
            None,
            Fault.YEAR,
        ),
    ],
)
def test_every_fault_is_named(kind: Kind, number: str, level: Level | None, fault: Fault) -> None:
    """The first fault of the ladder is the one named."""
    assert certificates.check(kind, number, level, on=ON) is fault


def test_a_permit_number_that_holds_a_resident_id_says_so() -> None:
    """Whoever stores it must seal it."""
    person = resident_id.complete("65210119990101001")
    assert certificates.holds_resident_number(f"T{person}", on=ON)
    assert certificates.holds_resident_number(f"1{person}9", on=ON)
    assert not certificates.holds_resident_number("T652101199901010014", on=ON)
    assert not certificates.holds_resident_number(SKILL, on=ON)


@given(
    st.from_regex(r"\A[0-9A-Z]{6}\Z"),
    st.integers(2000, 2020),
    st.integers(1, 999_999),
    st.integers(0, 18),
    st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
)
def test_one_wrong_character_of_our_number_is_always_found(
    authority: str, year: int, serial: int, at: int, other: str
) -> None:
    """Nineteen characters, the last of which watches the others."""
    number = certificates.issue_completion(authority, year, serial)
    assert len(number) == 19
    assert certificates.check(Kind.COMPLETION, number, on=ON) is None
    changed = number[:at] + other + number[at + 1 :]
    assert (certificates.check(Kind.COMPLETION, changed, on=ON) is None) == (changed == number)


@pytest.mark.parametrize(
    ("authority", "year", "serial"),
    [
        ("65040", 2020, 1),
        ("6504l1", 2020, 1),
        ("650402", 1999, 1),
        ("650402", 2020, 0),
        ("650402", 2020, 1_000_000),
        ("650402", 10_000, 1),
    ],
)
def test_no_number_of_another_form_is_issued(authority: str, year: int, serial: int) -> None:
    """The form is fixed for as long as certificates are checked."""
    with pytest.raises(ValueError, match=r"authority|year|serial"):
        certificates.issue_completion(authority, year, serial)


@given(st.sampled_from(Kind), st.text(max_size=40))
def test_no_text_makes_the_check_fail(kind: Kind, raw: str) -> None:
    """A check answers, it never raises."""
    certificates.check(kind, certificates.normalise(raw), on=ON)


def test_every_kind_has_a_name_for_people() -> None:
    """In Chinese and English."""
    assert {certificates.label(kind) for kind in Kind}.isdisjoint(
        {certificates.label(kind, "en") for kind in Kind}
    )
