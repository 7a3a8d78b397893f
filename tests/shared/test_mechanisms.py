"""Idempotency, row security, the access table and problems, through a tiny service."""

import asyncio
from collections import Counter

import httpx
import pytest

from shared import access, problems
from shared.principal import Principal, Role, service
from tests.shared import tiny_service
from tests.suite import Suite


@pytest.fixture
def tiny(suite: Suite) -> Suite:
    """Add the tiny service to the network."""
    tiny_service.make(suite)
    return suite


def _client(suite: Suite, principal: Principal) -> httpx.AsyncClient:
    client = suite.service("claims", principal)
    client.base_url = httpx.URL("http://tiny")
    return client


async def test_a_request_sent_twice_has_one_effect_and_one_answer(tiny: Suite) -> None:
    """The second answer is the first one, marked."""
    client = _client(tiny, tiny.officer("650402"))
    key = {"Idempotency-Key": "k" * 12}
    first = await client.post("/notes", json={"text": "a"}, headers=key)
    again = await client.post("/notes", json={"text": "a"}, headers=key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert len(await tiny_service.hidden(tiny)) == 1


async def test_fifty_at_once_have_one_effect(suite: Suite) -> None:
    """Whoever comes second waits and gets the first answer, or is told to come back."""
    tiny_service.make(suite, pause=0.05)
    client = _client(suite, suite.officer("650402"))
    key = {"Idempotency-Key": "k" * 12}
    answers = await asyncio.gather(
        *(client.post("/notes", json={"text": "a"}, headers=key) for _ in range(50))
    )
    codes = Counter(answer.status_code for answer in answers)
    assert set(codes) <= {201, 409, 503}
    assert codes[201] >= 1
    bodies = {answer.content for answer in answers if answer.status_code == 201}
    assert len(bodies) == 1
    assert len(await tiny_service.hidden(suite)) == 1


async def test_a_key_used_for_another_body_is_refused(tiny: Suite) -> None:
    """422, and the first effect stays alone."""
    client = _client(tiny, tiny.officer("650402"))
    key = {"Idempotency-Key": "k" * 12}
    await client.post("/notes", json={"text": "a"}, headers=key)
    other = await client.post("/notes", json={"text": "b"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len(await tiny_service.hidden(tiny)) == 1


async def test_two_callers_may_choose_the_same_key(tiny: Suite) -> None:
    """A key belongs to the caller who chose it."""
    key = {"Idempotency-Key": "k" * 12}
    for _ in range(2):
        client = _client(tiny, tiny.officer("650402"))
        assert (await client.post("/notes", json={"text": "a"}, headers=key)).status_code == 201
    assert len(await tiny_service.hidden(tiny)) == 2


@pytest.mark.parametrize(("text", "status"), [("refuse", 422), ("break", 500)])
async def test_a_failure_leaves_neither_effect_nor_key(tiny: Suite, text: str, status: int) -> None:
    """A retry runs again instead of repeating a failure."""
    client = _client(tiny, tiny.officer("650402"))
    key = {"Idempotency-Key": "k" * 12}
    for _ in range(2):
        answer = await client.post("/notes", json={"text": text}, headers=key)
        assert answer.status_code == status
        assert "idempotency-replayed" not in answer.headers
    assert await tiny_service.hidden(tiny) == []
    assert await tiny.sql("claims", "select * from idempotency") == []


async def test_a_post_without_a_key_is_refused(tiny: Suite) -> None:
    """And one whose key is too short."""
    client = _client(tiny, tiny.officer("650402"))
    request = client.build_request("POST", "/notes", json={"text": "a"})
    assert (await client.send(request)).json()["code"] == "idempotency_key_missing"
    short = await client.post("/notes", json={"text": "a"}, headers={"Idempotency-Key": "x"})
    assert short.json()["code"] == "idempotency_key_malformed"


async def test_stored_answers_are_sealed(tiny: Suite) -> None:
    """What is at rest does not show the answer."""
    client = _client(tiny, tiny.officer("650402"))
    await client.post("/notes", json={"text": "canary"})
    [row] = await tiny.sql("claims", "select body from idempotency")
    assert b"canary" not in row["body"]


async def test_a_stored_answer_opens_for_its_caller_only(tiny: Suite) -> None:
    """An answer put into another's row in the database is broken, not told."""
    key = {"Idempotency-Key": "k" * 12}
    clients = [_client(tiny, tiny.officer("650402")) for _ in range(2)]
    for client in clients:
        await client.post("/notes", json={"text": "a"}, headers=key)
    own, other = await tiny.sql("claims", "select subject, body from idempotency order by at")
    await tiny.sql(
        "claims",
        "update idempotency set body = $1 where subject = $2",
        other["body"],
        own["subject"],
    )
    assert (await clients[0].post("/notes", json={"text": "a"}, headers=key)).status_code == 500
    again = await clients[1].post("/notes", json={"text": "a"}, headers=key)
    assert again.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"text": "a", "more": 1}, "body/more"),
        ({"text": "a" * 21}, "body/text"),
        ({"text": "a", "fen": False}, "body/fen"),
        ({"text": "a", "fen": 101}, "body/fen"),
        ({}, "body/text"),
    ],
)
async def test_a_malformed_body_lists_its_faults(
    tiny: Suite, body: dict[str, object], where: str
) -> None:
    """400 with the place, never the value."""
    client = _client(tiny, tiny.officer("650402"))
    answer = await client.post("/notes", json=body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert [fault["where"] for fault in answer.json()["errors"]] == [where]
    assert "aaaaaaaa" not in answer.text


async def test_an_unknown_parameter_is_refused(tiny: Suite) -> None:
    """A misspelt filter must not silently answer everything."""
    client = _client(tiny, tiny.officer("650402"))
    answer = await client.get("/notes/seen", params={"sate": "x"})
    assert (answer.status_code, answer.json()["errors"][0]["where"]) == (400, "query/sate")


async def test_two_principals_on_one_pool_never_see_each_others_rows(tiny: Suite) -> None:
    """Hundreds of alternating reads on shared connections: each sees its own county only."""
    clients = {code: _client(tiny, tiny.officer(code)) for code in ("650402", "650421")}
    for code, client in clients.items():
        await client.post("/notes", json={"text": code})
    answers = await asyncio.gather(
        *(clients[c].get("/notes/seen") for _ in range(60) for c in clients)
    )
    for n, answer in enumerate(answers):
        assert answer.json() == [list(clients)[n % 2]]


async def test_the_access_table_decides_who_calls(tiny: Suite) -> None:
    """An organisation gets 403, nobody 401."""
    client = _client(tiny, tiny.organisation(tiny_service.uuid(1)))
    assert (await client.get("/notes/seen")).status_code == 403
    bare = httpx.AsyncClient(transport=tiny.transport, base_url="http://tiny")
    assert (await bare.get("/notes/seen")).json()["code"] == "unauthenticated"


def test_a_service_calls_with_the_purposes_that_its_row_names() -> None:
    """Its role alone opens nothing."""
    row = access.Row(frozenset({Role.SERVICE}), frozenset({"notice"}), "示例")
    table = access.AccessTable({"read_names": row}, {})
    table.check("read_names", service("claims", "notice"))
    for purpose in ("feed", "check"):
        with pytest.raises(problems.Forbidden):
            table.check("read_names", service("claims", purpose))


async def test_a_service_may_only_sign_for_itself(tiny: Suite) -> None:
    """A token that claims another role or another service's name is refused."""
    for forged in (
        Principal("service:gateway", Role.SERVICE, purpose="feed"),
        Principal("officer:1", Role.OFFICER, authorities=("650402",)),
    ):
        signer = tiny.apps["registry"].state.service.signer
        from shared import tokens  # noqa: PLC0415 - only this test forges

        token = tokens.mint(
            signer,
            audience=["claims"],
            typ=tokens.TokenType.SERVICE,
            ttl_s=60,
            claims=forged.claims(),
        )
        bare = httpx.AsyncClient(transport=tiny.transport, base_url="http://tiny")
        answer = await bare.get("/notes/seen", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401


async def test_an_unknown_path_and_method_are_problems(tiny: Suite) -> None:
    """Even what the framework refuses comes as a problem."""
    client = _client(tiny, tiny.officer("650402"))
    assert (await client.get("/nothing")).json()["code"] == "not_found"
    assert (await client.delete("/notes/seen")).json()["code"] == "method_not_allowed"


async def test_a_connection_lost_on_the_way_is_a_503_and_the_retry_has_one_effect(
    suite: Suite,
) -> None:
    """The client learns to come back; what was written before the loss is gone with it."""
    tiny_service.make(suite, pause=0.3)
    client = _client(suite, suite.officer("650402"))
    key = {"Idempotency-Key": "k" * 12}
    sent = asyncio.create_task(client.post("/notes", json={"text": "a"}, headers=key))
    await asyncio.sleep(0.15)
    await suite.sql(
        "claims",
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where usename = 'claims_app' and state = 'idle in transaction'",
    )
    lost = await sent
    assert (lost.status_code, lost.json()["code"]) == (503, "busy")
    assert lost.headers["retry-after"] == "1"
    again = await client.post("/notes", json={"text": "a"}, headers=key)
    assert again.status_code == 201
    assert len(await tiny_service.hidden(suite)) == 1
