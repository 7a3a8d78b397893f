"""The tables of review; row security and triggers are in migrations/sql."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, TIMESTAMP, BigInteger, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.claims.tables import Base

Instant = TIMESTAMP(timezone=True)


class Delegation(Base):
    """A dated, published stand-in of one authority's officers for another's."""

    __tablename__ = "delegations"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    authority: Mapped[str] = mapped_column(Text)
    stand_in: Mapped[str] = mapped_column(Text)
    step: Mapped[str] = mapped_column(Text)
    from_date: Mapped[date]
    to_date: Mapped[date]
    document_number: Mapped[str] = mapped_column(Text)
    published_by: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(Instant)
    ended_from: Mapped[date | None]
    ending_document: Mapped[str | None] = mapped_column(Text)
    ended_by: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class SampleDraw(Base):
    """Which share of some lines of a claim was drawn, by which seed and signals."""

    __tablename__ = "sample_draws"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    claim_id: Mapped[UUID]
    authority: Mapped[str] = mapped_column(Text)
    seed: Mapped[bytes] = mapped_column(LargeBinary)
    signals: Mapped[list[str]] = mapped_column(ARRAY(Text))
    per_hundred: Mapped[int]
    members: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    drawn: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    at: Mapped[datetime] = mapped_column(Instant)


class ReviewDecision(Base):
    """What a reviewer decided of some lines of a claim."""

    __tablename__ = "review_decisions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    claim_id: Mapped[UUID]
    authority: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID | None]
    decision: Mapped[str] = mapped_column(Text)
    about: Mapped[str] = mapped_column(Text)
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    despite_checks: Mapped[bool]
    lines: Mapped[int]
    fen: Mapped[int] = mapped_column(BigInteger)
    by_subject: Mapped[str] = mapped_column(Text)
    office: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant)


class LineReview(Base):
    """A line on the reviewer's desk."""

    __tablename__ = "line_reviews"

    line_id: Mapped[UUID] = mapped_column(primary_key=True)
    claim_id: Mapped[UUID]
    authority: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID | None]
    class_id: Mapped[UUID]
    submitted_by: Mapped[str] = mapped_column(Text)
    entered_at: Mapped[datetime] = mapped_column(Instant)
    checks: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    checks_open: Mapped[list[str]] = mapped_column(ARRAY(Text))
    draw_id: Mapped[UUID | None]
    sampled: Mapped[bool]
    looked_by: Mapped[str | None] = mapped_column(Text)
    looked_at: Mapped[datetime | None] = mapped_column(Instant)
    finding: Mapped[str | None] = mapped_column(Text)
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    decision_id: Mapped[UUID | None]
    reviewed_by: Mapped[str | None] = mapped_column(Text)
    reviewed_at: Mapped[datetime | None] = mapped_column(Instant)
    released_by: Mapped[str | None] = mapped_column(Text)
    released_at: Mapped[datetime | None] = mapped_column(Instant)
