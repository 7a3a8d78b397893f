"""What a bank account's number must look like. Pure."""

import re
import unicodedata
from typing import Final

_DIGITS: Final = re.compile(r"[0-9]{12,19}")
_BETWEEN: Final = re.compile(r"[\s\-]+")
_CARD: Final = "62"  # UnionPay's cards; numbers of passbooks have no check digit in common


def normalise(typed: str) -> str:
    """Write a typed number the one way it is kept: ASCII digits without spaces and hyphens."""
    return _BETWEEN.sub("", unicodedata.normalize("NFKC", typed))


def wrong(number: str) -> bool:
    """Say whether a number cannot be an account: not 12 to 19 digits, or a card that fails Luhn."""
    if not _DIGITS.fullmatch(number):
        return True
    return number.startswith(_CARD) and luhn(number) != 0


def luhn(number: str) -> int:
    """Sum the digits as ISO/IEC 7812-1 does, modulo 10: 0 for a card number without a slip."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value  # noqa: PLR2004 -- the sum of two digits
    return total % 10
