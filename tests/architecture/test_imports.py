"""Who may import whom: DESIGN.md 2.1 to 2.3 as rules over import statements."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import ROOT, Fault, Rule, Source, faults, snippet, tree

SERVICES = ("institutions", "registry", "claims", "gateway")

# The call graph: which peers a service may ask.
CALLS = {
    "institutions": set[str](),
    "registry": {"institutions"},
    "claims": {"institutions", "registry"},
    "gateway": {"institutions", "registry", "claims"},
}

# Files of one noun, from the outside in: each uses what stands below it.
HOPS = {"app": 4, "api": 3, "operations": 2, "queries": 1, "models": 0, "schemas": 0, "rules": 0}

PURE = ("rules.py", "checking.py")
# What waits, fails or varies, or knows the caller's transport.
IMPURE = (
    *("sqlalchemy", "asyncpg", "alembic", "httpx", "fastapi", "starlette", "uvicorn", "structlog"),
    *("asyncio", "threading", "subprocess", "socket", "multiprocessing", "concurrent", "logging"),
    *("time", "random", "secrets", "os", "io", "pathlib", "shutil", "tempfile", "urllib", "http"),
    *("shared.clock", "shared.database", "shared.client", "shared.transport", "shared.events"),
    *("shared.feed", "shared.leases", "shared.background", "shared.app", "shared.routing"),
    *("shared.idempotency", "shared.sealing", "shared.tokens", "shared.settings", "shared.ids"),
)


def _owner(module: str) -> str | None:
    """Return the service that a module belongs to, if it belongs to one."""
    root, _, rest = module.partition(".")
    first = rest.partition(".")[0]
    return first if root == "services" and first in (*SERVICES, "demo") else None


def _targets(source: Source) -> Iterator[tuple[int, str]]:
    """List what is imported of ours, a name taken from a package counting as its module."""
    for line, module, name in source.imports:
        if module.partition(".")[0] in {"services", "shared"}:
            yield line, f"{module}.{name}" if name else module


def crosses_the_graph(source: Source) -> Iterator[Fault]:
    """Find imports from shared into a service, and from one service into another."""
    owner = _owner(source.module)
    for line, target in _targets(source):
        if source.module.startswith("shared") and target.startswith("services"):
            yield source.fault(line, f"shared imports {target}")
        elif owner and target.startswith("services") and _owner(target) != owner:
            yield source.fault(line, f"{owner} imports {target}: services speak HTTP to each other")


def hops_upwards(source: Source) -> Iterator[Fault]:
    """Find a file of a noun that imports what stands above it."""
    here = HOPS.get(source.path.stem)
    if here is None or source.path.parts[0] != "services":
        return
    for line, target in _targets(source):
        above = next((part for part in target.split(".") if HOPS.get(part, here) > here), None)
        if above:
            yield source.fault(line, f"{source.path.stem} imports {target}, which stands above it")


def impure_rules(source: Source) -> Iterator[Fault]:
    """Find rules that can wait, fail or vary."""
    provision = source.path.parts[:3] == ("services", "claims", "provisions")
    pure = source.path.name in PURE or (provision and source.path.name not in HOPS_FILES)
    if source.path.parts[0] != "services" or not pure:
        return
    for line, module, name in source.imports:
        whole = f"{module}.{name}" if name else module
        if any(whole == bad or whole.startswith(f"{bad}.") for bad in IMPURE):
            yield source.fault(line, f"a rule imports {whole}")
        if name in {"peers", "settings"} or module.endswith((".peers", ".settings")):
            yield source.fault(line, f"a rule imports {whole}")
    for function in source.functions():
        if isinstance(function, ast.AsyncFunctionDef):
            yield source.fault(function, f"{function.name} is a rule and waits")
    for call in source.calls():
        if source.dotted(call.func) in {"open", "print", "input"}:
            yield source.fault(call, "a rule reads or writes")


HOPS_FILES = {f"{name}.py" for name in HOPS if name != "rules"} | {"__init__.py"}


def names_instead_of_modules(source: Source) -> Iterator[Fault]:
    """Find functions imported by name; the call site shall say where they come from."""
    if source.path.name == "__init__.py":  # what a package offers is gathered there by name
        return
    for line, module, name in source.imports:
        if module.partition(".")[0] not in {"services", "shared"} or not name:
            continue
        package = "." not in module or ROOT.joinpath(*module.split(".")).is_dir()
        if not (package or name[0].isupper()):
            yield source.fault(line, f"import {module} and use it: {name} is not a type")


def asks_a_stranger(source: Source) -> Iterator[Fault]:
    """Find files that name a service as peer which the call graph does not allow."""
    owner = _owner(source.module)
    if source.path.name not in {"peers.py", "app.py", "settings.py"} or owner not in CALLS:
        return
    strangers = {*SERVICES} - CALLS[owner] - {owner}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and node.value in strangers:
            yield source.fault(node, f"{owner} names {node.value}, which it may not call")


@pytest.mark.parametrize(
    "rule",
    [crosses_the_graph, hops_upwards, impure_rules, asks_a_stranger],
    ids=lambda rule: rule.__name__,
)
def test_the_tree_keeps_to_the_import_rules(rule: Rule) -> None:
    """Nothing in services or shared imports what it may not."""
    assert faults(rule, tree("services", "shared")) == []


def test_functions_are_called_through_their_module() -> None:
    """Types are imported by name, everything else through its module."""
    assert faults(names_instead_of_modules, tree("services", "shared")) == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("shared/feed.py", "from services.registry import app"),
        ("shared/feed.py", "import services"),
        ("services/registry/app.py", "from services.institutions.licences import queries"),
        ("services/registry/app.py", "from services import claims"),
        ("services/registry/app.py", "import services.__main__"),
        ("services/gateway/surface/api.py", "import services.registry.app"),
        ("services/demo/people.py", "from services.registry.rosters import columns"),
    ],
)
def test_an_import_across_the_call_graph_is_found(path: str, line: str) -> None:
    """Shared reaches no service, a service reaches no other, the demo reaches none."""
    assert len(faults(crosses_the_graph, [snippet(line, path)])) == 1


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("services/__main__.py", "from services.registry import app"),
        ("services/registry/app.py", "from services.registry.rosters import api"),
        ("services/demo/people.py", "from shared import money"),
    ],
)
def test_an_import_along_the_call_graph_passes(path: str, line: str) -> None:
    """The command line imports all, a service itself, everyone the library."""
    assert faults(crosses_the_graph, [snippet(line, path)]) == []


@pytest.mark.parametrize(
    ("path", "line", "found"),
    [
        ("operations.py", "from services.registry.rosters import api", 1),
        ("rules.py", "from services.registry.rosters import operations", 1),
        ("queries.py", "from services.registry.trainees.operations import Invited", 1),
        ("api.py", "from services.registry.rosters import operations, rules", 0),
        ("operations.py", "from services.registry.trainees import operations as trainees", 0),
    ],
)
def test_a_hop_upwards_is_found(path: str, line: str, found: int) -> None:
    """Calls go from api to operations to rules and never back."""
    assert len(faults(hops_upwards, [snippet(line, f"services/registry/rosters/{path}")])) == found


@pytest.mark.parametrize(
    "text",
    [
        "import asyncio",
        "from sqlalchemy.ext.asyncio import AsyncSession",
        "from shared import clock",
        "from services.registry import peers",
        "async def decide(): ...",
        "def decide():\n    return open('terms')",
    ],
)
def test_a_rule_that_can_wait_fail_or_vary_is_found(text: str) -> None:
    """A rule has its facts as arguments and nothing else."""
    assert len(faults(impure_rules, [snippet(text, "services/registry/classes/rules.py")])) == 1
    assert faults(impure_rules, [snippet(text, "services/registry/classes/operations.py")]) == []


def test_a_rule_may_use_dates_and_money() -> None:
    """What cannot wait, fail or vary is welcome in a rule."""
    text = "from datetime import date\nfrom shared import money\nfrom enum import StrEnum\n"
    assert faults(impure_rules, [snippet(text, "services/registry/classes/rules.py")]) == []


def test_a_function_imported_by_name_is_found() -> None:
    """A module and a type pass, a function does not."""
    text = "from tests.architecture import source\nfrom shared.money import Fen, share\n"
    assert len(faults(names_instead_of_modules, [snippet(text)])) == 1


def test_a_peer_that_may_not_be_called_is_found() -> None:
    """The registry asks institutions, and neither claims nor the gateway."""
    text = 'ASKED = here.urls["institutions"], here.urls["claims"], here.urls["gateway"]\n'
    assert len(faults(asks_a_stranger, [snippet(text, "services/registry/peers.py")])) == 2
    assert faults(asks_a_stranger, [snippet(text, "services/registry/classes/rules.py")]) == []
