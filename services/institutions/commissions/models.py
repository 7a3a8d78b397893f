"""The table of commissions."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    TIMESTAMP,
    BigInteger,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from services.institutions.tables import Base


class Commission(Base):
    """One contract; the institution's name is the one it had when it was made."""

    __tablename__ = "commissions"
    __table_args__ = (
        UniqueConstraint("authority", "id"),
        UniqueConstraint(
            "authority", "document_number", "offering_id", name="commission_document_once"
        ),
        ForeignKeyConstraint(
            ["organisation_authority", "organisation_id"],
            ["organisations.authority", "organisations.id"],
        ),
        Index("commissions_by_organisation", "organisation_id", "from_date", "id"),
        Index("commissions_by_authority", "authority", "from_date", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    authority: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID]
    organisation_authority: Mapped[str] = mapped_column(Text)
    organisation_name: Mapped[str] = mapped_column(Text)
    offering_id: Mapped[UUID] = mapped_column(ForeignKey("offerings.id"))
    target: Mapped[str] = mapped_column(Text)
    places: Mapped[int]
    price_fen_per_person: Mapped[int] = mapped_column(BigInteger)
    document_number: Mapped[str] = mapped_column(Text)
    from_date: Mapped[date]
    to_date: Mapped[date]
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
