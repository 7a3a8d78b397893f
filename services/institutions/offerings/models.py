"""Tables of subjects and offerings."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, TIMESTAMP, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.institutions.tables import Base


class CodeSource(StrEnum):
    """Where a subject's code comes from. POLICY 8.21."""

    OFFICIAL = "official"
    LOCAL = "local"


class Counter(Base):
    """A number that is counted up; its row is the lock."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    last: Mapped[int]


class Subject(Base):
    """An occupation, trade or topic: its code and name."""

    __tablename__ = "subjects"

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    pinyin: Mapped[str] = mapped_column(Text)
    code_source: Mapped[str] = mapped_column(Text)
    code_document: Mapped[str | None] = mapped_column(Text)
    added_by: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))


class Offering(Base):
    """One entry of the catalogue. Hours are class hours."""

    __tablename__ = "offerings"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    subject_code: Mapped[str] = mapped_column(Text, ForeignKey("subjects.code"))
    level: Mapped[int | None]
    hours: Mapped[int]
    practice_hours: Mapped[int | None]
    certificate_kind: Mapped[str] = mapped_column(Text)
    targets: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    withdrawn_from: Mapped[date | None]
    withdrawn_by: Mapped[str | None] = mapped_column(Text)
    withdrawal_reason: Mapped[str | None] = mapped_column(Text)
    withdrawal_document: Mapped[str | None] = mapped_column(Text)
