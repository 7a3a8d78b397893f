"""The parent of the institutions service's table classes."""

from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """Tables of the institutions database; row security and functions live in migrations/sql."""
