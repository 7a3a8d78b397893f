"""Wire models of the public search."""

from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from shared import routing


class Part(StrEnum):
    """What is searched, in the order of the answers."""

    CLASSES = "classes"
    OFFERINGS = "offerings"
    INSTITUTIONS = "institutions"
    ASSESSORS = "assessors"


class EntryOut(routing.Out):
    """One entry: what its directory published of it, or a class with places left."""

    directory: Part
    id: UUID
    name: str
    authority: str | None
    kinds: list[str]
    level: int | None
    hours: int | None
    certificate_kind: str | None
    starts_on: date | None
    ends_on: date | None
    places_left: int | None
    organisation_id: UUID | None
    organisation_name: str | None
    published: dict[str, Any]


class EditionNow(routing.Out):
    """Which edition is searched; null where none was published, or it could not be read."""

    number: int | None
    published_on: date | None
    entries: int
    available: bool


class SearchOut(routing.Out):
    """A page of entries; `degraded` says that a part could not be read."""

    editions: dict[Part, EditionNow]
    degraded: bool
    items: list[EntryOut]
    next: str | None
