"""The tables of notices; row security and functions are in migrations/sql."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, TIMESTAMP, BigInteger, Date, LargeBinary, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.claims.tables import Base

Instant = TIMESTAMP(timezone=True)


class HolidayNotice(Base):
    """A year's holidays of a region, as announced under a number."""

    __tablename__ = "holiday_notices"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    authority: Mapped[str] = mapped_column(Text)
    scope: Mapped[str] = mapped_column(Text)
    year: Mapped[int]
    number: Mapped[str] = mapped_column(Text)
    rests: Mapped[list[date]] = mapped_column(ARRAY(Date))
    works: Mapped[list[date]] = mapped_column(ARRAY(Date))
    entered_by: Mapped[str] = mapped_column(Text)
    entered_at: Mapped[datetime] = mapped_column(Instant)


class Notice(Base):
    """A public notice; its body is there until it is taken down."""

    __tablename__ = "notices"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    authority: Mapped[str] = mapped_column(Text)
    year: Mapped[int]
    number: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    down_on: Mapped[date]
    holiday_numbers: Mapped[list[str]] = mapped_column(ARRAY(Text))
    lines: Mapped[int]
    fen: Mapped[int] = mapped_column(BigInteger)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    published_by: Mapped[str] = mapped_column(Text)
    published_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    taken_down_at: Mapped[datetime | None] = mapped_column(Instant)


class NoticeLine(Base):
    """The line, or one of the lines, behind a number of a notice."""

    __tablename__ = "notice_lines"

    notice_id: Mapped[UUID] = mapped_column(primary_key=True)
    line_id: Mapped[UUID] = mapped_column(primary_key=True)
    authority: Mapped[str] = mapped_column(Text)
    number: Mapped[int]
    counted: Mapped[bool]


class Objection(Base):
    """What somebody holds against a number of a notice; text and contact are sealed."""

    __tablename__ = "objections"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    notice_id: Mapped[UUID]
    authority: Mapped[str] = mapped_column(Text)
    number: Mapped[int]
    line_id: Mapped[UUID | None]
    text_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    contact_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Instant)
    finding: Mapped[str | None] = mapped_column(Text)
    reason_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    voids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    found_by: Mapped[str | None] = mapped_column(Text)
    found_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
