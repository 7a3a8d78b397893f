"""Wire models of editions; the entries are what the published bytes hold."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field

from services.institutions.editions.models import Directory
from services.institutions.offerings.models import CodeSource
from services.institutions.organisations.models import Nature
from services.institutions.rates.schemas import RateNow
from shared import routing
from shared.plans.vocabulary import CertificateKind, Kind


class EditionIn(routing.Body):
    """Which directory to publish."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"directory": "institutions"}]})

    directory: Annotated[Directory, Field(strict=False)]


class Named(routing.Out):
    """An entry of a directory."""

    id: UUID
    name: str


class FieldChange(routing.Out):
    """A field of an entry, before and after."""

    field: str
    before: Any
    after: Any


class Changed(Named):
    """An entry and the fields that changed."""

    fields: list[FieldChange]


class Difference(routing.Out):
    """What changed since the edition before; the first edition adds everything."""

    added: list[Named]
    removed: list[Named]
    changed: list[Changed]


class EditionOut(routing.Out):
    """An edition without its entries; `sha256` is of the bytes as served."""

    directory: Directory
    number: int
    published_on: date
    published_at: datetime
    entries: int
    sha256: str
    added: int
    removed: int
    changed: int


class DifferenceOut(Difference):
    """The difference of an edition to the one before it (`before` null for the first)."""

    directory: Directory
    number: int
    before: int | None


class Published(routing.Out):
    """A new edition with its difference to the one before."""

    id: UUID
    directory: Directory
    number: int
    published_on: date
    entries: int
    sha256: str
    difference: Difference


class ListedLicence(routing.Out):
    """A scope of a listed organisation."""

    kind: Kind
    subject_code: str | None
    subject_name: str | None
    level_max: int | None
    from_date: date
    to_date: date
    document_number: str


class ListedOrganisation(routing.Out):
    """An entry of the directories of institutions and assessors."""

    id: UUID
    name: str
    short_name: str
    credit_code: str
    nature: Nature
    address: str
    authority: str
    listed_from: date
    licences: list[ListedLicence]


class ListedOffering(routing.Out):
    """An entry of the directory of offerings, with every authority's rate or `unset`."""

    id: UUID
    kind: Kind
    subject_code: str
    subject_name: str
    code_source: CodeSource
    code_document: str | None
    level: int | None
    hours: int
    practice_hours: int | None
    certificate_kind: CertificateKind
    targets: list[str] | None
    rates: list[RateNow]


class Anchor(routing.Out):
    """The head of this service's event chain at publication: its past cannot change unseen."""

    batch: int
    last_seq: int
    hash: str


class DirectoryOut(routing.Out):
    """A directory as published."""

    directory: Directory
    number: int
    published_on: date
    before_sha256: str | None
    events: Anchor | None
    entries: list[ListedOrganisation] | list[ListedOffering]
