"""Tables of register lists; that nobody reads their entries is kept in migrations/sql."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import TIMESTAMP, Date, ForeignKey, LargeBinary, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.tables import Base

Instant = TIMESTAMP(timezone=True)


class Register(Base):
    """One imported list: what it is, from whom, of which day; never how long or of whom."""

    __tablename__ = "registers"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    authority: Mapped[str] = mapped_column(Text)
    code: Mapped[str] = mapped_column(Text)
    source_title: Mapped[str] = mapped_column(Text)
    document_number: Mapped[str] = mapped_column(Text)
    as_of: Mapped[date] = mapped_column(Date)
    complete: Mapped[bool]
    content_index: Mapped[bytes] = mapped_column(LargeBinary)
    imported_by: Mapped[str] = mapped_column(Text)
    imported_at: Mapped[datetime] = mapped_column(Instant)
    replaced_at: Mapped[datetime | None] = mapped_column(Instant)


class RegisterEntry(Base):
    """One line of a list: whose is a blind index, the last day is included. No role reads it."""

    __tablename__ = "register_entries"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    register_id: Mapped[UUID] = mapped_column(ForeignKey("registers.id"))
    person_index: Mapped[bytes] = mapped_column(LargeBinary)
    from_date: Mapped[date] = mapped_column(Date)
    to_date: Mapped[date | None] = mapped_column(Date)
    employer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
