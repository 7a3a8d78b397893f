"""A peer that cannot be reached, for the length of a test's block."""

from collections.abc import Iterator
from contextlib import contextmanager

from services.gateway.access import parts
from shared.transport import drop
from tests.suite import Suite


@contextmanager
def outage(suite: Suite, service: str) -> Iterator[None]:
    """Drop every request to a service; afterwards it answers, and the gateway believes it."""
    suite.transport.fault = lambda request: drop() if request.url.host == service else None
    try:
        yield
    finally:
        suite.transport.fault = None
        here = suite.apps["gateway"].state.service
        parts.of(here).peers.lanes[service].quick.breaker.succeed()
