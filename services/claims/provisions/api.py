"""Provisions over HTTP."""

from datetime import date
from typing import Annotated

from fastapi import Query

from services.claims.provisions import queries
from services.claims.provisions.schemas import ProvisionOut, ProvisionsOut
from shared import problems, routing

router = routing.router("/provisions", tags=["provisions"])
Day = Annotated[date | None, Query(description="the day asked about; today where left out")]


@router.get("", summary="某日有效的政策条款及其参数、出处")
async def list_provisions(here: routing.Here, clock: routing.Now, on: Day = None) -> ProvisionsOut:
    """List the provisions in force on a day, each number with its unit and source."""
    day = on or clock.today()
    return ProvisionsOut(
        on=day,
        plan=here.plan.plan.number,
        plan_hash=here.plan.hash,
        provisions=queries.in_force(here.plan, day),
    )


@router.get(
    "/{provision}",
    summary="某一条款在某日的参数、出处",
    responses=problems.responses(problems.NotFound),
)
async def read_provision(
    provision: str, here: routing.Here, clock: routing.Now, on: Day = None
) -> ProvisionOut:
    """Return one provision as it applies on a day; not_found where it has no terms that day."""
    for found in queries.in_force(here.plan, on or clock.today()):
        if found.id == provision:
            return found
    raise problems.NotFound
