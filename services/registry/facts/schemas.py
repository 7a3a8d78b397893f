"""What claims asks for a decision, and what it gets: codes, figures and days, never a name."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from shared import routing

CLASSES_MAX = 50
Key = Annotated[UUID, Field(strict=False)]


class ClassFactsIn(routing.Body):
    """Up to fifty classes; with `claim_id` each person's log has one entry a claim."""

    class_ids: list[Key] = Field(min_length=1, max_length=CLASSES_MAX)
    claim_id: Key | None = None
    claimant_id: Key | None = None  # whose classes these must be


class PersonFactsIn(routing.Body):
    """One person's own matter: some classes, or the newest fifty."""

    trainee_id: Key
    class_ids: list[Key] | None = Field(default=None, max_length=CLASSES_MAX)
    claim_id: Key | None = None


class ClassFact(routing.Out):
    """A class as filed and taught. Hours in class hours."""

    id: UUID
    code: str
    name: str
    authority: str
    organisation_id: UUID
    basis: Literal["commission", "directory", "agreement"]
    route: Literal["commitment", "documents"]
    commission_id: UUID | None
    agreement_number: str | None
    offering_id: UUID
    edition: int
    kind: str
    subject_code: str
    subject_name: str
    level: int | None
    certificate_kind: str
    target: str
    outside: bool
    starts_on: date
    ends_on: date
    hours: int
    taught_hours: int
    state: str
    held: bool
    started_at: datetime | None
    closed_at: datetime | None


class CertificateFact(routing.Out):
    """A certificate without its number; `number_ok`: the number has its kind's form."""

    kind: str
    subject_code: str
    level: int | None
    issued_on: date
    number_ok: bool
    valid: bool


class FactOut(routing.Out):
    """A value with its source and day; from a list, its document and the last day it holds."""

    value: bool | str
    source: Literal["register", "own_statement"]
    as_of: date
    until: date | None
    document: str | None


class CategoryFact(FactOut):
    """Whether the person is in a category of the closed list."""

    code: str


class EmployerFact(routing.Out):
    """Whose staff the person is: codes by register, this class's organisation by own word.

    With neither the person is on the staff of nobody who counts here.
    """

    credit_codes: list[str]
    organisation_id: UUID | None
    source: Literal["register", "own_statement"]
    as_of: date
    document: str | None


class PersonFact(routing.Out):
    """What is known; null, or a category that is not there, is not known.

    `pension` is none, employees, public or residents; `charged` whether the person paid a fee.
    """

    categories: list[CategoryFact]
    pension: FactOut | None
    employer: EmployerFact | None
    charged: FactOut | None


class Earlier(routing.Out):
    """A training paid for or certified before the system was there: it fills caps."""

    kind: str
    subject_code: str
    level: int | None
    on: date


class LineFact(routing.Out):
    """One person's place in one class; `attended_on` is told of a person's own matter only."""

    enrolment_id: UUID
    trainee_id: UUID
    class_id: UUID
    confirmed: bool
    hours_attended: int
    attended_days: int
    attended_on: list[date] | None
    completed: bool
    result: Literal["passed", "failed", "absent"] | None
    certificate: CertificateFact | None
    facts: PersonFact
    earlier: list[Earlier]


class FactsOut(routing.Out):
    """Classes and lines; `earlier` is the person's where one was asked about."""

    classes: list[ClassFact]
    lines: list[LineFact]
    earlier: list[Earlier] | None = None


def values(row: Any, kind: type[routing.Out]) -> dict[str, Any]:
    """Take the fields of a wire model from a row."""
    return {name: getattr(row, name) for name in kind.model_fields}
