"""The launcher starts the suite, keeps it alive, stops it in order and leaves nothing behind."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shared import children, launcher, postgres
from tests.shared import tiny_app

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep one folder for the module, so that its cluster is made once."""
    folder = tmp_path_factory.mktemp("suite").resolve()
    yield folder
    shutil.rmtree(postgres.socket_folder(folder / "postgres"), ignore_errors=True)


@pytest.fixture(scope="module")
def suite(data: Path) -> Iterator[launcher.Launcher]:
    """Run one tiny suite for the tests that only look, or that kill a part of it."""
    made = _suite(data)
    began = time.monotonic()
    made.start()
    assert time.monotonic() - began < 10
    yield made
    made.stop()


def test_each_service_gets_what_it_needs_and_no_more(suite: launcher.Launcher) -> None:
    """Own database as the app role, everyone's address, the data folder; no owner, no others."""
    told = json.loads(suite.suite_file.read_text())
    assert told["launcher"] == os.getpid()
    assert told["url"] == suite.url == told["services"]["gateway"]["url"]
    addresses = {name: each["url"] for name, each in told["services"].items()}
    assert list(addresses) == list(postgres.SERVICES)
    for name, url in addresses.items():
        seen = _environment(url)
        assert seen["PID"] == str(told["services"][name]["pid"])
        assert {key: seen[key] for key in seen if key.endswith("DATABASE_URL")} == {
            f"{name.upper()}_DATABASE_URL": f"postgresql+asyncpg://{name}_app@/zhipei_{name}"
            f"?host={told['postgres']['socket']}"
        }
        assert {each: seen[f"{each.upper()}_URL"] for each in addresses} == addresses
        assert seen["ZHIPEI_DATA"] == str(suite.data)
        assert seen["ZHIPEI_SANDBOX"] == "1"


def test_only_the_migration_gets_the_owners_addresses(suite: launcher.Launcher) -> None:
    """Keys are made and every database is migrated before a service starts."""
    migrated = json.loads((suite.data / "migrated").read_text())
    assert sorted(migrated) == sorted(
        f"{name.upper()}_OWNER_DATABASE_URL" for name in postgres.SERVICES
    )
    assert (suite.data / "keys").exists()
    assert (suite.data / "logs" / "claims.log").stat().st_size > 0


def test_what_dies_is_started_again_at_the_same_address(suite: launcher.Launcher) -> None:
    """A killed service and a killed PostgreSQL are back, and suite.json tells the new numbers."""
    before = json.loads(suite.suite_file.read_text())
    claims = before["services"]["claims"]
    os.kill(claims["pid"], signal.SIGKILL)
    os.kill(before["postgres"]["pid"], signal.SIGKILL)
    restarted: list[str] = []

    def both_are_back() -> bool:
        restarted.extend(suite.poll())
        return len(restarted) == 2

    _until(both_are_back, within=5)
    assert sorted(restarted) == ["claims", "postgres"]
    _until(lambda: children.is_ready(claims["url"]), within=5)
    after = json.loads(suite.suite_file.read_text())
    assert after["services"]["claims"]["pid"] != claims["pid"]
    assert after["services"]["claims"]["url"] == claims["url"]
    assert after["services"]["claims"]["restarts"] == 1
    assert after["postgres"]["pid"] != before["postgres"]["pid"]
    assert suite.cluster is not None
    assert suite.cluster.psql("-c", "select 1") == "1"
    assert suite.poll() == []
    suite.stop()
    assert not any(_alive(pid) for pid in _pids(after))
    assert not suite.suite_file.exists()


def test_a_signal_stops_the_door_first_and_postgres_last(data: Path) -> None:
    """SIGTERM ends everything in order, exit code 0; a second launcher is refused meanwhile."""
    (data / "ended").unlink(missing_ok=True)
    with _launched(data) as (parent, told):
        with pytest.raises(launcher.LauncherError, match=rf"\(process {parent.pid}\) already runs"):
            _suite(data).start()
        parent.send_signal(signal.SIGTERM)
        assert parent.wait(10) == 0
    assert not any(_alive(pid) for pid in _pids(told))
    ended = [int(line.split()[0]) for line in (data / "ended").read_text().splitlines()]
    services = {each["pid"]: name for name, each in told["services"].items()}
    assert services[ended[0]] == "gateway"
    assert {services[pid] for pid in ended} == set(postgres.SERVICES)
    assert "database system is shut down" in (data / "logs" / "postgres.log").read_text()
    assert not (data / "suite.json").exists()


def test_kill_9_of_the_launcher_leaves_nothing_and_the_next_one_starts(data: Path) -> None:
    """Not even a service with an answer that never ends, and nothing to clear by hand."""
    with _launched(data) as (parent, told):
        port = int(told["url"].rsplit(":", 1)[1])
        endless = http.client.HTTPConnection("127.0.0.1", port)
        endless.request("GET", "/forever")
        parent.kill()
        parent.wait()
        _until(lambda: not any(_alive(pid) for pid in _pids(told)), within=2)
        endless.close()
    suite = tiny_app.suite(data, port, ["gateway"])
    suite.start()
    suite.stop()


def test_a_signal_while_starting_stops_as_well(data: Path) -> None:
    """Nobody has to wait for a start before they may stop it."""
    parent = _launch(data)
    _until((data / "launcher.lock").exists, within=5)
    _until(lambda: (data / "launcher.lock").read_text() == str(parent.pid), within=5)
    parent.send_signal(signal.SIGINT)
    assert parent.wait(10) == 0
    assert not (data / "suite.json").exists()
    cluster = postgres.Cluster(data / "postgres")
    assert not (cluster.data / "postmaster.pid").exists()


def test_a_taken_port_is_said_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message names the port and what to do."""
    monkeypatch.setattr(launcher, "PORT_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(launcher.LauncherError, match=f"Port {port} is taken"):
            tiny_app.suite(tmp_path, port).start()
    assert not (tmp_path / "postgres").exists()


def test_a_command_that_fails_stops_the_start_with_what_it_said(data: Path) -> None:
    """Nothing runs on a database that was not migrated."""
    commands = launcher.Commands(
        app=tiny_app.COMMANDS.app,
        keys=tiny_app.COMMANDS.keys,
        migrate=("-c", "raise SystemExit('no such revision')"),
    )
    suite = launcher.Launcher(data, port=_port(), commands=commands, fsync=False)
    with pytest.raises(launcher.LauncherError, match="no such revision"):
        suite.start()
    assert suite.cluster is None
    assert suite.children == {}


def test_databases_given_from_outside_are_used_and_no_cluster_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Production sets every address; half an answer for a service is refused."""
    for name in ("CLAIMS", "GATEWAY"):
        monkeypatch.setenv(f"{name}_DATABASE_URL", f"postgresql+asyncpg://app@db/{name}")
        monkeypatch.setenv(f"{name}_OWNER_DATABASE_URL", f"postgresql+asyncpg://owner@db/{name}")
    services = ["claims", "gateway"]
    suite = tiny_app.suite(tmp_path, _port(), services)
    suite.start()
    try:
        assert suite.cluster is None
        assert not (tmp_path / "postgres").exists()
        seen = _environment(suite.url)
        assert seen["GATEWAY_DATABASE_URL"] == "postgresql+asyncpg://app@db/GATEWAY"
        assert json.loads(suite.suite_file.read_text())["postgres"] is None
    finally:
        suite.stop()
    monkeypatch.delenv("CLAIMS_OWNER_DATABASE_URL")
    with pytest.raises(launcher.LauncherError, match="CLAIMS_OWNER_DATABASE_URL, or neither"):
        tiny_app.suite(tmp_path, _port(), services).start()


def test_a_service_that_keeps_dying_is_given_ever_more_time(tmp_path: Path) -> None:
    """A service that cannot run must not eat the machine."""
    child = children.Child(
        name="dying",
        port=0,
        command=[sys.executable, "-S", "-c", "raise SystemExit(3)"],
        environment={},
        folder=tmp_path,
        log=tmp_path / "dying.log",
    )
    child.launch()
    waits = []
    for _ in range(3):
        _until(child.ended, within=5)
        assert not child.revive()
        assert child.start_at is not None
        waits.append(child.start_at - time.monotonic())
        child.start_at = 0.0
        assert child.revive()
    children.end([child])
    assert waits == sorted(waits)
    assert waits[0] < 0.2
    assert waits[2] > 0.4


class _launched:  # noqa: N801 - reads as a verb in `with`
    """A launcher in a process of its own, killed at the end if it still runs."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def __enter__(self) -> tuple[subprocess.Popen[bytes], dict[str, Any]]:
        (self.data / "suite.json").unlink(missing_ok=True)
        self.parent = _launch(self.data)
        _until((self.data / "suite.json").exists, within=10)
        return self.parent, json.loads((self.data / "suite.json").read_text())

    def __exit__(self, *_: object) -> None:
        if self.parent.poll() is None:
            self.parent.kill()
        self.parent.wait()


def _launch(data: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.shared.tiny_app", "launch", str(data), str(_port())]
    return subprocess.Popen(command, cwd=ROOT)


def _suite(data: Path) -> launcher.Launcher:
    return tiny_app.suite(data, _port())


def _port() -> int:
    return children.free_ports(1)[0]


def _pids(told: dict[str, Any]) -> list[int]:
    return [told["postgres"]["pid"], *(each["pid"] for each in told["services"].values())]


def _environment(url: str) -> dict[str, str]:
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=5)
    try:
        connection.request("GET", "/environment")
        seen: dict[str, str] = json.loads(connection.getresponse().read())
        return seen
    finally:
        connection.close()


def _until(true: Callable[[], bool], *, within: float) -> None:
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.02)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
