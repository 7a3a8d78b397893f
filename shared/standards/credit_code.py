"""Unified social credit codes: GB 32100-2015."""

import re
from enum import StrEnum
from typing import Final

from stdnum.cn import uscc

from shared.standards import resident_id

__all__ = ["Fault", "check", "complete", "normalise"]


class Fault(StrEnum):
    """What is wrong with a code, in the order in which faults are looked for."""

    MISSING = "credit_code_missing"
    LENGTH = "credit_code_length"
    CHARACTERS = "credit_code_characters"
    AUTHORITY = "credit_code_authority"
    DIVISION = "credit_code_division"
    CHECKSUM = "credit_code_checksum"


_LENGTH: Final = 18
_BODY: Final = re.compile(r"[0-9A-HJ-NPQRTUWXY]{17}")
_CODE: Final = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")
_AUTHORITIES: Final = frozenset("123456789ANY")


def normalise(raw: str) -> str:
    """Write a typed code without spaces, quotes and hyphens, in ASCII capitals."""
    return resident_id.normalise(raw).replace("-", "").upper()


def check(value: str) -> Fault | None:
    """Name the first fault of a normalised code, or None.

    Only the check character is the library's: it refuses every first letter, and with it the rural
    collectives (N) and others (Y) that GB 32100 provides for.
    """
    if not value:
        return Fault.MISSING
    if len(value) != _LENGTH:
        return Fault.LENGTH
    if not _CODE.fullmatch(value):
        return Fault.CHARACTERS
    if value[0] not in _AUTHORITIES:
        return Fault.AUTHORITY
    if not value[2:8].isdigit():
        return Fault.DIVISION
    return None if uscc.calc_check_digit(value[:-1]) == value[-1] else Fault.CHECKSUM


def complete(body: str) -> str:
    """Append its check character to seventeen characters, for generators of example organisations.

    Raises ValueError for a character outside the alphabet or another length.
    """
    if not _BODY.fullmatch(body):
        raise ValueError("a body has seventeen characters of the alphabet of GB 32100")
    return body + uscc.calc_check_digit(body)
