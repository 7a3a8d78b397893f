"""What the project tells its tools: reasons, lock, names, migrations, no trace of a machine."""

import importlib.metadata
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")

PRIVATE_PATH = re.compile(r"(?<![\w.])/(?:root|home|work|Users)/[\w.]")
REGISTRY = re.compile(r"\b(?:pypi|pythonhosted|npmjs|crates|debian)\.(?:org|com|io|net)\b")
MIGRATION = re.compile(r"(\d{4})_[a-z0-9]+(?:_[a-z0-9]+)*\.py")
SECONDS_MAX = 60


def without_reason(text: str) -> list[str]:
    """List the entries of string arrays in TOML that end without a reason on their line."""
    entries = re.findall(r'^ {4}"[^"]*",.*$', text, re.MULTILINE)
    return [entry.strip() for entry in entries if not re.search(r"# \S.{5,}$", entry)]


def tracked() -> Iterator[tuple[str, str]]:
    """Read every text file that belongs to the repository."""
    names: list[str] = []
    if (ROOT / ".git").exists() and shutil.which("git"):
        command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        names = listed.stdout.splitlines()
    if not names:  # no repository, or one that belongs to somebody else
        hidden = {".venv", ".data", ".git", "__pycache__"}
        files = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
        names = [path.as_posix() for path in files if not hidden & {*path.parts}]
    for name in names:
        path = ROOT / name
        if path.is_file() and not path.is_symlink():
            try:
                yield name, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def badly_numbered(names: list[str]) -> list[str]:
    """List migration files that are not `0001_first.py`, `0002_next.py` and so on."""
    ordered = sorted(names)
    return [
        name
        for number, name in enumerate(ordered, 1)
        if not (match := MIGRATION.fullmatch(name)) or int(match[1]) != number
    ]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_dependency_and_every_lint_exception_has_its_reason() -> None:
    """A line that adds a dependency or takes away a rule says why, on that line."""
    assert re.search(r'^ {4}"fastapi', PYPROJECT, re.MULTILINE)
    assert without_reason(PYPROJECT) == []


def test_an_entry_without_a_reason_is_found() -> None:
    """An empty comment is not a reason."""
    text = '    "a>=1",  # reads files\n    "b>=1",\n    "c>=1",  #\n'
    assert without_reason(text) == ['"b>=1",', '"c>=1",  #']


def test_every_dependency_is_in_the_lock() -> None:
    """Whoever changes pyproject.toml runs make lock."""
    project = tomllib.loads(PYPROJECT)
    wanted = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {_normal(re.split(r"[\[<>=!~; ]", line)[0]) for line in wanted}
    locked = {_normal(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==", LOCK, re.MULTILINE)}
    assert names - locked == set()


def test_the_lock_holds_hashes_and_no_address() -> None:
    """The lock works with whatever index a machine is set up with, and trusts none."""
    assert "://" not in LOCK
    assert not re.search(r"^-", LOCK, re.MULTILINE)
    entries = re.split(r"^(?=[A-Za-z0-9])", LOCK, flags=re.MULTILINE)[1:]
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_no_other_lock_is_kept() -> None:
    """uv.lock would hold the addresses of an index."""
    assert "uv.lock" in (ROOT / ".gitignore").read_text(encoding="utf-8").split()


def test_no_distribution_owns_our_two_names() -> None:
    """Nothing that is installed can stand in front of services or shared."""
    owners = importlib.metadata.packages_distributions()
    assert {name: owners[name] for name in ("services", "shared") if name in owners} == {}


def test_no_file_names_a_place_on_a_machine_or_a_registry() -> None:
    """The repository works anywhere, so it speaks of no home folder and no index."""
    found = [
        f"{name}: {match.group()}"
        for name, text in tracked()
        for pattern in (PRIVATE_PATH, REGISTRY)
        for match in pattern.finditer(text)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x = '/" + "home/anna/x'", True),
        ("file:///" + "root/x", True),
        ("https://" + "pypi" + ".org/simple", True),
        ("GET /v1/" + "work_training", False),
        ("services/registry" + "/home/", False),
    ],
)
def test_a_place_on_a_machine_is_found(text: str, found: bool) -> None:  # noqa: FBT001
    """Paths of people and machines are found, paths of the API are not."""
    assert bool(PRIVATE_PATH.search(text) or REGISTRY.search(text)) is found


def test_migrations_are_numbered_without_a_gap() -> None:
    """The folder lists a service's history in its order."""
    folders = {path.parent for path in ROOT.glob("services/*/migrations/versions/*.py")}
    found = {
        folder.relative_to(ROOT).as_posix(): bad
        for folder in folders
        if (bad := badly_numbered([p.name for p in folder.glob("*.py") if p.name[0] != "_"]))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("names", "bad"),
    [
        (["0001_first.py", "0002_add_notes.py"], []),
        (["0001_first.py", "0003_add_notes.py"], ["0003_add_notes.py"]),
        (["0001_first.py", "0001_other.py"], ["0001_other.py"]),
        (["ae10_first.py"], ["ae10_first.py"]),
        (["0001_First.py"], ["0001_First.py"]),
    ],
)
def test_a_migration_out_of_order_is_found(names: list[str], bad: list[str]) -> None:
    """Gaps, twins and other names are faults."""
    assert badly_numbered(names) == bad


def test_the_import_contracts_hold() -> None:
    """import-linter follows chains of imports, which the rules in test_imports do not."""
    program = Path(sys.executable).with_name("lint-imports")
    command = [str(program), "--no-cache", "--config", "pyproject.toml"]
    run = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS_MAX, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
