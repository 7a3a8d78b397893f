"""What all operations of payments say alike: a batch's event, the end of a file's keeping."""

from datetime import date, datetime

from services.claims.event_types import EventType
from services.claims.payments import rules
from services.claims.payments.models import Batch
from shared import clock, events
from shared.service import Service


def retained_until(here: Service, at: datetime) -> date:
    """Say until which day an issued file is kept. POLICY 8.16."""
    day = clock.business_day(at)
    years = here.plan.provision("retention").on(day).integer("issued_files")
    return date(day.year + years, day.month, min(day.day, 28))


def event(kind: EventType, found: Batch, **more: object) -> events.Event:
    """Tell of a batch: codes and totals, its rows by their digest."""
    return events.Event(
        type=kind,
        subject=f"payment_batch:{found.id}",
        authority=found.authority,
        data={
            "code": found.code,
            "fund": found.fund,
            "payee_kind": found.payee_kind,
            "lines": found.lines,
            "fen": found.fen,
            **more,
        },
        rule=rules.BOOKS,
        row_hash=found.digest,
    )
