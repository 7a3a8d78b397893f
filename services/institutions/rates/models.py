"""The table of rates."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import TIMESTAMP, BigInteger, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.institutions.tables import Base


class Rate(Base):
    """Fen a person from a day on; it holds once a second officer has confirmed it."""

    __tablename__ = "rates"
    __table_args__ = (Index("rates_by_offering", "offering_id", "authority", "from_date"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    authority: Mapped[str] = mapped_column(Text)
    offering_id: Mapped[UUID] = mapped_column(ForeignKey("offerings.id"))
    fen_per_person: Mapped[int] = mapped_column(BigInteger)
    from_date: Mapped[date]
    document_number: Mapped[str] = mapped_column(Text)
    entered_by: Mapped[str] = mapped_column(Text)
    entered_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    confirmed_by: Mapped[str | None] = mapped_column(Text)
    confirmed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
