"""The closed list of the registry's event types.

Adding one fails `tests/architecture/test_closed_lists.py` until POLICY.md 9 is met: no type tells
that a person declined, did not answer or left; what ends a held slot is one type for every ground.
"""

from enum import StrEnum


class EventType(StrEnum):
    """What can happen in the registry."""

    CLASS_FILED = "class.filed"
    CLASS_ACCEPTED = "class.accepted"
    CLASS_RETURNED = "class.returned"
    CLASS_WITHDRAWN = "class.withdrawn"
    CLASS_VOIDED = "class.voided"
    CLASS_HELD = "class.held"
    CLASS_RELEASED = "class.released"
    CLASS_TARGET_SET = "class.target_set"
    CLASS_ASSESSOR_SET = "class.assessor_set"
    CLASS_STARTED = "class.started"
    CLASS_CLOSED = "class.closed"
    SESSION_ADDED = "session.added"
    SESSION_MOVED = "session.moved"
    SESSION_CANCELLED = "session.cancelled"
    ROSTER_RECEIVED = "roster.received"
    ENROLMENT_CONFIRMED = "enrolment.confirmed"
    HOLD_ENDED = "hold.ended"
    GROUND_FELL = "ground.fell"
    ATTENDANCE_RECORDED = "attendance.recorded"
    CORRECTION_ASKED = "attendance.correction_asked"
    CORRECTION_DECIDED = "attendance.correction_decided"
    RESULTS_FILED = "results.filed"
    CERTIFICATE_ISSUED = "certificate.issued"
    CERTIFICATE_VOIDED = "certificate.voided"
    REQUEST_ANSWERED = "correction_request.answered"
    CONFLICT_DECIDED = "name_conflict.decided"
    PAPER_FIRST = "paper_confirmation.first"
    PAPER_SECOND = "paper_confirmation.second"
    PROGRESS_COUNTED = "progress.counted"
    REGISTER_IMPORTED = "register.imported"
    BENEFIT_IMPORTED = "benefit.imported"
