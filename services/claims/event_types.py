"""The closed list of the claims service's event types."""

from enum import StrEnum


class EventType(StrEnum):
    """What can happen in the claims service."""

    CLAIM_DECIDED = "claim.decided"
    CLAIM_WITHDRAWN = "claim.withdrawn"
    LINES_MOVED = "lines.moved"
    LINE_REDECIDED = "line.redecided"
    APPEAL_MADE = "appeal.made"
    APPEAL_ANSWERED = "appeal.answered"
    CAP_EXCEPTION_PROPOSED = "cap_exception.proposed"
    CAP_EXCEPTION_DECIDED = "cap_exception.decided"
    ALLOWANCE_RATE_ENTERED = "allowance_rate.entered"
    ALLOWANCE_RATE_CONFIRMED = "allowance_rate.confirmed"
    # Told by trigger (migrations/sql/0006_counting.sql): counts only.
    PROGRESS_PAID = "progress.paid"
    PROGRESS_CATEGORY = "progress.category"

    ACCOUNT_OPENED = "account.opened"
    FUNDS_RECEIVED = "funds.received"
    FUNDS_RESERVED = "funds.reserved"
    FUNDS_RELEASED = "funds.released"
    FUNDS_PAID = "funds.paid"
    FUNDS_REVERSED = "funds.reversed"

    BATCH_CREATED = "payment_batch.created"
    BATCH_CANCELLED = "payment_batch.cancelled"
    BANK_FILE_ISSUED = "bank_file.issued"
    BANK_FILE_READ = "bank_file.read"
    BANK_RETURN_IMPORTED = "bank_return.imported"
    PAYMENT_BOUNCED = "payment.bounced"
    GROUND_LOST = "ground.lost"
    GROUND_RESTORED = "ground.restored"

    SAMPLE_DRAWN = "sample.drawn"
    LINE_LOOKED = "line.looked"
    REVIEW_DECIDED = "review.decided"
    DELEGATION_PUBLISHED = "delegation.published"
    DELEGATION_ENDED = "delegation.ended"
    HOLIDAYS_ENTERED = "holidays.entered"
    NOTICE_PUBLISHED = "notice.published"
    NOTICE_ENDED = "notice.ended"
    NOTICE_TAKEN_DOWN = "notice.taken_down"
    OBJECTION_MADE = "objection.made"
    OBJECTION_FOUND = "objection.found"
    OBJECTION_DECIDED = "objection.decided"
