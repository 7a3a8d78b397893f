"""The command line: `python -m services …`. `make help` lists what people use of it."""

import importlib
import os
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
    sandbox: Annotated[bool, typer.Option(help="a sandbox with a suite clock")] = False,
) -> None:
    """Run PostgreSQL and the four services until Ctrl-C; they stop with this process."""
    launcher = importlib.import_module("shared.launcher")
    launcher.Launcher(data, port=port, sandbox=sandbox).run()


@app.command()
def keys(folder: Annotated[Path, typer.Argument(help="key folder")]) -> None:
    """Make the services' signing keys and key rings where missing; existing ones are kept."""
    _setup().keys(folder)


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
    typer.echo(maker.first_administrator(url, data / "keys", login, name))


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
