"""The core mechanisms, seen through a running suite."""

from shared.keyring import KeyRing
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


async def test_a_rotated_data_key_is_used_without_a_restart(suite: Suite) -> None:
    """What was sealed before still opens; what is sealed afterwards is under the new key."""
    here = suite.apps["claims"].state.service
    place = {"table": "t", "column": "c", "row": "1"}
    before = here.sealer.seal("旧", **place)
    KeyRing.rotate_data_key(suite.keys / "claims.sealing.json")
    await suite.settle()
    after = here.sealer.seal("新", **place)
    assert here.sealer.needs_resealing(before)
    assert not here.sealer.needs_resealing(after)
    assert (here.sealer.open(before, **place), here.sealer.open(after, **place)) == ("旧", "新")
