"""HTTP of slots."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.claims.slots import operations, queries
from services.claims.slots.schemas import SlotOut, SlotsOut, UsedOut, WithoutSlotOut
from shared import problems, routing

mine = routing.router("/me/slots", tags=["slots"])
classes = routing.router("/classes-without-slot", tags=["slots"])

ClassId = Annotated[UUID, Query(description="培训班 / the class asked about")]


@mine.get("", summary="这个班占用我的哪个补贴名额", responses=problems.responses(problems.NotFound))
async def get_my_slots(
    class_id: ClassId, session: routing.DbSession, here: routing.Here
) -> SlotsOut:
    """Say which slots of the caller's a class would use and which are used; 404 for no class.

    Earlier payments that were imported count too, but only the decision reads them.
    """
    found = await queries.seen(session, class_id)
    own = {slot.key: slot for slot in await queries.own(session)}
    wanted = operations.wanted(
        here.plan,
        kind=found.kind,
        subject_code=found.subject_code,
        level=found.level,
        starts_on=found.starts_on,
    )
    slots = [_slot(choices, own, class_id) for choices in wanted]
    year = found.starts_on.year
    return SlotsOut(
        class_id=class_id,
        kind=found.kind,
        year=year,
        slots=slots,
        free=all(slot.free for slot in slots),
        used_this_year=[
            UsedOut(key=slot.key, state=slot.state, class_id=slot.class_id)
            for slot in own.values()
            if slot.key.startswith(str(year))
        ],
    )


@classes.get(
    "", summary="开班前没有补贴名额的人数", responses=problems.responses(problems.NotFound)
)
async def count_places_without_slot(
    class_id: ClassId, session: routing.DbSession, here: routing.Here, clock: routing.Now
) -> WithoutSlotOut:
    """Count the places of one's own class that have no slot, before it starts. POLICY 8.6.

    Small numbers are withheld, zero among them: who a class of a few consists of is known.
    """
    least = here.plan.provision("progress").on(clock.today()).integer("suppressed_below")
    places = await queries.without_slot(session, class_id)
    withheld = "started" if places is None else "small" if places < least else None
    return WithoutSlotOut(
        class_id=class_id,
        places=None if withheld else places,
        withheld=withheld,
        fewer_than=least,
    )


def _slot(choices: tuple[str, ...], own: dict[str, queries.Own], class_id: UUID) -> SlotOut:
    """Show the key that this class has, else the first free one, else the first of all."""
    here = next((own[key] for key in choices if key in own and own[key].class_id == class_id), None)
    if here is not None:
        return SlotOut(key=here.key, used=here.state, by_this_class=True, free=True)
    free = next((key for key in choices if key not in own), None)
    key = free or choices[0]
    used = own[key].state if free is None else None
    return SlotOut(key=key, used=used, by_this_class=False, free=free is not None)
