"""The table of organisations' bank accounts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import TIMESTAMP, ForeignKeyConstraint, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.institutions.tables import Base


class OrganisationAccount(Base):
    """An account in the organisation's own name; it is paid to once confirmed, until it ends."""

    __tablename__ = "organisation_accounts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["organisation_id", "authority"], ["organisations.id", "organisations.authority"]
        ),
        Index("accounts_by_organisation", "organisation_id", "entered_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    authority: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID]
    bank_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    number_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    entered_by: Mapped[str] = mapped_column(Text)
    entered_at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    confirmed_by: Mapped[str | None] = mapped_column(Text)
    confirmed_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))
