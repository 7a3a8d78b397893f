"""What callers get about classes."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from services.registry.classes import queries
from services.registry.classes.models import (
    ClassCommitment,
    ClassDocument,
    ClassSession,
    TrainingClass,
)
from shared import routing


class Filed(routing.Out):
    """A filed class."""

    id: UUID
    code: str
    state: str


class ClassOut(routing.Out):
    """A class as a list shows it."""

    id: UUID
    code: str
    name: str
    state: str
    basis: str
    route: str
    authority: str
    organisation_id: UUID
    commission_id: UUID | None
    agreement_number: str | None
    target: str
    offering_id: UUID
    edition: int
    kind: str
    subject_code: str
    subject_name: str
    level: int | None
    certificate_kind: str
    hours: int
    place: str
    outside: bool
    starts_on: date
    ends_on: date
    capacity: int
    listed: bool
    assessor_id: UUID | None
    assessment_on: date | None
    started_at: datetime | None
    closed_at: datetime | None
    filed_at: datetime
    decided_at: datetime | None


class SessionOut(routing.Out):
    """A session; `state` is planned, held (its sheet is in) or cancelled."""

    id: UUID
    class_id: UUID
    number: int
    starts_at: datetime
    ends_at: datetime
    hours: int
    topic: str
    place: str
    state: str
    sheet_at: datetime | None


class CountsOut(routing.Out):
    """People of a class; `not_confirmed` until it starts, null afterwards."""

    confirmed: int
    not_confirmed: int | None
    completed: int
    certified: int


class CommitmentOut(routing.Out):
    """What was promised; the signer's name stays sealed."""

    matter: str
    version: str
    language: str
    text_sha256: str
    statements: list[str]
    at: datetime


class DocumentOut(routing.Out):
    """A document that the class was filed with."""

    title: str
    number: str | None
    sha256: str


class ClassDetail(ClassOut):
    """A class with its sessions; counts, hold and filing for its own side and its authority."""

    sessions: list[SessionOut]
    counts: CountsOut | None
    held: bool | None
    decision_reason: str | None
    commitment: CommitmentOut | None
    documents: list[DocumentOut]


class ListedClass(routing.Out):
    """A class that anyone may join, with the places left."""

    id: UUID
    code: str
    name: str
    authority: str
    organisation_id: UUID
    kind: str
    subject_code: str
    subject_name: str
    level: int | None
    certificate_kind: str
    hours: int
    place: str
    outside: bool
    starts_on: date
    ends_on: date
    capacity: int
    places_left: int


class Person(routing.Out):
    """One line of a sign-in sheet."""

    enrolment_id: UUID
    name: str


class SignInSheet(routing.Out):
    """Who has confirmed, by name, for teaching."""

    class_id: UUID
    code: str
    name: str
    people: list[Person]


def session_out(row: ClassSession) -> SessionOut:
    """Show a session."""
    return SessionOut(
        id=row.id,
        class_id=row.class_id,
        number=row.number,
        starts_at=_instant(row.during.lower),
        ends_at=_instant(row.during.upper),
        hours=row.hours,
        topic=row.topic,
        place=row.place,
        state=row.state,
        sheet_at=row.sheet_at,
    )


def listed_out(row: TrainingClass) -> ListedClass:
    """Show a class to the public."""
    fields = {name: getattr(row, name) for name in ListedClass.model_fields if hasattr(row, name)}
    return ListedClass(**fields, places_left=row.capacity - row.taken)


def detail_out(
    row: TrainingClass,
    *,
    sessions: Sequence[ClassSession],
    counts: queries.Counts | None,
    commitment: ClassCommitment | None,
    documents: Sequence[ClassDocument],
    started: bool,
) -> ClassDetail:
    """Show a class; hold, counts and reasons only to whom the counts are told."""
    return ClassDetail(
        **ClassOut.model_validate(row).model_dump(),
        sessions=[session_out(one) for one in sessions],
        counts=_counts_out(counts, started=started),
        held=row.held_since is not None if counts else None,
        decision_reason=row.decision_reason if counts else None,
        commitment=_commitment_out(commitment),
        documents=[
            DocumentOut(title=one.title, number=one.number, sha256=one.sha256.hex())
            for one in documents
        ],
    )


def _counts_out(counts: queries.Counts | None, *, started: bool) -> CountsOut | None:
    if counts is None:
        return None
    return CountsOut(
        confirmed=counts.confirmed,
        not_confirmed=None if started else counts.not_confirmed,
        completed=counts.completed,
        certified=counts.certified,
    )


def _commitment_out(row: ClassCommitment | None) -> CommitmentOut | None:
    if row is None:
        return None
    return CommitmentOut(
        matter=row.matter,
        version=row.version,
        language=row.language,
        text_sha256=row.text_sha256.hex(),
        statements=[str(one) for one in row.statements],
        at=row.at,
    )


def _instant(value: datetime | None) -> datetime:
    assert value is not None  # a CHECK keeps both ends of a session
    return value
