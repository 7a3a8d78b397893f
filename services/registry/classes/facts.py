"""What is known when a class is filed: the filing itself, and what institutions says of it."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Offering:
    """A catalogue entry as institutions tells it. Hours in class hours; `targets` None: all."""

    id: UUID
    kind: str
    subject_code: str
    subject_name: str
    level: int | None
    hours: int
    certificate_kind: str
    targets: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Commission:
    """A contract of an authority with an organisation for places."""

    id: UUID
    authority: str
    organisation_id: UUID
    offering_id: UUID
    target: str
    places: int
    from_date: date
    to_date: date | None
    document_number: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What an organisation may do with an offering on a day, as institutions tells it."""

    organisation_id: UUID
    organisation_name: str
    listed_institution: bool
    employer: bool
    licence_covers: bool
    offering: Offering | None
    offering_in_edition: int | None
    commission: Commission | None


@dataclass(frozen=True, slots=True)
class Assessor:
    """What an assessment body may do with a subject on a day."""

    listed: bool
    licence_covers: bool
    name: str


@dataclass(frozen=True, slots=True)
class Planned:
    """A planned session; instants in Asia/Shanghai, hours in class hours."""

    starts_at: datetime
    ends_at: datetime
    hours: int


@dataclass(frozen=True, slots=True)
class Filing:
    """What the organisation says of the class."""

    basis: str
    authority: str
    target: str
    starts_on: date
    ends_on: date
    capacity: int
    outside: bool
    sessions: tuple[Planned, ...]

    @property
    def hours(self) -> int:
        """Add up the class hours."""
        return sum(session.hours for session in self.sessions)
