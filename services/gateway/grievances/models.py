"""The table of complaints."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DateTime, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.gateway.tables import Base

Instant = DateTime(timezone=True)


class Complaint(Base):
    """What a person complains about to an authority, and its answer; all words are sealed."""

    __tablename__ = "complaints"
    __table_args__ = (
        Index("complaints_by_trainee", "trainee_id", "made_at", "id"),
        Index("complaints_by_authority", "authority", "made_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    trainee_id: Mapped[UUID]
    authority: Mapped[str] = mapped_column(Text)
    about: Mapped[str] = mapped_column(Text)
    text_sealed: Mapped[bytes]
    contact_sealed: Mapped[bytes | None]
    state: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Instant)
    answer_sealed: Mapped[bytes | None]
    answered_by: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
