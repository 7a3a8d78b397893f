"""The sandbox that the story lives in: a fresh folder, the suite, and a WeChat double beside it."""

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path
from time import monotonic, sleep
from types import FrameType

from services.demo import cast, wechat
from shared import children, launcher
from shared.children import Child
from shared.clock import SHANGHAI, SuiteClock

DATA = Path(".data/demo")
FIGURES = launcher.ROOT / ".data/demo.json"
WECHAT_READY_S = 20.0
POLL_S = 0.05


@contextlib.contextmanager
def running(port: int) -> Iterator[launcher.Launcher]:
    """Run a suite on an empty folder until the block ends; call from the main thread."""
    # Databases that somebody else runs are not fresh, and not the demo's to fill.
    for name in [name for name in os.environ if name.endswith("_DATABASE_URL")]:
        del os.environ[name]
    # Eight processes start here; without kept bytecode each would compile the same libraries.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    signal.signal(signal.SIGTERM, _as_ctrl_c)
    suite = launcher.Launcher(launcher.ROOT / DATA, port=port, sandbox=True)
    _empty(suite.data)
    SuiteClock(suite.data / "clock").set(datetime.combine(cast.FIRST_DAY, time(8), SHANGHAI))
    double = _wechat(suite.data)
    try:
        double.launch()
        suite.start()
        _await(double)
        suite.children["wechat"] = double  # from here on it is revived like the others
        yield suite
    finally:
        suite.stop()
        children.end([double])


def keep_serving(suite: launcher.Launcher) -> None:
    """Serve until Ctrl-C."""
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            suite.poll()
            sleep(POLL_S)


def _empty(data: Path) -> None:
    """Remove an earlier demo's data; a demo that still runs there is left alone."""
    lock = data / "launcher.lock"
    if lock.is_file():
        with lock.open("a+", encoding="utf-8") as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise launcher.LauncherError(f"Another demo still runs on {DATA}.") from None
    if data.exists():
        shutil.rmtree(data)
    FIGURES.unlink(missing_ok=True)
    (data / "logs").mkdir(parents=True)


def _wechat(data: Path) -> Child:
    """Describe the double's process and tell the gateway, through the environment, where it is."""
    port = children.free_ports(1)[0]
    os.environ["GATEWAY_WECHAT_URL"] = children.address(port)
    os.environ["GATEWAY_WECHAT_APPID"] = wechat.APPID
    os.environ["GATEWAY_WECHAT_SECRET"] = wechat.SECRET
    # Accounts that live a minute need no dearer hash than the least that OWASP names.
    os.environ["GATEWAY_ARGON2_MEMORY_KIB"], os.environ["GATEWAY_ARGON2_ROUNDS"] = "19456", "2"
    return Child(
        name="wechat",
        port=port,
        command=[
            *(sys.executable, "-m", "uvicorn", "services.demo.wechat:create", "--factory"),
            *("--host", children.HOST, "--port", str(port), "--no-access-log"),
        ],
        environment=dict(os.environ),
        folder=launcher.ROOT,
        log=data / "logs" / "wechat.log",
    )


def _await(child: Child) -> None:
    deadline = monotonic() + WECHAT_READY_S
    while monotonic() < deadline and not child.ended():
        with contextlib.suppress(OSError), socket.create_connection((children.HOST, child.port), 1):
            return
        sleep(POLL_S)
    raise launcher.LauncherError(f"wechat is not ready:\n{children.tail(child.log)}")


def _as_ctrl_c(_number: int, _frame: FrameType | None) -> None:
    signal.raise_signal(signal.SIGINT)
