"""From the directory to the bank while processes are killed: nothing lost, nothing paid twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys import figures, life, real_suite

VICTIMS = ("claims", "postgres", "registry", "claims", "gateway", "institutions")


@pytest.fixture
def suite(tmp_path: Path) -> Iterator[real_suite.RealSuite]:
    """Run a suite of real processes."""
    with real_suite.running(tmp_path / "suite") as running:
        yield running


async def test_a_life_under_kill_9_ends_as_without(suite: real_suite.RealSuite) -> None:
    """Every process is killed now and then; requests are sent again with their keys."""
    async with suite.looked_after():
        with suite.killing(11, every=30, victims=VICTIMS):
            told = await life.live(suite)
    assert figures.differing(told, figures.ENDING) == []
    assert set(suite.killed) == set(VICTIMS)
    assert real_suite.check(suite.data) == 0
