"""Tables of results and certificates; constraints and reach live in migrations/sql."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    Date,
    DateTime,
    ForeignKeyConstraint,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.tables import Base

INSTANT = DateTime(timezone=True)


def _of_enrolment() -> ForeignKeyConstraint:
    """Refer to an enrolment together with its authority, so that existence does not leak."""
    return ForeignKeyConstraint(
        ["authority", "enrolment_id"], ["enrolments.authority", "enrolments.id"]
    )


class Result(Base):
    """One attempt of one trainee, filed by whom the certificate kind names."""

    __tablename__ = "results"
    __table_args__ = (
        _of_enrolment(),
        ForeignKeyConstraint(
            ["authority", "class_id"], ["training_classes.authority", "training_classes.id"]
        ),
        UniqueConstraint("enrolment_id", "attempt", name="result_once"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    enrolment_id: Mapped[UUID]
    class_id: Mapped[UUID]
    authority: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID]
    assessor_id: Mapped[UUID | None]
    trainee_id: Mapped[UUID]
    attempt: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(Text)
    score: Mapped[int | None] = mapped_column(Integer)
    assessed_on: Mapped[date] = mapped_column(Date)
    by_subject: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)


class CertificateSerial(Base):
    """The last number of an authority's completion certificates in a year."""

    __tablename__ = "certificate_serials"

    authority: Mapped[str] = mapped_column(Text, primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True)
    last: Mapped[int] = mapped_column(Integer)


class Certificate(Base):
    """A certificate: its number sealed, since a permit's holds its holder's ID."""

    __tablename__ = "certificates"
    __table_args__ = (_of_enrolment(),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    enrolment_id: Mapped[UUID]
    class_id: Mapped[UUID]
    authority: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID]
    issuer_id: Mapped[UUID | None]
    issuer_name: Mapped[str] = mapped_column(Text)
    trainee_id: Mapped[UUID]
    kind: Mapped[str] = mapped_column(Text)
    number_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    number_index: Mapped[bytes] = mapped_column(LargeBinary)
    name_index: Mapped[bytes] = mapped_column(LargeBinary)
    subject_code: Mapped[str] = mapped_column(Text)
    subject_name: Mapped[str] = mapped_column(Text)
    level: Mapped[int | None] = mapped_column(Integer)
    issued_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(Text, server_default=text("'valid'"))
    by_subject: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)
    voided_by: Mapped[str | None] = mapped_column(Text)
    voided_at: Mapped[datetime | None] = mapped_column(INSTANT)
    void_reason: Mapped[str | None] = mapped_column(Text)
