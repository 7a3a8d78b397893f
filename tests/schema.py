"""Whether a service's table classes say what its migrations made."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData
from sqlalchemy.ext.asyncio import create_async_engine

from shared import postgres
from tests.suite import Suite

# What every service's mechanisms bring along.
MECHANISMS = {
    *("idempotency", "events", "event_pending", "event_batches", "event_sequence"),
    *("feed_cursors", "leases", "plan_packs", "alembic_version"),
}


async def differences(
    suite: Suite, service: str, tables: MetaData, *, without_class: set[str]
) -> list[Any]:
    """List where classes and migrations differ: tables, columns, types, nullability, keys.

    Tables of `without_class` are written and read by statements alone; expressions in indexes and
    unique constraints of such are the SQL script's.
    """

    def ours(_: object, name: str | None, kind: str, *__: object) -> bool:
        if kind in {"index", "unique_constraint", "foreign_key_constraint"}:
            return False
        return not (kind == "table" and name in MECHANISMS | without_class)

    def compare(connection: Connection) -> list[Any]:
        options = {"compare_type": True, "include_object": ours}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, tables))

    _, owner = postgres.database_urls(suite.cluster, service, suite.prefix)
    engine = create_async_engine(owner)
    async with engine.connect() as connection:
        found = await connection.run_sync(compare)
    await engine.dispose()
    return found


async def tables_of(suite: Suite, service: str) -> set[str]:
    """Name a service's own tables as migrated."""
    rows = await suite.sql(service, "select tablename from pg_tables where schemaname = 'public'")
    return {row["tablename"] for row in rows} - MECHANISMS
