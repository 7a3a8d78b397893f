"""A known ID number that came with another name: an officer compares and decides."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.event_types import EventType
from services.registry.trainees import notices, own, reads, requests
from services.registry.trainees.models import NameConflict, Trainee
from shared import events, problems
from shared.principal import Principal
from shared.sealing import Sealer

RULE = "POLICY 4.8"


class ConflictDecided(problems.Problem):
    """The conflict was decided before."""

    status = 409
    code = "conflict_decided"
    title_zh = "该姓名不一致已经处理"
    title_en = "This conflict has been decided"


class Compared(NamedTuple):
    """Both names of an open conflict; None of both once it is decided."""

    row: NameConflict
    stored: str | None
    other: str | None


async def compare(
    session: AsyncSession,
    sealer: Sealer,
    *,
    rows: Sequence[NameConflict],
    by: Principal,
    now: datetime,
) -> list[Compared]:
    """Open both names of every open conflict; each person sees that their name was read."""
    waiting = {row.trainee_id for row in rows if row.state == "open"}
    await reads.log(
        session, trainees=sorted(waiting), what="name", purpose="name_conflict", by=by, at=now
    )
    found = await session.execute(select(Trainee).where(Trainee.id.in_(waiting)))
    people = {person.id: person for person in found.scalars()}
    compared = []
    for row in rows:
        person = people.get(row.trainee_id)
        if row.state != "open" or person is None:
            compared.append(Compared(row, None, None))
            continue
        stored = str(own.opened(sealer, person)["name"])
        compared.append(Compared(row, stored, other_name(sealer, row)))
    return compared


def other_name(sealer: Sealer, row: NameConflict) -> str:
    """Open the name that came later."""
    return sealer.open(row.name_sealed, table="name_conflicts", column="name_sealed", row=row.id)


async def decide(
    session: AsyncSession,
    sealer: Sealer,
    *,
    conflict_id: UUID,
    decision: str,
    reason: str,
    by: Principal,
    now: datetime,
) -> None:
    """Keep the stored name or take the other; the person is told of a change.

    Raises NotFound, ConflictDecided.
    """
    query = select(NameConflict).where(NameConflict.id == conflict_id).with_for_update()
    row = (await session.execute(query)).scalar_one_or_none()
    if row is None:
        raise problems.NotFound
    if row.state != "open":
        raise ConflictDecided
    if decision == "changed":
        await reads.log(
            session,
            trainees=[row.trainee_id],
            what="name",
            purpose="name_conflict",
            by=by,
            at=now,
        )
        values = requests.name_values(sealer, row.trainee_id, other_name(sealer, row))
        await session.execute(
            update(Trainee)
            .where(Trainee.id == row.trainee_id)
            .values(values)
            .execution_options(synchronize_session=False)
        )
        await notices.tell(session, people=[row.trainee_id], kind=notices.Kind.NAME_CHANGED, at=now)
    await session.execute(
        update(NameConflict)
        .where(NameConflict.id == conflict_id)
        .values(state=decision, decided_by=by.subject, decided_at=now, decision_reason=reason)
        .execution_options(synchronize_session=False)
    )
    # The reason stays in the row: an officer may have written a name into it.
    told = events.Event(
        type=EventType.CONFLICT_DECIDED,
        subject=f"name_conflict:{conflict_id}",
        authority=row.authority,
        data={"decision": decision},
        rule=RULE,
    )
    await events.append(session, [told], by=by, at=now)
