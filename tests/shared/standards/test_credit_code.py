"""Unified social credit codes: GB 32100."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.standards import credit_code
from shared.standards.credit_code import Fault

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@pytest.mark.parametrize("code", ["11450700552294158A", "91350100M000100Y43", "91110000600037341L"])
def test_published_codes_are_right(code: str) -> None:
    """A real agency's, the standard's example, a company's."""
    assert credit_code.check(code) is None
    assert credit_code.complete(code[:17]) == code


@pytest.mark.parametrize("first", ["N", "Y", "A", "1", "5", "9"])
def test_every_registering_authority_is_known(first: str) -> None:
    """A village's collective (N) is an organisation too, whatever the library thinks."""
    assert credit_code.check(credit_code.complete(f"{first}2650402MA775XXXX"[:17])) is None


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("", Fault.MISSING),
        ("652101050001234", Fault.LENGTH),
        ("91110000600037341I", Fault.CHARACTERS),
        ("９1110000600037341L", Fault.CHARACTERS),
        ("B1110000600037341L", Fault.AUTHORITY),
        ("911100A0600037341L", Fault.DIVISION),
        ("911100006000373412", Fault.CHECKSUM),
    ],
)
def test_every_fault_is_named(value: str, fault: Fault) -> None:
    """The first fault of the ladder is the one named."""
    assert credit_code.check(value) is fault


@pytest.mark.parametrize(
    "raw",
    ["91110000-600037341-l", "　91110000 600037341L'", "９１１１００００６０００３７３４１Ｌ"],
)
def test_what_people_type_becomes_one_code(raw: str) -> None:
    """Spaces, hyphens, full width, small letters."""
    assert credit_code.normalise(raw) == "91110000600037341L"


def test_an_x_keeps_its_place() -> None:
    """Codes share the ID number's clean-up, and X is a letter of theirs."""
    assert credit_code.normalise("91650402ma775x0xxx") == "91650402MA775X0XXX"


@given(st.text(ALPHABET, min_size=9, max_size=9), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_found(organisation: str, at: int, other: str) -> None:
    """The check character finds every single substitution."""
    code = credit_code.complete("91650402" + organisation)
    changed = code[:at] + other + code[at + 1 :]
    assert (credit_code.check(changed) is None) == (changed == code)


@given(st.text(max_size=30))
def test_no_text_makes_the_check_fail(raw: str) -> None:
    """A check answers, it never raises."""
    credit_code.check(credit_code.normalise(raw))


@pytest.mark.parametrize("body", ["", "9165040212345678I", "916504021234567890"])
def test_no_code_is_made_up(body: str) -> None:
    """Only seventeen characters of the alphabet have a check character."""
    with pytest.raises(ValueError, match="seventeen characters"):
        credit_code.complete(body)
