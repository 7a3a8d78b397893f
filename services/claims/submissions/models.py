"""The tables that lists are read from; the rest is written and read by statements."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, TIMESTAMP, BigInteger, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.claims.tables import Base

Instant = TIMESTAMP(timezone=True)


class Claim(Base):
    """A claim: whose, for what, by which way."""

    __tablename__ = "claims"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    authority: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID | None]
    trainee_id: Mapped[UUID | None]
    matter: Mapped[str] = mapped_column(Text)
    route: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    submitted_by: Mapped[str] = mapped_column(Text)
    submitted_at: Mapped[datetime] = mapped_column(Instant)


class ClaimLine(Base):
    """A line: one person's place under one provision, with what was decided and how far it is."""

    __tablename__ = "claim_lines"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    claim_id: Mapped[UUID]
    authority: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID | None]
    class_id: Mapped[UUID]
    enrolment_id: Mapped[UUID]
    trainee_id: Mapped[UUID]
    provision: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    shown: Mapped[str] = mapped_column(Text)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    fund: Mapped[str | None] = mapped_column(Text)
    year: Mapped[int | None]
    purpose: Mapped[str] = mapped_column(Text)
    payee_kind: Mapped[str | None] = mapped_column(Text)
    payee_id: Mapped[UUID | None]
    slot_keys: Mapped[list[str]] = mapped_column(ARRAY(Text))
    transfer_id: Mapped[UUID | None]
    decision_id: Mapped[UUID]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    waiting_since: Mapped[datetime | None] = mapped_column(Instant)
    decided_at: Mapped[datetime] = mapped_column(Instant)
    submitted_by: Mapped[str] = mapped_column(Text)
    target: Mapped[str] = mapped_column(Text)
    path: Mapped[list[str]] = mapped_column(ARRAY(Text))
    path_at: Mapped[list[datetime]] = mapped_column(ARRAY(Instant))
    changed_at: Mapped[datetime] = mapped_column(Instant)


class Appeal(Base):
    """A person's appeal against a line's decision; words sealed."""

    __tablename__ = "appeals"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    line_id: Mapped[UUID]
    authority: Mapped[str] = mapped_column(Text)
    trainee_id: Mapped[UUID]
    text_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(Instant)
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    answered_by: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    decision_before: Mapped[UUID]
    decision_after: Mapped[UUID | None]


class CapException(Base):
    """Two officers' decision that one cap does not stand in the way of one place; sealed."""

    __tablename__ = "cap_exceptions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    authority: Mapped[str] = mapped_column(Text)
    line_id: Mapped[UUID]
    trainee_id: Mapped[UUID]
    enrolment_id: Mapped[UUID]
    slot_key: Mapped[str] = mapped_column(Text)
    document_number: Mapped[str] = mapped_column(Text)
    reason_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[str] = mapped_column(Text)
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    decision_after: Mapped[UUID | None]


class AllowanceRate(Base):
    """Fen an attended day from a day on; it holds once a second officer has confirmed it."""

    __tablename__ = "allowance_rates"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    authority: Mapped[str] = mapped_column(Text)
    fen_per_day: Mapped[int] = mapped_column(BigInteger)
    from_date: Mapped[date]
    document_number: Mapped[str] = mapped_column(Text)
    entered_by: Mapped[str] = mapped_column(Text)
    entered_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_by: Mapped[str | None] = mapped_column(Text)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
