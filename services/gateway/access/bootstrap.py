"""The first administrator: made by a command on the server, once."""

import asyncio
from datetime import timedelta
from pathlib import Path

from sqlalchemy import text

from services.gateway.access import codes
from services.gateway.access.models import Officer
from services.gateway.event_types import EventType
from shared import events, ids
from shared import principal as principals
from shared.clock import Clock
from shared.database import Database
from shared.keyring import KeyRing
from shared.sealing import Sealer

OFFICE = "650400/hrss"
DAYS = 7
ONE_AT_A_TIME = text("select pg_advisory_xact_lock(hashtextextended('first administrator', 0))")


class AdministratorExistsError(Exception):
    """There is an administrator: they invite the next one."""


def first_administrator(database_url: str, keys_folder: Path, login: str, name: str) -> str:
    """Make the first administrator and return the activation code.

    Raises AdministratorExistsError when any administrator exists, whatever its state.
    """
    return asyncio.run(make(Database(database_url, pool=1), keys_folder, login=login, name=name))


async def make(database: Database, keys_folder: Path, *, login: str, name: str) -> str:
    """Do it on a database, which is closed afterwards."""
    sealer = Sealer(KeyRing.load(keys_folder / "gateway.sealing.json"))
    by = principals.service("gateway", "bootstrap")
    officer, code, now = ids.uuid7(), codes.new_code(), Clock().now()
    try:
        async with database.transaction(by) as session:
            await session.execute(ONE_AT_A_TIME)
            if await session.scalar(text("select administrator_exists()")):
                raise AdministratorExistsError
            session.add(
                Officer(
                    id=officer,
                    login=login,
                    name_sealed=sealer.seal(name, table="officers", column="name", row=officer),
                    role="administrator",
                    authorities=[],
                    office=OFFICE,
                    state="invited",
                    activation_index=sealer.index("activation", codes.normal(code)),
                    activation_until=now + timedelta(days=DAYS),
                    created_by=by.subject,
                    created_at=now,
                )
            )
            await session.flush()
            event = events.Event(type=EventType.OFFICER_INVITED, subject=f"officer:{officer}")
            await events.append(session, [event], by=by, at=now)
    finally:
        await database.close()
    return code
