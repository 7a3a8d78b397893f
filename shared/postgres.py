"""The embedded PostgreSQL: one cluster in a folder, started and stopped by its parent process.

It listens on a socket in a private folder only, so it needs no password and no port. Linux only:
elsewhere, and in production, set the `*_DATABASE_URL`s of a PostgreSQL that someone else runs.
"""

import contextlib
import hashlib
import os
import re
import shutil
import signal
import stat
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from shared import postgres_bins
from shared.postgres_bins import ClusterError, Identity

SUPERUSER = "zhipei"
SERVICES = ("institutions", "registry", "claims", "gateway")
PREFIX = "zhipei_"
ROLES_SQL = Path(__file__).parent.parent / "deploy" / "postgres" / "roles.sql"

START_SECONDS = 10.0
RECOVERY_SECONDS = 300.0
STOP_SECONDS = 15.0
_POLL_SECONDS = 0.01
_SOCKET_PATH_BYTES = 107
_SOCKET_NAME = ".s.PGSQL.5432"
_STATUS_LINE = 7

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "wal_level": "replica",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "log_line_prefix": "%m [%p] %q%u@%d ",
    # The detail of an error quotes the row's values, and a statement quotes its literals: both are
    # people's data, which has no place in a log.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}
# No more than this: without synchronous_commit a killed postmaster loses commits it has answered,
# without full_page_writes a killed writer may leave half a page; and neither makes it faster.
_UNSAFE_SETTINGS = {"fsync": "off"}

# What PostgreSQL says while the processes of an earlier one are still ending.
_STILL_ENDING = re.compile(r"lock file .* already exists|shared memory block .* still in use")


class Cluster:
    """A PostgreSQL cluster in the folder `data`, made at the first start.

    With `fsync=False` a crash of the machine (never of a process) may lose it: for tests.
    Start it from the main thread: it ends with the thread that started it, even on kill -9.
    """

    def __init__(
        self,
        data: Path,
        *,
        fsync: bool = True,
        log: Path | None = None,
        binaries: Path | None = None,
        identity: Identity | None = None,
    ) -> None:
        """Describe the cluster without touching anything; `log` is postgres.log in its folder."""
        self.data = data.resolve()
        self.socket_dir = socket_folder(self.data)
        self.log = log.resolve() if log else self.data / "postgres.log"
        self._fsync = fsync
        self._binaries = binaries
        self._identity = identity
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id of the running postmaster."""
        return self._process.pid if self._process and self.running() else None

    @property
    def binaries(self) -> Path:
        """The folder of the programs that run it."""
        if self._binaries is None:
            self._binaries = postgres_bins.binaries()
        return self._binaries

    def running(self) -> bool:
        """Say whether the postmaster that this object started still runs."""
        return self._process is not None and self._process.poll() is None

    def superuser_dsn(self, dbname: str = "postgres") -> str:
        """Return asyncpg's address of a database, as the superuser."""
        return f"postgresql://{SUPERUSER}@/{dbname}?host={quote(str(self.socket_dir))}"

    def sqlalchemy_url(self, user: str, db: str) -> str:
        """Return SQLAlchemy's address of a database, as a role."""
        return f"postgresql+asyncpg://{user}@/{db}?host={quote(str(self.socket_dir))}"

    def start(self) -> None:
        """Start it and return when it takes connections; does nothing when it runs.

        Raises `ClusterError` with what PostgreSQL said when it cannot start.
        """
        if self.running():
            return
        if threading.current_thread() is not threading.main_thread():
            raise ClusterError("Start PostgreSQL from the main thread: it ends with its thread.")
        self._check_version()
        self.data.parent.mkdir(parents=True, exist_ok=True)
        if self._identity is None:
            self._identity = postgres_bins.identity_for(self.binaries, self.data.parent)
        if not (self.data / "PG_VERSION").exists():
            self._create(self._identity)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        _give(self.data, self._identity)
        _make_private(self.socket_dir, self._identity)
        self._launch_until_ready(self._identity)

    def stop(self) -> None:
        """Stop it after its running transactions were cut; does nothing when it does not run."""
        if self._process is None:
            return
        for farewell in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            self._process.send_signal(farewell)
            try:
                self._process.wait(STOP_SECONDS)
                break
            except subprocess.TimeoutExpired:
                continue
        self._process = None
        self._leave_socket_folder()

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it."""
        self.stop()

    def psql(self, *arguments: str, database: str = "postgres") -> str:
        """Run psql as the superuser and return what it printed; stops at the first error."""
        command = [
            *(str(self.binaries / "psql"), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"),
            *("-h", str(self.socket_dir), "-U", SUPERUSER, "-d", database, *arguments),
        ]
        done = subprocess.run(
            command, env=_environment(), capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise ClusterError(f"psql failed: {done.stderr.strip()}")
        return done.stdout.strip()

    def _check_version(self) -> None:
        made_by = self.data / "PG_VERSION"
        if not made_by.exists():
            return
        made, have = made_by.read_text("ascii").strip(), postgres_bins.major_version(self.binaries)
        if made != str(have):
            raise ClusterError(
                f"{self.data} was made by PostgreSQL {made}, and the programs in {self.binaries} "
                f"are PostgreSQL {have}: bring the data over (back up with the old version, "
                "restore with the new one, or pg_upgrade), or use another folder."
            )

    def _create(self, identity: Identity) -> None:
        """Make the cluster beside its place and move it there whole: a killed start leaves none."""
        if self.data.exists() and any(self.data.iterdir()):
            raise ClusterError(f"{self.data} holds files that are no PostgreSQL cluster.")
        fresh = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        _give(fresh, identity)
        done = subprocess.run(
            identity.command(
                *(self.binaries / "initdb", "-D", fresh, "-U", SUPERUSER, "-E", "UTF8", "-k"),
                *("--auth-local=trust", "--auth-host=reject"),
                *postgres_bins.locale_options(self.binaries),
                *(() if self._fsync else ("--no-sync",)),
            ),
            preexec_fn=identity.before_exec(),
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            shutil.rmtree(fresh, ignore_errors=True)
            raise ClusterError(f"initdb could not make {self.data}: {done.stderr.strip()}")
        fresh.rename(self.data)

    def _launch_until_ready(self, identity: Identity) -> None:
        deadline = time.monotonic() + START_SECONDS
        while True:
            self._drop_stale_lock()
            said_before = self.log.stat().st_size if self.log.exists() else 0
            self._process = self._launch(identity)
            if self._ready():
                return
            said = _since(self.log, said_before)
            self._process = None
            if not _STILL_ENDING.search(said) or time.monotonic() > deadline:
                self._leave_socket_folder()
                raise ClusterError(f"PostgreSQL did not start in {self.data}:\n{said.strip()}")
            time.sleep(_POLL_SECONDS * 10)

    def _launch(self, identity: Identity) -> subprocess.Popen[bytes]:
        settings = _SETTINGS | ({} if self._fsync else _UNSAFE_SETTINGS)
        settings["unix_socket_directories"] = str(self.socket_dir)
        with self.log.open("ab") as log:
            return subprocess.Popen(
                identity.command(
                    *(self.binaries / "postgres", "-D", self.data),
                    *(f"-c{name}={value}" for name, value in settings.items()),
                ),
                preexec_fn=identity.before_exec(),  # noqa: PLW1509 - calls the kernel only
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C is for whoever started it, who stops it after those that still use it.
                start_new_session=True,
            )

    def _ready(self) -> bool:
        """Wait for the postmaster to take connections; False when it ended instead.

        A crash may leave minutes of log to replay, so patience is longer than for a lock.
        """
        deadline = time.monotonic() + RECOVERY_SECONDS
        while self._process is not None and self._process.poll() is None:
            lines = _lines(self.data / "postmaster.pid")
            ours = lines[:1] == [str(self._process.pid)]
            if ours and len(lines) > _STATUS_LINE and lines[_STATUS_LINE].strip() == "ready":
                return True
            if time.monotonic() > deadline:
                self.stop()
                raise ClusterError(f"PostgreSQL in {self.data} is not ready after 5 minutes.")
            time.sleep(_POLL_SECONDS)
        return False

    def _leave_socket_folder(self) -> None:
        with contextlib.suppress(OSError):  # not empty after a hard end; the next start clears it
            self.socket_dir.rmdir()

    def _drop_stale_lock(self) -> None:
        """Remove the lock of a postmaster whose process number now belongs to another program.

        PostgreSQL itself removes it only when no process has the number, and a container's first
        numbers are always taken. Leftover workers still hold the shared memory, which it checks.
        """
        lock = self.data / "postmaster.pid"
        for number in _lines(lock)[:1]:
            try:
                stale = not Path(f"/proc/{int(number)}/cwd").readlink().samefile(self.data)
            except (OSError, ValueError):
                continue
            if stale:
                lock.unlink(missing_ok=True)
                (self.socket_dir / f"{_SOCKET_NAME}.lock").unlink(missing_ok=True)


def socket_folder(data: Path) -> Path:
    """Return the folder of a cluster's socket: short, and the same for the same data."""
    name = f"zhipei-{os.geteuid()}-{hashlib.sha256(os.fsencode(data)).hexdigest()[:16]}"
    folder = Path(tempfile.gettempdir()).resolve() / name
    if len(os.fsencode(folder / f"{_SOCKET_NAME}.lock")) > _SOCKET_PATH_BYTES:
        folder = Path("/tmp") / name  # noqa: S108 - made 0700 and its owner checked
    return folder


def ensure_databases(
    cluster: Cluster, services: Sequence[str] = SERVICES, prefix: str = PREFIX
) -> None:
    """Make each service's database and two roles where they are missing, as roles.sql says."""
    for service in services:
        variables = ("-v", f"services={service}", "-v", f"prefix={prefix}")
        cluster.psql(*variables, "-f", str(ROLES_SQL))


def database_urls(cluster: Cluster, service: str, prefix: str = PREFIX) -> tuple[str, str]:
    """Return SQLAlchemy's addresses of a service's database, as its app role and as its owner."""
    database = f"{prefix}{service}"
    return (
        cluster.sqlalchemy_url(f"{service}_app", database),
        cluster.sqlalchemy_url(f"{service}_owner", database),
    )


def _environment() -> dict[str, str]:
    """Return this process's environment without what would lead PostgreSQL's programs astray."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C"}


def _make_private(folder: Path, identity: Identity) -> None:
    """Make a folder for this user alone; refuse one that another user laid in the way."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or stat.S_IMODE(found.st_mode) & 0o077:
        raise ClusterError(f"{folder} is no folder closed to others: remove it.")
    _give(folder, identity)


def _give(folder: Path, identity: Identity) -> None:
    """Make a folder and all in it belong to the identity that PostgreSQL runs as."""
    owner = folder.lstat().st_uid
    wanted = os.geteuid() if identity.owner is None else identity.owner
    if owner == wanted:
        return
    known = {each.owner for each in postgres_bins.identities()}
    if os.geteuid() != 0 or owner not in known | {0}:
        raise ClusterError(f"{folder} belongs to the user number {owner}: start as that user.")
    for path in _tree(folder):
        os.chown(path, wanted, wanted, follow_symlinks=False)


def _tree(folder: Path) -> Iterator[Path]:
    yield folder
    yield from folder.rglob("*")


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text("utf-8", errors="replace").splitlines()
    except OSError:
        return []


def _since(log: Path, position: int) -> str:
    with log.open("rb") as file:
        file.seek(position)
        return file.read().decode("utf-8", errors="replace")
