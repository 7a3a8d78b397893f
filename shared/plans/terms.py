"""A provision and its terms: the dated, sourced numbers in force on a day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TypeVar

from shared.plans.records import Name, Source
from shared.plans.vocabulary import DecidedOn

Value = int | str | bool | Fraction | date | tuple[str, ...] | Mapping[str, int] | Mapping[str, str]
T = TypeVar("T")


class NotInForceError(LookupError):
    """No terms of the provision apply on the day that was asked about."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a provision's number is: its type, its unit, what an officer calls it."""

    id: str
    type: str
    unit: str
    zh: str


@dataclass(frozen=True, slots=True, eq=False)
class Terms(Mapping[str, Value]):
    """The parameters of one provision over one half-open period, with their source.

    `until` is the first day on which they no longer apply, None while nothing follows them.
    `hash` is the SHA-256 of the terms as canonical JSON: later periods do not change it.
    """

    provision: str
    starts_on: date
    until: date | None
    source: Source
    hash: str
    _values: Mapping[str, Value]
    _sources: Mapping[str, Source]

    def __getitem__(self, name: str) -> Value:
        """Return a parameter as it was read."""
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        """Name the parameters in the file's order."""
        return iter(self._values)

    def __len__(self) -> int:
        """Count the parameters."""
        return len(self._values)

    def source_of(self, name: str) -> Source:
        """Return the parameter's own source where it has one, else that of the terms."""
        return self._sources.get(name, self.source)

    def integer(self, name: str) -> int:
        """Return a whole number, in the parameter's unit; money is in fen."""
        return self._typed(name, int)

    def fraction(self, name: str) -> Fraction:
        """Return an exact share."""
        return self._typed(name, Fraction)

    def text(self, name: str) -> str:
        """Return a word."""
        return self._typed(name, str)

    def flag(self, name: str) -> bool:
        """Return true or false."""
        return self._typed(name, bool)

    def words(self, name: str) -> tuple[str, ...]:
        """Return a list of words."""
        return self._typed(name, tuple)

    def counts(self, name: str) -> Mapping[str, int]:
        """Return whole numbers by word."""
        return self._typed(name, Mapping)  # type: ignore[type-abstract]

    def labels(self, name: str) -> Mapping[str, str]:
        """Return words by word."""
        return self._typed(name, Mapping)  # type: ignore[type-abstract]

    def _typed(self, name: str, expected: type[T]) -> T:
        value = self._values[name]
        if not isinstance(value, expected):
            message = f"{self.provision}.{name} is no {expected.__name__}"
            raise TypeError(message)
        return value


@dataclass(frozen=True, slots=True)
class Provision:
    """A rule of the plan or of the deployment, with every period of its numbers.

    `built` is False while no rule reads it; `reason` then says why. `rates` names the amounts
    that an authority enters with document number and second officer: never in the pack.
    """

    id: str
    name: Name
    description: str
    decided_on: DecidedOn
    built: bool
    reason: str | None
    lead: tuple[str, ...]
    duty: tuple[str, ...]
    rates: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    periods: tuple[Terms, ...]
    sha256: str

    def on(self, day: date) -> Terms:
        """Return the terms in force on a day. Raises NotInForceError."""
        for terms in self.periods:
            if terms.starts_on <= day and (terms.until is None or day < terms.until):
                return terms
        message = f"{self.id} has no terms on {day.isoformat()}"
        raise NotInForceError(message)
