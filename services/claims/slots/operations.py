"""What the registry's feed does to slots. Runs in the transaction that moves the cursor."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.provisions import in_force, slot_keys
from services.claims.slots import rules
from services.claims.slots.rules import Wish
from shared.plans import NotInForceError, Plan

Event = dict[str, Any]

CLASS: Final = "class.filed"
STARTED: Final = "class.started"
TARGET_SET: Final = "class.target_set"
CONFIRMED: Final = "enrolment.confirmed"
ENDED: Final = "hold.ended"

SEEN = text(
    "insert into classes_seen (id, authority, organisation_id, kind, subject_code, level, target,"
    " starts_on) select * from unnest(cast(:ids as uuid[]), cast(:authorities as text[]),"
    " cast(:organisations as uuid[]), cast(:kinds as text[]), cast(:subjects as text[]),"
    " cast(:levels as integer[]), cast(:targets as text[]), cast(:days as date[]))"
    " on conflict (id) do nothing"
)
RETARGET = text("select retarget_lines(cast(:classes as uuid[]), cast(:targets as text[]), :at)")
BEGUN = text("update classes_seen set started = true where id = any(cast(:ids as uuid[]))")
HELD = text(
    "insert into holds (hold, trainee_id, enrolment_id, class_id, seq, at)"
    " select * from unnest(cast(:holds as uuid[]), cast(:people as uuid[]),"
    " cast(:places as uuid[]), cast(:classes as uuid[]), cast(:seqs as bigint[]),"
    " cast(:ats as timestamptz[])) on conflict (hold) do nothing"
)
FORGET = text(
    "delete from holds where hold = any(cast(:holds as uuid[])) returning hold, trainee_id"
)
FREE = text("delete from slots where hold = any(cast(:holds as uuid[])) and state = 'held'")
WAITING = text(
    "select h.hold, h.trainee_id, h.enrolment_id, h.slotless, c.kind, c.subject_code, c.level,"
    " c.starts_on from holds h join classes_seen c on c.id = h.class_id"
    " where h.trainee_id = any(cast(:people as uuid[])) order by h.seq"
)
OCCUPIED = text(
    "select trainee_id, slot_key, enrolment_id from slots"
    " where trainee_id = any(cast(:people as uuid[]))"
)
PLACE = text(
    "insert into slots (trainee_id, slot_key, enrolment_id, state, hold, at)"
    " select h.trainee_id, t.key, h.enrolment_id, 'held', h.hold, h.at"
    " from unnest(cast(:keys as text[]), cast(:holds as uuid[])) as t(key, hold)"
    " join holds h on h.hold = t.hold"
    " order by h.trainee_id, t.key on conflict do nothing returning hold, slot_key"
)
MARK = text(
    "update holds set slotless = hold = any(cast(:without as uuid[]))"
    " where hold = any(cast(:holds as uuid[]))"
    " and slotless <> (hold = any(cast(:without as uuid[])))"
)


def wanted(
    plan: Plan, *, kind: str, subject_code: str, level: int | None, starts_on: date
) -> tuple[tuple[str, ...], ...]:
    """Say which slots a class uses, by the caps in force on its first day; none before the plan."""
    try:
        caps = in_force.on(plan, starts_on).caps
    except NotInForceError:
        return ()
    found = slot_keys.of(
        kind=kind, subject_code=subject_code, level=level, starts_on=starts_on, caps=caps
    )
    return tuple(slot.choices for slot in found)


def earlier(
    *, plan: Plan, told: Iterable[Mapping[str, Any]], starts_on: date
) -> dict[str, Mapping[str, Any]]:
    """Say which slots earlier trainings took, by the caps in force on a class's first day."""
    try:
        return rules.earlier(told, in_force.on(plan, starts_on).caps)
    except NotInForceError:
        return {}


async def apply(session: AsyncSession, *, events: list[Event], plan: Plan) -> None:
    """Apply a page of the registry's feed: note classes and holds, free what ended, place again.

    An ended hold is forgotten whole, so that nothing here tells who left. POLICY 9.2
    """
    await _classes(session, [event for event in events if event["type"] == CLASS])
    await _retarget(session, [event for event in events if _is(event, TARGET_SET)])
    begun = [event["subject"].removeprefix("class:") for event in events if _is(event, STARTED)]
    if begun:
        await session.execute(BEGUN, {"ids": begun})
    people = await _holds(session, [event for event in events if _is(event, CONFIRMED)])
    people |= await _ended(session, [event for event in events if _is(event, ENDED)])
    if people:
        await _place(session, sorted(people), plan)


def _is(event: Event, kind: str) -> bool:
    return bool(event["type"] == kind)


async def _classes(session: AsyncSession, filed: Iterable[Event]) -> None:
    rows = [(event["subject"].removeprefix("class:"), event, event["data"]) for event in filed]
    if not rows:
        return
    values = {
        "ids": [class_id for class_id, _, _ in rows],
        "authorities": [event["authority"] for _, event, _ in rows],
        "organisations": [event["organisation"] for _, event, _ in rows],
        "kinds": [data["kind"] for _, _, data in rows],
        "subjects": [data["subject_code"] for _, _, data in rows],
        "levels": [data["level"] for _, _, data in rows],
        "targets": [data["target"] for _, _, data in rows],
        "days": [date.fromisoformat(data["starts_on"]) for _, _, data in rows],
    }
    await session.execute(SEEN, values)


async def _retarget(session: AsyncSession, told: Sequence[Event]) -> None:
    """Let lines count for what their classes count for now; what is counted follows by trigger."""
    latest = {event["subject"].removeprefix("class:"): event["data"]["to"] for event in told}
    if latest:
        at = max(datetime.fromisoformat(event["time"]) for event in told)
        values = {"classes": list(latest), "targets": list(latest.values()), "at": at}
        await session.execute(RETARGET, values)


async def _holds(session: AsyncSession, confirmed: list[Event]) -> set[UUID]:
    if not confirmed:
        return set()
    found = [event["data"] for event in confirmed]
    values = {
        "holds": [one["hold"] for one in found],
        "people": [one["trainee_id"] for one in found],
        "places": [one["enrolment_id"] for one in found],
        "classes": [one["class_id"] for one in found],
        "seqs": [event["seq"] for event in confirmed],
        "ats": [datetime.fromisoformat(event["time"]) for event in confirmed],
    }
    await session.execute(HELD, values)
    return {UUID(one["trainee_id"]) for one in found}


async def _ended(session: AsyncSession, ended: list[Event]) -> set[UUID]:
    if not ended:
        return set()
    values = {"holds": [event["data"]["hold"] for event in ended]}
    people = {row.trainee_id for row in await session.execute(FORGET, values)}
    await session.execute(FREE, values)
    return people


async def _place(session: AsyncSession, people: list[UUID], plan: Plan) -> None:
    """Give the persons' holds their slots, in the order of their confirmations."""
    values = {"people": people}
    holds = (await session.execute(WAITING, values)).all()
    rows = await session.execute(OCCUPIED, values)
    occupied = {(row.trainee_id, row.slot_key): row.enrolment_id for row in rows}
    wishes = [
        Wish(
            row.hold,
            row.trainee_id,
            row.enrolment_id,
            wanted(
                plan,
                kind=row.kind,
                subject_code=row.subject_code,
                level=row.level,
                starts_on=row.starts_on,
            ),
        )
        for row in holds
    ]
    given, without = rules.place(wishes, occupied)
    late = await _insert(session, given) if given else set()
    if late:
        # A decision took one of the keys meanwhile: a place has all its slots or none.
        await session.execute(FREE, {"holds": sorted(late)})
    await session.execute(
        MARK, {"holds": [row.hold for row in holds], "without": sorted(without | late)}
    )


async def _insert(session: AsyncSession, given: list[rules.Placed]) -> set[UUID]:
    """Insert held slots in key order; return the holds of those that came too late."""
    rows = await session.execute(
        PLACE, {"keys": [one.key for one in given], "holds": [one.wish.hold for one in given]}
    )
    there = {(row.hold, row.slot_key) for row in rows}
    return {one.wish.hold for one in given if (one.wish.hold, one.key) not in there}
