"""Starting the whole suite for tests: a cluster with four migrated databases, keys, four apps."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from shared import migrations, postgres, setup
from tests.suite import Suite


@contextmanager
def cluster(folder: Path) -> Iterator[postgres.Cluster]:
    """Run PostgreSQL in a folder, without fsync; call from the main thread."""
    with postgres.Cluster(folder / "data", fsync=False) as running:
        yield running


def migrate(running: postgres.Cluster) -> None:
    """Create and migrate the four databases."""
    postgres.ensure_databases(running)
    for service in setup.SERVICES:
        _, owner = postgres.database_urls(running, service)
        migrations.upgrade(service, owner)


def keys(folder: Path) -> Path:
    """Make the keys of the four services below a folder; return where they are."""
    setup.keys(folder / "keys")
    return folder / "keys"


@asynccontextmanager
async def suite(running: postgres.Cluster, keys: Path) -> AsyncIterator[Suite]:
    """Run the four apps in memory on a migrated cluster."""
    async with Suite(running, postgres.PREFIX, keys).running() as suite:
        yield suite
