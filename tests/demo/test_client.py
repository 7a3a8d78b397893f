"""The demo's client waits where it must, sends twice with one key, and notices what leaks."""

from collections.abc import Callable

import httpx
import pytest

from services.demo import client
from services.demo.client import Account, Api, Refused

BY = Account("某机构", "token")


def api(answer: Callable[[httpx.Request], httpx.Response]) -> Api:
    """Make a client of a server that answers like this."""
    return Api("http://gateway", transport=httpx.MockTransport(answer))


async def test_a_busy_answer_is_asked_again_with_the_same_key() -> None:
    """What may have arrived is not done twice."""
    keys: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers["idempotency-key"])
        busy = len(keys) == 1
        headers = {"Retry-After": "0"}
        return httpx.Response(503 if busy else 201, json={}, headers=headers)

    await api(answer).post(BY, "classes", {})
    assert len(keys) == 2
    assert len(set(keys)) == 1


async def test_a_lost_connection_is_asked_again() -> None:
    """A killed service costs patience, not a request."""
    tries = 0

    def answer(_request: httpx.Request) -> httpx.Response:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise httpx.ReadError("gone")
        return httpx.Response(200, json={"items": [1], "next": None})

    assert await api(answer).all(BY, "classes") == [1]


async def test_a_refusal_says_who_asked_what() -> None:
    """The story stops at what should have been carried out."""
    caller = api(lambda _: httpx.Response(403, json={"code": "forbidden"}))
    with pytest.raises(Refused, match="某机构: GET classes → 403"):
        await caller.get(BY, "classes")


async def test_another_answer_to_the_same_key_is_noticed() -> None:
    """A key's second answer is the first one, or the demo says so."""
    count = 0

    def answer(_request: httpx.Request) -> httpx.Response:
        nonlocal count
        count += 1
        return httpx.Response(201, json={"n": count}, headers={client.REPLAYED: "true"})

    caller = api(answer)
    for _ in range(client.REPEAT_EVERY):
        await caller.post(BY, "classes", {})
    assert caller.watch.repeated == 1
    assert caller.watch.repeated_otherwise == ["POST classes"]


async def test_a_forbidden_cell_in_an_answer_is_noticed() -> None:
    """What the generator put into private columns comes back nowhere."""
    caller = api(lambda _: httpx.Response(200, json={"民族": "勿存3"}))
    await caller.get(BY, "rosters")
    assert caller.watch.leaks == ["GET rosters"]
