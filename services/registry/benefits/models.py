"""The table of earlier benefits; that nobody reads it is kept in migrations/sql."""

from datetime import date
from uuid import UUID

from sqlalchemy import Date, ForeignKey, LargeBinary, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.tables import Base


class BenefitEntry(Base):
    """One training that was paid for or certified elsewhere; whose is a blind index."""

    __tablename__ = "benefit_entries"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    register_id: Mapped[UUID] = mapped_column(ForeignKey("registers.id"))
    person_index: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[str] = mapped_column(Text)
    subject_code: Mapped[str] = mapped_column(Text)
    level: Mapped[int | None]
    received_on: Mapped[date] = mapped_column(Date)
