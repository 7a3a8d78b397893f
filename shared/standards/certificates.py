"""Certificate numbers: what their forms let a reader check without asking the issuer.

No form proves that a certificate exists. A permit is often numbered T + resident ID: such a number
is personal data, so whoever stores certificate numbers seals them all.
"""

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from stdnum.iso7064 import mod_37_36

from shared.standards import levels, resident_id
from shared.standards.levels import Level

__all__ = [
    "Fault",
    "Kind",
    "check",
    "holds_resident_number",
    "issue_completion",
    "label",
    "normalise",
]


class Kind(StrEnum):
    """What a certificate certifies."""

    QUALIFICATION = "qualification"
    SKILL_LEVEL = "skill_level"
    SPECIAL_ABILITY = "special_ability"
    PERMIT = "permit"
    COMPLETION = "completion"


class Fault(StrEnum):
    """What is wrong with a number, in the order in which faults are looked for."""

    MISSING = "certificate_missing"
    FORM = "certificate_form"
    PROVINCE = "certificate_province"
    YEAR = "certificate_year"
    LEVEL = "certificate_level"
    CHECKSUM = "certificate_checksum"


_LABELS: Final[Mapping[str, Mapping[Kind, str]]] = MappingProxyType(
    {
        "zh": {
            Kind.QUALIFICATION: "职业资格证书",
            Kind.SKILL_LEVEL: "职业技能等级证书",
            Kind.SPECIAL_ABILITY: "专项职业能力证书",
            Kind.PERMIT: "特种作业操作证",
            Kind.COMPLETION: "培训合格证书",
        },
        "en": {
            Kind.QUALIFICATION: "national vocational qualification",
            Kind.SKILL_LEVEL: "vocational skill level certificate",
            Kind.SPECIAL_ABILITY: "special vocational ability certificate",
            Kind.PERMIT: "special operations permit",
            Kind.COMPLETION: "training completion certificate",
        },
    }
)

# Y enterprise or S assessment body, 4 body, 2 province, 6 site, 2 year, 1 level, 6 sequence.
_SKILL_LEVEL: Final = re.compile(r"[YS][0-9]{4}([0-9]{2})[0-9A-Z]{6}([0-9]{2})([0-9])[0-9]{6}")
# The step above the five levels: the meaning of its twenty digits is published nowhere we looked.
_ABOVE_THE_LEVELS: Final = re.compile(r"[A-Z]{2}[0-9]{20}")
# 2 year, 2 province or ministry, 2 city, 1 kind of body, 3 body, 1 level, 5 sequence.
_QUALIFICATION: Final = re.compile(r"([0-9]{2})[0-9]{4}[0-4][0-9]{3}([0-9])[0-9]{5}")
_UNKNOWN_FORM: Final = re.compile(r"[0-9A-Z-]{6,30}")
_COMPLETION: Final = re.compile(r"PX[0-9A-Z]{6}([0-9]{4})[0-9]{6}[0-9A-Z]")
_AUTHORITY: Final = re.compile(r"[0-9A-Z]{6}")
_RESIDENT_NUMBER: Final = re.compile(r"(?=([0-9]{17}[0-9X]))")
# Two digits of a qualification's year from here on mean the last century.
_OLDEST_QUALIFICATION: Final = 90
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 9999
_SERIALS: Final = range(1, 1_000_000)


def label(kind: Kind, language: str = "zh") -> str:
    """Name a kind of certificate for people, in zh or en."""
    return _LABELS[language][kind]


def normalise(raw: str) -> str:
    """Write a typed number without spaces and quotes, in ASCII capitals."""
    return resident_id.normalise(raw).upper()


def check(kind: Kind, number: str, level: Level | None = None, *, on: date) -> Fault | None:
    """Name the first fault of a normalised number, or None.

    A level given must be the one the number states; a year may not lie after that of `on`.
    Special-ability certificates and permits have no known form: only their alphabet is checked.
    """
    if not number:
        return Fault.MISSING
    match kind:
        case Kind.SKILL_LEVEL:
            return _check_skill_level(number, level, on)
        case Kind.QUALIFICATION:
            return _check_qualification(number, level, on)
        case Kind.COMPLETION:
            return _check_completion(number, on)
        case Kind.SPECIAL_ABILITY | Kind.PERMIT:
            return None if _UNKNOWN_FORM.fullmatch(number) else Fault.FORM


def holds_resident_number(number: str, *, on: date) -> bool:
    """Say whether eighteen characters in a row of the number are a valid resident ID."""
    return any(
        resident_id.check(found.group(1), on=on) is None
        for found in _RESIDENT_NUMBER.finditer(number)
    )


def issue_completion(authority: str, year: int, serial: int) -> str:
    """Compose our own certificate number: PX, authority, year, serial, check character.

    ISO 7064 MOD 37,36 finds every single wrong character and nearly every swapped pair. Raises
    ValueError for an authority that is not six capitals or digits, a year before 2000, or a serial
    outside 1 to 999,999.
    """
    if not _AUTHORITY.fullmatch(authority):
        raise ValueError("an authority's code has six capitals or digits")
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise ValueError("a year has four digits and lies after 1999")
    if serial not in _SERIALS:
        raise ValueError("a serial lies between 1 and 999,999")
    body = f"PX{authority}{year}{serial:06}"
    return body + str(mod_37_36.calc_check_digit(body))


def _check_skill_level(number: str, level: Level | None, on: date) -> Fault | None:
    if _ABOVE_THE_LEVELS.fullmatch(number):
        return None if level is None else Fault.LEVEL
    if not (match := _SKILL_LEVEL.fullmatch(number)):
        return Fault.FORM
    province, year, stated = match.groups()
    if province not in resident_id.PROVINCES:
        return Fault.PROVINCE
    if int(year) > on.year % 100:
        return Fault.YEAR
    return _check_level(stated, level)


def _check_qualification(number: str, level: Level | None, on: date) -> Fault | None:
    if not (match := _QUALIFICATION.fullmatch(number)):
        return Fault.FORM
    year, stated = match.groups()
    if on.year % 100 < int(year) < _OLDEST_QUALIFICATION:
        return Fault.YEAR
    return _check_level(stated, level)


def _check_completion(number: str, on: date) -> Fault | None:
    if not (match := _COMPLETION.fullmatch(number)):
        return Fault.FORM
    if not mod_37_36.is_valid(number):
        return Fault.CHECKSUM
    return None if _FIRST_YEAR <= int(match.group(1)) <= on.year else Fault.YEAR


def _check_level(stated: str, expected: Level | None) -> Fault | None:
    level = levels.of_number(int(stated))
    return None if level and expected in {None, level} else Fault.LEVEL
