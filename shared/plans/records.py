"""What a loaded plan pack is made of: frozen records, nothing that can change under a reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from shared.plans import vocabulary


@dataclass(frozen=True, slots=True)
class Name:
    """One name in the two languages of the code's readers and users."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number comes from: a document and the place in it.

    `seen` is False where only a second-hand copy of the document was seen.
    """

    title: str
    number: str
    article: str
    seen: bool = True

    def __str__(self) -> str:
        """Cite as an officer would."""
        return f"《{self.title}》（{self.number}）{self.article}"


@dataclass(frozen=True, slots=True)
class Department:
    """A body that leads or shares the work of a measure."""

    id: str
    name: Name
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """One of the plan's numbered measures (措施)."""

    id: str
    number: int
    name: Name
    block: str
    goal: int | None
    kinds: tuple[vocabulary.Kind, ...]
    hours_min: int | None
    months_min: int | None
    months_max: int | None
    school_years: int | None
    per_quarter: bool
    share_min: Fraction | None
    share_max: Fraction | None
    outside_allowed: bool
    own_wish: str | None
    counts_category: str | None
    lead: tuple[str, ...]
    duty: tuple[str, ...]
    source: Source
    note: str | None


@dataclass(frozen=True, slots=True)
class Target:
    """A countable line: a measure, or one school's share of a school line. Goal in person-times."""

    id: str
    name: Name
    goal: int
    measure: str | None
    line: str | None
    school: str | None
    kinds: tuple[vocabulary.Kind, ...]
    hours_min: int | None
    months_min: int | None
    months_max: int | None
    outside_allowed: bool
    counts_category: str | None
    lead: tuple[str, ...]
    duty: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of the plan that binds somebody and is no target, cap or amount."""

    id: str
    name: Name
    value: Fraction
    of: str
    source: Source


@dataclass(frozen=True, slots=True)
class Head:
    """The plan itself: its title, its years and what it promises. Goals in person-times."""

    id: str
    title: str
    title_en: str
    number: str
    issued_on: date
    starts_on: date
    ends_on: date
    goal: int
    goal_by_year: Mapping[int, int]
    goal_measures: int
    goal_schools: int
    figures: tuple[Figure, ...]

    def covers(self, on: date) -> bool:
        """Say whether a day lies in the plan's years."""
        return self.starts_on <= on <= self.ends_on


@dataclass(frozen=True, slots=True)
class Division:
    """A GB/T 2260 code in the years it was valid; `today` is the code that follows it."""

    code: str
    name: Name
    valid_from: int | None
    valid_until: int | None
    today: str | None


@dataclass(frozen=True, slots=True)
class Authority:
    """A county, demonstration-zone or municipal office that owns classes and money."""

    code: str
    name: Name
    name_ug: str
    local: bool
    office: str
    complaint_phone: str
    offices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """One way to show that a category applies."""

    kind: vocabulary.Evidence
    what: str
    keeper: str | None


@dataclass(frozen=True, slots=True)
class Category:
    """A person category that a provision names; the closed list, POLICY 9.3."""

    id: str
    name: Name
    role: vocabulary.CategoryRole
    starts_on: date
    until: date | None
    evidence: tuple[Proof, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Use:
    """Something a fund must never pay for."""

    id: str
    zh: str


@dataclass(frozen=True, slots=True)
class Fund:
    """Money with its own books: what it may pay and what it may not."""

    id: str
    name: Name
    external: bool
    permitted: tuple[vocabulary.Purpose, ...]
    forbidden: tuple[Use, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class Order:
    """Which funds pay a purpose, first to last; `measures` narrows it where not empty."""

    purpose: vocabulary.Purpose
    kinds: tuple[vocabulary.Kind, ...]
    measures: tuple[str, ...]
    funds: tuple[str, ...]
    source: Source
