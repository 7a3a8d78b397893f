"""`python -m services backup DIR` and `restore DIR`: the whole suite at one point in time."""

import asyncio
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import typer

from services import checks
from shared import backup, clock, postgres, postgres_bins


def back_up(folder: Path, data: Path) -> int:
    """Back a suite up, running or not, and say what was written; 0 if it is whole."""
    try:
        with _owners(data) as urls:
            manifest = asyncio.run(
                backup.back_up(urls, folder.resolve(), keys=data / "keys", at=clock.Clock().now())
            )
    except (backup.BackupError, postgres_bins.ClusterError, OSError) as error:
        typer.echo(f"备份未完成：{error}", err=True)
        return 1
    _tell(manifest)
    typer.echo(f"已备份到 {folder}。密钥不在其中：请把 {data / 'keys'} 另行保管，没有它无法恢复。")
    return 0


def restore(folder: Path, data: Path, keys: Path | None, only: str | None) -> int:
    """Restore a suite, or one service of it, into empty databases; 0 if the state is the same."""
    kept = keys or data / "keys"
    try:
        backup.verified(folder, kept)
        with _owners(data, create=True) as urls:
            wanted = {n: u for n, u in urls.items() if only is None or n == only}
            manifest = asyncio.run(backup.restore(folder, wanted, keys=kept))
        if kept.resolve() != (data / "keys").resolve():
            shutil.copytree(kept, data / "keys")
    except (backup.BackupError, postgres_bins.ClusterError, OSError) as error:
        typer.echo(f"恢复未完成：{error}", err=True)
        return 1
    _tell(manifest)
    typer.echo(f"已恢复到 {data}，逐表状态摘要与备份一致。")
    if only is not None:
        typer.echo("只恢复了一个服务：读取其事件的服务若已读到更后，会停下并报 feed_rewound。")
    return 0


def _tell(manifest: Mapping[str, Any]) -> None:
    for name, one in manifest["services"].items():
        rows = sum(table["rows"] for table in one["tables"].values())
        seq = one["head"]["seq"] if one["head"] else 0
        typer.echo(f"{name:<13}{len(one['tables'])} 张表 {rows:,} 行，事件至 {seq:,}")
    typer.echo(f"状态摘要 {manifest['state']}")


@contextmanager
def _owners(data: Path, *, create: bool = False) -> Iterator[dict[str, str]]:
    """Give the owners' addresses: the environment's, else those of the data folder's cluster."""
    given = {
        name: url
        for name in postgres.SERVICES
        if (url := os.environ.get(f"{name.upper()}_OWNER_DATABASE_URL"))
    }
    if len(given) == len(postgres.SERVICES):
        yield given
        return
    cluster = postgres.Cluster(data / "postgres")
    if not create and not cluster.data.is_dir():
        raise backup.BackupError(f"{data} holds no suite.")
    started = not checks.running(data)
    if started:
        cluster.start()
    try:
        if create:
            postgres.ensure_databases(cluster)
        urls = {name: postgres.database_urls(cluster, name)[1] for name in postgres.SERVICES}
        yield urls | given
    finally:
        if started:
            cluster.stop()
