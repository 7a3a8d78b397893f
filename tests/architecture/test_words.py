"""Every package and every promise says in a sentence what it is; tests are sentences."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import (
    OURS,
    ROOT,
    Fault,
    Function,
    Source,
    faults,
    snippet,
    tree,
)

PROMISES = ("api.py", "operations.py", "queries.py", "rules.py")
WORDS_MIN = 2  # a subject and a verb


def undocumented_promise(source: Source) -> Iterator[Fault]:
    """Find public functions without a docstring in the files that others call."""
    if source.path.name in PROMISES and source.path.parts[0] == "services":
        for function in source.public_functions():
            if not ast.get_docstring(function):
                yield source.fault(function, f"{function.name} does not say what it does")


def positional_operation(source: Source) -> Iterator[Fault]:
    """Find operations that take more than the session by position."""
    if source.path.name != "operations.py":
        return
    for function in source.public_functions():
        given = [*function.args.posonlyargs, *function.args.args]
        if len(given) > 1 or function.args.vararg:
            yield source.fault(function, f"{function.name}: all but the session is keyword-only")


def _tests(source: Source) -> Iterator[Function]:
    if source.path.name.startswith("test_"):
        yield from (f for f in source.functions() if f.name.startswith("test_"))


def not_a_sentence(source: Source) -> Iterator[Fault]:
    """Find tests whose name or docstring does not say a promise."""
    for function in _tests(source):
        if len(function.name.split("_")) - 1 < WORDS_MIN:
            yield source.fault(function, f"{function.name} is not a sentence")
        lines = (ast.get_docstring(function) or "").splitlines()
        if len(lines) != 1:
            yield source.fault(function, f"{function.name}: one line says the promise")


def silent_skip(source: Source) -> Iterator[Fault]:
    """Find skipped or expected failures without a reason."""
    marks = {f"pytest.mark.{mark}" for mark in ("skip", "skipif", "xfail")}
    called = set()
    for call in source.calls():
        name = source.dotted(call.func)
        called.add(id(call.func))
        given = [keyword.value for keyword in call.keywords if keyword.arg == "reason"]
        if name in {"pytest.skip", "pytest.xfail", "pytest.mark.skip"}:
            given += call.args[:1]
        elif name not in marks and name != "pytest.importorskip":
            continue
        if not any(not isinstance(why, ast.Constant) or why.value for why in given):
            yield source.fault(call, f"{name} gives no reason")
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and id(node) not in called:
            name = source.dotted(node)
            if name in marks:
                yield source.fault(node, f"{name} gives no reason")


def packages_without_words() -> list[str]:
    """List folders of ours that hold Python and do not say what they own."""
    found = []
    for root in OURS:
        folders = {path.parent for path in (ROOT / root).rglob("*.py") if path.parent.name}
        for folder in sorted(folders):
            if folder.name in {"versions", "__pycache__"}:
                continue
            marker = folder / "__init__.py"
            text = marker.read_text(encoding="utf-8") if marker.is_file() else ""
            if not ast.get_docstring(ast.parse(text)):
                found.append(folder.relative_to(ROOT).as_posix())
    return found


def test_every_package_says_what_it_owns() -> None:
    """Each folder with Python is a package with a docstring."""
    assert packages_without_words() == []


def test_no_module_has_the_name_of_a_folder_beside_it() -> None:
    """Python would silently take the folder."""
    paths = (ROOT / source.path for source in tree())
    assert [str(path) for path in paths if path.with_suffix("").is_dir()] == []


def test_every_public_function_of_a_service_says_what_it_does() -> None:
    """The functions of api, operations, queries and rules have docstrings."""
    assert faults(undocumented_promise, tree("services")) == []


def test_operations_take_keyword_only_arguments() -> None:
    """A call of an operation reads as a sentence."""
    assert faults(positional_operation, tree("services")) == []


def test_every_test_is_a_sentence_with_a_promise() -> None:
    """Names are sentences, docstrings one line."""
    assert faults(not_a_sentence, tree("tests")) == []


def test_every_skip_gives_its_reason() -> None:
    """A test that does not run says why."""
    assert faults(silent_skip, tree("tests")) == []


def test_a_public_function_without_a_docstring_is_found() -> None:
    """A private one may be silent."""
    text = "def enrol(session): ...\ndef _find(session): ...\n"
    assert len(faults(undocumented_promise, [snippet(text)])) == 1


@pytest.mark.parametrize("arguments", ["session, row", "session, *rows", "session, row, /"])
def test_an_operation_with_positional_arguments_is_found(arguments: str) -> None:
    """Only the session comes by position."""
    assert len(faults(positional_operation, [snippet(f"async def f({arguments}): ...")])) == 1
    assert faults(positional_operation, [snippet("async def f(session, *, row): ...")]) == []


@pytest.mark.parametrize(
    "text",
    [
        'def test_it():\n    """Say one promise."""',
        "def test_a_row_sent_twice_changes_nothing(): ...",
        'def test_a_row_sent_twice_changes_nothing():\n    """Say.\n\n    More.\n    """',
    ],
)
def test_a_test_that_is_no_sentence_is_found(text: str) -> None:
    """Short names, missing and long docstrings are faults."""
    assert len(faults(not_a_sentence, [snippet(text, "tests/test_x.py")])) == 1


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("pytest.skip()", 1),
        ("pytest.skip('')", 1),
        ("x = pytest.mark.skip", 1),
        ("pytest.mark.skipif(True)", 1),
        ("pytest.mark.xfail()", 1),
        ("pytest.importorskip('x')", 1),
        ("pytest.skip('no chromium here')", 0),
        ("pytest.mark.skipif(True, reason='no system PostgreSQL here')", 0),
    ],
)
def test_a_skip_without_a_reason_is_found(line: str, found: int) -> None:
    """A reason is a text, wherever pytest takes it."""
    assert len(faults(silent_skip, [snippet(f"import pytest\n{line}", "tests/t.py")])) == found
