"""What payments are made of: table classes equal the migration, every table has its reach."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from services.claims.payments import operations
from services.claims.tables import Base
from shared import postgres
from tests.suite import Suite

OURS = (
    *("payment_batches", "payment_lines", "payment_files"),
    *("bank_returns", "bank_return_unknowns", "lost_grounds"),
)


def ours(thing: Any, name: str | None, kind: str, *__: object) -> bool:
    """Compare the tables of payments; indexes are the SQL script's alone."""
    if kind == "table":
        return name in OURS
    table = getattr(thing, "table", None)
    return kind != "index" and (table is None or table.name in OURS)


async def test_the_table_classes_equal_the_migration(suite: Suite) -> None:
    """Columns, types, nullability, keys and uniqueness are the same on both sides."""

    def compare(connection: Connection) -> list[Any]:
        options = {"compare_type": True, "include_object": ours}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, Base.metadata))

    _, owner = postgres.database_urls(suite.cluster, "claims", suite.prefix)
    engine = create_async_engine(owner)
    async with engine.connect() as connection:
        found = await connection.run_sync(compare)
    await engine.dispose()
    assert found == []


async def test_every_table_of_payments_has_row_security(suite: Suite) -> None:
    """No principal, no rows."""
    rows = await suite.sql(
        "claims", "select relname from pg_class where relname = any($1) and relrowsecurity", OURS
    )
    assert {row["relname"] for row in rows} == set(OURS)


async def test_every_named_constraint_that_callers_hit_exists(suite: Suite) -> None:
    """A renamed constraint would turn a problem into a bug; `line_payment` is raised by name."""
    rows = await suite.sql(
        "claims",
        "select conname as name from pg_constraint"
        " union select indexname from pg_indexes where schemaname = 'public'",
    )
    assert set(operations.CONSTRAINTS) - {row["name"] for row in rows} == {"line_payment"}
