"""Books with money in them, and every invariant of money checked after each test."""

from collections.abc import AsyncIterator

import pytest

from tests.claims.ledger import world as books
from tests.suite import Suite

# Lines are put in place payable: how a line comes there is proven where it comes there.
OURS = ("资金", "拨付", "回盘")


@pytest.fixture
async def funded(suite: Suite) -> AsyncIterator[Suite]:
    """Give a test the suite with 100,000 yuan in the special fund of 高昌区."""
    await books.permit(suite)
    await books.received(suite, 100_000_00)
    yield suite
    wrong = await books.wrong(suite)
    assert {promise: n for promise, n in wrong.items() if promise.startswith(OURS)} == {}
