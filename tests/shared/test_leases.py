"""Leases: one holder at a time, who renews; another follows when the time is over."""

from shared import leases
from shared.principal import service
from tests.suite import Suite


async def _take(suite: Suite, holder: str, *, seconds: float = 60.0) -> bool:
    database = suite.apps["claims"].state.service.database
    async with database.transaction(service("claims", "jobs")) as session:
        return await leases.take(session, "示例", seconds=seconds, holder=holder)


async def test_a_lease_stays_with_its_holder_until_its_time_is_over(suite: Suite) -> None:
    """The holder renews it, another does not get it before it has ended."""
    assert await _take(suite, "first")
    assert await _take(suite, "first")
    assert not await _take(suite, "second")
    assert await _take(suite, "first", seconds=-1.0)
    assert await _take(suite, "second")
    assert not await _take(suite, "first")
