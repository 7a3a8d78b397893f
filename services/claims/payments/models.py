"""The tables of payments. Row security, triggers and functions stand in migrations/sql."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.claims.tables import Base

Instant = TIMESTAMP(timezone=True)
OWNER = ("payment_batches.id", "payment_batches.authority")


class Batch(Base):
    """What one releaser lets out together: rows, control totals, and where it stands."""

    __tablename__ = "payment_batches"
    __table_args__ = (
        UniqueConstraint("code", name="batch_code_once"),
        UniqueConstraint("id", "authority", name="batch_owned"),
        ForeignKeyConstraint(["reissue_of", "authority"], OWNER),
        Index("batches_by_authority", "authority", "created_at", "id"),
        Index("batches_reissuing", "reissue_of", postgresql_where=text("reissue_of is not null")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Text)
    authority: Mapped[str] = mapped_column(Text)
    fund: Mapped[str] = mapped_column(Text)
    payee_kind: Mapped[str] = mapped_column(Text)
    reissue_of: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(Text)
    released_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    lines: Mapped[int]
    fen: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    file_lines: Mapped[int | None]
    file_fen: Mapped[int | None] = mapped_column(BigInteger)
    issued_by: Mapped[str | None] = mapped_column(Text)
    issued_at: Mapped[datetime | None] = mapped_column(Instant)
    settled_at: Mapped[datetime | None] = mapped_column(Instant)


class Payment(Base):
    """One attempt to pay one claim line."""

    __tablename__ = "payment_lines"
    __table_args__ = (
        ForeignKeyConstraint(["batch_id", "authority"], OWNER),
        UniqueConstraint("batch_id", "row_no", name="payment_row_once"),
        Index(
            "payment_reissued_once",
            "previous",
            unique=True,
            postgresql_where=text("outcome is distinct from 'cancelled'"),
        ),
        Index("payments_by_line", "line_id"),
        Index("payments_by_payee", "payee_id", "id"),
        Index(
            "payment_live_once",
            "line_id",
            unique=True,
            postgresql_where=text("outcome is null or outcome = 'paid'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID]
    authority: Mapped[str] = mapped_column(Text)
    row_no: Mapped[int]
    line_id: Mapped[UUID] = mapped_column(ForeignKey("claim_lines.id"))
    class_id: Mapped[UUID]
    payee_kind: Mapped[str] = mapped_column(Text)
    payee_id: Mapped[UUID]
    fen: Mapped[int] = mapped_column(BigInteger)
    previous: Mapped[UUID | None] = mapped_column(ForeignKey("payment_lines.id"))
    submitted_by: Mapped[str] = mapped_column(Text)
    reviewed_by: Mapped[list[str]] = mapped_column(ARRAY(Text))
    released_by: Mapped[str] = mapped_column(Text)
    account_ref: Mapped[UUID | None]
    outcome: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    outcome_at: Mapped[datetime | None] = mapped_column(Instant)
    return_id: Mapped[UUID | None] = mapped_column(ForeignKey("bank_returns.id"))
    document_number: Mapped[str | None] = mapped_column(Text)


class BankFile(Base):
    """The bytes that were issued, sealed, until their retention ends."""

    __tablename__ = "payment_files"
    __table_args__ = (
        ForeignKeyConstraint(["batch_id", "authority"], OWNER),
        UniqueConstraint("batch_id", "form", name="file_issued_once"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID]
    authority: Mapped[str] = mapped_column(Text)
    form: Mapped[str] = mapped_column(Text)
    bytes_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int]
    issued_at: Mapped[datetime] = mapped_column(Instant)
    retained_until: Mapped[date]


class BankReturn(Base):
    """One file of the bank, sealed, with what it moved."""

    __tablename__ = "bank_returns"
    __table_args__ = (
        ForeignKeyConstraint(["batch_id", "authority"], OWNER),
        UniqueConstraint("batch_id", "sha256", name="return_once"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID]
    authority: Mapped[str] = mapped_column(Text)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    bytes_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    form: Mapped[str] = mapped_column(Text)
    rows: Mapped[int]
    paid: Mapped[int]
    rejected: Mapped[int]
    duplicates: Mapped[int]
    unknown: Mapped[int]
    paid_fen: Mapped[int] = mapped_column(BigInteger)
    rejected_fen: Mapped[int] = mapped_column(BigInteger)
    received_by: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime] = mapped_column(Instant)
    retained_until: Mapped[date]


class Unknown(Base):
    """A row of a return that moved nothing, as the bank wrote it, sealed."""

    __tablename__ = "bank_return_unknowns"
    __table_args__ = (
        ForeignKeyConstraint(["batch_id", "authority"], OWNER),
        Index("unknowns_by_batch", "batch_id"),
    )

    return_id: Mapped[UUID] = mapped_column(ForeignKey("bank_returns.id"), primary_key=True)
    row_no: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID]
    authority: Mapped[str] = mapped_column(Text)
    why: Mapped[str] = mapped_column(Text)
    payment_line_id: Mapped[UUID | None] = mapped_column(ForeignKey("payment_lines.id"))
    row_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class LostGround(Base):
    """A line whose ground fell, or some days of it; paid ones are to be recovered."""

    __tablename__ = "lost_grounds"
    __table_args__ = (
        Index("lost_by_authority", "authority", "noted_at", "line_id"),
        Index("lost_by_line", "line_id"),
        Index(
            "lost_live_once",
            "line_id",
            unique=True,
            postgresql_where=text("withdrawn_at is null"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))
    line_id: Mapped[UUID] = mapped_column(ForeignKey("claim_lines.id"))
    authority: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID | None]
    class_id: Mapped[UUID]
    payee_kind: Mapped[str | None] = mapped_column(Text)
    payee_id: Mapped[UUID | None]
    fen: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(Text)
    document_number: Mapped[str | None] = mapped_column(Text)
    noted_by: Mapped[str] = mapped_column(Text)
    noted_at: Mapped[datetime] = mapped_column(Instant)
    days: Mapped[list[date]] = mapped_column(ARRAY(Date), server_default="{}")
    class_voided: Mapped[bool] = mapped_column(server_default=text("false"))
    withdrawn_by: Mapped[str | None] = mapped_column(Text)
    withdrawn_at: Mapped[datetime | None] = mapped_column(Instant)
    withdrawal_reason: Mapped[str | None] = mapped_column(Text)
    withdrawal_document: Mapped[str | None] = mapped_column(Text)
