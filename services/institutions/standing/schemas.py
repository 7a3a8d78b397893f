"""Answers to peers."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.institutions.organisations.models import Role, State
from shared import routing
from shared.plans.vocabulary import CertificateKind, Kind


class OrganisationNow(routing.Out):
    """The organisation asked about and its roles on the day."""

    id: UUID
    name: str
    authority: str
    roles: list[Role]


class OfferingNow(routing.Out):
    """The offering asked about."""

    id: UUID
    kind: Kind
    subject_code: str
    subject_name: str
    level: int | None
    hours: int
    certificate_kind: CertificateKind
    targets: list[str] | None


class CommissionNow(routing.Out):
    """The commission asked about, if it is this organisation's."""

    id: UUID
    authority: str
    organisation_id: UUID
    offering_id: UUID
    target: str
    places: int
    from_date: date
    to_date: date
    document_number: str


class StandingAnswer(routing.Out):
    """Whether the organisation may start teaching the offering on the day, and what it rests on."""

    organisation: OrganisationNow
    listed_institution: bool
    employer: bool
    licence_covers: bool
    licence_number: str | None
    offering: OfferingNow | None
    offering_in_edition: int | None
    commission: CommissionNow | None


class AssessorAnswer(routing.Out):
    """Whether an organisation is a listed assessor, licensed for this; its name only if listed."""

    listed: bool
    licence_covers: bool
    name: str | None


class Signer(routing.Out):
    """The person whose name stands under the organisation's commitments."""

    organisation_id: UUID
    organisation_name: str
    credit_code: str
    name: str


CLASSES_MAX = 50
CODES_MAX = 5_000
Code = Annotated[str, Field(min_length=18, max_length=18, pattern=r"^[0-9A-Z]+$")]
Key = Annotated[UUID, Field(strict=False)]


class TermIn(routing.Body):
    """A class whose terms are asked, on its first day."""

    offering_id: Key
    commission_id: Key | None = None
    authority: str = Field(min_length=4, max_length=12, pattern=r"^[0-9A-Z]+$")
    on: Annotated[date, Field(strict=False, ge=date(2000, 1, 1), le=date(2099, 12, 31))]


class ClassTermsIn(routing.Body):
    """Up to fifty classes of one organisation, and the employers that lists name by code."""

    organisation_id: Key
    classes: list[TermIn] = Field(min_length=1, max_length=CLASSES_MAX)
    credit_codes: list[Code] = Field(default=[], max_length=CODES_MAX)


class PriceNow(routing.Out):
    """A price for a person, and the document that sets it."""

    fen_per_person: int
    document_number: str


class ClassTerm(routing.Out):
    """The terms of one class; a price that is not set is null, never 0."""

    offering_id: UUID
    commission_id: UUID | None
    authority: str
    on: date
    institution: State | None
    employer: State | None
    offering_hours: int
    rate: PriceNow | None
    commission: PriceNow | None


class ClassTermsAnswer(routing.Out):
    """An organisation with the terms of its classes, in the order in which they were asked."""

    organisation_id: UUID
    organisation_name: str
    credit_code: str
    signer: str | None
    account: bool
    employers: dict[str, UUID]
    terms: list[ClassTerm]
