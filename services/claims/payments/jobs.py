"""What payments do by themselves: note voided classes, void what is never sent, erase old files."""

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims import peers
from services.claims.payments import recovering
from shared import clock, feed
from shared import principal as principals
from shared.background import Job
from shared.service import Service

EVERY_S = 1.0
ERASING_EVERY_S = 3_600.0
ERASE = text("delete from payment_files where retained_until < :today")
# Of a return its hash and figures stay: imported again it is still known. POLICY 8.16
ERASE_ROWS = text(
    "update bank_return_unknowns u set row_sealed = null from bank_returns r"
    " where r.id = u.return_id and r.retained_until < :today and u.row_sealed is not null"
)
ERASE_RETURNS = text(
    "update bank_returns set bytes_sealed = null"
    " where retained_until < :today and bytes_sealed is not null"
)


def jobs(here: Service) -> list[Job]:
    """Return the jobs; each is one transaction and may run in every copy of the service."""
    reader_is = principals.service("claims", "reader")
    jobs_are = principals.service("claims", "jobs")

    async def apply(session: AsyncSession, found: list[dict[str, Any]]) -> None:
        await recovering.apply(session, found=found, by=reader_is, at=here.clock.now())

    reader = feed.Reader(
        name="claims",
        source="registry:grounds",
        peer=peers.feed_of_registry(here),
        database=here.database,
        token=lambda: here.token(purpose="feed", audience=["registry"]),
        apply=apply,
    )

    async def read(now: datetime) -> int:
        return await reader.run_once(now=now)

    async def void(now: datetime) -> int:
        async with here.database.transaction(jobs_are) as session:
            return await recovering.void_unpaid(session, at=now)

    async def erase(now: datetime) -> int:
        async with here.database.transaction(jobs_are) as session:
            today = {"today": clock.business_day(now)}
            count = 0
            for each in (ERASE, ERASE_ROWS, ERASE_RETURNS):
                done = await session.execute(each, today)
                count += int(done.rowcount)  # type: ignore[attr-defined]
            return count

    return [
        Job("feed:registry:grounds", read, EVERY_S),
        Job("payments:void", void, EVERY_S),
        Job("payments:erase", erase, ERASING_EVERY_S),
    ]
