"""The closed list of the institutions service's event types."""

from enum import StrEnum


class EventType(StrEnum):
    """What can happen in the institutions service."""

    ORGANISATION_REGISTERED = "organisation.registered"
    STANDING_SET = "organisation.standing_set"
    LICENCE_GRANTED = "licence.granted"
    LICENCE_ENDED = "licence.ended"
    OFFERING_CREATED = "offering.created"
    OFFERING_WITHDRAWN = "offering.withdrawn"
    RATE_ENTERED = "rate.entered"
    RATE_CONFIRMED = "rate.confirmed"
    COMMISSION_MADE = "commission.made"
    EDITION_PUBLISHED = "edition.published"
    ACCOUNT_ENTERED = "organisation_account.entered"
    ACCOUNT_CONFIRMED = "organisation_account.confirmed"
    ACCOUNT_READ = "organisation_account.read"
