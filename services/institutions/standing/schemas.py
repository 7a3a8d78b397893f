"""Answers to peers."""

from datetime import date
from uuid import UUID

from services.institutions.organisations.models import Role
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
