"""Time comes from one object at the edge; nothing else may ask the machine or the database."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

import pytest

from tests.architecture.source import ROOT, Fault, Source, faults, snippet, tree

# Who may read the machine's clock, and why: each is about machine time or is the clock.
READERS = {
    "shared/clock.py": "is the clock",
    "shared/ids.py": "a UUIDv7 begins with machine time",
    "shared/logs.py": "a log line tells when the machine did it",
    "shared/tokens.py": "tokens expire by machine time, in a sandbox too",
    "services/demo/wechat.py": "stands for a server that has a clock of its own",
}

MACHINE = {
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today"),
    *("datetime.date.today", "time.time", "time.time_ns", "time.localtime", "time.gmtime"),
    *("time.strftime", "time.ctime"),
}
DATABASE = re.compile(
    r"\b(?:now|clock_timestamp|statement_timestamp|transaction_timestamp)\s*\(\s*\)"
    r"|\bcurrent_(?:date|timestamp|time)\b|\blocaltime(?:stamp)?\b",
    re.IGNORECASE,
)
GENERATED = {"func.now", "func.current_timestamp", "func.current_date", "func.clock_timestamp"}


def reads_the_machine(source: Source) -> Iterator[Fault]:
    """Find whatever names a machine clock, called or handed on."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute | ast.Name):
            dotted = source.dotted(node)
            if dotted in MACHINE:
                yield source.fault(node, f"reads {dotted}; take the clock as an argument")


def reads_the_database(source: Source) -> Iterator[Fault]:
    """Find SQL that asks the server for the time: it does not know the suite clock."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            if match := DATABASE.search(node.value):
                yield source.fault(node, f"SQL asks the server for the time: {match.group()}")
        elif isinstance(node, ast.Attribute) and source.dotted(node).endswith(tuple(GENERATED)):
            yield source.fault(node, "SQL asks the server for the time")


def _strangers(*under: str) -> list[Source]:
    return [source for source in tree(*under) if str(source.path) not in READERS]


def test_only_the_listed_files_read_the_machine_clock() -> None:
    """Whoever needs the time gets it as an argument, or is on the list with a reason."""
    assert faults(reads_the_machine, _strangers("services", "shared")) == []


def test_no_statement_of_a_service_asks_the_server_for_the_time() -> None:
    """Business time is the suite clock's; the server's clock knows no sandbox."""
    assert faults(reads_the_database, _strangers("services")) == []


@pytest.mark.parametrize("path", sorted(READERS))
def test_a_file_on_the_list_reads_a_clock_or_is_not_there(path: str) -> None:
    """An exception that nobody needs any more is taken off the list."""
    if not (ROOT / path).is_file():
        return
    source = Source(PurePosixPath(path), (ROOT / path).read_text(encoding="utf-8"))
    assert list(reads_the_machine(source))


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import datetime\nx = datetime.now(tz)",
        "import datetime as dt\nx = dt.datetime.utcnow()",
        "import datetime\nx = datetime.date.today()",
        "from datetime import date\nx = field(default_factory=date.today)",
        "import time\nx = time.time()",
        "from time import time\nx = time()",
    ],
)
def test_a_reading_of_the_machine_clock_is_found(text: str) -> None:
    """Every spelling counts, and so does handing the function on."""
    assert len(faults(reads_the_machine, [snippet(text)])) == 1


def test_the_clock_object_and_durations_pass() -> None:
    """The clock that was handed in may be asked, and a stopwatch is not a clock."""
    text = "import time\nx = clock.now()\ny = clock.today()\nz = time.monotonic()\n"
    assert faults(reads_the_machine, [snippet(text)]) == []


@pytest.mark.parametrize(
    "text",
    [
        'Q = "update t set at = now()"',
        'Q = f"where until > CURRENT_DATE and id = {n}"',
        "from sqlalchemy import func\nx = func.now()",
    ],
)
def test_a_statement_that_asks_the_server_for_the_time_is_found(text: str) -> None:
    """Text, formatted text and generated statements are all read."""
    assert len(faults(reads_the_database, [snippet(text)])) == 1


def test_words_about_time_in_a_docstring_pass() -> None:
    """A docstring is not a statement."""
    assert faults(reads_the_database, [snippet('"""Never use now() here."""\n')]) == []
