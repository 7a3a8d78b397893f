"""The parent of the registry service's table classes."""

from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """Tables of the registry database; row security and functions live in migrations/sql."""
