"""The smallest suite that the launcher can run: each service tells its environment.

`python -m tests.shared.tiny_app launch DATA PORT` runs it, `cluster DATA` runs a cluster alone.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from shared import launcher, postgres

Message = dict[str, Any]
COMMANDS = launcher.Commands(
    app="tests.shared.tiny_app:create",
    migrate=("-m", "tests.shared.tiny_app", "migrate"),
    keys=("-m", "tests.shared.tiny_app", "keys"),
)


def create() -> Callable[..., Awaitable[None]]:
    """Make the app that every tiny service is."""
    return _app


def suite(data: Path, port: int, services: Sequence[str] = postgres.SERVICES) -> launcher.Launcher:
    """Describe the tiny suite."""
    return launcher.Launcher(
        data, port=port, commands=COMMANDS, services=services, sandbox=True, fsync=False
    )


async def _app(
    scope: Message,
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    if scope["type"] == "lifespan":
        for phase in ("startup", "shutdown"):
            await receive()
            if phase == "shutdown":
                _leave_word(os.environ["ZHIPEI_DATA"], f"{os.getpid()} {time.monotonic()}\n")
            await send({"type": f"lifespan.{phase}.complete"})
        return
    if scope["path"] == "/forever":
        await asyncio.sleep(3600)
    body = json.dumps({**os.environ, "PID": str(os.getpid())}).encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


def _leave_word(data: str, word: str) -> None:
    with (Path(data) / "ended").open("a", encoding="utf-8") as file:
        file.write(word)


def main(verb: str, *arguments: str) -> None:
    """Do what the launcher's commands do, or run what a test kills."""
    match verb:
        case "keys":
            Path(arguments[0]).mkdir(exist_ok=True)
        case "migrate":
            owners = {key: url for key, url in os.environ.items() if "_DATABASE_URL" in key}
            (Path(os.environ["ZHIPEI_DATA"]) / "migrated").write_text(json.dumps(owners))
        case "cluster":
            cluster = postgres.Cluster(Path(arguments[0]), fsync=False)
            cluster.start()
            sys.stdout.write(f"{cluster.pid}\n")
            sys.stdout.flush()
            time.sleep(3600)
        case "launch":
            suite(Path(arguments[0]), int(arguments[1])).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
