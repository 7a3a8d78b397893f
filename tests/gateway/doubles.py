"""What stands in for others at the gateway's edge, and an accelerated way through the log-ins."""

import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote
from uuid import UUID, uuid4

import httpx
import pyotp
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.gateway.access import parts
from services.gateway.access.parts import Parts
from services.gateway.access.passwords import Passwords
from shared.clock import Clock
from shared.principal import Principal, Role
from tests.suite import Suite

PASSWORD = "grapes of Turpan 2020"
Answer = Callable[[Request], Awaitable[Response]]


class Shifted(Clock):
    """Machine time that a test moves on."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        """Return the machine's instant and what was added."""
        return datetime.now(UTC) + self.ahead


@dataclass
class Seen:
    """One request as a stand-in saw it."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes


@dataclass
class StandIn:
    """An app that answers what a test says and remembers what it was asked."""

    answer: Answer
    seen: list[Seen] = field(default_factory=list)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        body = await request.body()
        headers = {name.lower(): value for name, value in request.headers.items()}
        path = scope["raw_path"].decode()
        self.seen.append(Seen(request.method, path, request.url.query, headers, body))
        await (await self.answer(request))(scope, receive, send)


@contextmanager
def standing_in(suite: Suite, name: str, app: Any) -> Iterator[None]:
    """Put an app (or nothing at all) in the place of a host."""
    before = suite.transport.apps.pop(name, None)
    if app is not None:
        suite.transport.apps[name] = app
    try:
        yield
    finally:
        suite.transport.apps.pop(name, None)
        if before is not None:
            suite.transport.apps[name] = before
        for lanes in of(suite).peers.lanes.values():
            lanes.quick.breaker.succeed()
            lanes.patient.breaker.succeed()


def of(suite: Suite) -> Parts:
    """Return the gateway's access parts."""
    return parts.of(suite.apps["gateway"].state.service)


@contextmanager
def cheap(suite: Suite) -> Iterator[Parts]:
    """Give the gateway a quick hasher, a clock to move on and no memory of earlier tests."""
    access = of(suite)
    before = access.passwords, access.machine, access.revocations.refresh_s
    access.passwords = Passwords(memory_kib=8, rounds=1, lanes=1, at_once=2)
    access.machine, access.revocations.refresh_s = Shifted(), 0.0
    try:
        yield access
    finally:
        access.passwords, access.machine, access.revocations.refresh_s = before


def administrator() -> Principal:
    """Return an administrator."""
    return Principal(f"officer:{uuid4()}", Role.ADMINISTRATOR, office="650400/hrss")


def bearer(suite: Suite, token: str) -> httpx.AsyncClient:
    """Return a client of the gateway with a token that it gave."""
    client = suite.gateway()
    client.headers["Authorization"] = f"Bearer {token}"
    return client


OFFICER = {
    "login": "gulnar",
    "name": "古丽娜尔",
    "role": "officer",
    "authorities": ["650402"],
    "office": "650402/hrss",
}


@dataclass
class Enrolled:
    """An officer who has activated the account but not come in yet."""

    id: UUID
    login: str
    factor: pyotp.TOTP

    def proof(self, at: datetime, **other: str) -> dict[str, str]:
        """Return what the log-in wants at an instant."""
        code = self.factor.at(at)
        return {"login": self.login, "password": PASSWORD, "totp": code, **other}


async def enrol(suite: Suite, **other: Any) -> Enrolled:
    """Invite an officer and activate the account."""
    body = {**OFFICER, **other}
    invited = await suite.gateway(administrator()).post("/v1/officers", json=body)
    assert invited.status_code == 201, invited.text
    code = invited.json()["activation_code"]
    activated = await suite.gateway().post(
        "/v1/officers/activation",
        json={"login": body["login"], "code": code, "password": PASSWORD},
    )
    assert activated.status_code == 200, activated.text
    factor = pyotp.parse_uri(activated.json()["totp_uri"])
    assert isinstance(factor, pyotp.TOTP)
    return Enrolled(UUID(invited.json()["id"]), body["login"], factor)


@dataclass
class Wechat:
    """WeChat's server as it answers: 200 always, JSON as text/plain, codes good once."""

    people: dict[str, str] = field(default_factory=dict)
    errcode: int = 0
    asked: list[dict[str, str]] = field(default_factory=list)

    def code_of(self, openid: str) -> str:
        """Return what `wx.login` would give."""
        code = uuid4().hex
        self.people[code] = openid
        return code

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer code2session."""
        assert scope["path"] == "/sns/jscode2session"
        query = dict(parse_qsl(scope["query_string"].decode()))
        self.asked.append(query)
        openid = self.people.pop(query["js_code"], None)
        if self.errcode:
            body: dict[str, Any] = {"errcode": self.errcode, "errmsg": "error, rid: 6a-7b"}
        elif openid is None:
            body = {"errcode": 40029, "errmsg": "invalid code, rid: 6a-7b"}
        else:
            body = {"session_key": "c2VjcmV0IQ==", "openid": openid}
        response = Response(json.dumps(body), media_type="text/plain")
        await response(scope, receive, send)


@dataclass
class Registry:
    """The registry's redemption of binding codes: a code belongs to the log-in that came first."""

    codes: dict[str, UUID] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer POST /internal/bindings."""
        request = Request(scope, receive)
        assert (request.method, scope["path"]) == ("POST", "/internal/bindings")
        assert request.headers["idempotency-key"]
        body = await request.json()
        code, login = body["code"], body["login_id"]
        holder = self.taken.setdefault(code, login) if code in self.codes else None
        if holder == login:
            response: Response = JSONResponse({"trainee_id": str(self.codes[code])})
        else:
            problem = {"code": "not_found", "status": 404, "title": "没有找到"}
            response = JSONResponse(problem, 404, media_type="application/problem+json")
        await response(scope, receive, send)


async def raw_get(suite: Suite, path: bytes, authorization: str) -> tuple[int, bytes]:
    """Ask for a path exactly as it is written: clients tidy paths up before they send them."""
    sent: list[dict[str, Any]] = []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": unquote(path.decode("ascii")),
        "raw_path": path,
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"gateway"), (b"authorization", authorization.encode())],
        "client": ("127.0.0.1", 1),
        "server": ("gateway", 80),
        "state": {},
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await suite.apps["gateway"](scope, receive, send)
    return sent[0]["status"], b"".join(m.get("body", b"") for m in sent[1:])
