"""A real suite of processes for a journey, and callers who try again until they are answered."""

import asyncio
import itertools
import os
import random
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

import httpx

from shared import children, launcher, tokens
from shared.clock import SuiteClock
from shared.principal import Principal, Role

TRY_FOR_S = 90.0
AGAIN = {429, 502, 503, 504}
VICTIMS = ("institutions", "registry", "registry", "gateway", "postgres")


class NotAnswered(Exception):
    """A request found nobody for too long."""


class Caller:
    """One principal at the public door; sends a request again until it is answered."""

    def __init__(self, suite: "RealSuite", principal: Principal | None) -> None:
        self._suite = suite
        self._headers = {}
        if principal is not None:
            token = tokens.mint(
                suite.signer("gateway"),
                audience=["zhipei"],
                typ=tokens.TokenType.OUTSIDE,
                ttl_s=3600,
                claims=principal.claims(),
            )
            self._headers["Authorization"] = f"Bearer {token}"

    async def get(self, path: str, **params: str) -> Any:
        """Read JSON."""
        return await self._send("GET", path, params=params)

    async def post(self, path: str, body: Any = None, *, content: bytes | None = None) -> Any:
        """Send JSON or a file under one key, however often it takes."""
        kwargs: dict[str, Any] = {"content": content} if content is not None else {"json": body}
        kwargs["headers"] = {"Idempotency-Key": f"journey-{uuid4()}"}
        return await self._send("POST", path, **kwargs)

    async def _send(self, method: str, path: str, **kwargs: Any) -> Any:
        kwargs["headers"] = {**self._headers, **kwargs.pop("headers", {})}
        deadline = monotonic() + TRY_FOR_S
        self._suite.sending()
        while monotonic() < deadline:
            try:
                answer = await self._suite.http.request(method, f"/v1{path}", **kwargs)
            except httpx.TransportError:
                await asyncio.sleep(0.1)
                continue
            busy = answer.status_code in AGAIN or "request_in_progress" in answer.text
            if busy or answer.status_code == httpx.codes.INTERNAL_SERVER_ERROR:
                await asyncio.sleep(0.2)
                continue
            assert answer.is_success, f"{method} {path} → {answer.status_code} {answer.text}"
            return answer.json() if answer.content else None
        raise NotAnswered(f"{method} {path}")


class RealSuite:
    """A launched suite with its door."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.launcher = launcher.Launcher(
            data, port=children.free_ports(1)[0], sandbox=True, fsync=False
        )
        self.clock = SuiteClock(data / "clock")
        self.http = httpx.AsyncClient(timeout=20)
        self.killed: list[str] = []
        self._sent = self._every = 0

    def signer(self, name: str) -> tokens.Signer:
        """Return a service's signer."""
        return tokens.Signer.load(self.data / "keys" / f"{name}.jwk")

    def by(self, principal: Principal | None = None) -> Caller:
        """Return a caller."""
        return Caller(self, principal)

    def officer(self, *authorities: str) -> Caller:
        """Return an officer, each time another person."""
        office = f"{authorities[0]}/hrss"
        subject = f"officer:{uuid4()}"
        return self.by(Principal(subject, Role.OFFICER, authorities=authorities, office=office))

    async def at(self, instant: datetime) -> None:
        """Move the suite's clock and let every service do what is due."""
        body = {"now": instant.isoformat()}
        await self.officer("650400", "650402").post("/sandbox/clock", body)

    async def bound(self, code: str) -> Caller:
        """Redeem a counter's code as the gateway does, and return the person."""
        login = uuid4()
        token = tokens.mint(
            self.signer("gateway"),
            audience=["registry"],
            typ=tokens.TokenType.SERVICE,
            ttl_s=60,
            claims=Principal("service:gateway", Role.SERVICE, purpose="binding").claims(),
        )
        deadline = monotonic() + TRY_FOR_S
        while monotonic() < deadline:
            url = self.launcher.children["registry"].url
            try:
                answer = await self.http.post(
                    f"{url}/internal/bindings",
                    json={"code": code, "login_id": str(login)},
                    headers={
                        "Authorization": f"Bearer {token}",
                        "Idempotency-Key": f"binding-{login}",
                    },
                )
            except httpx.TransportError:
                await asyncio.sleep(0.1)
                continue
            if answer.is_success:
                trainee = answer.json()["trainee_id"]
                return self.by(
                    Principal(
                        f"trainee:{trainee}", Role.TRAINEE, trainee=UUID(trainee), login=login
                    )
                )
            await asyncio.sleep(0.2)
        raise NotAnswered("binding")

    @asynccontextmanager
    async def looked_after(self) -> AsyncIterator[None]:
        """Let the launcher restart what dies, meanwhile."""
        self.http = httpx.AsyncClient(base_url=self.launcher.url, timeout=20, trust_env=False)

        async def poll() -> None:
            while True:
                self.launcher.poll()
                await asyncio.sleep(0.05)

        task = asyncio.create_task(poll())
        try:
            yield
        finally:
            task.cancel()
            await self.http.aclose()

    @contextmanager
    def killing(self, seed: int, *, every: int) -> Iterator[None]:
        """Kill -9 a process in the middle of every n-th request, PostgreSQL among them."""
        chance = random.Random(seed)
        self._kill_in = lambda: chance.uniform(0.0, 0.03)
        self._victims = itertools.cycle(chance.sample(VICTIMS, len(VICTIMS)))
        self._every = every
        try:
            yield
        finally:
            self._every = 0

    def sending(self) -> None:
        """Count a request; where its turn has come, kill a process while it is on its way."""
        self._sent += 1
        if self._every and self._sent % self._every == 0:
            name = next(self._victims)
            asyncio.get_running_loop().call_later(self._kill_in(), self._kill, name)

    def _kill(self, name: str) -> None:
        if (pid := self._pid(name)) is not None:
            os.kill(pid, signal.SIGKILL)
            self.killed.append(name)

    def _pid(self, name: str) -> int | None:
        if name == "postgres":
            cluster = self.launcher.cluster
            return cluster.pid if cluster is not None and cluster.running() else None
        child = self.launcher.children[name]
        return child.process.pid if child.process and not child.ended() else None


@contextmanager
def running(data: Path) -> Iterator[RealSuite]:
    """Start a suite and stop it with the block; call from the main thread."""
    suite = RealSuite(data)
    suite.launcher.start()
    try:
        yield suite
    finally:
        suite.launcher.stop()
