"""What a decision is made of: frozen facts with value, source and day, or missing from a holder.

That somebody left a class is no fact here (POLICY 9.2): attended hours and days end with the day of
leaving, and nothing else changes. Neither is an age: nobody under age is confirmed. POLICY 8.17
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Generic, TypeVar

__all__ = [
    "Applicant",
    "Basis",
    "Category",
    "Certificate",
    "Course",
    "Exemption",
    "Fact",
    "Holder",
    "Known",
    "LineFacts",
    "Missing",
    "Occupied",
    "Pension",
    "Price",
    "Result",
    "Source",
    "Trainee",
    "Use",
]

T = TypeVar("T")


class Source(StrEnum):
    """Where a fact comes from."""

    REGISTER = "register"
    COMMITMENT = "commitment"
    DOCUMENT = "document"
    OWN_STATEMENT = "own_statement"
    SYSTEM = "system"


class Holder(StrEnum):
    """Who can supply what is missing."""

    PERSON = "person"
    ORGANISATION = "organisation"
    EMPLOYER = "employer"
    ISSUER = "issuer"
    AUTHORITY = "authority"
    REGISTER_KEEPER = "register_keeper"
    OTHER_CLASS = "other_class"


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """A value, where it comes from, and the day it speaks of."""

    value: T
    source: Source
    as_of: date


@dataclass(frozen=True, slots=True)
class Missing:
    """Nobody has said yet; `from_whom` could."""

    from_whom: Holder


Known = Fact[T] | Missing


class Basis(StrEnum):
    """On what ground the class was filed."""

    COMMISSION = "commission"
    DIRECTORY = "directory"
    AGREEMENT = "agreement"


class Applicant(StrEnum):
    """Who filed the claim."""

    ORGANISATION = "organisation"
    PERSON = "person"


class Result(StrEnum):
    """The last assessment."""

    PASSED = "passed"
    FAILED = "failed"
    ABSENT = "absent"


class Pension(StrEnum):
    """Which monthly pension a person draws, if any."""

    NONE = "none"
    EMPLOYEES = "employees"
    PUBLIC = "public"
    RESIDENTS = "residents"


class Use(StrEnum):
    """How firmly another class, or an earlier payment, occupies a slot."""

    HELD = "held"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Price:
    """What is paid for one person, or for one day, and by which document. In fen."""

    fen: int
    document: str


@dataclass(frozen=True, slots=True)
class Course:
    """One class as taught; the same for all its lines. Hours in class hours, money in fen.

    `rate` is the offering's rate of the authority on the first day, `commission` the contract's
    price, `day_rate` the living allowance's; None is unset. `own_fund` is what the employer's own
    education fund paid a person. `roles` are the organisation's on the first day.
    """

    accepted: bool
    closed: bool
    kind: str
    subject_code: str
    subject_name: str
    level: int | None
    certificate_kind: str
    target: str
    basis: Basis
    organisation_id: str
    roles: frozenset[str]
    starts_on: date
    ends_on: date
    planned_hours: int
    taught_hours: int
    offering_hours: int
    outside: bool
    rate: Price | None = None
    commission: Price | None = None
    day_rate: Price | None = None
    own_fund: Known[int] = Missing(Holder.EMPLOYER)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate without its number: whether the number has its kind's form is a fact."""

    kind: str
    subject_code: str
    level: int | None
    issued_on: date
    number_ok: bool
    valid: bool


@dataclass(frozen=True, slots=True)
class Category:
    """Whether a person belongs to a category of the closed list on the first day of the class."""

    category: str
    fact: Known[bool]


@dataclass(frozen=True, slots=True)
class Occupied:
    """One of this line's slot keys that something else of the person's occupies."""

    key: str
    use: Use


@dataclass(frozen=True, slots=True)
class Exemption:
    """A recorded decision that lifts one cap for one person (原则上). POLICY 8.5."""

    key: str
    number: str
    officers: int


@dataclass(frozen=True, slots=True)
class Trainee:
    """One person in the class. A category that is not named here is not known.

    `attended_days` ends with the day of leaving; `days_paid_elsewhere` are those of them on which
    another class already paid the allowance. `employer` is an organisation's id, empty for none.
    `charged` says whether the person paid a fee.
    """

    confirmed: bool
    hours_attended: int
    attended_days: int
    result: Result | None
    certificate: Certificate | None
    categories: frozenset[Category]
    pension: Known[Pension]
    employer: Known[str]
    charged: Known[bool]
    occupied: frozenset[Occupied] = frozenset()
    exemptions: frozenset[Exemption] = frozenset()
    days_paid_elsewhere: int = 0


@dataclass(frozen=True, slots=True)
class LineFacts:
    """Everything one line is decided on; equal facts have one decision."""

    course: Course
    trainee: Trainee
    applicant: Applicant = Applicant.ORGANISATION
