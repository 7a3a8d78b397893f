"""Skill levels."""

import pytest

from shared.standards import levels
from shared.standards.levels import Level


def test_five_is_the_lowest_level_and_one_the_highest() -> None:
    """The order of the enumeration is the order of the ladder."""
    assert [levels.number(level) for level in Level] == [5, 4, 3, 2, 1]
    assert [levels.of_number(digit) for digit in (5, 4, 3, 2, 1)] == list(Level)


@pytest.mark.parametrize("digit", [0, 6, -1])
def test_other_numbers_are_no_level(digit: int) -> None:
    """Nought is no level: 无工人技术等级."""
    assert levels.of_number(digit) is None


@pytest.mark.parametrize("level", list(Level))
def test_a_label_is_read_back(level: Level) -> None:
    """And the English one exists."""
    assert levels.parse(levels.label(level)) is level
    assert levels.parse(levels.label(level).split("/")[0]) is level
    assert levels.parse(levels.label(level).split("/")[1]) is level
    assert str(levels.number(level)) in levels.label(level, "en")


@pytest.mark.parametrize(
    ("text", "level"),
    [
        (" 三级（高级工） ", Level.SENIOR),
        ("3", Level.SENIOR),
        ("3级", Level.SENIOR),
        ("初级", Level.JUNIOR),
        ("高级技师", Level.SENIOR_TECHNICIAN),
        ("五级/高级工", None),
        ("特级技师", None),
        ("", None),
        ("无", None),
    ],
)
def test_forms_write_levels_in_many_ways(text: str, level: Level | None) -> None:
    """What contradicts itself or is unknown is no level."""
    assert levels.parse(text) is level
