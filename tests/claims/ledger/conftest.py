"""The suite with the uses that its plan permits, as every start of the service writes them."""

from collections.abc import AsyncIterator

import pytest

from tests.claims.ledger import world
from tests.suite import Suite


@pytest.fixture
async def books(suite: Suite) -> AsyncIterator[Suite]:
    """Give a test the suite with empty books, and check every invariant after it."""
    await world.permit(suite)
    yield suite
    assert await world.wrong(suite) == {}
