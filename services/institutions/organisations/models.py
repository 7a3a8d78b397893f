"""Tables of organisations and their standings, and the words that stand in them."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import TIMESTAMP, ForeignKeyConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.institutions.tables import Base


class Role(StrEnum):
    """What an organisation is on paper; one may be several."""

    INSTITUTION = "institution"
    ASSESSOR = "assessor"
    EMPLOYER = "employer"


class State(StrEnum):
    """Where a role of an organisation stands with the authority."""

    APPLIED = "applied"
    LISTED = "listed"
    SUSPENDED = "suspended"
    REMOVED = "removed"
    REFUSED = "refused"


class Nature(StrEnum):
    """What kind of body runs the organisation (办学性质)."""

    PUBLIC_SCHOOL = "public_school"
    PRIVATE_SCHOOL = "private_school"
    PUBLIC_INSTITUTION = "public_institution"
    ENTERPRISE = "enterprise"
    COOPERATIVE = "cooperative"
    ASSOCIATION = "association"
    OTHER = "other"


class Organisation(Base):
    """One organisation; its responsible person is sealed."""

    __tablename__ = "organisations"
    __table_args__ = (
        UniqueConstraint("credit_code", name="organisation_once"),
        UniqueConstraint("authority", "id"),
        Index("organisations_by_pinyin", "pinyin", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    authority: Mapped[str] = mapped_column(Text)
    credit_code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    short_name: Mapped[str] = mapped_column(Text)
    pinyin: Mapped[str] = mapped_column(Text)
    nature: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    signer_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    signer_phone_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    registered_by: Mapped[str] = mapped_column(Text)
    registered_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))


class Standing(Base):
    """One entry about a role: its state from a day on."""

    __tablename__ = "standings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["authority", "organisation_id"], ["organisations.authority", "organisations.id"]
        ),
        UniqueConstraint("organisation_id", "role", "number", name="standing_number_once"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    authority: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID]
    role: Mapped[str] = mapped_column(Text)
    number: Mapped[int]
    state: Mapped[str] = mapped_column(Text)
    from_date: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    document_number: Mapped[str | None] = mapped_column(Text)
    by_subject: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
