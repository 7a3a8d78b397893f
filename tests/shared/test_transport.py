"""The in-memory network behaves like a network, not like a function call."""

import asyncio
import contextvars
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import BackgroundTasks, FastAPI, Request
from fastapi.responses import StreamingResponse

from shared import transport
from shared.transport import Fault, MemoryTransport

principal: contextvars.ContextVar[str] = contextvars.ContextVar("principal", default="nobody")


class Peer:
    """A peer with one route for each property, and what it saw."""

    def __init__(self) -> None:
        self.calls = 0
        self.sent = 0
        self.cancelled = 0
        self.after = 0
        self.gate = asyncio.Event()
        self.app = FastAPI()
        self.app.get("/slow")(self.slow)
        self.app.get("/broken")(self.broken)
        self.app.get("/half")(self.half)
        self.app.get("/stream")(self.stream)
        self.app.get("/stall")(self.stall)
        self.app.get("/who")(self.who)
        self.app.post("/count")(self.count)
        self.app.post("/upload")(self.upload)
        self.app.get("/later")(self.later)
        self.app.get("/sharp/{name}")(self.name)

    async def slow(self) -> dict[str, str]:
        """Answer far too late."""
        try:
            await asyncio.sleep(30)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return {}

    async def broken(self) -> dict[str, str]:
        """Fail."""
        message = "a bug"
        raise ValueError(message)

    async def half(self) -> StreamingResponse:
        """Fail in the middle of the answer."""

        async def body() -> AsyncIterator[bytes]:
            yield b"half"
            message = "a bug"
            raise ValueError(message)

        return StreamingResponse(body())

    async def stream(self) -> StreamingResponse:
        """Answer in a hundred chunks and count those taken."""

        async def body() -> AsyncIterator[bytes]:
            for _ in range(100):
                self.sent += 1
                yield b"x" * 1024

        return StreamingResponse(body())

    async def stall(self) -> StreamingResponse:
        """Answer one chunk and then nothing."""

        async def body() -> AsyncIterator[bytes]:
            yield b"first"
            await self.slow()

        return StreamingResponse(body())

    async def who(self) -> str:
        """Say which principal the context holds."""
        return principal.get()

    async def count(self, request: Request) -> dict[str, int]:
        """Count calls and the bytes of the last."""
        self.calls += 1
        return {"calls": self.calls, "bytes": len(await request.body())}

    async def upload(self, request: Request) -> int:
        """Wait for the gate, then read the body."""
        await self.gate.wait()
        return sum([len(chunk) async for chunk in request.stream()])

    async def later(self, tasks: BackgroundTasks) -> str:
        """Answer, then work on."""

        async def work() -> None:
            await asyncio.sleep(0.01)
            self.after += 1

        tasks.add_task(work)
        return "answered"

    async def name(self, name: str, q: str) -> list[str]:
        """Echo a path parameter and a query."""
        return [name, q]


@pytest.fixture
async def peer() -> Peer:
    """Give a fresh peer."""
    return Peer()


@pytest.fixture
async def network(peer: Peer) -> AsyncIterator[MemoryTransport]:
    """Give a network with the one peer on it."""
    network = MemoryTransport({"peer": peer.app})
    yield network
    await network.aclose()


@pytest.fixture
async def client(network: MemoryTransport) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of the peer."""
    timeout = httpx.Timeout(2, read=0.1, connect=0.05)
    async with httpx.AsyncClient(
        transport=network, base_url="http://peer", timeout=timeout
    ) as client:
        yield client


def always(network: MemoryTransport, fault: Fault) -> None:
    """Give every request the fault."""
    network.fault = lambda _: fault


async def test_a_request_reaches_the_app_that_its_host_names(client: httpx.AsyncClient) -> None:
    """Path, query and encoding arrive as sent."""
    response = await client.get("/sharp/吐鲁番 市", params={"q": "a&b"})
    assert response.json() == ["吐鲁番 市", "a&b"]


async def test_an_unknown_host_is_a_connect_error(client: httpx.AsyncClient) -> None:
    """The caller sees what a failed name look-up would give."""
    with pytest.raises(httpx.ConnectError):
        await client.get("http://nowhere/")


async def test_a_slow_answer_times_out_and_its_handler_is_cancelled(
    client: httpx.AsyncClient, network: MemoryTransport, peer: Peer
) -> None:
    """The read time-out holds, and nothing goes on behind it."""
    with pytest.raises(httpx.ReadTimeout):
        await client.get("/slow")
    await network.settle()
    assert peer.cancelled == 1


async def test_an_answer_that_stalls_times_out_between_chunks(
    client: httpx.AsyncClient, network: MemoryTransport, peer: Peer
) -> None:
    """The read time-out counts from chunk to chunk."""
    async with client.stream("GET", "/stall") as response:
        chunks = response.aiter_raw()
        assert await anext(chunks) == b"first"
        with pytest.raises(httpx.ReadTimeout):
            await anext(chunks)
    await network.settle()
    assert peer.cancelled == 1


async def test_a_peers_exception_is_an_answer_500(client: httpx.AsyncClient) -> None:
    """Exceptions do not cross the network."""
    response = await client.get("/broken")
    assert (response.status_code, response.text) == (500, "Internal Server Error")


async def test_an_answer_broken_off_is_an_error_not_a_short_answer(
    client: httpx.AsyncClient,
) -> None:
    """A caller never takes half an answer for a whole one."""
    with pytest.raises(httpx.RemoteProtocolError):
        await client.get("/half")


async def test_a_handler_sees_nothing_of_its_callers_context(client: httpx.AsyncClient) -> None:
    """The caller's principal does not leak into the peer."""
    principal.set("officer")
    assert (await client.get("/who")).json() == "nobody"


async def test_a_reader_who_stops_makes_the_writer_wait(
    client: httpx.AsyncClient, network: MemoryTransport, peer: Peer
) -> None:
    """The queue of unread chunks is bounded, and closing early ends the handler."""
    async with client.stream("GET", "/stream") as response:
        chunks = response.aiter_raw()
        await anext(chunks)
        await asyncio.sleep(0.02)
        assert peer.sent <= transport.QUEUE_CHUNKS + 3
    await network.settle()
    assert peer.sent <= transport.QUEUE_CHUNKS + 3


async def test_a_peer_that_does_not_read_makes_the_sender_wait(
    client: httpx.AsyncClient, peer: Peer
) -> None:
    """The queue of unsent chunks is bounded; once read, the upload is whole."""
    produced = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal produced
        for _ in range(100):
            produced += 1
            yield b"x" * 100

    sending = asyncio.create_task(client.post("/upload", content=body()))
    await asyncio.sleep(0.02)
    assert produced <= transport.QUEUE_CHUNKS + 1
    peer.gate.set()
    assert (await sending).json() == 10_000


async def test_a_peer_that_never_reads_is_a_write_timeout(client: httpx.AsyncClient) -> None:
    """A sender is not held for ever."""

    async def body() -> AsyncIterator[bytes]:
        while True:
            yield b"x"

    with pytest.raises(httpx.WriteTimeout):
        await client.post("/upload", content=body(), timeout=httpx.Timeout(1, write=0.05))


async def test_the_app_hears_of_the_disconnect_after_the_body() -> None:
    """First the body, then, once the caller has gone, the disconnect."""
    heard: list[str] = []

    async def app(_: object, receive: transport.Receive, send: transport.Send) -> None:
        heard.append((await receive())["type"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})
        heard.append((await receive())["type"])

    network = MemoryTransport({"peer": app})
    async with httpx.AsyncClient(transport=network, base_url="http://peer") as client:
        assert (await client.post("/", content=b"body")).text == "ok"
        await network.settle()
    assert heard == ["http.request", "http.disconnect"]


async def test_work_after_the_answer_is_not_cut_off(
    client: httpx.AsyncClient, network: MemoryTransport, peer: Peer
) -> None:
    """Who has the whole answer may close the connection without harm."""
    assert (await client.get("/later")).json() == "answered"
    await network.settle()
    assert peer.after == 1


async def test_closing_the_network_cancels_what_runs(peer: Peer) -> None:
    """Nothing survives the end of a test."""
    network = MemoryTransport({"peer": peer.app})
    client = httpx.AsyncClient(transport=network, base_url="http://peer", timeout=30)
    waiting = asyncio.create_task(client.get("/slow"))
    await asyncio.sleep(0.01)
    await network.aclose()
    assert (await waiting).status_code == 500
    assert peer.cancelled == 1
    await client.aclose()


async def test_a_delayed_request_arrives_or_times_out(
    client: httpx.AsyncClient, network: MemoryTransport, peer: Peer
) -> None:
    """A delay counts against the read time-out."""
    always(network, transport.delay(0.01))
    assert (await client.post("/count")).json()["calls"] == 1
    always(network, transport.delay(5))
    with pytest.raises(httpx.ReadTimeout):
        await client.post("/count")
    assert peer.calls == 1


async def test_a_slow_connection_stands_or_times_out(
    client: httpx.AsyncClient, network: MemoryTransport, peer: Peer
) -> None:
    """A connection that takes too long delivers nothing."""
    always(network, transport.slow_connect(0.01))
    assert (await client.post("/count")).json()["calls"] == 1
    always(network, transport.slow_connect(5))
    with pytest.raises(httpx.ConnectTimeout):
        await client.post("/count")
    assert peer.calls == 1


async def test_a_dropped_request_never_arrives(
    client: httpx.AsyncClient, network: MemoryTransport, peer: Peer
) -> None:
    """The caller gets an error and the peer knows nothing."""
    always(network, transport.drop())
    with pytest.raises(httpx.ConnectError):
        await client.post("/count")
    assert peer.calls == 0


async def test_a_lost_answer_leaves_its_effect(
    client: httpx.AsyncClient, network: MemoryTransport, peer: Peer
) -> None:
    """The caller gets an error although the peer has done the work, to the end."""
    always(network, transport.lost())
    with pytest.raises(httpx.ReadError):
        await client.post("/count")
    assert peer.calls == 1
    with pytest.raises(httpx.ReadError):
        await client.get("/later")
    assert peer.after == 1


async def test_a_request_delivered_twice_takes_effect_twice(
    client: httpx.AsyncClient, network: MemoryTransport, peer: Peer
) -> None:
    """Both deliveries carry the same body; the caller sees the second answer."""

    async def body() -> AsyncIterator[bytes]:
        yield b"abc"
        yield b"def"

    always(network, transport.twice())
    response = await client.post("/count", content=body())
    assert response.json() == {"calls": 2, "bytes": 6}
    assert peer.calls == 2


async def test_a_head_request_has_no_body() -> None:
    """A peer that sends one anyway is cut, as a server does."""

    async def app(_: object, __: transport.Receive, send: transport.Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"too much"})

    async with httpx.AsyncClient(
        transport=MemoryTransport({"peer": app}), base_url="http://peer"
    ) as client:
        assert (await client.head("/")).content == b""
