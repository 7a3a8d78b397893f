"""Watching a life: whatever an actor is about to do, every wrong caller tries first.

The state is then just what the operation needs, so that nothing but who asks can stop it.
"""

import json
import random
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from starlette.routing import Match

from services.gateway.surface import forward
from shared import access, client
from shared.principal import PUBLIC, Principal, Role
from tests.attack import pictures, strangers
from tests.attack.lives.scene import TAG
from tests.attack.strangers import NEAR, Stranger
from tests.suite import SERVICES, Keyed, Suite

# Operations whose wrong relation does not exist: what they touch is the caller's own or everyone's.
EVERYBODYS = {
    "create_offering": "项目由任何人社部门录入",
    "make_binding_code": "任何窗口都可为来人办理",
    "import_register": "名册归导入者",
    "import_register_file": "名册归导入者",
    "import_benefits": "补贴记录归导入者",
    "bind_own_login": "绑定码即凭证",
    "confirm_enrolment": "公开招收的班任何人可以参加",
}
SENT = ("params", "headers", "json", "content", "data")
# What these tell is public; of a rate only what two officers confirmed.
OPEN = {"list_offerings", "get_offering", "list_rates", "list_allowance_rates"}
REFUSED = {401, 403, 404}
TRACE = re.compile(rb'"(trace|instance)":"[^"]*"')


@dataclass(slots=True)
class Step:
    """One request that an actor is about to send."""

    host: str
    operation: str
    method: str
    url: str
    kwargs: dict[str, Any]
    text: str  # url and body as text: what a caller already knows

    def unknown(self, marks: set[str]) -> "Step":
        """Return the request with every identifier of the side replaced by nobody's."""
        text, url = self.text, self.url
        swap = {found: str(uuid4()) for found in set(pictures.UUID_TEXT.findall(text)) & marks}
        kwargs = json.dumps(_plain(self.kwargs), ensure_ascii=False)
        for old, new in swap.items():
            url, kwargs = url.replace(old, new), kwargs.replace(old, new)
        return Step(self.host, self.operation, self.method, url, _lively(kwargs), text)


@dataclass(slots=True)
class Watch:
    """Hears of each request before it is sent; sends it as everybody else."""

    suite: Suite
    chance: random.Random
    share: float = 1.0
    several: int = 99
    callers: Sequence[Stranger] = ()
    secrets: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)
    reached: set[tuple[str, str]] = field(default_factory=set)
    tried: dict[str, int] = field(default_factory=dict)
    before: set[str] = field(default_factory=set)
    public: set[str] = field(default_factory=set)
    seen: set[str] = field(default_factory=set)
    said: dict[str, str] = field(default_factory=dict)
    _plain: Any = None
    _camera: Any = None
    _tried_in: set[tuple[str, str]] = field(default_factory=set)

    async def install(self, callers: Sequence[Stranger]) -> None:
        """Begin: what is stored now belongs to everybody, what comes belongs to the side."""
        self.callers = callers
        self._camera = pictures.Camera(self.suite)
        self._plain = self.suite._client
        self.before = pictures.ids(await self._camera.take())
        self.before |= {one.principal.subject.partition(":")[2] for one in callers}
        self.suite._client = self._client  # type: ignore[method-assign]

    def remove(self) -> None:
        """End."""
        if self._plain is not None:
            self.suite._client = self._plain  # type: ignore[method-assign]

    def _client(self, base: str, headers: dict[str, str]) -> httpx.AsyncClient:
        made = Watched(transport=self.suite.transport, base_url=base, headers=headers, timeout=20)
        made.watch = self
        if made.base_url.host != "gateway":
            made.by = self.principal(made.base_url.host, made.headers)
        return made

    def operation(self, host: str, method: str, path: str) -> tuple[str, str] | None:
        """Return the service and the operation that a request reaches."""
        scope = {"type": "http", "method": method, "path": path, "headers": []}
        for route in access.operations(self.suite.apps[host]):
            if route.matches(dict(scope))[0] is Match.FULL:
                return host, route.name
        inner = path.removeprefix("/v1")
        owner = forward.owner(inner) if host == "gateway" else None
        return self.operation(owner, method, inner) if owner is not None else None

    def principal(self, host: str, headers: Any) -> Principal:
        """Return who a request comes from."""
        token = headers.get("authorization", "").partition(" ")[2]
        if not token:
            return PUBLIC
        found: Principal = self.suite.apps[host].state.service.principal_of(token)
        return found

    def heard(self, where: tuple[str, str], answer: httpx.Response) -> None:
        """Remember the identifiers that everybody may read."""
        row = self.suite.apps[where[0]].state.service.access.rows[where[1]]
        if where[1] in OPEN or Role.PUBLIC in row.roles:
            self.public |= set(pictures.UUID_TEXT.findall(answer.text))

    def remember(self, answer: httpx.Response) -> None:
        """Note the identifiers that an answer of the side tells."""
        self.seen |= set(pictures.UUID_TEXT.findall(answer.text))

    def token(self, host: str, by: Principal) -> str:
        """Return a fresh token for a service."""
        return Suite.service(_Plain(self), host, by).headers["authorization"]  # type: ignore[arg-type]

    async def attack(self, step: Step, by: Principal) -> None:
        """Try a request as everybody who must not, with and without the access table."""
        if self.chance.random() >= self.share:
            return
        before = await self._camera.take()
        marks = pictures.ids(before) - self.before
        row = self.suite.apps[step.host].state.service.access.rows[step.operation]
        for off in (False, True):
            wrong = [one for one in self.callers if self._wrong(one, row, step, by, off=off)]
            if len(wrong) > self.several:
                wrong = self.chance.sample(wrong, self.several)
            with _access_off(self.suite, off=off):
                for one in wrong:
                    await self._try(step, one, marks, before, off=off)
            after = await self._camera.take()
            for line in pictures.touched(before, after, marks):
                how = "row security alone" if off else "normally"
                self.broken.append(f"{step.operation} {how}: changed {line}")
            before = after
        if (
            by.role is not Role.SERVICE
            and step.host != "gateway"
            and not step.url.startswith("/internal")
        ):
            await self._revoked(step, by)

    def _wrong(
        self, one: Stranger, row: access.Row, step: Step, by: Principal, *, off: bool
    ) -> bool:
        role = one.principal.role
        if step.host == "gateway" and role is Role.SERVICE:
            return False
        allowed = role in row.roles and (
            role is not Role.SERVICE or one.principal.purpose in row.purposes
        )
        # What the municipal office does is the work of whoever has the municipal reach.
        near = one.relation in NEAR or bool(set(one.principal.authorities) & set(by.authorities))
        if Role.PUBLIC in row.roles:
            return False
        if allowed:
            return not (near or role is Role.ADMINISTRATOR or step.operation in EVERYBODYS)
        return not (off and near)

    async def _try(
        self, step: Step, one: Stranger, marks: set[str], before: pictures.Picture, *, off: bool
    ) -> None:
        answer = await self._send(step, one.principal)
        how = "row security alone" if off else "normally"
        self.tried[how] = self.tried.get(how, 0) + 1
        self._tried_in.add((step.operation, one.name))
        what = f"{step.operation} as {one.name}, {how}: {answer.status_code}"
        shown = answer.content.decode("utf-8", "replace") + str(answer.headers)
        said = step.text + self.said.get(one.name, "")
        public = step.operation in OPEN
        words = self.secrets if public else {*self.secrets, TAG}
        leaked = {mark for mark in words if mark in shown and mark not in said}
        found = set(pictures.UUID_TEXT.findall(shown)) & marks
        if answer.is_success and step.method != "GET":
            self.said[one.name] = said
        if found and not public:
            own = [str(one.principal.trainee), str(one.principal.organisation)]
            mine = pictures.known(before, {*own, one.principal.subject.partition(":")[2]})
            leaked |= {mark for mark in found - mine if mark not in said}
        if leaked:
            self.broken.append(f"{what} leaks {sorted(leaked)[:4]} in {shown[:160]}")
        if off or answer.status_code in REFUSED or answer.is_success:
            if not off and answer.is_success and one.principal.role not in self._row(step).roles:
                self.broken.append(f"{what}: let in")
            return
        if answer.status_code < 500:
            told = await self._send(step.unknown(marks - self.public), one.principal)
            if same(told, answer):
                return
        self.broken.append(f"{what} is no refusal: {shown[:160]}")

    def _row(self, step: Step) -> access.Row:
        row: access.Row = self.suite.apps[step.host].state.service.access.rows[step.operation]
        return row

    async def _send(self, step: Step, by: Principal) -> httpx.Response:
        if step.host == "gateway":
            caller = self._gateway(by)
        else:
            caller = Suite.service(_Plain(self), step.host, by)  # type: ignore[arg-type]
        return await caller.request(step.method, step.url, **step.kwargs)

    def _gateway(self, by: Principal) -> httpx.AsyncClient:
        caller = None if by is PUBLIC else by
        return Suite.gateway(_Plain(self), caller)  # type: ignore[arg-type]

    async def _revoked(self, step: Step, by: Principal) -> None:
        caller = self._gateway(strangers.revoked(by))
        answer = await caller.request(step.method, f"/v1{step.url}", **step.kwargs)
        self.tried["revoked"] = self.tried.get("revoked", 0) + 1
        if by.role is not Role.PUBLIC and answer.status_code != httpx.codes.UNAUTHORIZED:
            self.broken.append(f"{step.operation} with a revoked token: {answer.status_code}")


class _Plain:
    """The suite as it was before the watch: its clients are not watched."""

    def __init__(self, watch: Watch) -> None:
        self.apps = watch.suite.apps
        self._client = watch._plain


class Watched(Keyed):
    """A client whose requests everybody else sends first."""

    watch: Watch
    by: Principal | None = None

    async def request(self, method: str, url: Any, **kwargs: Any) -> httpx.Response:
        """Let it be tried, send it, and remember that its own cell was reached."""
        watch, host = self.watch, str(self.base_url.host)
        kwargs = {
            name: value for name, value in kwargs.items() if name in SENT and value is not None
        }
        if self.by is not None:  # an inside token lives a minute, the life under attack longer
            self.headers["authorization"] = watch.token(host, self.by)
        built = self.build_request(method, url, **kwargs)
        where = watch.operation(host, method, built.url.path)
        if where is not None:
            await self._tried(where, host, built, kwargs)
        answer = await super().request(method, url, **kwargs)
        if where is not None and answer.is_success:
            watch.reached.add(where)
            watch.heard(where, answer)
        return answer

    async def _tried(
        self, where: tuple[str, str], host: str, built: httpx.Request, kwargs: dict[str, Any]
    ) -> None:
        by = self.watch.principal(host, built.headers)
        url = built.url.raw_path.decode()
        if where[0] != host:
            url = url.removeprefix("/v1")
        kwargs = {name: value for name, value in kwargs.items() if name != "params"}
        text = url + json.dumps(_plain(kwargs), ensure_ascii=False)
        await self.watch.attack(Step(*where, built.method, url, kwargs, text), by)


@contextmanager
def _access_off(suite: Suite, *, off: bool) -> Iterator[None]:
    """Let everybody through the access table, so that row security stands alone."""
    tables = [suite.apps[name].state.service.access for name in SERVICES]
    counted = client.Breaker.fail
    if off:
        for table in tables:
            table.check = lambda _operation, _principal: None
        # Callers whom a handler never expects make it fail: that says nothing of its service.
        client.Breaker.fail = client.Breaker.abandon  # type: ignore[method-assign]
    try:
        yield
    finally:
        client.Breaker.fail = counted  # type: ignore[method-assign]
        if off:
            for table in tables:
                del table.check


def same(one: httpx.Response, other: httpx.Response) -> bool:
    """Say whether two answers are the same but for the numbers of their requests."""
    return one.status_code == other.status_code and _shape(one) == _shape(other)


def _shape(answer: httpx.Response) -> bytes:
    plain = TRACE.sub(b"", answer.content)
    return pictures.UUID_TEXT.sub("", plain.decode("utf-8", "replace")).encode()


def _plain(kwargs: dict[str, Any]) -> dict[str, Any]:
    content = kwargs.get("content")
    if isinstance(content, bytes):
        return kwargs | {"content": content.decode("utf-8", "replace")}
    return kwargs


def _lively(kwargs: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(kwargs)
    if isinstance(found.get("content"), str):
        found["content"] = found["content"].encode()
    return found
