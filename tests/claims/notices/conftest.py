"""The suite with open books; what must always be true is checked after every test."""

from collections.abc import AsyncIterator

import pytest

from tests.claims.submissions import world
from tests.suite import Suite


@pytest.fixture
async def suite(suite: Suite) -> AsyncIterator[Suite]:
    """Give a test the suite with empty books, and check every promise after it."""
    await world.permit(suite)
    yield suite
    assert await world.wrong(suite) == []
