"""Masks for public notices and screens: what is shown never tells the length of what is not.

The form follows the project's decision on public notices: names by shape, the first six of an ID
number and nothing else, no bank data at all.
"""

import re
import unicodedata
from itertools import takewhile
from typing import Final

from shared.standards import names, resident_id

__all__ = ["account", "name", "phone", "resident_number"]

MASK: Final = "**"
WHOLE: Final = "****"

_AREA: Final = 6
_ID: Final = re.compile(r"[0-9]{17}[0-9X]")
_MOBILE: Final = re.compile(r"1[0-9]{10}")
_NOT_DIGITS: Final = re.compile(r"[^0-9]")
_COUNTRY: Final = re.compile(r"^(?:\+|00)?86(?=1[0-9]{10}$)")


def name(value: str) -> str:
    """Keep the first character of a Chinese name, the first letter of each part of another.

    Parts are what separators divide; the spaces of a Chinese name divide nothing.
    """
    dotted = names.with_dots(names.clean(value)).strip(names.DOT)
    if not dotted:
        return WHOLE
    if names.DOT in dotted:
        separator, parts = names.DOT, dotted.split(names.DOT)
    elif names.is_chinese(dotted):
        separator, parts = "", [dotted]
    else:
        separator, parts = " ", dotted.split()
    shown = [_first_letter(part.strip()) + MASK for part in parts if part.strip()]
    return separator.join(shown)


def resident_number(value: str) -> str:
    """Keep the first six of a resident ID number; of any other document nothing."""
    number = resident_id.normalise(value)
    return number[:_AREA] + WHOLE if _ID.fullmatch(number) else WHOLE


def phone(value: str) -> str:
    """Keep the first three and last two digits of a mobile number; of any other nothing."""
    digits = _COUNTRY.sub("", _NOT_DIGITS.sub("", unicodedata.normalize("NFKC", value)))
    return f"{digits[:3]}{WHOLE}{digits[-2:]}" if _MOBILE.fullmatch(digits) else WHOLE


def account(value: str) -> str:
    """Show nothing of a bank account, whatever it is."""
    del value
    return WHOLE


def _first_letter(part: str) -> str:
    marks = takewhile(lambda mark: unicodedata.category(mark) in {"Mn", "Mc"}, part[1:])
    return part[0] + "".join(marks)
