"""The parent of the claims service's table classes."""

from sqlalchemy.orm import DeclarativeBase


class Base(DeclarativeBase):
    """Tables of the claims database; row security and functions live in migrations/sql."""
