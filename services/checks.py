"""`python -m services check`: recount stored data and prove it whole, as the databases' owners.

Reads only. Works on a running suite and on one that is stopped (its PostgreSQL then runs for the
time of the check). Each line is a promise, how much was examined and how much is wrong.
"""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import typer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims import recheck
from shared import events, postgres, postgres_bins, tokens
from shared import principal as principals
from shared.database import Database

ROOT = Path(__file__).resolve().parent
SERVICES = postgres.SERVICES
Cell = tuple[str, str, str, str]
FIGURES = ("started", "completed", "certified")
SUMS = text(
    "select data->>'target' as target, data->>'authority' as authority,"
    " data->>'quarter' as quarter, data->>'organisation' as organisation,"
    " sum((data->>'started')::integer)::bigint as started,"
    " sum((data->>'completed')::integer)::bigint as completed,"
    " sum((data->>'certified')::integer)::bigint as certified"
    " from events e left join event_sequence s on s.event_id = e.id"
    " where e.type = 'progress.counted'"
    " and (cast(:until as bigint) is null or s.seq <= :until) group by 1, 2, 3, 4"
)
CELLS = text(
    "select target, authority, quarter, organisation_id::text as organisation,"
    " started, completed, certified from progress_cells"
)
CURSOR = text("select cursor from feed_cursors where source = 'registry'")


@dataclass(frozen=True, slots=True)
class Finding:
    """One promise: how much was examined, how much is wrong, and one example."""

    service: str
    promise: str
    examined: int
    wrong: int
    example: str | None = None


def main(data: Path | None) -> int:
    """Check a data folder, print every figure, and return 0 only if all is well."""
    folder = data or newest(Path(".data"))
    if folder is None or not (folder / "postgres").is_dir():
        typer.echo("没有可检查的数据目录", err=True)
        return 2
    findings = asyncio.run(check(folder.resolve()))
    for found in findings:
        mark = "✓" if not found.wrong else "✗"
        figures = f"检查 {found.examined:,}，不符 {found.wrong:,}"
        line = f"{mark} {found.service:<13}{found.promise}：{figures}"
        typer.echo(line + (f"，例如 {found.example}" if found.wrong else ""))
    wrong = sum(1 for found in findings if found.wrong)
    typer.echo(f"共 {len(findings)} 项，{'全部相符' if not wrong else f'{wrong} 项不符'}")
    return 1 if wrong else 0


def newest(root: Path) -> Path | None:
    """Return the data folder that was used last."""
    found = [path.parent for path in root.glob("*/postgres") if path.is_dir()]
    return max(found, key=lambda path: (path / "postgres").stat().st_mtime, default=None)


async def check(folder: Path) -> list[Finding]:
    """Run every check on a data folder."""
    keys = tokens.KeySet(folder / "keys" / "jwks.json")
    findings: list[Finding] = []
    async with _databases(folder) as databases:
        for name in SERVICES:
            by = principals.service(name, "check")
            async with databases[name].transaction(by) as session:
                findings.append(await _chain(session, name, keys))
                for promise, query in invariants(ROOT / name / "invariants.sql"):
                    row = (await session.execute(text(query))).one()
                    findings.append(Finding(name, promise, row.examined, row.wrong, row.example))
                if name == "claims":
                    examined, wrong, example = await recheck.run(session)
                    findings.append(Finding(name, recheck.PROMISE, examined, wrong, example))
        findings += await _progress(databases)
    return findings


@asynccontextmanager
async def _databases(folder: Path) -> AsyncIterator[dict[str, Database]]:
    cluster = postgres.Cluster(folder / "postgres")
    started = not _running(folder)
    if started:
        cluster.start()
    databases = {
        name: Database(postgres.database_urls(cluster, name)[1], pool=2) for name in SERVICES
    }
    try:
        yield databases
    finally:
        for database in databases.values():
            await database.close()
        if started:
            cluster.stop()


def _running(folder: Path) -> bool:
    try:
        postgres.Cluster(folder / "postgres").psql("-c", "select 1")
    except postgres_bins.ClusterError:
        return False
    return True


async def _chain(session: AsyncSession, name: str, keys: tokens.KeySet) -> Finding:
    verified, fault = await events.verify(session, name, keys)
    example = f"seq {fault.seq}: {fault.what}" if fault else None
    return Finding(name, "事件链完整、签名有效", verified, 1 if fault else 0, example)


def invariants(path: Path) -> Iterator[tuple[str, str]]:
    """Read (promise, query) pairs: a comment line right above a query is its promise."""
    if not path.exists():
        return
    for block in path.read_text("utf-8").split(";\n"):
        lines = [line for line in block.strip().splitlines() if line.strip()]
        query = "\n".join(line for line in lines if not line.startswith("--"))
        notes = [line.removeprefix("--").strip() for line in lines if line.startswith("--")]
        if query:
            yield notes[-1], query


async def _progress(databases: dict[str, Database]) -> list[Finding]:
    """Compare rows with the events that counted them, and those with what the gateway summed."""
    recount = text((ROOT / "registry" / "recount.sql").read_text("utf-8"))
    by = principals.service("gateway", "check")
    async with databases["gateway"].transaction(by) as session:
        cells = await _cells(session, CELLS)
        cursor = (await session.execute(CURSOR)).scalar_one_or_none() or "0."
    by = principals.service("registry", "check")
    async with databases["registry"].transaction(by) as session:
        rows = await _cells(session, recount)
        told = await _cells(session, SUMS, until=None)
        read = await _cells(session, SUMS, until=int(cursor.partition(".")[0]))
    return [
        _compare("registry", "逐人重新统计 = 进度事件之和", rows, told),
        _compare("gateway", "进度汇总 = 已读进度事件之和", read, cells),
    ]


async def _cells(session: AsyncSession, query: object, **values: int | None) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in await session.execute(query, values):  # type: ignore[call-overload]
        for figure in FIGURES:
            if amount := getattr(row, figure):
                key = [row.target, row.authority, row.quarter, row.organisation, figure]
                found[json.dumps(key)] += amount
    return found


def _compare(service: str, promise: str, left: Counter[str], right: Counter[str]) -> Finding:
    differing = sorted(key for key in left | right if left[key] != right[key])
    example = differing[0] if differing else None
    if example is not None:
        example = f"{example} {left[example]} ≠ {right[example]}"
    return Finding(service, promise, left.total(), len(differing), example)
