"""What happens to notices by itself: objections hold, the end makes payable, time takes down."""

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.event_types import EventType
from services.claims.notices.operations import RULE
from services.claims.submissions import states
from services.claims.submissions.states import State
from shared import clock, events, leases
from shared import principal as principals
from shared.background import Job
from shared.service import Service

EVERY_S = 1.0
BY = principals.service("claims", "jobs")
OBJECTED = text(
    "select distinct o.line_id from objections o join claim_lines l on l.id = o.line_id"
    " where o.state in ('open', 'found') and l.state = 'noticed' order by 1 limit 1000"
)
OVER = text(
    "select id, authority from notices where ended_at is null and ends_on < :today"
    " order by ends_on, id limit 1 for update skip locked"
)
UNOPPOSED = text(
    "select n.line_id from notice_lines n join claim_lines l on l.id = n.line_id"
    " where n.notice_id = :notice and l.state = 'noticed' and not exists ("
    "   select 1 from objections o where o.line_id = l.id and o.state in ('open', 'found'))"
    " order by 1"
)
END = text("update notices set ended_at = :at where id = :notice")
TAKE_DOWN = text(
    "update notices set body = null, taken_down_at = :at"
    " where body is not null and down_on <= :today returning id, authority, sha256"
)


def job(here: Service) -> Job:
    """Return the job."""

    async def step(now: datetime) -> int:
        async with here.database.transaction(BY) as session:
            if not await leases.take(session, "notices"):
                return 0
            done = await hold(session, now=now)
            done += await end(session, now=now)
            return done + await take_down(session, now=now)

    return Job("notices", step, EVERY_S)


async def hold(session: AsyncSession, *, now: datetime) -> int:
    """Hold the lines that somebody objects to, and no other."""
    lines = (await session.execute(OBJECTED)).scalars().all()
    await states.advance(
        session, line_ids=lines, to=State.HELD, by=BY, at=now, rule=RULE, reason="objection"
    )
    return len(lines)


async def end(session: AsyncSession, *, now: datetime) -> int:
    """End one notice whose last day is over: what nobody opposes becomes payable."""
    today = clock.business_day(now)
    notice = (await session.execute(OVER, {"today": today})).one_or_none()
    if notice is None:
        return 0
    lines = (await session.execute(UNOPPOSED, {"notice": notice.id})).scalars().all()
    await session.execute(END, {"notice": notice.id, "at": now})
    told = _event(EventType.NOTICE_ENDED, notice, data={"payable": len(lines)})
    await events.append(session, [told], by=BY, at=now)
    await states.advance(session, line_ids=lines, to=State.PAYABLE, by=BY, at=now, rule=RULE)
    return 1


async def take_down(session: AsyncSession, *, now: datetime) -> int:
    """Erase the bodies of notices whose time is over; their hashes stay."""
    rows = (await session.execute(TAKE_DOWN, {"at": now, "today": clock.business_day(now)})).all()
    told = [_event(EventType.NOTICE_TAKEN_DOWN, row, row_hash=bytes(row.sha256)) for row in rows]
    await events.append(session, told, by=BY, at=now)
    return len(rows)


def _event(kind: EventType, notice: Any, **said: Any) -> events.Event:
    return events.Event(
        type=kind,
        subject=f"notice:{notice.id}",
        authority=notice.authority,
        rule=RULE,
        **said,
    )
