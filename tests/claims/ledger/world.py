"""What tests of money do before they look: permitted uses, receipts, lines that want fen."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy.ext.asyncio import AsyncSession

from services import checks
from services.claims.ledger import operations
from services.claims.ledger.rules import Reserved, Want
from shared import ids
from shared import principal as principals
from shared.principal import Principal, Role
from shared.service import Service
from tests.suite import Suite

GAOCHANG, SHANSHAN = "650402", "650421"
FUNDS = ("special", "employment")
INVARIANTS = Path(checks.__file__).parent / "claims" / "invariants.sql"
Json = dict[str, Any]


def service(suite: Suite) -> Service:
    """Return the claims service's parts."""
    found: Service = suite.apps["claims"].state.service
    return found


async def permit(suite: Suite) -> None:
    """Write the permitted uses again, which cleaning took away with everything else."""
    here = service(suite)
    async with here.database.transaction(principals.service("claims", "start")) as session:
        await operations.permit(session, plan=here.plan)


def finance(*authorities: str) -> Principal:
    """Return a finance officer; each call is another person."""
    reach = authorities or (GAOCHANG,)
    return Principal(
        f"officer:{uuid4()}", Role.FINANCE, authorities=reach, office=f"{reach[0]}/finance"
    )


def client(suite: Suite, by: Principal | None = None) -> httpx.AsyncClient:
    """Return a client of the claims service, a finance officer's unless told."""
    return suite.service("claims", by or finance())


def receipt(fen: int = 1_000_00, **changed: Any) -> Json:
    """Return a body that enters money."""
    return {
        "fund": "special",
        "authority": GAOCHANG,
        "year": 2020,
        "purpose": "training_subsidy",
        "fen": fen,
        "document_number": f"高财社〔2020〕示例{uuid4().hex[:8]}号",
        **changed,
    }


async def received(suite: Suite, fen: int, **changed: Any) -> Json:
    """Enter money as a finance officer of its authority."""
    body = receipt(fen, **changed)
    answer = await client(suite, finance(body["authority"])).post("/funds/receipts", json=body)
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    return found


def want(fen: int, *funds: str, **changed: Any) -> Want:
    """Return a line that wants fen."""
    values: dict[str, Any] = {
        "line_id": ids.uuid7(),
        "authority": GAOCHANG,
        "year": 2020,
        "purpose": "training_subsidy",
        "funds": funds or FUNDS,
        "fen": fen,
    }
    return Want(**{**values, **changed})


@asynccontextmanager
async def acting(suite: Suite, by: Principal) -> AsyncIterator[AsyncSession]:
    """Open a transaction as a principal."""
    async with service(suite).database.transaction(by) as session:
        yield session


async def reserved(
    suite: Suite, wants: Sequence[Want], by: Principal | None = None
) -> dict[UUID, Reserved]:
    """Reserve for lines in a transaction of its own, as an organisation's filing does."""
    who = by or suite.organisation(uuid4())
    async with acting(suite, who) as session:
        return await operations.reserve(session, wants=wants, by=who, at=suite.clock.at)


async def posted(suite: Suite, *transfers: UUID, by: Principal | None = None) -> dict[UUID, UUID]:
    """Book reservations as paid."""
    who = by or finance()
    async with acting(suite, who) as session:
        return await operations.post(session, transfer_ids=transfers, by=who, at=suite.clock.at)


async def released(suite: Suite, *transfers: UUID, by: Principal | None = None) -> dict[UUID, UUID]:
    """Give reservations back."""
    who = by or finance()
    async with acting(suite, who) as session:
        return await operations.release(session, transfer_ids=transfers, by=who, at=suite.clock.at)


async def figures(suite: Suite, fund: str = "special", **params: Any) -> tuple[int, int, int, int]:
    """Return what the fund's one account in Gaochang holds: received, reserved, paid, available."""
    page = (await client(suite).get("/accounts", params={"fund": fund, **params})).json()
    [account] = page["items"]
    names = ("received_fen", "reserved_fen", "paid_fen", "available_fen")
    received, held, paid, left = (account[name] for name in names)
    return received, held, paid, left


async def wrong(suite: Suite) -> dict[str, int]:
    """Run every invariant of the claims database; return those that do not hold."""
    found = {}
    for promise, query in checks.invariants(INVARIANTS):
        [row] = await suite.sql("claims", query)
        if row["wrong"]:
            found[promise] = row["wrong"]
    return found


def later(suite: Suite, **by: int) -> None:
    """Let business time pass."""
    suite.clock.at += timedelta(**by)
