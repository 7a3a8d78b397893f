"""Vocational skill levels: five, of which the first is the highest."""

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

__all__ = ["Level", "label", "number", "of_number", "parse"]


class Level(StrEnum):
    """A level, from the lowest to the highest."""

    JUNIOR = "junior"
    INTERMEDIATE = "intermediate"
    SENIOR = "senior"
    TECHNICIAN = "technician"
    SENIOR_TECHNICIAN = "senior_technician"


_NUMBERS: Final[Mapping[Level, int]] = MappingProxyType(
    {level: 5 - rank for rank, level in enumerate(Level)}
)
_BY_NUMBER: Final = MappingProxyType({digit: level for level, digit in _NUMBERS.items()})
_LABELS: Final[Mapping[str, Mapping[Level, str]]] = MappingProxyType(
    {
        "zh": {
            Level.JUNIOR: "五级/初级工",
            Level.INTERMEDIATE: "四级/中级工",
            Level.SENIOR: "三级/高级工",
            Level.TECHNICIAN: "二级/技师",
            Level.SENIOR_TECHNICIAN: "一级/高级技师",
        },
        "en": {
            Level.JUNIOR: "Level 5 (junior)",
            Level.INTERMEDIATE: "Level 4 (intermediate)",
            Level.SENIOR: "Level 3 (senior)",
            Level.TECHNICIAN: "Level 2 (technician)",
            Level.SENIOR_TECHNICIAN: "Level 1 (senior technician)",
        },
    }
)
_WORDS: Final[Mapping[str, Level]] = MappingProxyType(
    {
        **{digit: level for level in Level for digit in (str(_NUMBERS[level]),)},
        **{f"{digit}级": level for digit, level in zip("54321", Level, strict=True)},
        **{f"{digit}级": level for digit, level in zip("五四三二一", Level, strict=True)},
        **dict.fromkeys(("初级", "初级工"), Level.JUNIOR),
        **dict.fromkeys(("中级", "中级工"), Level.INTERMEDIATE),
        **dict.fromkeys(("高级", "高级工"), Level.SENIOR),
        "技师": Level.TECHNICIAN,
        "高级技师": Level.SENIOR_TECHNICIAN,
    }
)
_BETWEEN: Final = re.compile(r"[\s/／、()（）]+")


def number(level: Level) -> int:
    """Return the official number: 5 is the lowest level, 1 the highest."""
    return _NUMBERS[level]


def of_number(digit: int) -> Level | None:
    """Find the level of an official number, or None."""
    return _BY_NUMBER.get(digit)


def label(level: Level, language: str = "zh") -> str:
    """Name a level for people, in zh or en."""
    return _LABELS[language][level]


def parse(text: str) -> Level | None:
    """Read a level as forms write it: 五级, 初级工, 五级/初级工, 5, 三级（高级工）.

    Answers None for anything unknown and where two words name different levels.
    """
    words = [word for word in _BETWEEN.split(text) if word]
    found = {_WORDS.get(word) for word in words}
    return found.pop() if len(found) == 1 else None
