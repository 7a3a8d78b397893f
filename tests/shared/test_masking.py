"""Masks: what is shown, and that it tells nothing of what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import masking


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("王芳", "王**"),
        ("欧阳娜娜", "欧**"),
        ("王 芳", "王**"),
        ("　张三", "张**"),
        ("𠮷野", "𠮷**"),
        ("葛\U000e0100天", "葛\U000e0100**"),
        ("张", "张**"),
        ("阿卜杜拉·买买提", "阿**·买**"),
        ("阿卜杜拉 • 买买提", "阿**·买**"),
        ("古丽·阿不都热合曼·吐尔逊", "古**·阿**·吐**"),
        ("Abdulla Memet", "A** M**"),
        ("J. Smith", "J**·S**"),
        ("ئابدۇللا مەمەت", "ئ** م**"),
        ("e\u0301lan", "e\u0301**"),
        ("", "****"),
        ("··", "****"),
    ],
)
def test_a_name_keeps_the_first_letter_of_each_part(name: str, masked: str) -> None:
    """POLICY 8.14: by shape, never by length."""
    assert masking.name(name) == masked


@given(st.text("王芳买提阿", min_size=1, max_size=20), st.text("王芳买提阿", max_size=20))
def test_a_masked_name_does_not_tell_its_length(name: str, rest: str) -> None:
    """Two names that begin alike look alike."""
    assert masking.name(name) == masking.name(name[0] + rest)


def test_a_resident_number_shows_its_area_and_nothing_else() -> None:
    """Neither birth date nor check character."""
    assert masking.resident_number("65210119990101000X") == "652101****"
    assert masking.resident_number("'６５２１０１19990101000x") == "652101****"


@pytest.mark.parametrize("value", ["", "E12345678", "652101", "652101990101000", "6.52E+17"])
def test_another_document_shows_nothing(value: str) -> None:
    """Six of nine characters would be most of a passport."""
    assert masking.resident_number(value) == "****"


@pytest.mark.parametrize("phone", ["13899512345", "+86 138-9951-2345", "１３８９９５１２３４５"])
def test_a_mobile_number_shows_three_and_two_digits(phone: str) -> None:
    """However it was typed."""
    assert masking.phone(phone) == "138****45"


@pytest.mark.parametrize("phone", ["", "0995-8520000", "110", "138995123456"])
def test_another_number_shows_nothing(phone: str) -> None:
    """A landline of a village is a household."""
    assert masking.phone(phone) == "****"


@given(st.text(max_size=30))
def test_nothing_of_an_account_is_shown(value: str) -> None:
    """No bank data at all is published."""
    assert masking.account(value) == "****"


@given(st.text(max_size=60))
def test_no_text_makes_a_mask_fail(value: str) -> None:
    """A mask is always something, and never the whole of a longer text."""
    assert masking.name(value).endswith("**")
    assert masking.phone(value)
    assert masking.resident_number(value)
