"""The table of licences."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import TIMESTAMP, ForeignKey, ForeignKeyConstraint, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.institutions.tables import Base


class Licence(Base):
    """One scope of one role; two of the same scope never overlap. Both days are included."""

    __tablename__ = "licences"
    __table_args__ = (
        ForeignKeyConstraint(
            ["authority", "organisation_id"], ["organisations.authority", "organisations.id"]
        ),
        Index("licences_by_organisation", "organisation_id", "from_date", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    authority: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID]
    role: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    subject_code: Mapped[str | None] = mapped_column(Text, ForeignKey("subjects.code"))
    level_max: Mapped[int | None]
    from_date: Mapped[date]
    to_date: Mapped[date]
    document_number: Mapped[str] = mapped_column(Text)
    granted_by: Mapped[str] = mapped_column(Text)
    granted_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    ended_by: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    end_reason: Mapped[str | None] = mapped_column(Text)
    end_document: Mapped[str | None] = mapped_column(Text)
