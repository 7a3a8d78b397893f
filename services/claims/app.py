"""The claims service's application."""

from types import MappingProxyType

import httpx
from fastapi import FastAPI

from services.claims.ledger import api as ledger
from services.claims.ledger import operations as funds
from services.claims.notices import api as notices
from services.claims.notices import holidays
from services.claims.notices import jobs as notice_jobs
from services.claims.payments import api as payments
from services.claims.payments import jobs as payment_jobs
from services.claims.payments import operations as paying
from services.claims.payments import returns_api, statements_api
from services.claims.provisions import api as provisions
from services.claims.review import api as review
from services.claims.review import intake
from services.claims.review import operations as reviewing
from services.claims.settings import Settings
from services.claims.slots import api as slots
from services.claims.slots import jobs as slot_jobs
from services.claims.submissions import api as submissions
from services.claims.submissions import (
    appeals,
    exceptions,
    exceptions_api,
    mine_api,
    rates,
    waiting,
)
from services.claims.submissions import operations as filing
from shared import app, principal
from shared.clock import Clock
from shared.problems import Problem

CONSTRAINTS: MappingProxyType[str, type[Problem]] = MappingProxyType(
    {
        "balance_not_negative": funds.FundsInsufficient,
        "purpose_permitted": funds.PurposeNotPermitted,
        "receipt_once": funds.ReceiptExists,
        "line_reserved_once": funds.LineReserved,
        "transfer_resolved_once": funds.TransferResolved,
        "transfer_reversed_once": funds.TransferReversed,
        **paying.CONSTRAINTS,
        **filing.CONSTRAINTS,
        **appeals.CONSTRAINTS,
        **rates.CONSTRAINTS,
        **exceptions.CONSTRAINTS,
        **reviewing.CONSTRAINTS,
        "holidays_once": holidays.HolidaysEntered,
    }
)
NOUNS = (provisions, ledger, submissions)


def create(
    settings: Settings | None = None,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    clock: Clock | None = None,
) -> FastAPI:
    """Make the application; without arguments from the environment, as uvicorn calls it."""
    here = app.build(
        "claims",
        settings or Settings(),
        transport=transport,
        clock=clock,
        constraints=CONSTRAINTS,
    )

    async def permit() -> None:
        async with here.database.transaction(principal.service("claims", "start")) as session:
            await funds.permit(session, plan=here.plan)

    return app.create(
        here,
        title="职培·补贴",
        routers=[
            *(noun.router for noun in NOUNS),
            *(slots.mine, slots.classes),
            *(mine_api.mine, mine_api.offices, mine_api.allowances, exceptions_api.router),
            *(review.router, notices.router),
            *(payments.router, returns_api.router, statements_api.router),
        ],
        jobs=[
            *slot_jobs.jobs(here),
            *waiting.jobs(here),
            *payment_jobs.jobs(here),
            *(intake.job(here), notice_jobs.job(here)),
        ],
        on_start=permit,
    )
