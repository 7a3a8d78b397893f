"""Backup and restore: one point in time, taken under load, proven by state hash."""

import asyncio
import contextlib
import json
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from services import checks
from shared import backup, postgres, setup
from shared.client import PeerProblem
from tests.faults.part import Part, Report, Tools
from tests.registry.world import Room, World
from tests.registry.world import world as new_world
from tests.suite import Suite

READERS = ("claims", "gateway")
CURSORS = "select source, cursor from feed_cursors order by source"


async def run(tools: Tools) -> Report:
    """Back up while people confirm and readers read; restore elsewhere; then only one service."""
    report, here = Report(), await new_world(tools.suite)
    first = await _backup(tools, here, tools.folder / "first")
    for n in range(tools.many(handful=1, full=8)):
        newer = await _backup(tools, here, tools.folder / f"under-load-{n}")
        await _restored(tools, report, newer, f"r{n}_")
    await _refused(tools, report, newer)
    await _one_service(tools, report, first, newer)
    report.figures["backups under load"] = tools.many(handful=1, full=8) + 1
    return report


async def _backup(tools: Tools, here: World, folder: Path) -> Path:
    """Back up while people are invited and confirm, and while every reader reads on."""
    suite = tools.suite
    async with _load(here, await here.file_class()):
        await asyncio.sleep(0.1)
        urls = _urls(suite.cluster, suite.prefix)
        await backup.back_up(urls, folder, keys=suite.keys, at=suite.clock.now())
    await suite.settle()
    return folder


@asynccontextmanager
async def _load(here: World, room: Room) -> AsyncIterator[None]:
    async def confirm() -> None:
        for _ in range(12):
            await here.enrol(room)

    async def read() -> None:
        while True:
            await here.suite.settle()
            await asyncio.sleep(0.01)

    writing, reading = asyncio.create_task(confirm()), asyncio.create_task(read())
    try:
        yield
        await writing
    finally:
        writing.cancel()
        reading.cancel()
        await asyncio.gather(writing, reading, return_exceptions=True)
        await here.suite.transport.settle()


def _urls(cluster: postgres.Cluster, prefix: str) -> dict[str, str]:
    return {n: postgres.database_urls(cluster, n, prefix)[1] for n in setup.SERVICES}


@contextlib.contextmanager
def _databases(cluster: postgres.Cluster, prefix: str) -> contextlib.AbstractContextManager[None]:
    postgres.ensure_databases(cluster, prefix=prefix)
    try:
        yield
    finally:
        for name in setup.SERVICES:
            cluster.psql("-c", f"drop database {prefix}{name} with (force)")


async def _restored(tools: Tools, report: Report, folder: Path, prefix: str) -> None:
    """Restore all, which proves each table; the suite on it is whole and its readers go on."""
    suite = tools.suite
    with _databases(suite.cluster, prefix):
        urls = _urls(suite.cluster, prefix)
        await backup.restore(folder, urls, keys=suite.keys)
        report.case(held=True, what="state hash differs")
        async with Suite(suite.cluster, prefix, suite.keys).running() as other:
            for when in ("restored", "read on"):
                wrong = [
                    checks.line(one)
                    for one in await checks.examine(other.owners, other.keys)
                    if one.wrong
                ]
                report.case(held=not wrong, what=f"{when}: {wrong}")
                await other.settle()
            refused = await _refusal(backup.restore(folder, urls, keys=suite.keys))
            report.case(held="not empty" in refused, what=f"restored over data: {refused}")


async def _refused(tools: Tools, report: Report, folder: Path) -> None:
    """Try to restore backups that are torn, edited or of other keys: nothing is written."""
    keys = tools.suite.keys
    setup.keys(tools.folder / "other")
    mixed = tools.folder / "mixed"
    shutil.copytree(keys, mixed)
    shutil.copy(tools.folder / "other" / "registry.sealing.json", mixed)
    for what, damage, with_keys in (
        ("a file cut short", _cut, keys),
        ("a changed byte", _flip, keys),
        ("a missing file", lambda at: (at / "claims.dump").unlink(), keys),
        ("an edited manifest", _edit, keys),
        ("no manifest", lambda at: (at / backup.MANIFEST).unlink(), keys),
        ("no signature", lambda at: (at / backup.SIGNATURE).unlink(), keys),
        ("other keys", lambda _: None, tools.folder / "other"),
        ("other sealing keys", lambda _: None, mixed),
    ):
        copy = tools.folder / "damaged"
        shutil.copytree(folder, copy)
        damage(copy)
        refused = await _refusal(backup.restore(copy, {}, keys=with_keys))
        report.case(held=bool(refused), what=f"{what} was restored")
        shutil.rmtree(copy)


def _cut(folder: Path) -> None:
    file = folder / "registry.dump"
    file.write_bytes(file.read_bytes()[:-1])


def _flip(folder: Path) -> None:
    file = folder / "registry.dump"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)


def _edit(folder: Path) -> None:
    manifest = json.loads((folder / backup.MANIFEST).read_bytes())
    manifest["at"] = "2020-01-01T00:00:00+00:00"
    (folder / backup.MANIFEST).write_text(json.dumps(manifest), "utf-8")


async def _refusal(attempt: object) -> str:
    try:
        await attempt  # type: ignore[misc]
    except backup.BackupError as error:
        return str(error)
    return ""


async def _one_service(tools: Tools, report: Report, older: Path, newer: Path) -> None:
    """Only the registry goes back in time: who read further stops loudly and skips nothing."""
    suite, prefix = tools.suite, "one_"
    with _databases(suite.cluster, prefix):
        urls = _urls(suite.cluster, prefix)
        others = {name: url for name, url in urls.items() if name != "registry"}
        await backup.restore(newer, others, keys=suite.keys)
        await backup.restore(older, {"registry": urls["registry"]}, keys=suite.keys)
        async with Suite(suite.cluster, prefix, suite.keys).running() as other:
            before = [await other.sql(name, CURSORS) for name in READERS]
            stopped = await _stopped(other)
            report.case(held=stopped == set(READERS), what=f"only {stopped} stopped")
            after = [await other.sql(name, CURSORS) for name in READERS]
            report.case(held=before == after, what="a reader moved on after a rewind")


async def _stopped(suite: Suite) -> set[str]:
    """Run every job by itself; return the services with a reader that was told of the rewind."""
    stopped = set()
    for name, app in suite.apps.items():
        failures: Sequence[BaseException | int] = await asyncio.gather(
            *(job.step(suite.clock.now()) for job in app.state.background.jobs),
            return_exceptions=True,
        )
        if any(isinstance(one, PeerProblem) and one.code == "feed_rewound" for one in failures):
            stopped.add(name)
    return stopped


PART = Part(
    "backup_restore",
    "a backup under load is one point in time; a service restored behind its readers stops them",
    run,
)
