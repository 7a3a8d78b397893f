"""Tables of editions. Nothing in them is ever changed."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import TIMESTAMP, ForeignKeyConstraint, LargeBinary, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.institutions.tables import Base


class Directory(StrEnum):
    """The public lists: who teaches, who assesses, what is subsidised."""

    INSTITUTIONS = "institutions"
    ASSESSORS = "assessors"
    OFFERINGS = "offerings"


class Edition(Base):
    """A directory as it was published: `body` is canonical JSON, served as it stands."""

    __tablename__ = "editions"
    __table_args__ = (UniqueConstraint("directory", "number", name="edition_number_once"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    directory: Mapped[str] = mapped_column(Text)
    number: Mapped[int]
    published_on: Mapped[date]
    published_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    published_by: Mapped[str] = mapped_column(Text)
    entries: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    difference: Mapped[dict[str, Any]] = mapped_column(JSONB)


class EditionEntry(Base):
    """Which entries an edition holds."""

    __tablename__ = "edition_entries"
    __table_args__ = (
        ForeignKeyConstraint(["directory", "number"], ["editions.directory", "editions.number"]),
    )

    directory: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(primary_key=True)
