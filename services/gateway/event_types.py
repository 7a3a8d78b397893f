"""The closed list of the gateway service's event types."""

from enum import StrEnum


class EventType(StrEnum):
    """What can happen in the gateway service."""

    OFFICER_INVITED = "officer.invited"
    OFFICER_ACTIVATED = "officer.activated"
    OFFICER_SUSPENDED = "officer.suspended"
    CLIENT_CREATED = "client.created"
    CLIENT_ROTATED = "client.secret_rotated"
    CLIENT_REVOKED = "client.revoked"
    LOGIN_BOUND = "login.bound"
    COMPLAINT_MADE = "complaint.made"
    COMPLAINT_ANSWERED = "complaint.answered"
