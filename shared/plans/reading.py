"""Read a TOML table strictly: every fault is recorded with its line and reading goes on."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Any, TypeVar

from shared.plans import lines
from shared.plans.faults import Fault

E = TypeVar("E", bound=StrEnum)


@dataclass
class Document:
    """One TOML file of a pack; the scan for lines is made only when a fault needs one."""

    file: str
    text: str
    faults: list[Fault]
    tree: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        """Parse; a syntax error is a fault on the line that tomllib names."""
        try:
            self.tree = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            self.tree = {}
            self.faults.append(Fault(self.file, _line_named(str(error), self.text), str(error)))
        else:
            if self.text and not self.tree:
                self.faults.append(Fault(self.file, 1, "empty file"))
        self.broken = not self.tree

    @cached_property
    def places(self) -> dict[lines.Path, int]:
        """Where each path begins."""
        return lines.scan(self.text)

    def fault(self, path: lines.Path, message: str) -> None:
        """Record a fault at the path, or at the nearest table that has a line."""
        if self.broken:
            return
        while path and path not in self.places:
            path = path[:-1]
        self.faults.append(Fault(self.file, self.places.get(path, 1), message))

    def root(self) -> "Node":
        """Return the whole file as a table."""
        return Node(self, (), self.tree)


def _line_named(message: str, text: str) -> int:
    """Read the line out of tomllib's message: '… (at line 3, column 1)' or '(at end of …)'."""
    _, _, tail = message.partition("at line ")
    number = tail.partition(",")[0]
    return int(number) if number.isdigit() else text.count("\n") + 1


class Node:
    """One table; a key that nobody reads is a fault when the table is closed."""

    def __init__(self, document: Document, path: lines.Path, tree: Mapping[str, Any]) -> None:
        """Start with nothing read."""
        self.document = document
        self.path = path
        self.tree = tree
        self.read: set[str] = set()

    def fault(self, message: str, *keys: str | int) -> None:
        """Record a fault of this table, or of something in it."""
        self.document.fault((*self.path, *keys), message)

    def close(self) -> None:
        """Refuse the keys that nothing has read."""
        for key in self.tree:
            if key not in self.read:
                self.fault(f"unknown key {key!r}", key)

    def has(self, key: str) -> bool:
        """Say whether an optional key is there."""
        self.read.add(key)
        return key in self.tree

    def value(self, key: str, expected: type, word: str) -> Any:
        """Return the value if it has the expected type; None after a fault."""
        if not self.has(key):
            self.fault(f"missing key {key!r}")
            return None
        value = self.tree[key]
        wrong = not isinstance(value, expected) or (
            isinstance(value, bool) and expected is not bool
        )
        if wrong or (expected is date and isinstance(value, datetime)):
            self.fault(f"{key!r} must be {word}", key)
            return None
        return value

    def text(self, key: str) -> str:
        """Return a text that is not empty."""
        value = self.value(key, str, "a text")
        if value is not None and not value.strip():
            self.fault(f"{key!r} is empty", key)
        return value or ""

    def text_or_none(self, key: str) -> str | None:
        """Return an optional text."""
        return self.text(key) if self.has(key) else None

    def integer(self, key: str) -> int:
        """Return a whole number of at least 0."""
        value: int | None = self.value(key, int, "a whole number")
        if value is not None and value < 0:
            self.fault(f"{key!r} must not be negative", key)
        return value or 0

    def integer_or_none(self, key: str) -> int | None:
        """Return an optional whole number."""
        return self.integer(key) if self.has(key) else None

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """Return true or false; without a default the key must be there."""
        if default is not None and not self.has(key):
            return default
        return bool(self.value(key, bool, "true or false"))

    def day(self, key: str) -> date:
        """Return a calendar date."""
        return self.value(key, date, "a date such as 2019-09-17") or date.min

    def day_or_none(self, key: str) -> date | None:
        """Return an optional calendar date."""
        return self.day(key) if self.has(key) else None

    def fraction(self, key: str) -> Fraction:
        """Return an exact fraction, written as a text such as "4/5"."""
        written = self.text(key)
        try:
            return Fraction(written)
        except (ValueError, ZeroDivisionError):
            if written:
                self.fault(f'{key!r} must be an exact fraction such as "4/5"', key)
            return Fraction(0)

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts without repetition."""
        values = self.value(key, list, "a list of texts") or []
        for index, value in enumerate(values):
            if not isinstance(value, str) or not value:
                self.fault(f"{key!r} must hold texts only", key, index)
            elif value in values[:index]:
                self.fault(f"{value!r} is listed twice", key, index)
        return tuple(value for value in values if isinstance(value, str))

    def choice(self, key: str, words: type[E]) -> E:
        """Return one word of a closed vocabulary."""
        written, allowed = self.text(key), [word.value for word in words]
        if written in allowed:
            return words(written)
        if written:
            self.fault(f"unknown word {written!r} for {key!r}: one of {', '.join(allowed)}", key)
        return next(iter(words))

    def choices(self, key: str, words: type[E]) -> tuple[E, ...]:
        """Return a list of words of a closed vocabulary."""
        allowed = [word.value for word in words]
        return tuple(words(word) for word in self.known(key, allowed, words.__name__.lower()))

    def known(self, key: str, names: Collection[str], what: str) -> tuple[str, ...]:
        """Return a list of names, each of which must exist."""
        found = self.texts(key)
        for index, name in enumerate(found):
            if name not in names:
                self.fault(f"unknown {what} {name!r}", key, index)
        return tuple(name for name in found if name in names)

    def child(self, key: str) -> "Node":
        """Return the table below a key; an empty one after a fault."""
        tree = self.value(key, dict, "a table")
        return Node(self.document, (*self.path, key), tree or {})

    def children(self, key: str) -> list["Node"]:
        """Return the tables of a list."""
        values = self.value(key, list, "a list of tables") or []
        found = []
        for index, value in enumerate(values):
            if isinstance(value, dict):
                found.append(Node(self.document, (*self.path, key, index), value))
            else:
                self.fault(f"{key!r} must hold tables only", key, index)
        return found
