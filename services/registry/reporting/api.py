"""Counts over HTTP, for the gateway."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.registry.classes import counting
from services.registry.reporting import queries
from shared import routing

router = routing.router("/internal", tags=["internal"])


class WithdrawalOut(routing.Out):
    """How many left in a quarter; null below the threshold."""

    authority: str
    quarter: str
    count: int | None


class PlacesOut(routing.Out):
    """Places of a commission that classes plan or took, in persons."""

    used: int


@router.get("/withdrawals", include_in_schema=False)
async def count_withdrawals(
    session: routing.DbSession,
    clock: routing.Now,
    here: routing.Here,
) -> list[WithdrawalOut]:
    """Count who left, by authority and ended quarter, small numbers null. POLICY 9.4."""
    today = clock.today()
    rows = await queries.withdrawals(
        session,
        threshold=here.plan.provision("progress").on(today).integer("suppressed_below"),
        current=counting.quarter_of(today),
    )
    return [
        WithdrawalOut(authority=row.authority, quarter=row.quarter, count=row.count) for row in rows
    ]


@router.get("/commission-places", include_in_schema=False)
async def count_commission_places(
    session: routing.DbSession, commission_id: Annotated[UUID, Query()]
) -> PlacesOut:
    """Count how many places of a commission the caller's own classes use."""
    return PlacesOut(used=await queries.commission_places_used(session, commission_id))
