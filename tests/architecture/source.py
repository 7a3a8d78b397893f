"""Python sources as the rules see them: where a file lies, its text and its syntax tree."""

import ast
import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
OURS = ("services", "shared", "tests")

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Fault:
    """One place that breaks a rule."""

    where: str
    line: int
    what: str

    def __str__(self) -> str:
        """Name the place the way editors open it."""
        return f"{self.where}:{self.line}: {self.what}"


@dataclass(frozen=True)
class Source:
    """One Python file, or a few lines that stand for one."""

    path: PurePosixPath
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """Parse the file once."""
        return ast.parse(self.text, filename=str(self.path))

    @property
    def module(self) -> str:
        """Return the dotted name; a package is named by its folder."""
        parts = self.path.with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    def fault(self, node: ast.AST | int, what: str) -> Fault:
        """Point at a node, or at a line."""
        line = node if isinstance(node, int) else getattr(node, "lineno", 1)
        return Fault(str(self.path), line, what)

    def functions(self) -> Iterator[Function]:
        """Walk every function and method, nested ones too."""
        for node in ast.walk(self.tree):
            if isinstance(node, Function):
                yield node

    def public_functions(self) -> Iterator[Function]:
        """Walk the functions at the top of the module that others may call."""
        for node in self.tree.body:
            if isinstance(node, Function) and not node.name.startswith("_"):
                yield node

    def calls(self) -> Iterator[ast.Call]:
        """Walk every call."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))

    @cached_property
    def imports(self) -> tuple[tuple[int, str, str], ...]:
        """List what is imported: line, dotted module, name taken from it (or "")."""
        found: list[tuple[int, str, str]] = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found += [(node.lineno, alias.name, "") for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found += [(node.lineno, node.module or "", alias.name) for alias in node.names]
        return tuple(found)

    @cached_property
    def names(self) -> dict[str, str]:
        """Map each imported local name to the dotted thing it stands for."""
        found: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    first = alias.name.partition(".")[0]
                    found[alias.asname or first] = alias.name if alias.asname else first
            elif isinstance(node, ast.ImportFrom) and not node.level:
                for alias in node.names:
                    found[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        return found

    def dotted(self, node: ast.expr) -> str:
        """Spell `a.b.c` out through the imports; empty when it does not begin with a name."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        return ".".join([self.names.get(node.id, node.id), *reversed(parts)])


Rule = Callable[[Source], Iterable[Fault]]


@cache
def tree(*under: str) -> tuple[Source, ...]:
    """Read every Python file of ours below the given folders, all of them by default."""
    paths = (path for root in under or OURS for path in sorted((ROOT / root).rglob("*.py")))
    return tuple(
        Source(PurePosixPath(path.relative_to(ROOT).as_posix()), path.read_text(encoding="utf-8"))
        for path in paths
        if "__pycache__" not in path.parts
    )


def snippet(text: str, path: str = "services/registry/trainees/operations.py") -> Source:
    """Pretend that a few lines are a file."""
    return Source(PurePosixPath(path), textwrap.dedent(text).lstrip("\n"))


def faults(rule: Rule, sources: Iterable[Source]) -> list[str]:
    """Try a rule on many sources and say what breaks it."""
    return [str(fault) for source in sources for fault in rule(source)]


def is_migration(source: Source) -> bool:
    """Tell Alembic's files from the others."""
    return source.path.parent.name == "versions"
