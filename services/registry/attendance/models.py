"""Tables of attendance; the trigger that keeps the hours lives in migrations/sql."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean as Bool
from sqlalchemy import DateTime, ForeignKeyConstraint, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.tables import Base

INSTANT = DateTime(timezone=True)


def _of_session() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["authority", "session_id"], ["sessions.authority", "sessions.id"])


class Attendance(Base):
    """One person at one session: present or not."""

    __tablename__ = "attendance"
    __table_args__ = (_of_session(),)

    session_id: Mapped[UUID] = mapped_column(primary_key=True)
    enrolment_id: Mapped[UUID] = mapped_column(primary_key=True)
    class_id: Mapped[UUID]
    authority: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID]
    trainee_id: Mapped[UUID]
    present: Mapped[bool] = mapped_column(Bool)
    by_subject: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)


class AttendanceCorrection(Base):
    """A correction that the organisation asks for and an officer decides."""

    __tablename__ = "attendance_corrections"
    __table_args__ = (_of_session(),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID]
    enrolment_id: Mapped[UUID]
    class_id: Mapped[UUID]
    authority: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID]
    present: Mapped[bool] = mapped_column(Bool)
    reason: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(INSTANT)
    state: Mapped[str] = mapped_column(Text, server_default=text("'asked'"))
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(INSTANT)
    decision_reason: Mapped[str | None] = mapped_column(Text)
