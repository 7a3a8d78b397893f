"""The launcher: PostgreSQL and the services as child processes of one process.

It restarts what dies, and nothing outlives it: the kernel ends the children of a killed launcher.
Call everything here from the main thread, which is what the kernel watches.
"""

import fcntl
import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

from shared import children, postgres, postgres_bins
from shared.children import Child

ROOT = Path(__file__).parent.parent
DOOR = "gateway"

READY_SECONDS = 60.0
COMMAND_SECONDS = 300.0
GRACE_SECONDS = 5
PORT_SECONDS = 2.0
POSTGRES_PAUSE_SECONDS = 1.0
_POLL_SECONDS = 0.05
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)

_log = logging.getLogger(__name__)


class LauncherError(Exception):
    """The suite cannot start; the message says why."""


class _Stopped(Exception):
    """SIGTERM or SIGINT came."""


@dataclass(frozen=True, slots=True)
class Commands:
    """What the launcher runs; tests put smaller things in place.

    `app` names a service's factory with `{name}`; `keys` is called with the key folder.
    """

    app: str = "services.{name}.app:create"
    migrate: Sequence[str] = ("-m", "services", "migrate")
    keys: Sequence[str] = ("-m", "services", "keys")
    python: str = sys.executable


class Launcher:
    """Runs the suite on a data folder: `run()` until a signal, or `start()`, `poll()`, `stop()`."""

    def __init__(
        self,
        data: Path,
        *,
        port: int = 8000,
        sandbox: bool = False,
        services: Sequence[str] = postgres.SERVICES,
        commands: Commands | None = None,
        root: Path = ROOT,
        fsync: bool = True,
    ) -> None:
        """Describe the suite without touching anything; the service `gateway` gets `port`."""
        self.data = data.resolve()
        self.port = port
        self.sandbox = sandbox
        self.services = tuple(services)
        self.cluster: postgres.Cluster | None = None
        self._begun: list[subprocess.Popen[bytes]] = []
        self.children: dict[str, Child] = {}
        self._commands = commands or Commands()
        self._root = root
        self._fsync = fsync
        self._lock: IO[str] | None = None
        self._stopping = False

    @property
    def url(self) -> str:
        """The address of the public door."""
        return children.address(self.port)

    @property
    def suite_file(self) -> Path:
        """Where the running suite's processes and addresses are written."""
        return self.data / "suite.json"

    def run(self, *, ready: Callable[[], None] | None = None) -> None:
        """Start the suite, keep it alive until SIGTERM or SIGINT, and stop it.

        `ready` is called once every service answers.
        """
        before = {each: signal.signal(each, self._on_signal) for each in _STOP_SIGNALS}
        try:
            self.start()
            if ready is not None:
                ready()
            while True:
                self.poll()
                time.sleep(_POLL_SECONDS)
        except _Stopped:
            _log.info("asked to stop")
        finally:
            self.stop()
            for each, handler in before.items():
                signal.signal(each, handler)

    def start(self) -> None:
        """Start everything and return when every service answers /readyz.

        Raises `LauncherError` or `ClusterError` when something cannot, with nothing left running.
        """
        self._take_lock()
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def poll(self) -> list[str]:
        """Restart what died, with growing patience; return the names of what was restarted."""
        restarted = []
        if self.cluster is not None and not self.cluster.running():
            _log.warning("postgres ended, starting it again")
            try:
                self.cluster.start()
                restarted.append("postgres")
            except postgres_bins.ClusterError:
                _log.exception("postgres cannot start, trying again")
                time.sleep(POSTGRES_PAUSE_SECONDS)
        restarted += [child.name for child in self.children.values() if child.revive()]
        if restarted:
            self._write_suite()
        return restarted

    def stop(self) -> None:
        """Stop the door, then the inner services, then PostgreSQL; does nothing when stopped."""
        for process in self._begun:
            if process.poll() is None:
                process.kill()
            process.wait()
        self._begun = []
        children.end([child for child in self.children.values() if child.name == DOOR])
        children.end(list(self.children.values()))
        self.children = {}
        if self.cluster is not None:
            self.cluster.stop()
            self.cluster = None
        if self._lock is not None:
            self.suite_file.unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def _start(self) -> None:
        (self.data / "logs").mkdir(exist_ok=True)
        _await_port(self.port)
        common = self._common_environment()
        keys = self._begin("keys", [*self._commands.keys, str(self.data / "keys")], common)
        urls = self._databases()
        self._finish("keys", keys)
        owners = {f"{name.upper()}_OWNER_DATABASE_URL": owner for name, (_, owner) in urls.items()}
        # The services load meanwhile: each waits until its database is migrated.
        migrate = self._begin("migrate", self._commands.migrate, common | owners)
        ports = self._ports()
        peers = {f"{name.upper()}_URL": children.address(port) for name, port in ports.items()}
        for name, port in ports.items():
            own = {f"{name.upper()}_DATABASE_URL": urls[name][0]}
            self.children[name] = Child(
                name=name,
                port=port,
                command=self._command(name, port),
                environment=common | peers | own,
                folder=self._root,
                log=self._log_of(name),
            )
        for child in self.children.values():
            child.launch()
        self._finish("migrate", migrate)
        self._await_ready()
        self._write_suite()

    def _databases(self) -> dict[str, tuple[str, str]]:
        """Return each service's app and owner addresses, from the environment or our cluster."""
        given = {name: pair for name in self.services if (pair := _given(name)) is not None}
        missing = [name for name in self.services if name not in given]
        if not missing:
            return given
        cluster = self.cluster = postgres.Cluster(
            self.data / "postgres", fsync=self._fsync, log=self._log_of("postgres")
        )
        cluster.start()
        postgres.ensure_databases(cluster, missing)
        return given | {name: postgres.database_urls(cluster, name) for name in missing}

    def _common_environment(self) -> dict[str, str]:
        """Return this process's environment without databases: a service learns its own only."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.endswith("_DATABASE_URL") and name != "ZHIPEI_SANDBOX"
        }
        kept["ZHIPEI_DATA"] = str(self.data)
        return kept | ({"ZHIPEI_SANDBOX": "1"} if self.sandbox else {})

    def _ports(self) -> dict[str, int]:
        ports = dict(zip(self.services, children.free_ports(len(self.services)), strict=True))
        return ports | {DOOR: self.port} if DOOR in ports else ports

    def _log_of(self, name: str) -> Path:
        return self.data / "logs" / f"{name}.log"

    def _command(self, name: str, port: int) -> list[str]:
        return [
            *(self._commands.python, "-m", "uvicorn", self._commands.app.format(name=name)),
            *("--factory", "--host", children.HOST, "--port", str(port), "--no-access-log"),
            *("--timeout-keep-alive", "75", "--no-server-header"),
            *("--timeout-graceful-shutdown", str(GRACE_SECONDS)),
            # The default takes an app that fails to start for one that has nothing to start.
            *("--lifespan", "on"),
        ]

    def _begin(
        self, name: str, arguments: Sequence[str], environment: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        """Start a command of ours."""
        process = children.spawn(
            [self._commands.python, *arguments],
            environment=environment,
            folder=self._root,
            log=self._log_of(name),
            dies_by=signal.SIGTERM,
        )
        self._begun.append(process)
        return process

    def _finish(self, name: str, process: subprocess.Popen[bytes]) -> None:
        """Wait for a command of ours to end well."""
        try:
            code = process.wait(COMMAND_SECONDS)
        except subprocess.TimeoutExpired:
            raise LauncherError(f"{name} did not end in {COMMAND_SECONDS:.0f} s.") from None
        if code != 0:
            raise LauncherError(f"{name} failed:\n{children.tail(self._log_of(name))}")

    def _await_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        waiting = list(self.children.values())
        while waiting:
            for child in waiting:
                if child.ended():
                    raise LauncherError(f"{child.name} ended:\n{children.tail(child.log)}")
            waiting = [child for child in waiting if not children.is_ready(child.url)]
            if waiting and time.monotonic() > deadline:
                name = waiting[0].name
                said = children.tail(self._log_of(name))
                raise LauncherError(f"{name} is not ready after {READY_SECONDS:.0f} s:\n{said}")
            time.sleep(_POLL_SECONDS)

    def _take_lock(self) -> None:
        self.data.mkdir(parents=True, exist_ok=True)
        lock = (self.data / "launcher.lock").open("a+", encoding="utf-8")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "?"
            lock.close()
            raise LauncherError(
                f"Another launcher (process {holder}) already runs on {self.data}."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def _write_suite(self) -> None:
        cluster = self.cluster
        suite = {
            "launcher": os.getpid(),
            "sandbox": self.sandbox,
            "url": self.url,
            "postgres": {"pid": cluster.pid, "socket": str(cluster.socket_dir)}
            if cluster
            else None,
            "services": {
                child.name: {
                    "pid": child.process.pid if child.process else None,
                    "url": child.url,
                    "restarts": child.restarts,
                }
                for child in self.children.values()
            },
        }
        fresh = self.suite_file.with_suffix(".new")
        fresh.write_text(json.dumps(suite, indent=2) + "\n", encoding="utf-8")
        fresh.replace(self.suite_file)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        if not self._stopping:  # whoever asks twice does not cut the orderly stop short
            self._stopping = True
            raise _Stopped


def _given(service: str) -> tuple[str, str] | None:
    """Return the addresses of a service's database that the environment gives, both or none."""
    names = [f"{service.upper()}_DATABASE_URL", f"{service.upper()}_OWNER_DATABASE_URL"]
    app, owner = (os.environ.get(name, "") for name in names)
    if bool(app) != bool(owner):
        raise LauncherError(f"Set both {names[0]} and {names[1]}, or neither.")
    return (app, owner) if app else None


def _await_port(port: int) -> None:
    """Wait for a port that a launcher just killed may still hold; raise when it stays taken."""
    deadline = time.monotonic() + PORT_SECONDS
    while not children.is_free(port):
        if time.monotonic() > deadline:
            raise LauncherError(f"Port {port} is taken: stop what holds it, or set PORT.")
        time.sleep(_POLL_SECONDS)
