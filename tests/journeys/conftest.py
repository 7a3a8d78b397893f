"""After every journey in memory everything is counted again."""

from collections.abc import AsyncIterator

import pytest

from tests.faults import invariants
from tests.suite import Suite


@pytest.fixture
async def suite(suite: Suite) -> AsyncIterator[Suite]:
    """Give a journey the suite with empty databases, and recount what it leaves."""
    yield suite
    assert await invariants.broken(suite) == []
