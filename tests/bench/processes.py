"""The suite as processes on loopback, with a PostgreSQL that fsyncs, and a bare ASGI server."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from shared import children, launcher, postgres, tokens
from shared.principal import Principal, Role

ROOT = Path(__file__).parents[2]
READY_S = 20.0


class Processes:
    """A launched suite: its addresses, and tokens for whoever a row needs."""

    def __init__(self, folder: Path) -> None:
        self.launcher = launcher.Launcher(folder, port=children.free_ports(1)[0], sandbox=True)
        self._keys = folder / "keys"

    @property
    def url(self) -> str:
        """The public door."""
        return self.launcher.url

    def at(self, service: str) -> str:
        """Return the address of a service."""
        return self.launcher.children[service].url

    def dsn(self, service: str) -> str:
        """Return the superuser's address of a service's database."""
        cluster = self.launcher.cluster
        assert cluster is not None
        return cluster.superuser_dsn(f"{postgres.PREFIX}{service}")

    def outside(self, principal: Principal) -> dict[str, str]:
        """Return the header that a principal's own requests carry."""
        return self._header(principal, tokens.TokenType.OUTSIDE, ["zhipei"], 3600)

    def inside(self, principal: Principal) -> dict[str, str]:
        """Return the header that the gateway would send on; good for a minute."""
        return self._header(principal, tokens.TokenType.INSIDE, list(postgres.SERVICES), 60)

    def _header(
        self, principal: Principal, typ: tokens.TokenType, audience: list[str], ttl_s: int
    ) -> dict[str, str]:
        signer = tokens.Signer.load(self._keys / "gateway.jwk")
        claims = principal.claims()
        token = tokens.mint(signer, audience=audience, typ=typ, ttl_s=ttl_s, claims=claims)
        return {"Authorization": f"Bearer {token}"}

    def post(self, by: Principal, path: str, body: Any) -> Any:
        """Send JSON through the door and return what is answered."""
        headers = {**self.outside(by), "Idempotency-Key": f"bench-{uuid4()}"}
        answer = httpx.post(
            f"{self.url}/v1{path}", json=body, headers=headers, timeout=60, trust_env=False
        )
        assert answer.is_success, f"{path} {answer.status_code} {answer.text}"
        return answer.json()


def official(*authorities: str) -> Principal:
    """Return an officer of the authorities, each time another person."""
    office = f"{authorities[0]}/hrss"
    return Principal(f"officer:{uuid4()}", Role.OFFICER, authorities=authorities, office=office)


@contextlib.contextmanager
def bare(folder: Path) -> Iterator[str]:
    """Run the bare server, started as the launcher starts a service; return its address."""
    port = children.free_ports(1)[0]
    command = [
        *(sys.executable, "-m", "uvicorn", "tests.bench.raw_app:app", "--host", children.HOST),
        *("--port", str(port), "--no-access-log", "--timeout-keep-alive", "75"),
        *("--no-server-header", "--lifespan", "off"),
    ]
    process = children.spawn(
        command,
        environment=dict(os.environ),
        folder=ROOT,
        log=folder / "bare.log",
        dies_by=signal.SIGTERM,
    )
    try:
        _await(process, port)
        yield children.address(port)
    finally:
        process.terminate()
        process.wait()


def _await(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + READY_S
    while children.is_free(port):
        assert process.poll() is None, "the bare server ended"
        assert time.monotonic() < deadline, "the bare server does not start"
        time.sleep(0.05)
