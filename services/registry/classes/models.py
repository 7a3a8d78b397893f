"""Tables of classes and their sessions; constraints, reach and triggers live in migrations/sql."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean as Bool
from sqlalchemy import Date, DateTime, ForeignKeyConstraint, Integer, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.tables import Base

INSTANT = DateTime(timezone=True)


def _of_class() -> ForeignKeyConstraint:
    """Refer to a class together with its authority, so that existence does not leak."""
    return ForeignKeyConstraint(
        ["authority", "class_id"], ["training_classes.authority", "training_classes.id"]
    )


class ClassNumber(Base):
    """The last number that an authority gave in a year."""

    __tablename__ = "class_numbers"

    authority: Mapped[str] = mapped_column(Text, primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


class TrainingClass(Base):
    """A class: what is taught to whom, where and when, by which filing."""

    __tablename__ = "training_classes"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    authority: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID]
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
    route: Mapped[str] = mapped_column(Text)
    commission_id: Mapped[UUID | None]
    agreement_number: Mapped[str | None] = mapped_column(Text)
    target: Mapped[str] = mapped_column(Text)
    offering_id: Mapped[UUID]
    edition: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(Text)
    subject_code: Mapped[str] = mapped_column(Text)
    subject_name: Mapped[str] = mapped_column(Text)
    level: Mapped[int | None] = mapped_column(Integer)
    certificate_kind: Mapped[str] = mapped_column(Text)
    hours: Mapped[int] = mapped_column(Integer)
    place: Mapped[str] = mapped_column(Text)
    outside: Mapped[bool] = mapped_column(Bool, server_default=text("false"))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    capacity: Mapped[int] = mapped_column(Integer)
    taken: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    listed: Mapped[bool] = mapped_column(Bool, server_default=text("false"))
    state: Mapped[str] = mapped_column(Text)
    held_since: Mapped[datetime | None] = mapped_column(INSTANT)
    released_at: Mapped[datetime | None] = mapped_column(INSTANT)
    assessor_id: Mapped[UUID | None]
    assessment_on: Mapped[date | None] = mapped_column(Date)
    started_at: Mapped[datetime | None] = mapped_column(INSTANT)
    closed_at: Mapped[datetime | None] = mapped_column(INSTANT)
    filed_by: Mapped[str] = mapped_column(Text)
    filed_at: Mapped[datetime] = mapped_column(INSTANT)
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(INSTANT)
    decision_reason: Mapped[str | None] = mapped_column(Text)


class ClassCommitment(Base):
    """The commitment that a class was filed with: the exact text, and who signed."""

    __tablename__ = "class_commitments"
    __table_args__ = (_of_class(),)

    class_id: Mapped[UUID] = mapped_column(primary_key=True)
    authority: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID]
    matter: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    text_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    signer_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    statements: Mapped[list[Any]] = mapped_column(JSONB)
    by_subject: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)


class ClassDocument(Base):
    """A document handed in with a filing: title, number and hash, never the document."""

    __tablename__ = "class_documents"
    __table_args__ = (_of_class(),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    class_id: Mapped[UUID]
    authority: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID]
    title: Mapped[str] = mapped_column(Text)
    number: Mapped[str | None] = mapped_column(Text)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(INSTANT)


class ClassSession(Base):
    """A session (课次): class hours of 45 minutes taught at one go."""

    __tablename__ = "sessions"
    __table_args__ = (_of_class(),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    class_id: Mapped[UUID]
    authority: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID]
    number: Mapped[int] = mapped_column(Integer)
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    hours: Mapped[int] = mapped_column(Integer)
    topic: Mapped[str] = mapped_column(Text)
    place: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default=text("'planned'"))
    sheet_by: Mapped[str | None] = mapped_column(Text)
    sheet_at: Mapped[datetime | None] = mapped_column(INSTANT)
