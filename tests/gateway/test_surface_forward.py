"""What is passed through to the services, and what is not."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import event
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from services.gateway.surface import forward, paths
from shared import tokens
from shared.principal import PUBLIC, Role, of_claims
from shared.problems import NotFound
from tests.gateway import doubles
from tests.gateway.doubles import StandIn
from tests.suite import Suite


async def echo(request: Request) -> Response:
    """Answer with headers of every kind."""
    headers = {
        "ETag": '"1"',
        "Content-Disposition": "attachment",
        "Cache-Control": "private",
        "Set-Cookie": "a=b",
        "X-Powered-By": "x",
        "Idempotency-Replayed": "true",
        "Server": "x",
    }
    return JSONResponse({"path": request.url.path}, headers=headers)


@pytest.fixture
def registry(suite: Suite) -> Iterator[StandIn]:
    """Put a stand-in in the registry's place."""
    app = StandIn(echo)
    with doubles.standing_in(suite, "registry", app):
        yield app


async def test_a_request_goes_on_with_an_inside_token_in_place_of_the_outside_one(
    suite: Suite, registry: StandIn
) -> None:
    """Same subject and reach, sixty seconds, for the service and whom it asks."""
    officer = suite.officer("650402", "650421")
    answer = await suite.gateway(officer).get("/v1/classes", params={"state": "accepted"})
    assert answer.status_code == 200
    seen = registry.seen[0]
    assert (seen.method, seen.path, seen.query) == ("GET", "/classes", "state=accepted")
    token = seen.headers["authorization"].removeprefix("Bearer ")
    keys = suite.apps["registry"].state.service.keys
    claims = tokens.verify(
        token, keys, audience="registry", issuers={"gateway"}, typ=tokens.TokenType.INSIDE
    )
    assert of_claims(claims) == officer
    assert claims["aud"] == ["registry", "institutions"]
    assert claims["exp"] - claims["iat"] == 60


async def test_headers_from_outside_do_not_get_in(suite: Suite, registry: StandIn) -> None:
    """Only a closed list goes on: nothing can pose as the gateway or as another caller."""
    await suite.gateway(suite.officer("650402")).post(
        "/v1/classes",
        json={"a": 1},
        headers={
            "X-User-Id": "officer:1",
            "X-Forwarded-For": "10.0.0.1",
            "X-Original-URL": "/internal/settle",
            "Cookie": "session=1",
            "Forwarded": "for=10.0.0.1",
            "Te": "trailers",
            "Idempotency-Key": "the-key-of-this",
            "If-None-Match": '"7"',
            "Accept-Language": "ug",
            "User-Agent": "anything",
        },
    )
    got = registry.seen[0].headers
    assert set(got) == {
        *("host", "authorization", "traceparent", "accept", "accept-language"),
        *("content-length", "content-type", "idempotency-key", "if-none-match"),
    }
    assert (got["host"], got["idempotency-key"]) == ("registry", "the-key-of-this")
    assert registry.seen[0].body == b'{"a":1}'


async def test_where_a_request_came_from_goes_on_as_an_index_only(
    suite: Suite, registry: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of address and browser, outside a sandbox only; the caller's own word is not taken."""
    client = suite.gateway(suite.officer("650402"))
    said = {"X-Zhipei-Device": "ab" * 16, "User-Agent": "telephone/1"}
    await client.get("/v1/me", headers=said)
    assert forward.DEVICE not in registry.seen[0].headers
    here = suite.apps["gateway"].state.service
    monkeypatch.setattr(here, "sandbox", False)
    scope = {"client": ("10.0.0.9", 1), "headers": [(b"user-agent", b"telephone/1")]}
    sent = forward._device(here, scope)[forward.DEVICE]
    assert len(sent) == 32
    assert sent == here.sealer.index("device", b"10.0.0.9\ntelephone/1").hex()
    assert forward._device(here, scope | {"client": ("10.0.0.8", 1)})[forward.DEVICE] != sent
    assert forward._device(here, scope | {"client": None}) == {}


async def test_a_header_said_twice_is_refused(suite: Suite, registry: StandIn) -> None:
    """Two idempotency keys, or two authorizations, could be read differently here and there."""
    client = suite.gateway(suite.officer("650402"))
    twice = [("Idempotency-Key", "key-number-one"), ("Idempotency-Key", "key-number-two")]
    request = client.build_request("POST", "/v1/classes", json={})
    request.headers = httpx.Headers([*request.headers.items(), *twice])
    assert (await client.send(request)).status_code == 400
    request = client.build_request("GET", "/v1/classes")
    header = ("Authorization", request.headers["authorization"])
    request.headers = httpx.Headers([*request.headers.items(), header])
    assert (await client.send(request)).status_code == 401
    assert registry.seen == []


async def test_only_listed_headers_come_back(suite: Suite, registry: StandIn) -> None:
    """ETag, disposition, caching and replay do; cookies and banners do not."""
    answer = await suite.gateway(suite.officer("650402")).get("/v1/classes/1")
    assert answer.headers["etag"] == '"1"'
    assert answer.headers["cache-control"] == "private"
    assert answer.headers["content-disposition"] == "attachment"
    assert answer.headers["idempotency-replayed"] == "true"
    assert not {"set-cookie", "x-powered-by", "server"} & set(answer.headers)
    assert answer.headers["ratelimit"].startswith('"reads";r=')


async def test_no_token_goes_on_as_the_public(suite: Suite, registry: StandIn) -> None:
    """The service's access table decides what the public may call."""
    assert (await suite.gateway().get("/v1/listed-classes")).status_code == 200
    token = registry.seen[0].headers["authorization"].removeprefix("Bearer ")
    service = suite.apps["registry"].state.service
    assert service.principal_of(token) == PUBLIC


@pytest.mark.parametrize(
    "path",
    [
        *("/v1/internal/events", "/internal/events", "/v1/internal/settle"),
        *("/v1/classes/../internal/events", "/v1/classes/%2e%2e/internal/events"),
        *("/v1/classes/%2E%2E%2Finternal%2Fevents", "/v1/classes%2f..%2finternal/events"),
        *("/v1//internal/events", "/v1/classes//internal/events", "/v1/classes/./x"),
        *("/v1/classes/", "/v1/%63lasses/..;/internal", "/v1/classes/a%00b", "/v1/nothing"),
        *("/v1/events", "/v1/livez", "/v1/classes/a\\..\\internal", "/V1/classes"),
        *("/v1/classes/%252e%252e/internal", "/v1/metrics", "/v1/sessions/;x=/internal"),
    ],
)
async def test_nothing_but_plain_paths_of_public_nouns_is_passed_through(
    suite: Suite, registry: StandIn, path: str
) -> None:
    """Unknown nouns, climbing and encoded paths are not found, and no service hears of them."""
    header = suite.gateway(suite.officer("650402")).headers["authorization"]
    status, body = await doubles.raw_get(suite, path.encode(), header)
    assert status == json.loads(body)["status"] == 404
    assert registry.seen == []


@pytest.mark.parametrize("raw", [b"/v1/a?b", b"/v1/" + b"a" * 201, b"/v1" + b"/a" * 13, b"/v1"])
def test_a_path_has_limits(raw: bytes) -> None:
    """Length, depth and letters."""
    with pytest.raises(NotFound):
        paths.inner(raw)
    assert paths.inner(b"/v1/classes/0-9_a.b~c") == "/classes/0-9_a.b~c"


@pytest.mark.parametrize("method", ["PATCH", "HEAD", "OPTIONS", "TRACE", "LIST"])
async def test_other_methods_are_not_passed_through(
    suite: Suite, registry: StandIn, method: str
) -> None:
    """GET, POST, PUT and DELETE only."""
    answer = await suite.gateway(suite.officer("650402")).request(method, "/v1/classes")
    assert answer.status_code == 405
    assert registry.seen == []


async def test_every_noun_reaches_its_service(suite: Suite) -> None:
    """The table names the service that answers."""
    apps = {name: StandIn(echo) for name in ("institutions", "registry", "claims")}
    client = suite.gateway(suite.officer("650402"))
    for name, app in apps.items():
        with doubles.standing_in(suite, name, app):
            for noun, service in forward.NOUNS.items():
                if service == name:
                    assert (await client.get(f"/v1/{noun}/x/y")).json() == {"path": f"/{noun}/x/y"}
    assert sum(len(app.seen) for app in apps.values()) == len(forward.NOUNS)


async def test_problems_of_a_service_come_back_unchanged(suite: Suite) -> None:
    """Body, status, media type and Retry-After."""
    body = b'{"code":"class_full","status":409,"title":"\xe7\x8f\xad\xe5\xb7\xb2\xe6\xbb\xa1"}'

    async def refuse(_: Request) -> Response:
        return Response(
            body, 409, media_type="application/problem+json", headers={"Retry-After": "7"}
        )

    with doubles.standing_in(suite, "registry", StandIn(refuse)):
        answer = await suite.gateway(suite.officer("650402")).post("/v1/classes", json={})
    assert (answer.status_code, answer.content) == (409, body)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "7"


async def test_a_service_that_is_away_is_said(suite: Suite) -> None:
    """503 as a problem with Retry-After, and the next request works again."""
    client = suite.gateway(suite.officer("650402"))
    with doubles.standing_in(suite, "registry", None):
        answer = await client.get("/v1/classes")
    assert (answer.status_code, answer.json()["code"]) == (503, "peer_unavailable")
    assert answer.headers["retry-after"] == "1"
    with doubles.standing_in(suite, "registry", StandIn(echo)):
        assert (await client.get("/v1/classes")).status_code == 200


async def test_a_bug_of_a_service_is_not_described(suite: Suite) -> None:
    """A 500 inside is a 503 outside, without its words."""

    async def broken(_: Request) -> Response:
        return Response("Traceback: secret", 500)

    with doubles.standing_in(suite, "registry", StandIn(broken)):
        answer = await suite.gateway(suite.officer("650402")).get("/v1/classes")
    assert answer.status_code == 503
    assert "secret" not in answer.text


async def test_an_upload_streams_through(suite: Suite) -> None:
    """The service reads the first bytes while the caller still sends the last."""
    events: list[str] = []
    read = asyncio.Event()

    async def sink(scope: Any, receive: Any, send: Any) -> None:
        total = 0
        async for chunk in Request(scope, receive).stream():
            total += len(chunk)
            if total and not read.is_set():
                events.append("read")
                read.set()
        await JSONResponse({"bytes": total}, 201)(scope, receive, send)

    async def rows() -> AsyncIterator[bytes]:
        yield b"a" * 100_000
        await asyncio.wait_for(read.wait(), 5)
        events.append("sent the last")
        yield b"b" * 100_000

    with doubles.standing_in(suite, "registry", sink):
        answer = await suite.gateway(suite.organisation(uuid4())).post(
            "/v1/rosters", content=rows(), headers={"Content-Type": "text/csv"}
        )
    assert (answer.status_code, answer.json()) == (201, {"bytes": 200_000})
    assert events == ["read", "sent the last"]


async def test_a_download_streams_through(suite: Suite) -> None:
    """The caller reads the first bytes while the service still writes the last."""
    arrived = asyncio.Event()

    async def file(_: Request) -> Response:
        async def parts() -> AsyncIterator[bytes]:
            yield b"a" * 100_000
            await asyncio.wait_for(arrived.wait(), 5)
            yield b"b" * 100_000

        return StreamingResponse(parts(), media_type="text/csv")

    with doubles.standing_in(suite, "registry", StandIn(file)):
        client = suite.gateway(suite.officer("650402"))
        async with client.stream("GET", "/v1/rosters/1/result") as answer:
            total = 0
            async for chunk in answer.aiter_raw():
                arrived.set()
                total += len(chunk)
    assert total == 200_000


async def test_too_long_a_body_is_refused_while_it_arrives(suite: Suite, registry: StandIn) -> None:
    """413 by announcement and by count."""
    client = suite.gateway(suite.organisation(uuid4()))

    async def endless() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b"x" * 1024 * 1024

    streamed = await client.post("/v1/rosters", content=endless())
    assert streamed.status_code == 413
    announced = await client.post("/v1/rosters", content=b"x" * 25 * 1024 * 1024)
    assert announced.status_code == 413
    assert registry.seen == []


async def test_passing_through_asks_no_database(suite: Suite, registry: StandIn) -> None:
    """A request that the gateway only passes on costs it no statement."""
    await suite.gateway(suite.officer("650402")).get("/v1/classes")
    statements: list[str] = []
    engine = suite.apps["gateway"].state.service.database.engine.sync_engine

    def note(_c: Any, _u: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    doubles.of(suite).revocations.refresh_s = 60.0
    event.listen(engine, "before_cursor_execute", note)
    try:
        for _ in range(5):
            await suite.gateway(suite.officer("650402")).get("/v1/classes")
    finally:
        event.remove(engine, "before_cursor_execute", note)
        doubles.of(suite).revocations.refresh_s = 2.0
    assert statements == []


async def test_bodies_of_get_are_not_passed_on(suite: Suite, registry: StandIn) -> None:
    """A GET has no body, an empty POST has one of no bytes, a DELETE may have one."""
    client = suite.gateway(suite.officer("650402"))
    await client.request("GET", "/v1/classes", content=b"smuggled")
    await client.post("/v1/classes/1/withdrawal")
    await client.request("DELETE", "/v1/classes/1", content=b"{}")
    assert [seen.body for seen in registry.seen] == [b"", b"", b"{}"]
    assert "content-length" not in registry.seen[0].headers


async def test_the_real_services_are_behind_the_door(suite: Suite) -> None:
    """Without stand-ins: institutions answers, and its access table refuses the public."""
    listed = await suite.gateway(suite.officer("650402")).get("/v1/organisations")
    assert listed.status_code == 200, listed.text
    refused = await suite.gateway().post("/v1/organisations", json={})
    assert refused.status_code == 401
    assert json.loads(refused.content)["code"] == "unauthenticated"
    assert Role.PUBLIC is PUBLIC.role
