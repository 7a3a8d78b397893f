"""HTTP of slots."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.requests import Request

from services.claims import peers
from services.claims.slots import operations, queries, showing
from services.claims.slots.schemas import SlotsOut, WithoutSlotOut
from shared import problems, routing

mine = routing.router("/me/slots", tags=["slots"])
classes = routing.router("/classes-without-slot", tags=["slots"])

ClassId = Annotated[UUID, Query(description="培训班 / the class asked about")]


@mine.get("", summary="这个班占用我的哪个补贴名额", responses=problems.responses(problems.NotFound))
async def get_my_slots(
    class_id: ClassId, request: Request, session: routing.DbSession, here: routing.Here
) -> SlotsOut:
    """Say which slots of the caller's a class would use and which are used; 404 for no class.

    Earlier payments that were imported count, each with the list that says so and its day.
    """
    token = request.headers["authorization"].partition(" ")[2]
    registry = peers.registry(here)
    await registry.require_visible(class_id, token=token)
    told = await registry.own_benefits(token=token)
    found = await queries.seen(session, class_id)
    own = {slot.key: slot for slot in await queries.own(session)}
    wanted = operations.wanted(
        here.plan,
        kind=found.kind,
        subject_code=found.subject_code,
        level=found.level,
        starts_on=found.starts_on,
    )
    earlier = operations.earlier(plan=here.plan, told=told, starts_on=found.starts_on)
    return showing.shown(class_id, found, wanted, own, earlier)


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
