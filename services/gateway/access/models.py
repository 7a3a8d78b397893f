"""Tables of access. Instants are machine time: a sandbox's clock moves no log-in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, DateTime, ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from services.gateway.tables import Base

Instant = DateTime(timezone=True)


class Officer(Base):
    """An officer's account: the name is sealed, the password hashed, the second factor sealed."""

    __tablename__ = "officers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(Text)
    name_sealed: Mapped[bytes]
    role: Mapped[str] = mapped_column(Text)
    authorities: Mapped[list[str]] = mapped_column(ARRAY(Text))
    office: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str | None] = mapped_column(Text)
    totp_sealed: Mapped[bytes | None]
    last_totp_step: Mapped[int | None] = mapped_column(BigInteger)
    activation_index: Mapped[bytes | None]
    activation_until: Mapped[datetime | None] = mapped_column(Instant)
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)
    last_login_at: Mapped[datetime | None] = mapped_column(Instant)


class Client(Base):
    """A system that comes with a secret: of one organisation, or of a county."""

    __tablename__ = "clients"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    organisation_id: Mapped[UUID | None]
    authorities: Mapped[list[str]] = mapped_column(ARRAY(Text))
    office: Mapped[str | None] = mapped_column(Text)
    secret_index: Mapped[bytes]
    previous_index: Mapped[bytes | None]
    previous_until: Mapped[datetime | None] = mapped_column(Instant)
    state: Mapped[str] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(Instant)


class WechatLogin(Base):
    """A WeChat account that came once; bound to at most one person."""

    __tablename__ = "wechat_logins"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    openid_sealed: Mapped[bytes]
    openid_index: Mapped[bytes]
    trainee_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(Instant)
    bound_at: Mapped[datetime | None] = mapped_column(Instant)


class Ticket(Base):
    """A one-time way from the mini program to a page, for a minute."""

    __tablename__ = "tickets"

    ticket_index: Mapped[bytes] = mapped_column(primary_key=True)
    login_id: Mapped[UUID] = mapped_column(ForeignKey("wechat_logins.id"))
    until: Mapped[datetime] = mapped_column(Instant)


class Attempt(Base):
    """Tries of one kind by or at one name."""

    __tablename__ = "attempts"

    who_index: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    until: Mapped[datetime] = mapped_column(Instant)


class Revocation(Base):
    """Tokens of a subject issued at or before an instant are refused."""

    __tablename__ = "revocations"

    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    not_before: Mapped[datetime] = mapped_column(Instant)
