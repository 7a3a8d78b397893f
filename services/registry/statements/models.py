"""The table of own statements: what was said is sealed, corrections keep what they replace."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import TIMESTAMP, ForeignKey, LargeBinary, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.tables import Base

Instant = TIMESTAMP(timezone=True)


class Statement(Base):
    """What a person said of themselves for one class; the current one has no `replaced_at`."""

    __tablename__ = "statements"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainees.id"))
    class_id: Mapped[UUID] = mapped_column(ForeignKey("training_classes.id"))
    said_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(Instant)
    replaced_at: Mapped[datetime | None] = mapped_column(Instant)
