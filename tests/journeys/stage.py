"""Where a journey is lived: callers at the public door, in memory or of real processes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Protocol
from uuid import UUID, uuid4

import httpx

from shared import tokens
from shared.principal import Principal, Role
from tests.suite import Suite

TRY_FOR_S = 90.0
AGAIN = {429, 500, 502, 503, 504}
OFFICE = {Role.OFFICER: "hrss", Role.FINANCE: "finance"}


class NotAnswered(Exception):
    """A request found nobody for too long."""


class Stage(Protocol):
    """What a caller needs of the place where it stands."""

    http: httpx.AsyncClient
    pause_s: float

    def signer(self, name: str) -> tokens.Signer:
        """Return a service's signer."""

    def sending(self, request: "Sent") -> None:
        """Hear of a request before it is sent."""

    async def at(self, instant: datetime) -> None:
        """Move the suite's clock and let every service do what is due."""

    def url(self, service: str) -> str:
        """Return where a service is."""


@dataclass(slots=True)
class Sent:
    """One request of a journey, as often as it takes, and its answer in the end."""

    principal: Principal | None
    method: str
    path: str
    kwargs: dict[str, Any]
    answer: httpx.Response | None = field(default=None)


class Caller:
    """One principal at the public door; sends a request again until it is answered."""

    def __init__(self, stage: Stage, principal: Principal | None) -> None:
        self._stage, self.principal = stage, principal
        self._headers = {}
        if principal is not None:
            token = tokens.mint(
                stage.signer("gateway"),
                audience=["zhipei"],
                typ=tokens.TokenType.OUTSIDE,
                ttl_s=3600,
                claims=principal.claims(),
            )
            self._headers["Authorization"] = f"Bearer {token}"

    async def get(self, path: str, **params: str) -> Any:
        """Read JSON."""
        return (await self._send("GET", path, params=params)).json()

    async def text(self, path: str, **params: str) -> str:
        """Read a file."""
        return (await self._send("GET", path, params=params)).content.decode("utf-8-sig")

    async def put(self, path: str, body: Any) -> Any:
        """Set something."""
        return _json(await self._send("PUT", path, json=body))

    async def post(self, path: str, body: Any = None, *, content: bytes | None = None) -> Any:
        """Send JSON or a file under one key, however often it takes."""
        kwargs: dict[str, Any] = {"content": content} if content is not None else {"json": body}
        if content is None and body is None:
            kwargs = {}
        kwargs["headers"] = {"Idempotency-Key": f"journey-{uuid4()}"}
        return _json(await self._send("POST", path, **kwargs))

    async def ask(self, path: str, body: Any = None) -> httpx.Response:
        """Send JSON that may as well be refused, however often it takes; return the answer."""
        kwargs: dict[str, Any] = {} if body is None else {"json": body}
        kwargs["headers"] = {"Idempotency-Key": f"journey-{uuid4()}"}
        return await self._send("POST", path, refusable=True, **kwargs)

    async def _send(
        self, method: str, path: str, *, refusable: bool = False, **kwargs: Any
    ) -> httpx.Response:
        kwargs["headers"] = {**self._headers, **kwargs.pop("headers", {})}
        sent = Sent(self.principal, method, path, kwargs)
        self._stage.sending(sent)
        what = f"{method} {path}"
        sent.answer = await again(
            self._stage, what, lambda: self._once(method, path, kwargs), refusable=refusable
        )
        return sent.answer

    async def _once(self, method: str, path: str, kwargs: dict[str, Any]) -> httpx.Response:
        return await self._stage.http.request(method, f"/v1{path}", **kwargs)


async def again(
    stage: Stage, what: str, send: Callable[[], Any], *, refusable: bool = False
) -> httpx.Response:
    """Send until somebody answers for good."""
    deadline = monotonic() + TRY_FOR_S
    while monotonic() < deadline:
        try:
            answer: httpx.Response = await send()
        except httpx.TransportError:
            await asyncio.sleep(stage.pause_s / 2)
            continue
        if answer.status_code in AGAIN or b"request_in_progress" in answer.content:
            await asyncio.sleep(stage.pause_s)
            continue
        assert refusable or answer.is_success, f"{what} → {answer.status_code} {answer.text}"
        return answer
    raise NotAnswered(what)


def _json(answer: httpx.Response) -> Any:
    return answer.json() if answer.content else None


def official(stage: Stage, *authorities: str, role: Role = Role.OFFICER) -> Caller:
    """Return an officer, each time another person."""
    office = f"{authorities[0]}/{OFFICE[role]}"
    subject = f"officer:{uuid4()}"
    return Caller(stage, Principal(subject, role, authorities=authorities, office=office))


def of_organisation(stage: Stage, key: str) -> Caller:
    """Return a client of an organisation."""
    who = Principal(f"client:{uuid4()}", Role.ORGANISATION, organisation=UUID(key))
    return Caller(stage, who)


async def bound(stage: Stage, code: str) -> Caller:
    """Redeem a counter's code as the gateway does, and return the person."""
    login = uuid4()
    who = Principal("service:gateway", Role.SERVICE, purpose="binding")

    async def send() -> httpx.Response:
        token = tokens.mint(
            stage.signer("gateway"),
            audience=["registry"],
            typ=tokens.TokenType.SERVICE,
            ttl_s=60,
            claims=who.claims(),
        )
        return await stage.http.post(
            f"{stage.url('registry')}/internal/bindings",
            json={"code": code, "login_id": str(login)},
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": f"binding-{login}"},
        )

    stage.sending(Sent(who, "POST", "/internal/bindings", {}))
    key = (await again(stage, "binding", send)).json()["trainee_id"]
    return Caller(stage, Principal(f"trainee:{key}", Role.TRAINEE, trainee=UUID(key), login=login))


class MemoryStage:
    """The suite in memory as a stage: fast, one loop, every request heard."""

    pause_s = 0.02

    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        self.http = httpx.AsyncClient(
            transport=suite.transport, base_url="http://gateway", timeout=20
        )
        self.sent: list[Sent] = []
        self.moved: list[datetime] = []
        self.step = self.settling_failed = 0

    def signer(self, name: str) -> tokens.Signer:
        """Return a service's signer."""
        found: tokens.Signer = self.suite.apps[name].state.service.signer
        return found

    def sending(self, request: Sent) -> None:
        """Keep the request: it is the next step."""
        self.step += 1
        self.sent.append(request)

    def url(self, service: str) -> str:
        """Return where a service is."""
        return f"http://{service}"

    async def at(self, instant: datetime) -> None:
        """Move the clock and do what is due, again where a fault broke it off."""
        self.suite.clock.at = instant.astimezone(UTC)
        self.moved.append(instant)
        self.step += 1
        deadline = monotonic() + TRY_FOR_S
        while monotonic() < deadline:
            try:
                await self.suite.settle()
            except Exception:  # noqa: BLE001 - as a job's loop: it goes on at its next turn
                self.settling_failed += 1
                await asyncio.sleep(self.pause_s)
                continue
            return
        raise NotAnswered("settle")
