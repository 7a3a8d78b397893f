"""An in-memory network between ASGI apps: time-outs, streams, a clean context, and faults."""

import asyncio
import contextlib
import contextvars
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import unquote

import httpx

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

QUEUE_CHUNKS = 8  # a writer waits once this many chunks are unread
REFUSED = b"Internal Server Error"
log = logging.getLogger(__name__)


class FaultKind(StrEnum):
    """What the network does to one request."""

    DELAY = "delay"
    SLOW_CONNECT = "slow_connect"
    DROP = "drop"
    LOST = "lost"
    TWICE = "twice"


@dataclass(frozen=True)
class Fault:
    """One fault: `seconds` counts for the two slow kinds only."""

    kind: FaultKind
    seconds: float = 0.0


def delay(seconds: float) -> Fault:
    """Hold the request back on its way, against the caller's read time-out."""
    return Fault(FaultKind.DELAY, seconds)


def slow_connect(seconds: float) -> Fault:
    """Hold the connection back, against the caller's connect time-out."""
    return Fault(FaultKind.SLOW_CONNECT, seconds)


def drop() -> Fault:
    """Never deliver the request: the caller gets ConnectError."""
    return Fault(FaultKind.DROP)


def lost() -> Fault:
    """Deliver the request, let the handler end, lose the answer: the caller gets ReadError."""
    return Fault(FaultKind.LOST)


def twice() -> Fault:
    """Deliver the request two times, one after the other, and give the second answer."""
    return Fault(FaultKind.TWICE)


class MemoryTransport(httpx.AsyncBaseTransport):
    """Carry requests to apps by host name, the way a network would."""

    def __init__(self, apps: Mapping[str, App]) -> None:
        self.apps = dict(apps)
        self.fault: Callable[[httpx.Request], Fault | None] | None = None
        self._running: set[asyncio.Task[None]] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Deliver one request; raise httpx's own errors for what a network does."""
        app = self.apps.get(request.url.host)
        if app is None:
            message = f"no such host: {request.url.host}"
            raise httpx.ConnectError(message, request=request)
        fault = self.fault(request) if self.fault else None
        if fault is None:
            return await self._deliver(app, request)
        return await self._deliver_with(fault, app, request)

    async def settle(self) -> None:
        """Wait until every handler has ended, also those that work on after their answer."""
        while self._running:
            await asyncio.wait(set(self._running))

    async def aclose(self) -> None:
        """Cancel what still runs and wait for it."""
        for task in self._running:
            task.cancel()
        await self.settle()

    async def _deliver(self, app: App, request: httpx.Request, wait: float = 0.0) -> httpx.Response:
        exchange = _Exchange(app, request, wait)
        self._running.add(exchange.task)
        exchange.task.add_done_callback(self._running.discard)
        try:
            status, headers = await exchange.answer()
        except BaseException:
            exchange.cancel()
            raise
        return httpx.Response(status, headers=headers, stream=exchange, request=request)

    async def _deliver_with(self, fault: Fault, app: App, request: httpx.Request) -> httpx.Response:
        if fault.kind is FaultKind.DELAY:
            return await self._deliver(app, request, fault.seconds)
        if fault.kind is FaultKind.SLOW_CONNECT:
            await _connect(request, fault.seconds)
            return await self._deliver(app, request)
        if fault.kind is FaultKind.DROP:
            message = "the request was dropped"
            raise httpx.ConnectError(message, request=request)
        await request.aread()
        await self._deliver_to_the_end(app, request)
        if fault.kind is FaultKind.TWICE:
            return await self._deliver(app, request)
        message = "the answer was lost"
        raise httpx.ReadError(message, request=request)

    async def _deliver_to_the_end(self, app: App, request: httpx.Request) -> None:
        extensions = {**request.extensions, "timeout": {}}
        patient = httpx.Request(
            request.method,
            request.url,
            headers=request.headers,
            content=request.content,
            extensions=extensions,
        )
        response = await self._deliver(app, patient)
        try:
            # What happens after the answer is lost does not depend on how well it ended.
            with contextlib.suppress(httpx.TransportError):
                await response.aread()
            exchange = response.stream
            assert isinstance(exchange, _Exchange)  # _deliver made it
            await asyncio.wait({exchange.task})
        finally:
            await response.aclose()


async def _connect(request: httpx.Request, seconds: float) -> None:
    limit = _timeout(request, "connect")
    if limit is not None and seconds > limit:
        await asyncio.sleep(limit)
        message = "the peer did not accept in time"
        raise httpx.ConnectTimeout(message, request=request)
    await asyncio.sleep(seconds)


def _timeout(request: httpx.Request, kind: str) -> float | None:
    seconds: float | None = request.extensions.get("timeout", {}).get(kind)
    return seconds


class _Exchange(httpx.AsyncByteStream):
    """One request on its way through an app, and the stream of its answer."""

    def __init__(self, app: App, request: httpx.Request, wait: float) -> None:
        self.app, self.request, self.wait = app, request, wait
        self.read_timeout = _timeout(request, "read")
        loop = asyncio.get_running_loop()
        self.started: asyncio.Future[tuple[int, list[tuple[bytes, bytes]]]] = loop.create_future()
        self.gone = asyncio.Event()
        self.complete = False
        self.broken = False
        self.chunks: asyncio.Queue[bytes | None] = asyncio.Queue(QUEUE_CHUNKS)
        self.body: asyncio.Queue[tuple[bytes, bool]] = asyncio.Queue(QUEUE_CHUNKS)
        self.body_read = False
        self.pump: asyncio.Task[None] | None = None
        if isinstance(request.stream, httpx.ByteStream):
            self.body.put_nowait((b"".join(request.stream), False))
        else:
            self.pump = loop.create_task(self._upload())
        # An empty context: nothing of the caller (its principal, its trace) leaks in.
        self.task = loop.create_task(self._run(), context=contextvars.Context())

    async def answer(self) -> tuple[int, list[tuple[bytes, bytes]]]:
        """Wait for the status line: the read time-out begins when the body is sent."""
        if self.pump is not None:
            either: set[asyncio.Future[Any]] = {self.pump, self.started}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if self.pump.done():
                self.pump.result()
        try:
            async with asyncio.timeout(self.read_timeout):
                return await self.started
        except TimeoutError:
            message = "the peer did not answer in time"
            raise httpx.ReadTimeout(message, request=self.request) from None

    def cancel(self) -> None:
        """Hang up: the handler is cancelled and sees a disconnect."""
        self.gone.set()
        self.task.cancel()
        if self.pump is not None:
            self.pump.cancel()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Give the answer's chunks as they come."""
        while True:
            chunk = await self._next()
            if chunk is None:
                break
            yield chunk
        if self.broken:
            message = "the peer broke off its answer"
            raise httpx.RemoteProtocolError(message, request=self.request)

    async def aclose(self) -> None:
        """Cancel a handler that still answers; one that has answered may finish its work."""
        self.gone.set()
        if not self.complete:
            self.cancel()
        elif self.pump is not None:
            self.pump.cancel()

    async def _next(self) -> bytes | None:
        try:
            return self.chunks.get_nowait()
        except asyncio.QueueEmpty:
            pass
        try:
            async with asyncio.timeout(self.read_timeout):
                return await self.chunks.get()
        except TimeoutError:
            self.cancel()
            message = "the peer stopped answering"
            raise httpx.ReadTimeout(message, request=self.request) from None

    async def _upload(self) -> None:
        limit = _timeout(self.request, "write")
        stream = self.request.stream
        assert isinstance(stream, httpx.AsyncByteStream)  # an async client's
        try:
            async for chunk in stream:
                async with asyncio.timeout(limit):
                    await self.body.put((chunk, True))
            await self.body.put((b"", False))
        except TimeoutError:
            message = "the peer stopped reading"
            raise httpx.WriteTimeout(message, request=self.request) from None

    async def _run(self) -> None:
        try:
            if self.wait:
                await asyncio.sleep(self.wait)
            await self.app(_scope(self.request), self._receive, self._send)
        except Exception:
            log.exception("peer failed")
        finally:
            self.gone.set()
            self._end()

    def _end(self) -> None:
        if not self.started.done():
            headers = [(b"content-type", b"text/plain; charset=utf-8")]
            self.started.set_result((500, headers))
            self.chunks.put_nowait(REFUSED)
            self.chunks.put_nowait(None)
            self.complete = True
        elif not self.complete:
            self.broken = self.complete = True
            if self.chunks.full():
                self.chunks.get_nowait()  # the answer is broken anyway; its end must fit
            self.chunks.put_nowait(None)

    async def _receive(self) -> Message:
        if self.body_read:
            await self.gone.wait()
            return {"type": "http.disconnect"}
        chunk, more = await self.body.get()
        self.body_read = not more
        return {"type": "http.request", "body": chunk, "more_body": more}

    async def _send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if not self.started.done():
                self.started.set_result((message["status"], list(message.get("headers", []))))
            return
        chunk = message.get("body", b"")
        if chunk and self.request.method != "HEAD":
            await self.chunks.put(bytes(chunk))
        if not message.get("more_body", False):
            # Before the put: who reads the end may close at once, and must not cancel us.
            self.complete = True
            self.gone.set()
            await self.chunks.put(None)


def _scope(request: httpx.Request) -> dict[str, Any]:
    path, _, query = request.url.raw_path.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.url.scheme,
        "path": unquote(path.decode("ascii")),
        "raw_path": path,
        "query_string": query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("127.0.0.1", 0),
        "server": (request.url.host, request.url.port or 80),
        "state": {},
    }
