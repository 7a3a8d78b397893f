"""Each request leaves a trace, figures and one line; bodies have a limit, answers protection."""

import io
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
import structlog
from fastapi import APIRouter, FastAPI, Request, Response

from shared import logs, problems, telemetry
from shared.transport import MemoryTransport

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN = "00f067aa0ba902b7"
ID_NUMBER = "650402199003071230"
LIMIT = 1000


def application() -> FastAPI:
    """Make an app behind all three middlewares."""
    app = FastAPI()
    problems.install(app)
    inner, outer = APIRouter(prefix="/trainees"), APIRouter(prefix="/v1")

    @inner.get("/{id_number}")
    async def read(id_number: str) -> dict[str, str | None]:
        logs.identify(subject="officer:1", role="officer")
        return {"trace": telemetry.current(), "out": telemetry.outgoing(), "length": id_number[:0]}

    @app.get("/broken")
    async def broken() -> None:
        raise ValueError(ID_NUMBER)

    @app.post("/body")
    async def body(request: Request) -> int:
        return len(await request.body())

    @app.post("/json")
    async def json_body(given: dict[str, str]) -> int:
        return len(given)

    @app.get("/page")
    async def page() -> Response:
        headers = {"Content-Security-Policy": "default-src 'self'", "Cache-Control": "max-age=60"}
        return Response("<p>", headers=headers, media_type="text/html")

    outer.include_router(inner)
    app.include_router(outer)
    app.add_middleware(telemetry.Headers)
    app.add_middleware(telemetry.BodyLimit, max_bytes=LIMIT)
    app.add_middleware(telemetry.Telemetry, service="tested")
    return app


@pytest.fixture
def out(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Catch the lines and start the figures from nothing."""
    monkeypatch.setattr(telemetry, "_metrics", {})
    stream = io.StringIO()
    logs.configure("tested", stream=stream)
    yield stream
    logs.configure("tested")
    structlog.reset_defaults()


@pytest.fixture
async def client(out: io.StringIO) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of a fresh app."""
    network = MemoryTransport({"app": application()})
    async with httpx.AsyncClient(transport=network, base_url="http://app") as client:
        yield client


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    """Return the access lines."""
    found = [json.loads(text) for text in out.getvalue().splitlines()]
    return [one for one in found if one["event"] == "request"]


async def test_a_trace_that_comes_in_goes_on(client: httpx.AsyncClient) -> None:
    """The same trace in the request, in calls to peers and in the answer; a new span each."""
    sent = f"00-{TRACE}-{SPAN}-01"
    answer = await client.get("/v1/trainees/x", headers={"traceparent": sent})
    _, trace, span, flags = answer.headers["traceparent"].split("-")
    assert (trace, flags) == (TRACE, "01")
    assert answer.json()["trace"] == TRACE
    spans = {SPAN, span, answer.json()["out"].split("-")[2]}
    assert len(spans) == 3
    assert telemetry.current() is None


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "nonsense",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{TRACE.upper()}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-01-more",
    ],
)
async def test_a_trace_that_is_not_one_is_replaced(client: httpx.AsyncClient, sent: str) -> None:
    """Nobody writes what they like into our logs. W3C Trace Context, 3.2."""
    answer = await client.get("/v1/trainees/x", headers={"traceparent": sent})
    trace = answer.headers["traceparent"].split("-")[1]
    assert (len(trace), trace != TRACE) == (32, True)


def test_a_later_version_may_hold_more() -> None:
    """A sampled flag is kept, others are not ours. W3C Trace Context, 3.2.4."""
    assert telemetry.parse(f"01-{TRACE}-{SPAN}-03-more".encode()) == (TRACE, "01")
    assert telemetry.parse(f"00-{TRACE}-{SPAN}-00".encode()) == (TRACE, "00")


def test_outside_of_a_request_a_call_begins_a_trace() -> None:
    """Jobs call peers too."""
    assert telemetry.parse(telemetry.outgoing().encode()) is not None


async def test_a_request_is_one_line_with_its_template_and_role(
    client: httpx.AsyncClient, out: io.StringIO
) -> None:
    """Neither the path nor the query nor the person stands in it."""
    await client.get(f"/v1/trainees/{ID_NUMBER}?name=Gulnar")
    (line,) = lines(out)
    assert line.pop("ms") >= 0
    assert (len(line.pop("at")), len(line.pop("trace"))) == (29, 32)
    assert line == {
        "level": "info",
        "service": "tested",
        "event": "request",
        "method": "GET",
        "route": "/v1/trainees/{id_number}",
        "status": 200,
        "role": "officer",
    }
    assert ID_NUMBER not in out.getvalue()


async def test_what_matches_no_route_adds_no_label(client: httpx.AsyncClient) -> None:
    """Scanners don't fill the memory: unknown paths and methods are one each."""
    for number in range(20):
        await client.request(f"M{number}", f"/scan/{number}")
    text = telemetry.render("tested")[0].decode()
    expected = 'requests_total{method="OTHER",route_template="unmatched",status="404"} 20.0'
    assert expected in text
    assert "scan" not in text


async def test_figures_count_requests_times_and_who_is_inside(client: httpx.AsyncClient) -> None:
    """The registry belongs to the service; the text is Prometheus's."""
    await client.get("/v1/trainees/1")
    await client.get("/v1/trainees/2")
    body, media_type = telemetry.render("tested")
    text = body.decode()
    route = 'method="GET",route_template="/v1/trainees/{id_number}"'
    assert f'requests_total{{{route},status="200"}} 2.0' in text
    assert f"request_seconds_count{{{route}}} 2.0" in text
    assert "requests_in_flight 0.0" in text
    assert media_type.startswith("text/plain")
    assert "/v1/trainees" not in telemetry.render("another")[0].decode()


async def test_a_failure_is_counted_and_its_line_has_no_value(
    client: httpx.AsyncClient, out: io.StringIO
) -> None:
    """A bug is a 500 in the figures, and what it held stays out of the log."""
    assert (await client.get("/broken")).status_code == 500
    (line,) = lines(out)
    assert (line["route"], line["status"]) == ("/broken", 500)
    assert "requests_in_flight 0.0" in telemetry.render("tested")[0].decode()
    assert ID_NUMBER not in out.getvalue()


@pytest.mark.parametrize("path", ["/body", "/json"])
async def test_a_body_announced_too_long_is_refused_unread(
    client: httpx.AsyncClient, path: str
) -> None:
    """The limit itself is still taken."""
    assert (await client.post("/body", content=b"x" * LIMIT)).json() == LIMIT
    answer = await client.post(path, content=b"x" * (LIMIT + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("path", ["/body", "/json", "/nowhere"])
async def test_a_body_that_grows_too_long_is_refused_while_it_arrives(
    client: httpx.AsyncClient, path: str
) -> None:
    """No announcement, a false end, a framework that turns errors into 400: none helps."""
    produced = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal produced
        while produced < 1000:
            produced += 1
            yield b"x" * 100

    answer = await client.post(path, content=body())
    assert answer.status_code == (404 if path == "/nowhere" else 413)
    assert produced < 50


async def test_the_refusal_is_the_problem_of_the_catalogue(client: httpx.AsyncClient) -> None:
    """One code, one wording, and protected like every answer."""
    answer = await client.post("/body", content=b"x" * (LIMIT + 1))
    known = problems.BodyTooLarge().body()
    same = ("type", "code", "status", "title", "title_en")
    assert {name: answer.json()[name] for name in same} == {name: known[name] for name in same}
    assert answer.json().keys() == known.keys()
    assert answer.json()["trace"] == answer.headers["traceparent"].split("-")[1]
    assert answer.headers["content-type"] == problems.MEDIA_TYPE


async def test_a_path_may_have_a_limit_of_its_own() -> None:
    """Rosters are longer than other bodies."""

    def limit(path: str) -> int:
        return 10 if path == "/small" else 100

    async def app(_: object, receive: telemetry.Receive, send: telemetry.Send) -> None:
        await receive()
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    network = MemoryTransport({"app": telemetry.BodyLimit(app, 0, for_path=limit)})
    async with httpx.AsyncClient(transport=network, base_url="http://app") as client:
        statuses = [
            (await client.post(path, content=b"x" * 50)).status_code
            for path in ("/small", "/large")
        ]
    assert statuses == [413, 204]


async def test_every_answer_is_protected_unless_it_says_otherwise(
    client: httpx.AsyncClient,
) -> None:
    """Answers are not sniffed, framed or stored; a page brings its own policy."""
    answer = await client.get("/v1/trainees/1")
    for name, text in telemetry.PROTECTIONS:
        assert answer.headers[name.decode()] == text.decode()
    page = await client.get("/page")
    assert page.headers.get_list("content-security-policy") == ["default-src 'self'"]
    assert page.headers.get_list("cache-control") == ["max-age=60"]
    assert page.headers["x-frame-options"] == "DENY"
