"""Changes of a class's timetable, each before the session takes place. 六(三)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.attendance import queries, schemas
from services.registry.classes import facts, filing, operations, rules
from services.registry.classes import queries as classes
from services.registry.classes import schemas as class_schemas
from services.registry.classes.models import ClassSession, TrainingClass
from services.registry.classes.reasons import Why
from services.registry.event_types import EventType
from shared import events, ids, problems
from shared.clock import SHANGHAI
from shared.plans import Plan
from shared.principal import Principal

RULE = "class_rules"


class SessionNotPossible(problems.Problem):
    """The session cannot be planned like this; `reasons` lists every reason."""

    status = 422
    code = "session_not_possible"
    title_zh = "课次安排不符合要求"
    title_en = "The session cannot be planned like this"


class SessionOverlap(problems.Problem):
    """The class has another session at that time."""

    status = 409
    code = "session_overlap"
    title_zh = "本班在该时间已有其他课次"
    title_en = "The class has another session at that time"


class SessionBegun(problems.Problem):
    """The session has begun, or would begin in the past: what happened is not replanned."""

    status = 409
    code = "session_begun"
    title_zh = "课次已经开始，只能事先调整"
    title_en = "The session has begun; changes are made beforehand"


class SessionCancelled(problems.Problem):
    """The session was cancelled."""

    status = 409
    code = "session_cancelled"
    title_zh = "课次已经取消"
    title_en = "The session was cancelled"


async def add(
    session: AsyncSession,
    *,
    class_id: UUID,
    body: class_schemas.SessionIn,
    plan: Plan,
    by: Principal,
    now: datetime,
) -> ClassSession:
    """Add a session to an open class, in place of hours that were cancelled.

    Raises NotFound, ClassState, SessionBegun, SessionNotPossible, SessionOverlap.
    """
    found = await classes.locked(session, class_id)
    _open(found)
    planned = body.planned()
    if planned.starts_at <= now:
        raise SessionBegun
    number = await queries.last_number(session, class_id) + 1
    elsewhere = await queries.hours_planned(session, class_id)
    _refuse(
        [
            *_fits(found, planned, number=number, plan=plan),
            *rules.hours_left(planned=found.hours, elsewhere=elsewhere, hours=body.hours),
        ]
    )
    row = ClassSession(
        id=ids.uuid7(),
        class_id=found.id,
        authority=found.authority,
        organisation_id=found.organisation_id,
        number=number,
        during=Range(body.starts_at, body.ends_at),
        hours=body.hours,
        topic=body.topic,
        place=body.place,
        state="planned",
    )
    session.add(row)
    await session.flush()
    await _tell(session, found, row, EventType.SESSION_ADDED, by=by, now=now)
    return row


async def move(
    session: AsyncSession,
    *,
    session_id: UUID,
    body: schemas.MoveIn,
    plan: Plan,
    by: Principal,
    now: datetime,
) -> ClassSession:
    """Move a session in time and place before it begins; the people's seats move with it.

    Raises NotFound, ClassState, SessionCancelled, SessionBegun, SessionNotPossible,
    SessionOverlap.
    """
    found, row = await queries.locked(session, session_id)
    _before(found, row, now)
    planned = facts.Planned(
        body.starts_at.astimezone(SHANGHAI), body.ends_at.astimezone(SHANGHAI), row.hours
    )
    if planned.starts_at <= now:
        raise SessionBegun
    _refuse(_fits(found, planned, number=row.number, plan=plan))
    row.during, row.place = Range(body.starts_at, body.ends_at), body.place
    await session.flush()
    await _tell(session, found, row, EventType.SESSION_MOVED, by=by, now=now)
    return row


async def cancel(
    session: AsyncSession, *, session_id: UUID, by: Principal, now: datetime
) -> ClassSession:
    """Cancel a session before it begins. NotFound, ClassState, SessionCancelled, SessionBegun."""
    found, row = await queries.locked(session, session_id)
    _before(found, row, now)
    row.state = "cancelled"
    await session.flush()
    await _tell(session, found, row, EventType.SESSION_CANCELLED, by=by, now=now)
    return row


def _open(found: TrainingClass) -> None:
    operations.must_be(found, among=("submitted", "accepted"))
    if found.closed_at is not None:
        raise operations.ClassState(state="closed")


def _before(found: TrainingClass, row: ClassSession, now: datetime) -> None:
    _open(found)
    if row.state == "cancelled":
        raise SessionCancelled
    if row.during.lower is None or row.during.lower <= now:
        raise SessionBegun


def _fits(found: TrainingClass, planned: facts.Planned, *, number: int, plan: Plan) -> list[Why]:
    terms = plan.provision("class_rules").on(found.starts_on)
    return list(
        rules.session_fits(
            planned,
            number=number,
            class_hour_min=terms.integer("class_hour"),
            starts_on=found.starts_on,
            ends_on=found.ends_on,
        )
    )


def _refuse(reasons: list[Why]) -> None:
    if reasons:
        raise SessionNotPossible(
            "；".join(why.zh.rstrip("。") for why in reasons) + "。",
            " ".join(why.en for why in reasons),
            reasons=[filing.said(why) for why in reasons],
        )


async def _tell(
    session: AsyncSession,
    found: TrainingClass,
    row: ClassSession,
    kind: EventType,
    *,
    by: Principal,
    now: datetime,
) -> None:
    data = {"session": str(row.id), "number": row.number, "hours": row.hours}
    if row.during.lower is not None:
        data["starts_at"] = row.during.lower.astimezone(SHANGHAI).isoformat()
    await events.append(session, [filing.event(found, kind, data=data, rule=RULE)], by=by, at=now)
