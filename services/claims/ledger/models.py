"""The tables of the ledger. Row security, triggers and CHECKs stand in migrations/sql."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.claims.tables import Base

OWNER = ("accounts.id", "accounts.authority")


class FundPurpose(Base):
    """A use that the plan permits a fund."""

    __tablename__ = "fund_purposes"

    fund: Mapped[str] = mapped_column(Text, primary_key=True)
    purpose: Mapped[str] = mapped_column(Text, primary_key=True)
    plan_hash: Mapped[str] = mapped_column(Text)


class Account(Base):
    """Money of one fund, authority, business year and purpose."""

    __tablename__ = "accounts"
    __table_args__ = (
        UniqueConstraint("fund", "authority", "year", "purpose", name="account_once"),
        UniqueConstraint("id", "authority", name="account_owned"),
        ForeignKeyConstraint(
            ["fund", "purpose"],
            ["fund_purposes.fund", "fund_purposes.purpose"],
            name="purpose_permitted",
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    fund: Mapped[str] = mapped_column(Text)
    authority: Mapped[str] = mapped_column(Text)
    year: Mapped[int]
    purpose: Mapped[str] = mapped_column(Text)
    opened_by: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))


class Subaccount(Base):
    """What the transfers of a sub-account sum to; only the database's trigger writes it."""

    __tablename__ = "subaccounts"
    __table_args__ = (ForeignKeyConstraint(["account_id", "authority"], OWNER),)

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    authority: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    debits: Mapped[int] = mapped_column(BigInteger)
    credits: Mapped[int] = mapped_column(BigInteger)
    held: Mapped[int] = mapped_column(BigInteger)


class Turnover(Base):
    """What an account's transfers of a quarter change; only the database's trigger writes it."""

    __tablename__ = "turnover"
    __table_args__ = (ForeignKeyConstraint(["account_id", "authority"], OWNER),)

    account_id: Mapped[UUID] = mapped_column(primary_key=True)
    authority: Mapped[str] = mapped_column(Text)
    quarter: Mapped[str] = mapped_column(Text, primary_key=True)
    received: Mapped[int] = mapped_column(BigInteger)
    held: Mapped[int] = mapped_column(BigInteger)
    paid: Mapped[int] = mapped_column(BigInteger)


class Transfer(Base):
    """Fen from one sub-account to another of the same account; never changed, never deleted."""

    __tablename__ = "transfers"
    __table_args__ = (
        UniqueConstraint("line_id", "round", "code", name="line_reserved_once"),
        Index("transfers_by_account", "account_id", "at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    batch: Mapped[UUID]
    account_id: Mapped[UUID]
    authority: Mapped[str] = mapped_column(Text)
    debit: Mapped[str] = mapped_column(Text)
    credit: Mapped[str] = mapped_column(Text)
    fen: Mapped[int] = mapped_column(BigInteger)
    code: Mapped[str] = mapped_column(Text)
    line_id: Mapped[UUID | None]
    round: Mapped[int] = mapped_column(SmallInteger)
    resolves: Mapped[UUID | None]
    reverses: Mapped[UUID | None]
    document_number: Mapped[str | None] = mapped_column(Text)
    by_subject: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    hash: Mapped[bytes] = mapped_column(LargeBinary)
