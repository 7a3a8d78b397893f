"""What a row of the bench is, and which there are."""

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

import tests.bench
from tests.bench.figures import Figure
from tests.bench.tools import Tools


@dataclass(frozen=True)
class Row:
    """Figures that are measured together: their names for `ONLY=`, what they say, what runs."""

    names: tuple[str, ...]
    what: str
    run: Callable[[Tools], Awaitable[list[Figure]]]


def every() -> list[Row]:
    """Return every row there is: of each module of this package that declares ROWS."""
    names = sorted(one.name for one in pkgutil.iter_modules(tests.bench.__path__))
    modules = [
        importlib.import_module(f"tests.bench.{name}")
        for name in names
        if not name.startswith(("test_", "__"))
    ]
    return [row for module in modules for row in getattr(module, "ROWS", ())]


def chosen(only: str) -> list[Row]:
    """Return the rows with these names, comma between; every row for none. SystemExit: unknown."""
    wanted = {name.strip() for name in only.split(",") if name.strip()}
    rows = every()
    if not wanted:
        return rows
    known = {name for row in rows for name in row.names}
    if unknown := sorted(wanted - known):
        raise SystemExit(f"No row is called {', '.join(unknown)}. There are: {_list(known)}.")
    return [row for row in rows if wanted & set(row.names)]


def _list(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
