"""Migrations: one history per service, run by its owner role, one after another, under a lock."""

import asyncio
import zlib
from pathlib import Path
from typing import Any

from alembic import command, context, op
from alembic.config import Config
from sqlalchemy import MetaData, text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

ROOT = Path(__file__).resolve().parent.parent


def config(service: str) -> Config:
    """Return the Alembic configuration of a service; there is no alembic.ini."""
    found = Config()
    found.set_main_option("script_location", str(ROOT / "services" / service / "migrations"))
    found.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return found


def upgrade(service: str, url: str, *, to: str = "head") -> None:
    """Bring a service's database to a revision, as its owner."""
    asyncio.run(_upgrade(service, url, to))


async def _upgrade(service: str, url: str, to: str) -> None:
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            lock = zlib.crc32(f"zhipei migrations {service}".encode())
            await connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": lock})
            await connection.commit()
            await connection.run_sync(_run, service, to)
            await connection.commit()
            await connection.execute(text("select pg_advisory_unlock(:lock)"), {"lock": lock})
            await connection.commit()
    finally:
        await engine.dispose()


def _run(connection: Connection, service: str, to: str) -> None:
    settings = config(service)
    settings.attributes["connection"] = connection
    command.upgrade(settings, to)


def run_env(metadata: MetaData) -> None:
    """Be the body of a service's `env.py`."""
    connection: Connection = context.config.attributes["connection"]
    context.configure(
        connection=connection, target_metadata=metadata, transaction_per_migration=True
    )
    with context.begin_transaction():
        context.run_migrations()


def script(service: str, path: Path) -> None:
    """Run a SQL script in the migration's transaction; `$app` and `$owner` are the roles."""
    # Plain replacement: `$$` quotes function bodies in PostgreSQL, which templates would eat.
    sql = path.read_text("utf-8").replace("$app", f"{service}_app")
    sql = sql.replace("$owner", f"{service}_owner")
    bind = op.get_bind()
    bind.exec_driver_sql("set local lock_timeout = '5s'")
    raw: Any = bind.connection.dbapi_connection
    raw.run_async(lambda driver: driver.execute(sql))


def mechanisms(service: str, version: str) -> None:
    """Create the mechanism tables of a version in a service's database."""
    script(service, ROOT / "shared" / "sql" / f"mechanisms_{version}.sql")
