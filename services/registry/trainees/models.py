"""Tables about people. Names, numbers and phones are sealed, each for its row and column."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import TIMESTAMP, ForeignKey, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.tables import Base

Instant = TIMESTAMP(timezone=True)


class Trainee(Base):
    """A person, found by the blind index of the ID number."""

    __tablename__ = "trainees"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    name_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    name_index: Mapped[bytes] = mapped_column(LargeBinary)
    id_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    id_index: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    language: Mapped[str] = mapped_column(Text, server_default="zh-Hans")
    created_at: Mapped[datetime] = mapped_column(Instant)


class NameConflict(Base):
    """A known ID number that came with another name, for an officer to look at."""

    __tablename__ = "name_conflicts"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainees.id"))
    authority: Mapped[str] = mapped_column(Text)
    name_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    name_index: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(Text, server_default="open")
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decision_reason: Mapped[str | None] = mapped_column(Text)


class BindingCode(Base):
    """A code that an office handed to a person: binds one log-in, once."""

    __tablename__ = "binding_codes"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainees.id"))
    code_index: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    made_by: Mapped[str] = mapped_column(Text)
    office: Mapped[str] = mapped_column(Text)
    authority: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime] = mapped_column(Instant)
    second_by: Mapped[str | None] = mapped_column(Text)
    second_office: Mapped[str | None] = mapped_column(Text)
    second_at: Mapped[datetime | None] = mapped_column(Instant)
    login_id: Mapped[UUID | None] = mapped_column(Uuid)
    redeemed_at: Mapped[datetime | None] = mapped_column(Instant)


class AccessLogEntry(Base):
    """One read of a person's data by somebody else."""

    __tablename__ = "access_log"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainees.id"))
    by_subject: Mapped[str] = mapped_column(Text)
    office: Mapped[str | None] = mapped_column(Text)
    organisation_id: Mapped[UUID | None] = mapped_column(Uuid)
    purpose: Mapped[str] = mapped_column(Text)
    what: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)


class Notice(Base):
    """A line of a person's inbox: a kind and codes, never a text about somebody."""

    __tablename__ = "inbox"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainees.id"))
    kind: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(Instant)
    read_at: Mapped[datetime | None] = mapped_column(Instant)


class CorrectionRequest(Base):
    """What a person says is wrong, sealed, and the authority's sealed answer."""

    __tablename__ = "correction_requests"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainees.id"))
    authority: Mapped[str] = mapped_column(Text)
    field: Mapped[str] = mapped_column(Text)
    text_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(Text, server_default="open")
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
