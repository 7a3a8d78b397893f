"""The closed list of the claims service's event types."""

from enum import StrEnum


class EventType(StrEnum):
    """What can happen in the claims service."""
