"""Money: exact, whole, rounded in one place."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import money
from shared.money import Direction, Fen

amounts = st.integers(-(10**15), 10**15).map(Fen)
parts = st.fractions(min_value=0, max_value=3, max_denominator=1000)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("12.34", 1234),
        ("12.3", 1230),
        ("12", 1200),
        ("0.01", 1),
        ("-3", -300),
        ("-0.05", -5),
        ("1,234.50", 123450),
        ("¥1,234.50", 123450),
        ("-¥1,234.50", -123450),
        ("92233720368547758.07", 2**63 - 1),
    ],
)
def test_an_amount_is_read_exactly(text: str, fen: int) -> None:
    """No float on the way."""
    assert money.yuan(text) == fen


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12.345",
        "1e3",
        "1,23",
        "12,34.00",
        ".5",
        "5.",
        "NaN",
        "１２",
        "--3",
        "3-",
        "$3",
        " 3",
        "0x10",
        "1_000",
        "92233720368547758.08",
        "9" * 5000,
        "¥¥3",
    ],
)
def test_what_is_no_exact_amount_is_refused(text: str) -> None:
    """Nothing is rounded or guessed while reading."""
    with pytest.raises(money.NotMoney):
        money.yuan(text)


@pytest.mark.parametrize(
    ("fen", "text"),
    [
        (123450, "¥1,234.50"),
        (0, "¥0.00"),
        (5, "¥0.05"),
        (-5, "-¥0.05"),
        (10**11, "¥1,000,000,000.00"),
    ],
)
def test_an_amount_is_written_for_people(fen: int, text: str) -> None:
    """Two decimals, thousands apart."""
    assert money.text(Fen(fen)) == text


@given(amounts)
def test_what_is_written_is_read_back(fen: Fen) -> None:
    """Text loses nothing."""
    assert money.yuan(money.text(fen)) == fen


@pytest.mark.parametrize(
    ("fen", "part", "direction", "share"),
    [
        (100, Fraction(1, 3), Direction.DOWN, 33),
        (100, Fraction(1, 3), Direction.UP, 34),
        (100, Fraction(1, 3), Direction.HALF_UP, 33),
        (5, Fraction(1, 2), Direction.HALF_UP, 3),
        (5, Fraction(1, 2), Direction.DOWN, 2),
        (-5, Fraction(1, 2), Direction.HALF_UP, -3),
        (-100, Fraction(1, 3), Direction.DOWN, -33),
        (-100, Fraction(1, 3), Direction.UP, -34),
        (100, Fraction(2, 5), Direction.UP, 40),
        (0, Fraction(1, 3), Direction.UP, 0),
    ],
)
def test_a_share_is_rounded_in_the_direction_named(
    fen: int, part: Fraction, direction: Direction, share: int
) -> None:
    """Down is towards zero, up away from it."""
    assert money.share(Fen(fen), part, direction) == share


@given(amounts, parts)
def test_directions_enclose_the_exact_share(fen: Fen, part: Fraction) -> None:
    """Never a whole fen off, and undoing has the same size as doing."""
    down, half, up = (
        money.share(fen, part, to) for to in (Direction.DOWN, Direction.HALF_UP, Direction.UP)
    )
    assert abs(down) <= abs(fen * part) <= abs(up) <= abs(down) + 1
    assert 2 * abs(half - fen * part) <= 1
    assert money.share(Fen(-fen), part, Direction.UP) == -up


def test_a_float_is_no_part() -> None:
    """0.4 is not two fifths."""
    with pytest.raises(TypeError, match="Fraction"):
        money.share(Fen(100), 0.4, Direction.DOWN)  # type: ignore[arg-type]
