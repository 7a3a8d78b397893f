"""The search index: substrings of one character and more, pinyin from any syllable, initials.

Entries stand in their order in buckets. A gram (one, two, for Latin letters three characters) leads
to the buckets that hold it; what a bucket holds is then looked at. Built once, never changed.
"""

import re
import unicodedata
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise

from pypinyin import lazy_pinyin

BUCKET = 64
NAMES_KEPT = 200_000
LATIN_GRAM = 3
NARROWED_BY = 3  # rarest grams that are intersected; the rest is found out by looking
BREAK = "\n"
LATIN = re.compile(r"[ -~]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """What is searched of one entry, what it is filtered by, and its answer as JSON."""

    order: tuple[int, str, str]
    texts: tuple[str, ...]
    tags: frozenset[str]
    body: bytes


@dataclass(frozen=True, slots=True)
class _Hay:
    texts: str
    pinyin: str
    starts: frozenset[int]
    initials: str

    def holds(self, needle: str) -> bool:
        """Say whether a folded needle is in the texts, the initials, or begins at a syllable."""
        if needle in self.texts or needle in self.initials:
            return True
        at = self.pinyin.find(needle)
        while at >= 0:
            if at in self.starts:
                return True
            at = self.pinyin.find(needle, at + 1)
        return False


def folded(text: str) -> str:
    """Write a text the one way it is searched for: NFKC, folded, without white space."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


@lru_cache(maxsize=NAMES_KEPT)
def syllables(name: str) -> tuple[str, ...]:
    """Return a name by its sounds, lower case; what is not Chinese stays as it is."""
    return tuple(folded(one) for one in lazy_pinyin(name))


def _hay(texts: Sequence[str]) -> _Hay:
    sounds = syllables(texts[0])
    starts, length = set(), 0
    for sound in sounds:
        starts.add(length)
        length += len(sound)
    return _Hay(
        texts=BREAK.join(folded(one) for one in texts),
        pinyin="".join(sounds),
        starts=frozenset(starts),
        initials="".join(sound[:1] for sound in sounds),
    )


def _grams(text: str) -> Iterator[str]:
    """Cut a text into what leads to it; a needle's grams are among those of what holds it."""
    yield from text
    yield from map("".join, pairwise(text))
    for run in LATIN.findall(text):
        yield from map("".join, zip(run, run[1:], run[2:], strict=False))


class Index:
    """Entries in their order, found by filters and words."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.entries = sorted(entries, key=lambda entry: entry.order)
        self._orders = [entry.order for entry in self.entries]
        self._hays = [_hay(entry.texts) for entry in self.entries]
        self._buckets: list[str] = []
        self._places: dict[str, array[int]] = {}
        for first in range(0, len(self.entries), BUCKET):
            self._add(first)

    def _add(self, first: int) -> None:
        number = len(self._buckets)
        hays = self._hays[first : first + BUCKET]
        text = BREAK.join(chain.from_iterable((h.texts, h.pinyin, h.initials) for h in hays))
        self._buckets.append(text)
        tags = chain.from_iterable(one.tags for one in self.entries[first : first + BUCKET])
        for gram in {*_grams(text), *(f"{BREAK}{tag}" for tag in tags)}:
            place = self._places.get(gram)
            if place is None:
                place = self._places[gram] = array("I")
            place.append(number)

    def find(
        self,
        words: str = "",
        *,
        tags: Iterable[str] = (),
        after: tuple[int, str, str] | None = None,
        limit: int = 50,
    ) -> list[Entry]:
        """Return up to `limit` entries that hold every word and tag, after a place in the order."""
        needles = [folded(word) for word in words.split()]
        wanted = frozenset(tags)
        start = 0 if after is None else bisect_right(self._orders, after)
        found: list[Entry] = []
        for number in self._candidates(needles, wanted, start // BUCKET):
            text = self._buckets[number]
            if not all(needle in text for needle in needles):
                continue
            for n in range(max(start, number * BUCKET), min((number + 1) * BUCKET, len(self))):
                if wanted <= self.entries[n].tags and all(map(self._hays[n].holds, needles)):
                    found.append(self.entries[n])
                    if len(found) == limit:
                        return found
        return found

    def _candidates(self, needles: Sequence[str], tags: Iterable[str], first: int) -> Iterable[int]:
        grams = {f"{BREAK}{tag}" for tag in tags}
        for needle in needles:
            grams.update(_best(needle))
        if not grams:
            return range(first, len(self._buckets))
        places = sorted((self._places.get(gram, EMPTY) for gram in grams), key=len)
        rarest: Iterable[int] = places[0]
        for place in places[1:NARROWED_BY]:
            others = set(place)
            rarest = [number for number in rarest if number in others]
        return [number for number in rarest if number >= first]

    def __len__(self) -> int:
        """Count the entries."""
        return len(self.entries)


EMPTY: "array[int]" = array("I")


def _best(needle: str) -> set[str]:
    """Return the longest grams that a needle has."""
    if LATIN.fullmatch(needle) and len(needle) >= LATIN_GRAM:
        return {needle[n : n + LATIN_GRAM] for n in range(len(needle) - LATIN_GRAM + 1)}
    if len(needle) == 1:
        return {needle}
    return {needle[n : n + 2] for n in range(len(needle) - 1)}
