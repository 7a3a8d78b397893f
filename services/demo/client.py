"""A caller of the public API, as a county's or an institution's own system would write one.

Many requests at a time, never more than `PARALLEL`; every POST has an idempotency key, and now and
then one is sent a second time, to see that nothing happens twice.
"""

import asyncio
import hashlib
import itertools
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

PARALLEL = 10
TRIES_MAX = 12
PAUSE_S = 0.2
PATIENCE_S = 60.0
REPEAT_EVERY = 23
PAGE = 200
ID_LENGTH = 36
REPLAYED = "idempotency-replayed"
# What a messy roster holds in columns that no system may read: it must come back nowhere.
FORBIDDEN = "勿存".encode()

Json = Any


class Refused(Exception):
    """A request that should have been carried out was not."""


@dataclass(slots=True)
class Account:
    """Somebody who calls: a name for messages, a token, and what the story knows of them."""

    name: str
    token: str = ""
    id: str = ""
    office: str = ""
    authorities: tuple[str, ...] = ()


PUBLIC = Account("公众")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def data(self) -> Json:
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of a problem, empty for anything else."""
        kind = self.headers.get("content-type", "")
        return str(self.data.get("code", "")) if "problem+json" in kind else ""


@dataclass(slots=True)
class Watch:
    """What the caller noticed on the way."""

    calls: Counter[str] = field(default_factory=Counter)
    waited: dict[str, float] = field(default_factory=dict)  # seconds
    repeated: int = 0
    repeated_otherwise: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    retries: int = 0


class Api:
    """The public API at one address."""

    def __init__(self, url: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self.root = f"{url}/"
        limits = httpx.Limits(max_connections=PARALLEL, max_keepalive_connections=PARALLEL)
        self._http = httpx.AsyncClient(
            base_url=f"{url}/v1",
            limits=limits,
            timeout=PATIENCE_S,
            transport=transport,
            trust_env=False,
        )
        self._slots = asyncio.Semaphore(PARALLEL)
        self._keys = itertools.count(1)
        self.watch = Watch()

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def get(self, by: Account, path: str, **params: str | int) -> Json:
        """Read JSON."""
        return self.good(await self.ask(by, "GET", path, params=params), by, "GET", path).data

    async def raw(self, by: Account, path: str, **params: str | int) -> Answer:
        """Read whatever is there."""
        return self.good(await self.ask(by, "GET", path, params=params), by, "GET", path)

    async def post(self, by: Account, path: str, body: Json = None) -> Json:
        """Send JSON and return what came of it."""
        answer = self.good(await self.ask(by, "POST", path, body=body), by, "POST", path)
        return answer.data if answer.body else None

    async def put(self, by: Account, path: str, body: Json) -> Json:
        """Set something and return what it is now."""
        answer = self.good(await self.ask(by, "PUT", path, body=body), by, "PUT", path)
        return answer.data if answer.body else None

    async def pages(self, by: Account, path: str, **params: str | int) -> AsyncIterator[Json]:
        """Read a list to its end, page by page."""
        given = dict(params)
        while True:
            page = await self.get(by, path, limit=PAGE, **given)
            for item in page["items"]:
                yield item
            if not page.get("next"):
                return
            given["after"] = page["next"]

    async def all(self, by: Account, path: str, **params: str | int) -> list[Json]:
        """Read a list whole."""
        return [item async for item in self.pages(by, path, **params)]

    async def ask(
        self,
        by: Account,
        method: str,
        path: str,
        *,
        body: Json = None,
        params: Mapping[str, str | int] | None = None,
        content: bytes | None = None,
        media_type: str | None = None,
        form: Mapping[str, str] | None = None,
        key: str | None = None,
    ) -> Answer:
        """Send one request, waiting and repeating it where the answer says so."""
        headers = {"Authorization": f"Bearer {by.token}"} if by.token else {}
        number = next(self._keys)
        if method == "POST":
            headers["Idempotency-Key"] = key or f"demo-{number:08}"
        if body is not None:
            content = json.dumps(body, ensure_ascii=False).encode()
            media_type = "application/json"
        if media_type:
            headers["Content-Type"] = media_type
        request = self._http.build_request(
            method,
            path,
            params=dict(params) if params else None,
            content=content,
            data=dict(form) if form else None,
            headers=headers,
        )
        answer = await self._patiently(request, path)
        keyed = method == "POST" and by.token and not form
        if keyed and number % REPEAT_EVERY == 0 and answer.status in {200, 201}:
            await self._again(request, path, answer)
        return answer

    async def _patiently(self, request: httpx.Request, path: str) -> Answer:
        """Send until there is an answer; a key makes it safe to send what may have arrived."""
        noun = _noun(request.method, path)
        for attempt in itertools.count(1):
            try:
                answer = await self._once(request, noun)
            except httpx.TransportError:
                if attempt == TRIES_MAX:
                    raise
                pause = PAUSE_S * attempt
            else:
                if attempt == TRIES_MAX or not _passing(answer):
                    return answer
                pause = float(answer.headers.get("retry-after") or PAUSE_S * attempt)
            self.watch.retries += 1
            await asyncio.sleep(pause)
        raise AssertionError

    async def _once(self, request: httpx.Request, noun: str) -> Answer:
        async with self._slots:
            began = time.monotonic()
            got = await self._http.send(request)
        self.watch.calls[noun] += 1
        took = time.monotonic() - began
        self.watch.waited[noun] = self.watch.waited.get(noun, 0.0) + took
        if FORBIDDEN in got.content:
            self.watch.leaks.append(noun)
        return Answer(got.status_code, got.content, got.headers)

    async def _again(self, request: httpx.Request, path: str, first: Answer) -> None:
        """Send the same request with the same key: the same answer, and nothing else happens."""
        second = await self._patiently(request, path)
        if REPLAYED not in second.headers:
            return  # a POST that creates and moves nothing keeps no answer
        self.watch.repeated += 1
        if (second.status, second.body) != (first.status, first.body):
            self.watch.repeated_otherwise.append(f"{request.method} {path}")

    @staticmethod
    def good(answer: Answer, by: Account, method: str, path: str) -> Answer:
        """Return an answer that is no problem. Raises Refused."""
        if answer.status >= httpx.codes.BAD_REQUEST:
            said = answer.body.decode("utf-8", errors="replace")[:1500]
            raise Refused(f"{by.name}: {method} {path} → {answer.status} {said}")
        return answer


def _passing(answer: Answer) -> bool:
    """Say whether the same request may do better shortly: busy, or something is restarting."""
    return answer.status == 429 or answer.status >= 500 or answer.code == "request_in_progress"


def _noun(method: str, path: str) -> str:
    """Say which operation a path is of, without identifiers."""
    words = [part for part in path.split("/") if len(part) < ID_LENGTH]
    return f"{method} {'/'.join(words)}"


def ranked(seed: str, keys: Sequence[str]) -> list[str]:
    """Put the lines of a draw in the order of their hashes with its seed, as anybody can."""
    salt = bytes.fromhex(seed)
    return sorted(keys, key=lambda key: hashlib.sha256(salt + UUID(key).bytes).digest())


async def together(*work: Awaitable[Json]) -> list[Json]:
    """Do things at the same time; the first failure ends the rest."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_task(one)) for one in work]
    return [task.result() for task in tasks]


async def _task(work: Awaitable[Json]) -> Json:
    return await work
