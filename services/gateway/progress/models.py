"""Tables of the projection of progress."""

from uuid import UUID

from sqlalchemy import Boolean, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from services.gateway.tables import Base


class ProgressCell(Base):
    """Person-times of one target, authority, quarter and organisation."""

    __tablename__ = "progress_cells"
    __table_args__ = (Index("progress_by_organisation", "organisation_id"),)

    target: Mapped[str] = mapped_column(Text, primary_key=True)
    authority: Mapped[str] = mapped_column(Text, primary_key=True)
    quarter: Mapped[str] = mapped_column(Text, primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    started: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    completed: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    certified: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    finished: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    running: Mapped[int] = mapped_column(Integer, server_default=text("0"))


class ProgressSum(Base):
    """The cells of one target, authority and quarter over organisations; kept by trigger."""

    __tablename__ = "progress_sums"

    target: Mapped[str] = mapped_column(Text, primary_key=True)
    authority: Mapped[str] = mapped_column(Text, primary_key=True)
    quarter: Mapped[str] = mapped_column(Text, primary_key=True)
    started: Mapped[int]
    completed: Mapped[int]
    certified: Mapped[int]
    finished: Mapped[int]
    running: Mapped[int]


class ProgressPaid(Base):
    """Person-times paid of one target, authority and quarter."""

    __tablename__ = "progress_paid"

    target: Mapped[str] = mapped_column(Text, primary_key=True)
    authority: Mapped[str] = mapped_column(Text, primary_key=True)
    quarter: Mapped[str] = mapped_column(Text, primary_key=True)
    paid: Mapped[int]


class ProgressCategory(Base):
    """Person-times that a target counts by category, of one authority and quarter."""

    __tablename__ = "progress_categories"

    target: Mapped[str] = mapped_column(Text, primary_key=True)
    authority: Mapped[str] = mapped_column(Text, primary_key=True)
    quarter: Mapped[str] = mapped_column(Text, primary_key=True)
    completed: Mapped[int]
    certified: Mapped[int]
    paid: Mapped[int]


class ProgressClass(Base):
    """Where a class counts: the quarter it started in, its target, whether it still runs."""

    __tablename__ = "progress_classes"

    class_id: Mapped[UUID] = mapped_column(primary_key=True)
    target: Mapped[str] = mapped_column(Text)
    authority: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID]
    quarter: Mapped[str] = mapped_column(Text)
    running: Mapped[bool] = mapped_column(Boolean)
