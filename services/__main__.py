"""The command line: `python -m services …`. `make help` lists what people use of it."""

import importlib
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
plan_commands = typer.Typer(no_args_is_help=True, help="The plan pack.")
app.add_typer(plan_commands, name="plan")

DataFolder = Annotated[Path, typer.Argument(help="data folder")]


def _setup() -> ModuleType:
    # Imported where it is used: `up` should not wait for what only `migrate` needs.
    return importlib.import_module("shared.setup")


@app.command()
def up(
    port: Annotated[int, typer.Option(envvar="PORT")] = 8000,
    data: Annotated[Path, typer.Option()] = Path(".data/up"),
    *,
    sandbox: Annotated[
        bool, typer.Option(envvar="SANDBOX", help="a sandbox with a clock that can be set")
    ] = False,
) -> None:
    """Run PostgreSQL and the four services until Ctrl-C; they stop with this process."""
    launcher = importlib.import_module("shared.launcher")
    suite = launcher.Launcher(data, port=port, sandbox=sandbox)

    def ready() -> None:
        typer.echo(
            f"已就绪：{suite.url}/ （接口说明 {suite.url}/v1/docs，数据 {data}，Ctrl-C 结束）"
        )
        if sandbox:
            typer.echo("沙箱：时间由 POST /v1/sandbox/clock 设定，任何数据都不是真实的。")
        typer.echo("首次使用：.venv/bin/python -m services bootstrap --login admin --name 姓名")
        sys.stdout.flush()

    try:
        suite.run(ready=ready)
    except launcher.LauncherError as error:
        typer.echo(f"无法启动：{error}", err=True)
        raise typer.Exit(1) from None


@app.command()
def keys(folder: Annotated[Path, typer.Argument(help="key folder")]) -> None:
    """Make the services' signing keys and key rings where missing; existing ones are kept."""
    _setup().keys(folder)


@app.command()
def rotate(
    service: Annotated[str, typer.Argument(help="institutions, registry, claims or gateway")],
    folder: Annotated[Path, typer.Argument(help="key folder")] = Path(".data/up/keys"),
) -> None:
    """Give a service a new data key; running copies seal with it within seconds."""
    ring = importlib.import_module("shared.keyring").KeyRing
    made = ring.rotate_data_key(folder / f"{service}.sealing.json")
    typer.echo(f"{service}：现用数据密钥 {made.data[-1].id}，旧密钥仍可解封")


@app.command()
def migrate() -> None:
    """Bring every service's database to its head, as the owners named in the environment."""
    _setup().migrate()


@app.command()
def migration(service: str, message: str) -> None:
    """Write the next empty migration of a service."""
    typer.echo(str(_setup().new_migration(service, message)))


@app.command()
def bootstrap(
    login: Annotated[str, typer.Option()],
    name: Annotated[str, typer.Option()],
    data: Annotated[Path, typer.Option()] = Path(".data/up"),
) -> None:
    """Create the first administrator, once, and print the activation code."""
    maker = importlib.import_module("services.gateway.access.bootstrap")
    url = os.environ.get("GATEWAY_DATABASE_URL") or _setup().running_url(data, "gateway")
    try:
        code = maker.first_administrator(url, data / "keys", login, name)
    except maker.AdministratorExistsError:
        typer.echo("已有管理员，不再办理首任登记；请由现任管理员邀请新人员。", err=True)
        raise typer.Exit(1) from None
    typer.echo(code)
    typer.echo(
        f"以上为 {login} 的激活码，只显示一次。请以 POST /v1/officers/activation"
        " 提交 {login, code, password}，取得动态口令后登录。",
        err=True,
    )


@app.command()
def openapi() -> None:
    """Print the merged public OpenAPI document."""
    merged = importlib.import_module("services.gateway.surface.openapi")
    typer.echo(merged.text(), nl=False)


@app.command()
def check(
    data: Annotated[Path | None, typer.Argument(help="data folder; default: the newest")] = None,
) -> None:
    """Check stored data: chains, recounts and the suite's invariants; non-zero on a mismatch."""
    checking = importlib.import_module("services.checks")
    raise typer.Exit(checking.main(data))


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="a folder that does not exist yet")],
    data: Annotated[Path, typer.Option(help="data folder of the suite")] = Path(".data/up"),
) -> None:
    """Back the whole suite up at one point in time, running or not; keys are kept apart."""
    backups = importlib.import_module("services.backups")
    raise typer.Exit(backups.back_up(folder, data))


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(help="the backup")],
    data: Annotated[Path, typer.Option(help="data folder to restore into")],
    keys: Annotated[Path | None, typer.Option(help="key folder; default: DATA/keys")] = None,
    only: Annotated[str | None, typer.Option(help="one service only")] = None,
) -> None:
    """Restore a backup into empty databases and prove it by the hash of every table."""
    backups = importlib.import_module("services.backups")
    raise typer.Exit(backups.restore(folder, data, keys, only))


@app.command()
def demo(
    *,
    serve: Annotated[bool, typer.Option(envvar="SERVE")] = True,
    port: Annotated[int, typer.Option(envvar="PORT")] = 8000,
) -> None:
    """Live the main job on a fresh sandbox through the public API."""
    story = importlib.import_module("services.demo.story")
    raise typer.Exit(story.main(serve=serve, port=port))


@plan_commands.command("check")
def plan_check(directory: Annotated[Path | None, typer.Argument()] = None) -> None:
    """Check a plan pack; print measures, targets and their sum, and what is unset or unbuilt."""
    raise typer.Exit(importlib.import_module("shared.plans.check").main(directory))


if __name__ == "__main__":
    app()
