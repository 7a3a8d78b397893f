"""Tables of rosters. Staging rows are written by COPY only and have no class here."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKey, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.tables import Base

INSTANT = DateTime(timezone=True)


class Roster(Base):
    """One uploaded file and the answer it got: counts and codes, no row of it."""

    __tablename__ = "rosters"
    __table_args__ = (UniqueConstraint("organisation_id", "file_index", name="roster_once"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID]
    file_index: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[str] = mapped_column(Text)
    rows_received: Mapped[int]
    rows_accepted: Mapped[int]
    rows_rejected_by_code: Mapped[dict[str, int]] = mapped_column(JSONB)
    dropped_columns: Mapped[list[str]] = mapped_column(ARRAY(Text))
    notes: Mapped[list[Any]] = mapped_column(JSONB)
    faults: Mapped[list[Any]] = mapped_column(JSONB)
    by_subject: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(INSTANT)


class RosterResult(Base):
    """The marked rows of one class of a roster, sealed; erased when the class starts."""

    __tablename__ = "roster_results"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    roster_id: Mapped[UUID] = mapped_column(ForeignKey("rosters.id"))
    organisation_id: Mapped[UUID]
    class_id: Mapped[UUID | None] = mapped_column(ForeignKey("training_classes.id"))
    rows_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    erase_after: Mapped[datetime] = mapped_column(INSTANT)
