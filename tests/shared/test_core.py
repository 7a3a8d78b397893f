"""The core mechanisms, seen through a running suite."""

from shared.principal import service
from tests.suite import Suite


async def test_every_service_is_ready(suite: Suite) -> None:
    """Each app answers on its probes."""
    for name in suite.apps:
        client = suite.service(name, service("claims", "feed"))
        assert (await client.get("/livez")).text == "ok\n"
        assert (await client.get("/readyz")).text == "ok\n"


async def test_the_feed_of_a_fresh_service_is_empty(suite: Suite) -> None:
    """A reader starts at 0."""
    client = suite.service("registry", service("claims", "feed"))
    answer = await client.get("/internal/events")
    assert answer.json() == {"events": [], "cursor": "0."}
