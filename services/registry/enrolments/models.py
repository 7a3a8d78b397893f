"""Tables of the person's own yes, no and leaving."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import TIMESTAMP, ForeignKey, LargeBinary, Text, Uuid, text
from sqlalchemy.dialects.postgresql import TSTZRANGE, Range
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.tables import Base

Instant = TIMESTAMP(timezone=True)


class Invitation(Base):
    """A row of a roster that reached a person: erased when the class starts."""

    __tablename__ = "invitations"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    class_id: Mapped[UUID] = mapped_column(Uuid)
    authority: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID] = mapped_column(Uuid)
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainees.id"))
    roster_id: Mapped[UUID] = mapped_column(Uuid)
    name_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(Instant)
    reminded_at: Mapped[datetime | None] = mapped_column(Instant)


class Decline(Base):
    """A no, seen by nobody but the person, until the class starts."""

    __tablename__ = "declines"

    class_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainees.id"), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)


class Enrolment(Base):
    """A person's place in a class. `hold` is what claims know it by, opaque to all others."""

    __tablename__ = "enrolments"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    hold: Mapped[UUID] = mapped_column(Uuid, server_default=text("gen_random_uuid()"))
    class_id: Mapped[UUID] = mapped_column(Uuid)
    authority: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID] = mapped_column(Uuid)
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainees.id"))
    name_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    confirmed_at: Mapped[datetime] = mapped_column(Instant)
    left_at: Mapped[datetime | None] = mapped_column(Instant)
    started: Mapped[bool] = mapped_column(server_default=text("false"))
    hours_attended: Mapped[int] = mapped_column(server_default=text("0"))
    completed: Mapped[bool] = mapped_column(server_default=text("false"))


class Confirmation(Base):
    """The yes itself: which text, in which language, through which channel."""

    __tablename__ = "confirmations"

    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id"), primary_key=True)
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainees.id"))
    channel: Mapped[str] = mapped_column(Text)
    matter: Mapped[str] = mapped_column(Text)
    version: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    text_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    login_id: Mapped[UUID | None] = mapped_column(Uuid)
    device_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    network_index: Mapped[bytes | None] = mapped_column(LargeBinary)
    guardian_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    paper_id: Mapped[UUID | None] = mapped_column(Uuid)
    at: Mapped[datetime] = mapped_column(Instant)


class PaperConfirmation(Base):
    """A yes on paper: two officers of different offices, told to the person, undone by leaving."""

    __tablename__ = "paper_confirmations"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    class_id: Mapped[UUID] = mapped_column(Uuid)
    authority: Mapped[str] = mapped_column(Text)
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainees.id"))
    version: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    text_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    image_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    guardian_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    first_by: Mapped[str] = mapped_column(Text)
    first_office: Mapped[str] = mapped_column(Text)
    first_at: Mapped[datetime] = mapped_column(Instant)
    second_by: Mapped[str | None] = mapped_column(Text)
    second_office: Mapped[str | None] = mapped_column(Text)
    second_at: Mapped[datetime | None] = mapped_column(Instant)


class Seat(Base):
    """A session that a person sits in: nobody sits in two at once."""

    __tablename__ = "occupied"

    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id"), primary_key=True)
    session_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    trainee_id: Mapped[UUID] = mapped_column(Uuid)
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
