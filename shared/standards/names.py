"""Personal names as identity cards write them, and as people are searched for.

The card's separator is U+00B7 and a name may need fifty characters (民委发〔2016〕33号). What the
card shows is stored; look-alikes are made equal in the search key only.
"""

import re
import unicodedata
from enum import StrEnum
from typing import Final

__all__ = ["DOT", "Fault", "clean", "faults", "is_chinese", "same", "search_key", "with_dots"]

DOT: Final = "\u00b7"
LONGEST: Final = 50


class Fault(StrEnum):
    """What is wrong with a name."""

    MISSING = "name_missing"
    TOO_LONG = "name_too_long"
    CHARACTERS = "name_characters"


# What keyboards, spreadsheets and old systems put where the card has the separator.
_DOTS: Final = (
    ".\u00b7\u02d9\u0387\u16eb\u2022\u2024\u2027\u2218\u2219\u22c5\u25cf\u25e6"
    "\u2e31\u30fb\ufe52\uff0e\uff65"
)
_TO_DOT: Final = dict.fromkeys(map(ord, _DOTS), DOT)
_DOT_RUN: Final = re.compile(f"{DOT}{{2,}}")
_INVISIBLE: Final = dict.fromkeys([0xAD, 0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF])
_NON_JOINER: Final = "\u200c"

# GB 18030-2000 kept these ideographs in the private-use area, and decoders still put them there;
# the 2005 edition and Unicode name them. The glyph on the card is the same.
_LATER_NAMED: Final = {
    0xE816: 0x20087,
    0xE817: 0x20089,
    0xE818: 0x200CC,
    0xE81E: 0x9FB4,
    0xE826: 0x9FB5,
    0xE82B: 0x9FB6,
    0xE82C: 0x9FB7,
    0xE831: 0x215D7,
    0xE832: 0x9FB8,
    0xE83B: 0x2298F,
    0xE843: 0x9FB9,
    0xE854: 0x9FBA,
    0xE855: 0x241FE,
    0xE864: 0x9FBB,
}
_ZERO_IDEOGRAPH: Final = 0x3007
_HAN: Final = (
    (_ZERO_IDEOGRAPH, _ZERO_IDEOGRAPH),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    # Planes 2 and 3 whole: extensions newer than this Python's character database are in use.
    (0x20000, 0x2FFFD),
    (0x30000, 0x3FFFD),
)
_JOINERS: Final = frozenset(" \u3000\u00a0'\u2019\u02bc-\u2010" + _NON_JOINER)
_BESIDE_LETTERS: Final = _JOINERS | frozenset(_DOTS)
_SHOWN: Final = _INVISIBLE | _LATER_NAMED
_COMPARED: Final = _TO_DOT | {ord(_NON_JOINER): None}
_COMBINING: Final = frozenset(("Mn", "Mc"))
_PLAIN_HAN: Final = re.compile("[\u4e00-\u9fa5]{1,50}")


def clean(raw: str) -> str:
    """Keep what the card shows; drop white space around it and marks that nobody sees."""
    if _PLAIN_HAN.fullmatch(raw):
        return raw
    return raw.translate(_SHOWN).strip()


def with_dots(name: str) -> str:
    """Write every look-alike of the separator as U+00B7, for display in parts and comparison."""
    return _DOT_RUN.sub(DOT, name.translate(_TO_DOT))


def search_key(name: str) -> str:
    """Write a name the one way it is searched for: NFKC, folded, one dot, no spaces."""
    if _PLAIN_HAN.fullmatch(name):
        return name
    dotted = clean(name).translate(_TO_DOT)
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", dotted).casefold())
    # A mark that stood behind a space now stands behind a letter, and becomes one with it.
    spaceless = unicodedata.normalize("NFKC", "".join(folded.translate(_COMPARED).split()))
    return _DOT_RUN.sub(DOT, spaceless).strip(DOT)


def same(one: str, other: str) -> bool:
    """Say whether two spellings are the same name to a search. No name equals none."""
    key = search_key(one)
    return bool(key) and key == search_key(other)


def faults(name: str) -> tuple[Fault, ...]:
    """List every fault of a cleaned name, in the order of `Fault`."""
    if _PLAIN_HAN.fullmatch(name):
        return ()
    if not name:
        return (Fault.MISSING,)
    found = []
    if len(name) > LONGEST:
        found.append(Fault.TOO_LONG)
    if not all(map(_belongs, name)):
        found.append(Fault.CHARACTERS)
    elif all(character in _BESIDE_LETTERS for character in name):
        found.insert(0, Fault.MISSING)
    return tuple(found)


def is_chinese(name: str) -> bool:
    """Say whether every letter is a Chinese character, dots and spaces apart."""
    letters = [character for character in name if character not in _BESIDE_LETTERS]
    return bool(letters) and all(
        _han(character) or unicodedata.category(character) == "Mn" for character in letters
    )


def _han(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in _HAN)


def _belongs(character: str) -> bool:
    if _han(character) or character in _BESIDE_LETTERS:
        return True
    category = unicodedata.category(character)
    return category[0] == "L" or category in _COMBINING
