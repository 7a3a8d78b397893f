"""The table of persons' bank accounts: sealed, the current one has no `ended_at`."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import TIMESTAMP, ForeignKey, LargeBinary, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.tables import Base

Instant = TIMESTAMP(timezone=True)


class BankAccount(Base):
    """An account that its owner entered; the holder is always the person."""

    __tablename__ = "bank_accounts"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    trainee_id: Mapped[UUID] = mapped_column(ForeignKey("trainees.id"))
    bank_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    number_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
