"""`python -m services check`: recount stored data and prove it whole, as the databases' owners.

Reads only. Works on a running suite and on one that is stopped (its PostgreSQL then runs for the
time of the check). Each line is a promise, how much was examined and how much is wrong. The queries
stand beside the services (services/*/invariants.sql) and beside the mechanisms (shared/sql); by
their Chinese promises, these carry the invariants:

I1  entries sum to 0           claims 资金：每一账户借贷相等
I2  nothing negative, unmixed  claims 资金：任何子账户不为负; 资金：分账核算
I3  balance = sum of entries   claims 资金：余额 = …; 各季度发生额; 每笔转账的内容; 每批转账与其事件
I4  caps                       claims 名额：…; 次数上限独立复算; 名额例外; 生活费补贴只发一次;
                               registry 同一人同一时间; 班级占用名额
I5  paid once, with its ground claims 拨付：…; 回盘：…; 明细：同一学员同一条款; 每笔明细都有决定;
                               重算 (recheck); across 在办和已付明细; 生活费补贴的每一天
I6  advances                   claims 预拨：尚无预拨业务 (none is built: none may be booked)
I7  legal paths, times forward claims 明细的每一步; 批次、申诉的各时点;
                               registry 班级的每一步; 退出不早于;
                               institutions 名录资格的每一步; 目录各版本
I8  requests and effects       every service 请求：… (mechanisms), 已答复的请求 (acknowledged)
I9  sent = received = effects  every service 事件：每一事件, 事件：编号; recounts of progress, paid;
                               across 读取方的游标; 占位 = 已读的确认事件…; 作废培训班的明细
I10 audit chains               every service 事件链完整
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import typer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services import acknowledged, across, recounts
from services.claims import recheck
from services.findings import Finding
from services.registry import witness
from shared import events, postgres, postgres_bins, tokens
from shared import principal as principals
from shared.database import Database
from shared.keyring import KeyRing
from shared.sealing import Sealer

ROOT = Path(__file__).resolve().parent
SERVICES = postgres.SERVICES


def main(data: Path | None) -> int:
    """Check a data folder, print every figure, and return 0 only if all is well."""
    folder = data or newest(Path(".data"))
    if folder is None or not (folder / "postgres").is_dir():
        typer.echo("没有可检查的数据目录", err=True)
        return 2
    findings = asyncio.run(check(folder.resolve()))
    for found in findings:
        typer.echo(line(found))
    wrong = sum(1 for found in findings if found.wrong)
    typer.echo(f"共 {len(findings)} 项，{'全部相符' if not wrong else f'{wrong} 项不符'}")
    return 1 if wrong else 0


def line(found: Finding) -> str:
    """Return a finding as a line of text."""
    mark = "✓" if not found.wrong else "✗"
    figures = f"检查 {found.examined:,}，不符 {found.wrong:,}"
    example = f"，例如 {found.example}" if found.wrong else ""
    return f"{mark} {found.service:<13}{found.promise}：{figures}{example}"


def newest(root: Path) -> Path | None:
    """Return the data folder that was used last."""
    found = [path.parent for path in root.glob("*/postgres") if path.is_dir()]
    return max(found, key=lambda path: (path / "postgres").stat().st_mtime, default=None)


async def check(folder: Path) -> list[Finding]:
    """Run every check on a data folder."""
    async with _databases(folder) as databases:
        return await examine(databases, folder / "keys")


async def examine(databases: Mapping[str, Database], keys: Path) -> list[Finding]:
    """Run every check on the databases, reached as their owners; `keys` is the suite's folder."""
    verifying = tokens.KeySet(keys / "jwks.json")
    # Services that are read come after their readers: what a reader has seen is then there.
    findings: list[Finding] = []
    for name in reversed(SERVICES):
        async with databases[name].transaction(principals.service(name, "check")) as session:
            findings.append(await _chain(session, name, verifying))
            for path in (ROOT.parent / "shared" / "sql", ROOT / name):
                for promise, query in invariants(path / "invariants.sql"):
                    row = (await session.execute(text(query))).one()
                    findings.append(Finding(name, promise, row.examined, row.wrong, row.example))
            sealer = Sealer(KeyRing.load(keys / f"{name}.sealing.json"))
            findings.append(
                Finding(name, acknowledged.PROMISE, *await acknowledged.run(session, sealer))
            )
            if name == "registry":
                findings.append(Finding(name, witness.PROMISE, *await witness.run(session, sealer)))
            if name == "claims":
                findings.append(Finding(name, recheck.PROMISE, *await recheck.run(session)))
    return findings + await recounts.run(databases) + await across.run(databases)


@asynccontextmanager
async def _databases(folder: Path) -> AsyncIterator[dict[str, Database]]:
    cluster = postgres.Cluster(folder / "postgres")
    started = not running(folder)
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


def running(folder: Path) -> bool:
    """Say whether the PostgreSQL of a data folder takes connections."""
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
