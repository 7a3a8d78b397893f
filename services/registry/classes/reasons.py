"""The words for why a class may not be filed or a session not be planned. A closed list."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a class may not be filed, or a session not be planned."""

    INSTITUTION_NOT_LISTED = "institution_not_listed"
    NOT_AN_EMPLOYER = "not_an_employer"
    LICENCE_DOES_NOT_COVER = "licence_does_not_cover"
    OFFERING_UNKNOWN = "offering_unknown"
    OFFERING_NOT_IN_EDITION = "offering_not_in_edition"
    COMMISSION_UNKNOWN = "commission_unknown"
    COMMISSION_OTHER_AUTHORITY = "commission_other_authority"
    COMMISSION_OTHER_OFFERING = "commission_other_offering"
    COMMISSION_OTHER_TARGET = "commission_other_target"
    COMMISSION_DATES = "commission_dates"
    COMMISSION_PLACES = "commission_places"
    AUTHORITY_UNKNOWN = "authority_unknown"
    TARGET_UNKNOWN = "target_unknown"
    TARGET_OTHER_KIND = "target_other_kind"
    OFFERING_OTHER_TARGETS = "offering_other_targets"
    HOURS_BELOW_OFFERING = "hours_below_offering"
    HOURS_BELOW_TARGET = "hours_below_target"
    DURATION_BELOW_TARGET = "duration_below_target"
    DURATION_ABOVE_TARGET = "duration_above_target"
    OUTSIDE_NOT_ALLOWED = "outside_not_allowed"
    CLASS_TOO_LARGE = "class_too_large"
    PLAN_NOT_IN_FORCE = "plan_not_in_force"
    STARTS_IN_THE_PAST = "starts_in_the_past"
    FIRST_SESSION_OTHER_DAY = "first_session_other_day"
    SESSION_TOO_SHORT = "session_too_short"
    SESSION_OVER_MIDNIGHT = "session_over_midnight"
    SESSION_OUTSIDE_DATES = "session_outside_dates"
    SESSIONS_OVERLAP = "sessions_overlap"
    HOURS_ABOVE_PLANNED = "hours_above_planned"


@dataclass(frozen=True, slots=True)
class Why:
    """A reason said to somebody who sees nothing else."""

    reason: Reason
    zh: str
    en: str
