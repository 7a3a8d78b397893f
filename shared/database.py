"""Sessions in which row security sees the principal, and COPY inside their transaction."""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import (
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import DeclarativeBase, Session, SessionTransaction

from shared.principal import Principal

# One statement a transaction: the principal, and how long a request may wait for a lock.
SCOPE = (
    "select set_config('zhipei.subject',$1,true), set_config('zhipei.role',$2,true),"
    " set_config('zhipei.reach',$3,true), set_config('zhipei.organisation',$4,true),"
    " set_config('zhipei.trainee',$5,true), set_config('zhipei.purpose',$6,true),"
    " set_config('zhipei.login',$7,true), set_config('lock_timeout','3s',true)"
)

Claim = Callable[[Connection], None]


class Base(DeclarativeBase):
    """Parent of a service's table classes; each service makes its own with its own metadata."""

    __abstract__ = True


class Scoped(Session):
    """A session whose every transaction starts by telling the database who asks."""


@event.listens_for(Scoped, "after_begin")
def _enter(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    if transaction.nested:
        return
    principal: Principal = session.info["principal"]
    connection.exec_driver_sql(SCOPE, principal.settings())
    claim: Claim | None = session.info.get("claim")
    if claim is not None:
        claim(connection)


class Database:
    """One service's database, as its app role: it owns nothing and sees what its principal may."""

    def __init__(self, url: str, *, pool: int = 12) -> None:
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=pool,
            max_overflow=4,
            pool_timeout=5,
            pool_pre_ping=False,
            json_serializer=lambda value: json.dumps(value, ensure_ascii=False),
            connect_args={"server_settings": {"timezone": "UTC", "jit": "off"}, "timeout": 5},
        )
        # For a single read that needs no principal: the same pool, no BEGIN around it.
        self.autocommit = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._sessions = async_sessionmaker(
            self.engine, sync_session_class=Scoped, expire_on_commit=False, autoflush=True
        )

    def session(self, principal: Principal, *, claim: Claim | None = None) -> AsyncSession:
        """Return a session that has not begun; its first statement begins the transaction."""
        return self._sessions(info={"principal": principal, "claim": claim})

    @asynccontextmanager
    async def transaction(self, principal: Principal) -> AsyncIterator[AsyncSession]:
        """Commit on the way out, roll back on any exception: for jobs and readers."""
        async with self.session(principal) as session, session.begin():
            yield session

    async def close(self) -> None:
        """Close the pool."""
        await self.engine.dispose()


async def copy_into(
    session: AsyncSession, table: str, columns: Sequence[str], records: Iterable[Sequence[Any]]
) -> None:
    """COPY records into a staging table without row security, in the session's transaction."""
    connection = await (await session.connection()).get_raw_connection()
    driver = connection.driver_connection
    assert driver is not None
    await driver.copy_records_to_table(table, columns=list(columns), records=records)
