"""The job that erases rows of rosters past their day, and what was answered about them."""

from datetime import datetime

from sqlalchemy import text

from shared import leases
from shared import principal as principals
from shared.background import Job
from shared.service import Service

EVERY_S = 60.0
ERASE = text("delete from roster_results where erase_after <= :now")
# Faults name rows by number and code only; with the rows they go too (POLICY.md 9.4).
FORGET = text(
    "update rosters r set faults = '[]' where r.faults <> '[]'"
    " and not exists (select 1 from roster_results x where x.roster_id = r.id)"
)


def job(here: Service) -> Job:
    """Make the job of this service."""

    async def step(now: datetime) -> int:
        by = principals.service(here.name, "jobs")
        async with here.database.transaction(by) as session:
            if not await leases.take(session, "roster_erasing"):
                return 0
            await session.execute(ERASE, {"now": now})
            await session.execute(FORGET)
        return 0

    return Job("roster_erasing", step, EVERY_S)
