"""Fixtures: one PostgreSQL cluster and one suite a worker, empty databases a test."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from shared import postgres
from tests import whole
from tests.suite import Suite

# The same examples on every run, so that a red run is red again; EXPLORE=1 draws new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile("explore" if os.environ.get("EXPLORE") else "repeatable")


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Cluster]:
    """Run PostgreSQL for this worker, without fsync."""
    with whole.cluster(tmp_path_factory.mktemp("postgres")) as running:
        yield running


@pytest.fixture(scope="session")
def migrated(cluster: postgres.Cluster) -> postgres.Cluster:
    """Create and migrate the four databases once."""
    whole.migrate(cluster)
    return cluster


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the keys of the four services."""
    return whole.keys(tmp_path_factory.mktemp("suite"))


@pytest.fixture(scope="session")
async def running_suite(migrated: postgres.Cluster, keys: Path) -> AsyncIterator[Suite]:
    """Run the four apps in memory."""
    async with whole.suite(migrated, keys) as suite:
        yield suite


@pytest.fixture
async def suite(running_suite: Suite) -> AsyncIterator[Suite]:
    """Give a test the suite with empty databases."""
    await running_suite.clean()
    yield running_suite
    await running_suite.transport.settle()
