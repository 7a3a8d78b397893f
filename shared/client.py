"""Calls to peer services: bounded, timed, traced, and told apart by what they mean."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping
from enum import StrEnum
from typing import Any, ClassVar

import httpx
import pydantic_core
import structlog

from shared import telemetry
from shared.problems import Problem

CONCURRENT = 8  # httpx itself slows down beyond this many at once
WAITING_MAX = 64
CONNECT_S = 1.0
READ_S = 5.0
DEADLINE_S = 8.0  # for one call with its retry, however slowly the answer drips
KEEP_ALIVE_S = 4.0  # below the servers' own 5 s, so that they never hang up on a request
BREAKER_FAILURES = 5
BREAKER_OPEN_S = 0.5  # a restarted peer is found within 2 s, with room for its start
LIMITS = httpx.Limits(
    max_connections=CONCURRENT,
    max_keepalive_connections=CONCURRENT,
    keepalive_expiry=KEEP_ALIVE_S,
)
TIMEOUT = httpx.Timeout(READ_S, connect=CONNECT_S).as_dict()
NOT_FOUND = 404
OVERLOADED = (502, 503, 504)
PROBLEM_JSON = "application/problem+json"
FORWARDED_HEADERS = ("retry-after", "ratelimit", "ratelimit-policy", "www-authenticate")

Params = Mapping[str, str | int | bool | None]
log = structlog.get_logger()


class PeerUnavailable(Problem):
    """A peer service did not answer, or could not."""

    status: ClassVar[int] = 503
    code: ClassVar[str] = "peer_unavailable"
    title_zh: ClassVar[str] = "系统繁忙，请稍后再试"
    title_en: ClassVar[str] = "A part of the system is not available; please try again"

    def __init__(self, service: str) -> None:
        super().__init__(headers={"Retry-After": "1"})
        self.service = service


class PeerMistake(PeerUnavailable):
    """A peer answered something that it never promised: a bug, here or there, and no answer."""

    def __init__(self, service: str, what: str) -> None:
        super().__init__(service)
        log.error("peer_mistake", peer=service, what=what)


class Answer(dict[str, Any]):
    """An object that a peer answered; what it was to hold and does not is the peer's mistake."""

    def __init__(self, service: str, found: Mapping[str, Any]) -> None:
        super().__init__(found)
        self._service = service

    def __missing__(self, name: str) -> Any:
        raise PeerMistake(self._service, f"no {name}")


class PeerProblem(Exception):
    """A peer refused with a problem of its own: for the caller to translate or pass on."""

    def __init__(self, service: str, response: httpx.Response, document: Mapping[str, Any]) -> None:
        code = str(document.get("code", ""))
        super().__init__(f"{service} answered {response.status_code} {code}")
        self.service, self.status, self.code = service, response.status_code, code
        self.document: dict[str, Any] = dict(document)
        self.body: bytes = response.content
        self.headers = {
            name: response.headers[name] for name in FORWARDED_HEADERS if name in response.headers
        }


class PeerNotFound(PeerProblem):
    """The peer knows nothing of it, or says so."""


class State(StrEnum):
    """Whether a breaker lets calls through."""

    CLOSED = "closed"
    OPEN = "open"
    PROBING = "probing"


class Breaker:
    """Stop calling a peer that failed five times in a row; try one call after half a second."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._failures = 0
        self._opened_at = 0.0
        self.state = State.CLOSED

    def admit(self) -> bool:
        """Say whether a call may go out now; an open breaker admits one probe when due."""
        if self.state is State.OPEN and self._monotonic() - self._opened_at >= BREAKER_OPEN_S:
            self.state = State.PROBING
            return True
        return self.state is State.CLOSED

    def succeed(self) -> None:
        """Close: the peer answers."""
        self._failures = 0
        self.state = State.CLOSED

    def fail(self) -> None:
        """Count a failure; open on the fifth in a row, or at once on a failed probe."""
        self._failures += 1
        if self.state is State.PROBING or self._failures >= BREAKER_FAILURES:
            self.state = State.OPEN
            self._opened_at = self._monotonic()

    def abandon(self) -> None:
        """Forget a probe that its caller gave up: it proved nothing, the next may try."""
        if self.state is State.PROBING:
            self.state = State.OPEN


class PeerClient:
    """The calls of one service to one peer."""

    def __init__(
        self,
        base_url: str,
        *,
        service: str,
        transport: httpx.AsyncBaseTransport | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.service = service
        self.breaker = Breaker(monotonic)
        self._slots = asyncio.Semaphore(CONCURRENT)
        self._waiting = 0
        self._base = base_url.rstrip("/")
        # The transport alone, not httpx.AsyncClient: no cookie jar shared between callers, no
        # redirects, no proxies from the environment, and about a seventh more calls a second.
        self._transport = transport or httpx.AsyncHTTPTransport(limits=LIMITS, trust_env=False)

    async def get_json(
        self,
        path: str,
        *,
        token: str,
        params: Params | None = None,
        optional: bool = False,
        kind: type = dict,
    ) -> Any:
        """Return the JSON at a path, of the kind agreed; None for a 404 where `optional`.

        Tried a second time when the peer does not answer. Raises PeerUnavailable (PeerMistake for
        another kind, and where an agreed name is looked up in vain), PeerNotFound, PeerProblem.
        """
        headers = _headers(token)
        given = {name: value for name, value in (params or {}).items() if value is not None}
        request = self._request("GET", path, params=given or None, headers=headers)
        response = await self._call(request, attempts=2)
        if optional and response.status_code == NOT_FOUND:
            return None
        found = self._meaning(response)
        if not isinstance(found, kind):
            raise PeerMistake(self.service, f"not a {kind.__name__}")
        return found

    async def post_json(self, path: str, *, token: str, body: Any, key: str | None = None) -> Any:
        """Send a body (bytes are taken as ready JSON) and return the JSON answered, or None.

        Tried a second time only with an idempotency key. Raises as get_json does.
        """
        headers = _headers(token)
        headers["content-type"] = "application/json"
        if key is not None:
            headers["idempotency-key"] = key
        content = body if isinstance(body, bytes) else pydantic_core.to_json(body)
        request = self._request("POST", path, content=content, headers=headers)
        return self._meaning(await self._call(request, attempts=1 if key is None else 2))

    @contextlib.asynccontextmanager
    async def stream(
        self,
        method: str,
        path: str,
        *,
        token: str | None,
        query: bytes = b"",
        headers: Mapping[str, str] | None = None,
        content: AsyncIterator[bytes] | bytes | None = None,
    ) -> AsyncIterator[httpx.Response]:
        """Open an answer to be read with `aiter_raw()`; bodies stream both ways, never retried.

        Any status below 500 is the caller's to pass on. Raises PeerUnavailable, also while the
        answer is read.
        """
        sent = {**(headers or {}), "traceparent": telemetry.outgoing()}
        if token is not None:
            sent["authorization"] = f"Bearer {token}"
        request = self._request(method, path, query=query, headers=sent, content=content)
        async with self._slot():
            response: httpx.Response | None = None
            try:
                response = await self._judged(request, stream=True)
                yield response
            except httpx.TransportError as error:
                raise PeerUnavailable(self.service) from error
            finally:
                if response is not None:
                    await response.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    def _request(
        self, method: str, path: str, *, query: bytes = b"", **given: Any
    ) -> httpx.Request:
        url = httpx.URL(self._base + path)
        if query:
            url = url.copy_with(query=query)
        return httpx.Request(method, url, extensions={"timeout": TIMEOUT}, **given)

    async def _call(self, request: httpx.Request, *, attempts: int) -> httpx.Response:
        try:
            async with asyncio.timeout(DEADLINE_S), self._slot():
                while True:
                    attempts -= 1
                    try:
                        return await self._judged(request)
                    except httpx.TransportError as error:
                        if attempts == 0 or self.breaker.state is not State.CLOSED:
                            raise PeerUnavailable(self.service) from error
        except TimeoutError as error:
            self.breaker.fail()
            raise PeerUnavailable(self.service) from error

    @contextlib.asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        """Wait for one of the few places; refuse at once when too many wait already."""
        if self._waiting >= WAITING_MAX:
            raise PeerUnavailable(self.service)
        self._waiting += 1
        try:
            async with asyncio.timeout(CONNECT_S):
                await self._slots.acquire()
        except TimeoutError as error:
            raise PeerUnavailable(self.service) from error
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._slots.release()

    async def _judged(self, request: httpx.Request, *, stream: bool = False) -> httpx.Response:
        """Send once, and let the breaker know."""
        if not self.breaker.admit():
            raise PeerUnavailable(self.service)
        try:
            response = await self._transport.handle_async_request(request)
            if not stream:
                await _read(response)
        except httpx.TransportError:
            self.breaker.fail()
            raise
        except BaseException:
            self.breaker.abandon()
            raise
        # A 500 is a bug of one operation: it must not let one caller cut off all the others.
        if response.status_code in OVERLOADED:
            self.breaker.fail()
        else:
            self.breaker.succeed()
        if response.is_server_error:
            await response.aclose()
            raise PeerUnavailable(self.service)
        return response

    def _meaning(self, response: httpx.Response) -> Any:
        if response.is_success:
            return self._json(response) if response.content else None
        if response.headers.get("content-type", "").partition(";")[0] == PROBLEM_JSON:
            document = self._json(response)
            kind = PeerNotFound if response.status_code == NOT_FOUND else PeerProblem
            if isinstance(document, dict):
                raise kind(self.service, response, document)
        raise PeerMistake(self.service, f"{response.status_code} without a problem")

    def _json(self, response: httpx.Response) -> Any:
        try:
            found = pydantic_core.from_json(response.content)
        except ValueError:
            raise PeerMistake(self.service, "not JSON") from None
        return Answer(self.service, found) if isinstance(found, dict) else found


async def _read(response: httpx.Response) -> None:
    try:
        await response.aread()
    except BaseException:
        await response.aclose()
        raise


def _headers(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}", "traceparent": telemetry.outgoing()}
