"""What the clock does to classes: they start, and they close. Idempotent, in batches."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.attendance import rules
from services.registry.classes import counting, filing
from services.registry.classes.models import TrainingClass
from services.registry.enrolments import holds
from services.registry.event_types import EventType
from shared import events, leases
from shared import principal as principals
from shared.background import Job
from shared.clock import SHANGHAI
from shared.service import Service

BY = principals.service("registry", "jobs")
BATCH_MAX = 100
EVERY_S = 5.0

STARTING = text(
    "select c.id from training_classes c where c.state = 'accepted' and c.started_at is null"
    " and c.closed_at is null and c.starts_on <= :today and exists (select 1 from sessions s"
    " where s.class_id = c.id and s.state <> 'cancelled' and lower(s.during) <= :now)"
    " order by c.id limit :most for update of c"
)
# What was withdrawn or voided before it started leaves nothing of who was invited either.
ENDED = text(
    "select c.id from training_classes c where c.state in ('withdrawn', 'voided')"
    " and (exists (select 1 from invitations x where x.class_id = c.id)"
    " or exists (select 1 from declines x where x.class_id = c.id)"
    " or exists (select 1 from roster_results x where x.class_id = c.id))"
    " order by c.id limit :most for update of c"
)
ERASE = tuple(
    text(statement)
    for statement in (
        "delete from invitations where class_id = any(:ids)",
        "delete from declines where class_id = any(:ids)",
        "delete from roster_results where class_id = any(:ids)",
    )
)
START = text(
    "update training_classes set started_at = :now where id = any(:ids)"
    " returning id, authority, organisation_id"
)
CLOSING = text(
    "select c.*, s.open, s.last_day from training_classes c, lateral ("
    " select count(*) filter (where x.state = 'planned' or upper(x.during) > :now) as open,"
    " max((upper(x.during) at time zone 'Asia/Shanghai')::date) as last_day"
    " from sessions x where x.class_id = c.id and x.state <> 'cancelled') s"
    " where c.state = 'accepted' and c.started_at is not null and c.closed_at is null"
    " and c.held_since is null and c.ends_on <= :today"
    " order by c.starts_on, c.id for update of c"
)
COMPLETE = text(
    "update enrolments e set completed = true from unnest(cast(:ids as uuid[]),"
    " cast(:numerators as integer[]), cast(:denominators as integer[]),"
    " cast(:hours as integer[])) as d(id, numerator, denominator, hours)"
    " where e.class_id = d.id and e.left_at is null and not e.completed"
    " and e.hours_attended::bigint * d.denominator >= d.hours::bigint * d.numerator"
    " returning e.class_id"
)
WITHOUT_RIGHT = text(
    "select hold from enrolments where class_id = any(:ids) and left_at is null"
    " and not completed order by hold"
)
CLOSE = text("update training_classes set closed_at = :now where id = any(:ids)")


def jobs(here: Service) -> list[Job]:
    """Make the jobs of classes: start, then close."""
    return [
        Job("class-start", partial(start, here), EVERY_S),
        Job("class-close", partial(close, here), EVERY_S),
    ]


async def start(here: Service, now: datetime) -> int:
    """Start the classes whose first session has begun; who was only invited is forgotten.

    Returns how many classes were started, or cleared after their end.
    """
    async with here.database.transaction(BY) as session:
        if not await leases.take(session, "class-start"):
            return 0
        today = now.astimezone(SHANGHAI).date()
        given = {"now": now, "today": today, "most": BATCH_MAX}
        starting = list((await session.execute(STARTING, given)).scalars())
        ended = list((await session.execute(ENDED, {"most": BATCH_MAX})).scalars())
        if not starting and not ended:
            return 0
        for statement in ERASE:
            await session.execute(statement, {"ids": [*starting, *ended]})
        rows = (await session.execute(START, {"now": now, "ids": starting})).all()
        # How many had confirmed stays untold: beside a later count it would tell how many left.
        started = [_event(row, EventType.CLASS_STARTED, {}) for row in rows]
        await events.append(session, started, by=BY, at=now)
        return len(starting) + len(ended)


async def close(here: Service, now: datetime) -> int:
    """Close the classes whose sheets are in or late, and count who completed. POLICY 8.3, 8.4.

    Returns how many were closed.
    """
    async with here.database.transaction(BY) as session:
        if not await leases.take(session, "class-close"):
            return 0
        today = now.astimezone(SHANGHAI).date()
        rows = (await session.execute(CLOSING, {"now": now, "today": today})).all()
        due = [row for row in rows if _is_due(here, row, now)][:BATCH_MAX]
        if due:
            await _close(session, here, due, now)
        return len(due)


def _is_due(here: Service, row: Any, now: datetime) -> bool:
    if not row.open:
        return True
    terms = here.plan.provision("class_rules").on(row.starts_on)
    last = max(row.last_day, row.ends_on)
    until = rules.sheet_until(last, days=rules.sheet_days(terms), released_at=row.released_at)
    return now >= until


async def _close(session: AsyncSession, here: Service, due: Sequence[Any], now: datetime) -> None:
    shares = [
        here.plan.provision("class_rules").on(row.starts_on).fraction("attendance_threshold")
        for row in due
    ]
    ids = [row.id for row in due]
    found = await session.execute(
        COMPLETE,
        {
            "ids": ids,
            "numerators": [share.numerator for share in shares],
            "denominators": [share.denominator for share in shares],
            "hours": [row.hours for row in due],
        },
    )
    completed = dict.fromkeys(ids, 0)
    for class_id in found.scalars():
        completed[class_id] += 1
    await session.execute(CLOSE, {"ids": ids, "now": now})
    without = (await session.execute(WITHOUT_RIGHT, {"ids": ids})).scalars().all()
    await holds.end(session, holds=without, at=now)
    told: list[events.Event] = []
    for row in due:
        count = completed[row.id]
        data = {"completed": count, "hours": row.hours}
        told += [_event(row, EventType.CLASS_CLOSED, data), *counting.completed(row, count)]
    await events.append(session, told, by=BY, at=now)


def _event(row: Any, kind: EventType, data: dict[str, int]) -> events.Event:
    known = TrainingClass(id=row.id, authority=row.authority, organisation_id=row.organisation_id)
    return filing.event(known, kind, data=data, rule="class_rules")
