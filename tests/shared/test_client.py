"""Calls to peers: what a failure means, when a call is repeated, how much is let through."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from fastapi.responses import StreamingResponse

from shared import client, problems, telemetry, transport
from shared.client import PeerClient, PeerMistake, PeerNotFound, PeerProblem, PeerUnavailable, State
from shared.problems import Conflict
from shared.transport import MemoryTransport

TOKEN = "an.inside.token"


class Peer:
    """A peer that answers what the path asks for and keeps what it was sent."""

    def __init__(self) -> None:
        self.seen: list[Request] = []
        self.bodies: list[bytes] = []
        self.at_once = self.most_at_once = 0
        self.app = FastAPI()
        problems.install(self.app)
        self.app.api_route("/status/{status}", methods=["GET", "POST"])(self.status)
        self.app.get("/conflict")(self.conflict)
        self.app.get("/teapot")(self.teapot)
        self.app.get("/page")(self.page)
        self.app.mount("/echo", self.echo)
        self.app.get("/busy")(self.busy)
        self.app.get("/chunks")(self.chunks)

    async def status(self, status: int, request: Request) -> Response:
        """Answer with a status."""
        self.seen.append(request)
        self.bodies.append(await request.body())
        return Response("{}" if status != 204 else None, status, media_type="application/json")

    async def conflict(self) -> None:
        """Refuse with a problem."""
        raise Conflict("班级已开班", "The class has begun", headers={"Retry-After": "3"})

    async def teapot(self) -> Response:
        """Refuse without a problem document."""
        return Response("short and stout", 418)

    async def page(self) -> str:
        """Answer what is not JSON."""
        return Response("<html>", media_type="text/html")  # type: ignore[return-value]

    async def echo(
        self, scope: telemetry.Scope, receive: telemetry.Receive, send: telemetry.Send
    ) -> None:
        """Give the body back as it comes."""
        self.seen.append(Request(scope))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        more = True
        while more:
            message = await receive()
            more = message["more_body"]
            await send({"type": "http.response.body", "body": message["body"], "more_body": more})

    async def busy(self) -> dict[str, int]:
        """Count how many are here at once."""
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0.005)
        self.at_once -= 1
        return {"at_once": self.at_once}

    async def chunks(self) -> StreamingResponse:
        """Answer one chunk and break."""

        async def body() -> AsyncIterator[bytes]:
            yield b"one"
            raise ValueError("a bug")

        return StreamingResponse(body())


class Machine:
    """A monotonic clock that stands until moved."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        """Return the seconds."""
        return self.seconds


@pytest.fixture
async def peer() -> Peer:
    """Give a fresh peer."""
    return Peer()


@pytest.fixture
async def network(peer: Peer) -> MemoryTransport:
    """Give a network with the one peer on it."""
    return MemoryTransport({"peer": peer.app})


@pytest.fixture
async def machine() -> Machine:
    """Give a clock at zero."""
    return Machine()


@pytest.fixture
async def calls(network: MemoryTransport, machine: Machine) -> AsyncIterator[PeerClient]:
    """Give the client of the peer."""
    calls = PeerClient("http://peer", service="registry", transport=network, monotonic=machine)
    yield calls
    await calls.aclose()


class Faults:
    """Give the first so many requests a fault."""

    def __init__(self, network: MemoryTransport, fault: transport.Fault, times: int) -> None:
        self.fault, self.times, self.requests = fault, times, 0
        network.fault = self

    def __call__(self, _: httpx.Request) -> transport.Fault | None:
        """Count a request; give its fault."""
        self.requests += 1
        return self.fault if self.requests <= self.times else None


async def test_a_call_carries_the_token_the_trace_and_its_parameters(
    calls: PeerClient, peer: Peer
) -> None:
    """The peer sees who asks, on which trace, and no parameter that is not set."""
    found: list[object] = []

    async def app(scope: telemetry.Scope, _: object, send: telemetry.Send) -> None:
        params = {"year": 2026, "after": None, "held": True}
        found.append(await calls.get_json("/status/200", token=TOKEN, params=params))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": telemetry.current().encode()})  # type: ignore[union-attr]

    outer = MemoryTransport({"gateway": telemetry.Telemetry(app, "gateway")})
    async with httpx.AsyncClient(transport=outer) as outside:
        trace = (await outside.get("http://gateway/")).text
    assert found == [{}]
    seen = peer.seen[0]
    assert seen.headers["authorization"] == f"Bearer {TOKEN}"
    assert seen.headers["traceparent"].split("-")[1] == trace
    assert dict(seen.query_params) == {"year": "2026", "held": "true"}


async def test_a_post_carries_json_and_its_key(calls: PeerClient, peer: Peer) -> None:
    """Bodies are encoded once; bytes go as they are; no key is made up."""
    await calls.post_json("/status/201", token=TOKEN, body={"fen": 1, "名": [None]}, key="k-1")
    await calls.post_json("/status/200", token=TOKEN, body=b'{"ready": true}')
    assert [json.loads(body) for body in peer.bodies] == [{"fen": 1, "名": [None]}, {"ready": True}]
    assert peer.seen[0].headers["idempotency-key"] == "k-1"
    assert peer.seen[0].headers["content-type"] == "application/json"
    assert "idempotency-key" not in peer.seen[1].headers


async def test_an_empty_answer_is_none(calls: PeerClient) -> None:
    """204 has no JSON."""
    assert await calls.post_json("/status/204", token=TOKEN, body={}) is None


async def test_a_refusal_keeps_its_status_code_and_bytes(calls: PeerClient) -> None:
    """The gateway can pass it on as it came."""
    with pytest.raises(PeerProblem) as refused:
        await calls.get_json("/conflict", token=TOKEN)
    problem = refused.value
    assert (problem.status, problem.code, problem.headers) == (
        409,
        "conflict",
        {"retry-after": "3"},
    )
    assert json.loads(problem.body) == problem.document
    assert problem.document["detail"] == "班级已开班"


async def test_what_is_not_there_is_none_or_an_error_as_asked(calls: PeerClient) -> None:
    """The caller says whether a 404 is an answer."""
    assert await calls.get_json("/nothing", token=TOKEN, optional=True) is None
    with pytest.raises(PeerNotFound):
        await calls.get_json("/nothing", token=TOKEN)


async def test_an_object_that_lacks_what_was_agreed_is_no_answer(calls: PeerClient) -> None:
    """Whoever puts answers together hears it as any other silence."""
    found = await calls.get_json("/status/200", token=TOKEN)
    with pytest.raises(PeerUnavailable):
        _ = found["organisation"]
    with pytest.raises(PeerMistake):
        await calls.get_json("/status/200", token=TOKEN, kind=list)


@pytest.mark.parametrize("path", ["/teapot", "/page", "/status/302"])
async def test_an_answer_never_promised_is_a_bug(calls: PeerClient, path: str) -> None:
    """It is not dressed up as something the client did."""
    with pytest.raises(PeerMistake):
        await calls.get_json(path, token=TOKEN)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_peers_failure_is_unavailable_with_a_time_to_come_back(
    calls: PeerClient, status: int
) -> None:
    """The caller learns nothing of the peer but when to try again."""
    with pytest.raises(PeerUnavailable) as unavailable:
        await calls.get_json(f"/status/{status}", token=TOKEN)
    answer = problems.answer(unavailable.value)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert unavailable.value.body()["code"] == "peer_unavailable"


async def test_a_get_is_tried_once_more_and_not_twice(
    calls: PeerClient, network: MemoryTransport
) -> None:
    """One lost packet does no harm; a dead peer isn't hammered."""
    faults = Faults(network, transport.drop(), 1)
    assert await calls.get_json("/status/200", token=TOKEN) == {}
    assert faults.requests == 2
    faults = Faults(network, transport.lost(), 9)
    with pytest.raises(PeerUnavailable):
        await calls.get_json("/status/200", token=TOKEN)
    assert faults.requests == 2


async def test_a_post_is_repeated_only_with_a_key(
    calls: PeerClient, network: MemoryTransport, peer: Peer
) -> None:
    """Without a key nobody could tell the second from another."""
    Faults(network, transport.lost(), 1)
    with pytest.raises(PeerUnavailable):
        await calls.post_json("/status/201", token=TOKEN, body={})
    assert len(peer.seen) == 1
    Faults(network, transport.lost(), 1)
    assert await calls.post_json("/status/201", token=TOKEN, body={}, key="k") == {}
    assert [seen.headers.get("idempotency-key") for seen in peer.seen] == [None, "k", "k"]


async def test_a_slow_peer_is_given_up(
    calls: PeerClient, network: MemoryTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a time-out nor the deadline of a whole call is outlived."""
    monkeypatch.setattr(client, "DEADLINE_S", 0.02)
    Faults(network, transport.delay(9), 9)
    with pytest.raises(PeerUnavailable):
        await calls.get_json("/status/200", token=TOKEN)
    assert not calls._slots.locked()


async def test_the_breaker_opens_after_five_failures_and_closes_by_one_probe(
    calls: PeerClient, network: MemoryTransport, machine: Machine
) -> None:
    """A dead peer is left alone for half a second, then asked once."""
    faults = Faults(network, transport.drop(), 6)
    for _ in range(4):
        with pytest.raises(PeerUnavailable):
            await calls.get_json("/status/200", token=TOKEN)
    assert (faults.requests, calls.breaker.state) == (5, State.OPEN)
    machine.seconds = 0.5
    with pytest.raises(PeerUnavailable):
        await calls.get_json("/status/200", token=TOKEN)
    assert (faults.requests, calls.breaker.state) == (6, State.OPEN)
    machine.seconds = 0.99
    with pytest.raises(PeerUnavailable):
        await calls.get_json("/status/200", token=TOKEN)
    assert faults.requests == 6
    machine.seconds = 1.0
    assert await calls.get_json("/status/200", token=TOKEN) == {}
    assert calls.breaker.state is State.CLOSED


async def test_only_one_call_probes_an_open_breaker(machine: Machine) -> None:
    """The others are still refused while the probe is out; a probe given up is not lost."""
    breaker = client.Breaker(machine)
    for _ in range(5):
        breaker.fail()
    assert not breaker.admit()
    machine.seconds = 0.5
    assert [breaker.admit(), breaker.admit()] == [True, False]
    breaker.abandon()
    assert [breaker.admit(), breaker.admit()] == [True, False]


async def test_a_bug_of_one_operation_does_not_open_the_breaker(calls: PeerClient) -> None:
    """Nobody can cut others off by repeating a request that breaks; overload does open it."""
    states = []
    for status in (500, 503):
        for _ in range(5):
            with pytest.raises(PeerUnavailable):
                await calls.get_json(f"/status/{status}", token=TOKEN)
        states.append(calls.breaker.state)
    assert states == [State.CLOSED, State.OPEN]


async def test_only_eight_calls_are_out_at_once(calls: PeerClient, peer: Peer) -> None:
    """The rest wait their turn."""
    await asyncio.gather(*[calls.get_json("/busy", token=TOKEN) for _ in range(40)])
    assert peer.most_at_once == client.CONCURRENT


async def test_who_would_wait_behind_too_many_is_refused_at_once(calls: PeerClient) -> None:
    """Overload is answered, not queued."""
    crowd = [calls.get_json("/busy", token=TOKEN) for _ in range(100)]
    answers = await asyncio.gather(*crowd, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, PeerUnavailable)]
    assert len(refused) == 100 - client.WAITING_MAX - client.CONCURRENT
    assert all(isinstance(answer, dict | PeerUnavailable) for answer in answers)


async def test_bodies_stream_through_both_ways(calls: PeerClient, peer: Peer) -> None:
    """The first byte is back before the last is sent; headers and query arrive as given."""
    back = asyncio.Semaphore(0)

    async def body() -> AsyncIterator[bytes]:
        for part in (b"a", b"b", b"c"):
            yield part
            await back.acquire()

    headers = {"accept-language": "ug"}
    taken = 0
    sending = calls.stream(
        "POST", "/echo/", token=TOKEN, query=b"q=%E5%90%90", headers=headers, content=body()
    )
    async with sending as answer:
        async for chunk in answer.aiter_raw():
            assert chunk == b"abc"[taken : taken + 1]
            taken += 1
            back.release()
    assert (answer.status_code, taken) == (200, 3)
    seen = peer.seen[0]
    assert (seen.headers["accept-language"], seen.query_params["q"]) == ("ug", "吐")
    assert seen.headers["authorization"] == f"Bearer {TOKEN}"


async def test_a_streamed_refusal_is_passed_on_and_a_failure_is_not(calls: PeerClient) -> None:
    """Below 500 the answer is the peer's; from 500 on it is ours."""
    async with calls.stream("GET", "/conflict", token=None) as answer:
        assert answer.status_code == 409
        assert json.loads(await answer.aread())["code"] == "conflict"
    with pytest.raises(PeerUnavailable):
        async with calls.stream("GET", "/status/503", token=None):
            pass


async def test_an_answer_that_breaks_off_while_streaming_is_unavailable(calls: PeerClient) -> None:
    """The reader never takes half an answer for a whole one, and the place is free again."""

    async def read() -> None:
        async with calls.stream("GET", "/chunks", token=None) as answer:
            async for chunk in answer.aiter_raw():
                assert chunk == b"one"

    with pytest.raises(PeerUnavailable):
        await read()
    assert calls._slots._value == client.CONCURRENT
