"""The daily job that erases access logs past their retention. POLICY 8.16."""

from datetime import date, datetime, time

from sqlalchemy import text

from shared import clock, leases
from shared import principal as principals
from shared.background import Job
from shared.clock import SHANGHAI
from shared.service import Service

EVERY_S = 86_400.0
LAST_OF_EVERY_MONTH = 28
ERASE = text("select erase_old_reads(:before)")


def before(today: date, *, years: int) -> datetime:
    """Return the instant before which a log is past its retention; `years` of the calendar."""
    day = date(today.year - years, today.month, min(today.day, LAST_OF_EVERY_MONTH))
    return datetime.combine(day, time(), SHANGHAI)


def job(here: Service) -> Job:
    """Make the job of this service."""

    async def step(now: datetime) -> int:
        today = clock.business_day(now)
        years = here.plan.provision("retention").on(today).integer("access_logs")
        by = principals.service(here.name, "jobs")
        async with here.database.transaction(by) as session:
            if not await leases.take(session, "access_log_erasing"):
                return 0
            await session.execute(ERASE, {"before": before(today, years=years)})
        return 0

    return Job("access_log_erasing", step, EVERY_S)
