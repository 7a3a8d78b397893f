"""Child processes that end with their parent, and the addresses at which they answer.

The kernel watches the parent's thread, not its process: start children from the main thread.
"""

import contextlib
import ctypes
import errno
import http.client
import logging
import os
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

HOST = "127.0.0.1"

STOP_SECONDS = 8.0
BACKOFF_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
STEADY_SECONDS = 30.0
_TAIL_BYTES = 3000
_PR_SET_PDEATHSIG = 1
# Below the ports that the kernel lends to outgoing connections, one of which could otherwise take
# a service's port while the service restarts.
_INNER_PORTS = range(20_000, 32_000)

# Loaded before any fork: a child between fork and exec should not have to open libraries.
libc = ctypes.CDLL(None, use_errno=True)

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Child:
    """A service's process, kept alive. Instants are seconds of the machine's monotonic clock."""

    name: str
    port: int
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    start_at: float | None = None
    deaths: int = 0
    restarts: int = 0

    @property
    def url(self) -> str:
        """The address at which it answers."""
        return address(self.port)

    def launch(self) -> None:
        """Start the process."""
        self.start_at = None
        self.started = time.monotonic()
        # Killed, not asked: nobody is left to end a service whose streams never do, and a
        # service keeps nothing outside PostgreSQL.
        self.process = spawn(
            self.command,
            environment=self.environment,
            folder=self.folder,
            log=self.log,
            dies_by=signal.SIGKILL,
        )

    def ended(self) -> bool:
        """Say whether the process was started and has ended."""
        return self.process is not None and self.process.poll() is not None

    def revive(self) -> bool:
        """Start a dead process again once its patience is over; say whether it was started."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            if now - self.started > STEADY_SECONDS:
                self.deaths = 0
            patience = BACKOFF_SECONDS[min(self.deaths, len(BACKOFF_SECONDS) - 1)]
            _log.warning("%s ended with %s", self.name, self.process.returncode)
            self.process = None
            self.deaths += 1
            self.start_at = now + patience
        if self.start_at is None or now < self.start_at:
            return False
        self.launch()
        self.restarts += 1
        return True


def follow(parent: int, with_signal: signal.Signals) -> None:
    """Let the kernel send this process a signal when its parent ends, however it ends."""
    libc.prctl(_PR_SET_PDEATHSIG, int(with_signal), 0, 0, 0)
    if os.getppid() != parent:  # it ended before it was watched
        os._exit(1)


def spawn(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path,
    log: Path,
    dies_by: signal.Signals,
) -> subprocess.Popen[bytes]:
    """Start a process that writes to a log and gets a signal when this one ends."""
    parent = os.getpid()
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            preexec_fn=lambda: follow(parent, dies_by),  # noqa: PLW1509 - calls the kernel only
            # Ctrl-C is for the parent, which stops its children in order.
            start_new_session=True,
        )


def end(children: Sequence[Child]) -> None:
    """Ask processes to end, together, and end those that do not."""
    running = [child.process for child in children if child.process is not None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in running:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def tail(log: Path) -> str:
    """Return the last lines that a process wrote to its log."""
    return log.read_bytes()[-_TAIL_BYTES:].decode("utf-8", errors="replace").strip()


def address(port: int) -> str:
    """Return the address of a port of this machine."""
    return f"http://{HOST}:{port}"


def is_ready(url: str) -> bool:
    """Say whether a service answers 200 at /readyz."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def is_free(port: int) -> bool:
    """Say whether nothing listens at a port of this machine."""
    with _socket() as probe:
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            return False
    return True


def free_ports(count: int) -> list[int]:
    """Return different free ports."""
    with contextlib.ExitStack() as held:
        return [held.enter_context(_held_port()).getsockname()[1] for _ in range(count)]


def _held_port() -> socket.socket:
    while True:
        held = _socket()
        try:
            held.bind((HOST, secrets.choice(_INNER_PORTS)))
        except OSError:
            held.close()
            continue
        return held


def _socket() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # As uvicorn does: connections of a stopped service linger for a minute.
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return made
