"""The queue for money: lines that are owed and wait, first come, first served."""

from datetime import datetime

from sqlalchemy import text

from services.claims.ledger import operations as ledger
from services.claims.ledger.rules import Want
from services.claims.submissions import states
from services.claims.submissions.states import State
from shared import clock, leases
from shared import principal as principals
from shared.background import Job
from shared.service import Service

BATCH_MAX = 500
EVERY_S = 5.0
QUEUE = text(
    "select l.id, l.authority, l.purpose, l.amount_fen, d.funds from claim_lines l"
    " join claim_decisions d on d.id = l.decision_id where l.state = 'waiting' and l.id in ("
    "   select q.id from (select w.id, row_number() over ("
    "     partition by w.authority, w.purpose order by w.waiting_since, w.id) as n"
    "     from claim_lines w where w.state = 'waiting') q where q.n <= :most)"
    " order by l.waiting_since, l.id for update of l skip locked"
)
FUND = text(
    "update claim_lines l set transfer_id = t.transfer, fund = t.fund, year = :year"
    " from unnest(cast(:ids as uuid[]), cast(:transfers as uuid[]), cast(:funds as text[]))"
    " as t(id, transfer, fund) where l.id = t.id"
)


async def wake(here: Service, now: datetime) -> int:
    """Hold money for the lines that have waited longest; return how many got theirs.

    A line that no fund can carry yet stays where it is, and smaller ones after it may get theirs.
    """
    by = principals.service(here.name, "jobs")
    year = clock.business_day(now).year
    async with here.database.transaction(by) as session:
        if not await leases.take(session, "waiting"):
            return 0
        rows = (await session.execute(QUEUE, {"most": BATCH_MAX})).all()
        if not rows:
            return 0
        wants = [
            Want(row.id, row.authority, year, row.purpose, tuple(row.funds), row.amount_fen)
            for row in rows
        ]
        held = await ledger.reserve(session, wants=wants, by=by, at=now)
        if not held:
            return 0
        values = {
            "ids": list(held),
            "transfers": [one.transfer_id for one in held.values()],
            "funds": [one.fund for one in held.values()],
            "year": year,
        }
        await session.execute(FUND, values)
        await states.advance(
            session,
            line_ids=list(held),
            to=State.APPROVABLE,
            by=by,
            at=now,
            rule="POLICY 8.7|funds",
        )
        return len(held)


def jobs(here: Service) -> list[Job]:
    """Return the job that wakes the queue."""

    async def step(now: datetime) -> int:
        return await wake(here, now)

    return [Job("waiting", step, EVERY_S)]
