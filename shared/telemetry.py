"""What one request leaves behind: a trace, figures, one line; and limits on what comes in."""

import json
import os
import re
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from contextvars import ContextVar
from typing import Any

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from shared import logs

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})
UNMATCHED = "unmatched"
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
TRACEPARENT = re.compile(rb"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")
NO_TRACE, NO_SPAN, NO_VERSION = b"0" * 32, b"0" * 16, b"ff"
SERVER_ERROR = 500
JSON_CSP = b"default-src 'none'; frame-ancestors 'none'"
PROTECTIONS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", JSON_CSP),
    (b"cache-control", b"no-store"),
)

_trace: ContextVar[tuple[str, str] | None] = ContextVar("trace", default=None)


def current() -> str | None:
    """Return the trace id of this request (32 hexadecimal digits), if there is one."""
    trace = _trace.get()
    return None if trace is None else trace[0]


def outgoing() -> str:
    """Return the `traceparent` for a call to a peer: the same trace, a new span."""
    trace = _trace.get()
    if trace is None:
        return f"00-{os.urandom(16).hex()}-{os.urandom(8).hex()}-01"
    return f"00-{trace[0]}-{os.urandom(8).hex()}-{trace[1]}"


def parse(header: bytes) -> tuple[str, str] | None:
    """Return trace id and flags of a `traceparent`, or nothing. W3C Trace Context, 3.2."""
    found = TRACEPARENT.fullmatch(header)
    if found is None:
        return None
    version, trace, span, flags, more = found.groups()
    if version == NO_VERSION or trace == NO_TRACE or span == NO_SPAN:
        return None
    if version == b"00" and more is not None:
        return None
    return trace.decode(), "01" if int(flags, 16) & 1 else "00"


class Metrics:
    """The figures of one service, in a registry of its own."""

    def __init__(self, service: str) -> None:
        self.registry = CollectorRegistry()
        self.in_flight = 0
        labels = ("method", "route_template", "status")
        self._requests = Counter(
            "requests_total", "Requests answered", labels, registry=self.registry
        )
        self._seconds = Histogram(
            "request_seconds",
            "Time until the whole answer was sent",
            labels[:2],
            buckets=SECONDS,
            registry=self.registry,
        )
        waiting = Gauge("requests_in_flight", "Requests being answered", registry=self.registry)
        waiting.set_function(lambda: self.in_flight)
        info = Gauge("service_info", "Which service this is", ("name",), registry=self.registry)
        info.labels(service).set(1)
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        key = (method, route, status)
        pair = self._known.get(key)
        if pair is None:
            pair = self._known[key] = (
                self._requests.labels(method, route, str(status)),
                self._seconds.labels(method, route),
            )
        pair[0].inc()
        pair[1].observe(seconds)

    def render(self) -> tuple[bytes, str]:
        """Return the figures in Prometheus's text form, and its media type."""
        latest = prometheus_client.generate_latest(self.registry)
        return latest, prometheus_client.CONTENT_TYPE_LATEST


_metrics: dict[str, Metrics] = {}


def metrics(service: str) -> Metrics:
    """Return the figures of a service of this process."""
    if service not in _metrics:
        _metrics[service] = Metrics(service)
    return _metrics[service]


def render(service: str) -> tuple[bytes, str]:
    """Return a service's figures in Prometheus's text form, and its media type."""
    return metrics(service).render()


class Telemetry:
    """Trace, measure and log each request; pure ASGI, outermost."""

    def __init__(self, app: App, service: str) -> None:
        self.app, self.service = app, service
        self.metrics = metrics(service)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, between its trace and its line."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        trace, flags = _trace_of(scope)
        header = (b"traceparent", f"00-{trace}-{os.urandom(8).hex()}-{flags}".encode())
        status = SERVER_ERROR
        _trace.set((trace, flags))
        logs.begin({"service": self.service, "trace": trace})

        async def traced(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        self.metrics.in_flight += 1
        began = time.perf_counter()
        try:
            await self.app(scope, receive, traced)
        except BaseException:
            # The fields stay: the server that reports the failure does so in this context.
            self._done(scope, SERVER_ERROR, began)
            raise
        self._done(scope, status, began)
        logs.end()
        _trace.set(None)

    def _done(self, scope: Scope, status: int, began: float) -> None:
        seconds = time.perf_counter() - began
        self.metrics.in_flight -= 1
        method = scope["method"] if scope["method"] in METHODS else "OTHER"
        route = template(scope)
        self.metrics.count(method, route, status, seconds)
        logs.access(
            self.service, method=method, route=route, status=status, ms=round(seconds * 1000, 2)
        )


class BodyLimit:
    """Refuse bodies over a length, by what is announced and by what arrives."""

    def __init__(
        self, app: App, max_bytes: int, *, for_path: Callable[[str], int] | None = None
    ) -> None:
        self.app, self.max_bytes, self.for_path = app, max_bytes, for_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request whose body keeps to the limit; answer 413 to any other."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = self.for_path(scope["path"]) if self.for_path else self.max_bytes
        if _announced(scope) > limit:
            await _refuse(send, limit)
            return
        guard = _Guard(receive, send, limit)
        try:
            await self.app(scope, guard.receive, guard.send)
        except Exception:
            # The app's own complaint about the disconnect that we told it of.
            if not guard.refused:
                raise


class Headers:
    """Set protective headers on every answer that doesn't set its own."""

    def __init__(self, app: App, protections: Mapping[str, str] | None = None) -> None:
        self.app = app
        own = {name.lower().encode(): text.encode() for name, text in (protections or {}).items()}
        self.protections = tuple({**dict(PROTECTIONS), **own}.items())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and add what its answer lacks."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def protected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                present = {name.lower() for name, _ in headers}
                headers += [pair for pair in self.protections if pair[0] not in present]
                message["headers"] = headers
            await send(message)

        await self.app(scope, receive, protected)


class _Guard:
    """Count a body while it arrives."""

    def __init__(self, receive: Receive, send: Send, limit: int) -> None:
        self._receive, self._send, self.limit = receive, send, limit
        self.read = 0
        self.started = self.refused = False

    async def receive(self) -> Message:
        """Give the next chunk, or a disconnect once the body is too long."""
        if self.refused:
            return {"type": "http.disconnect"}
        message = await self._receive()
        if message["type"] == "http.request":
            self.read += len(message.get("body", b""))
            if self.read > self.limit:
                # Answered here: frameworks turn an exception raised in a read into a 400.
                self.refused = True
                if not self.started:
                    await _refuse(self._send, self.limit)
                return {"type": "http.disconnect"}
        return message

    async def send(self, message: Message) -> None:
        """Pass the app's answer on unless we have answered."""
        if not self.refused:
            self.started = True
            await self._send(message)


def template(scope: Scope) -> str:
    """Return the route's template, never the path: paths hold identifiers."""
    # FastAPI keeps the prefix of an included router here; the route itself doesn't know it.
    context = scope.get("fastapi", {}).get("effective_route_context")
    path = getattr(context, "path_format", None) or getattr(scope.get("route"), "path_format", "")
    if not path:
        own = getattr(scope.get("endpoint"), "__name__", None)
        return f"({own})" if own else UNMATCHED
    return f"{scope.get('root_path', '')}{path}"


def _trace_of(scope: Scope) -> tuple[str, str]:
    for name, value in scope["headers"]:
        if name == b"traceparent":
            found = parse(value)
            if found is not None:
                return found
    return os.urandom(16).hex(), "01"


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


async def _refuse(send: Send, limit: int) -> None:
    body = json.dumps(
        {
            "type": "/problems/body_too_large",
            "code": "body_too_large",
            "status": 413,
            "title": "提交的内容过大",
            "title_en": "The body is too large",
            "detail": f"最多 {limit} 字节",
            "detail_en": f"At most {limit} bytes",
            "trace": current(),
        },
        ensure_ascii=False,
    ).encode()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
