"""The parent of the gateway service's table classes."""

from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """Tables of the gateway database; row security and functions live in migrations/sql."""
