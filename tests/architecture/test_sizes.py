"""Files and functions stay small enough to read at one go."""

from collections.abc import Iterator

from tests.architecture.source import Fault, Source, faults, is_migration, snippet, tree

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60


def long_file(source: Source) -> Iterator[Fault]:
    """Find a file past the limit."""
    count = len(source.text.splitlines())
    if count > FILE_LINES_MAX:
        yield source.fault(count, f"{count} lines; split it into verbs, never into layers")


def long_function(source: Source) -> Iterator[Fault]:
    """Find functions past the limit; a migration is a list of statements and may be long."""
    if is_migration(source):
        return
    for function in source.functions():
        count = (function.end_lineno or function.lineno) - function.lineno + 1
        if count > FUNCTION_LINES_MAX:
            yield source.fault(function, f"{function.name} has {count} lines")


def _function_of(lines: int, path: str = "services/registry/trainees/operations.py") -> Source:
    return snippet("def f():\n" + "    x = 1\n" * (lines - 1), path)


def test_every_file_is_at_most_400_lines() -> None:
    """No file of ours is longer than one can hold in mind."""
    assert faults(long_file, tree()) == []


def test_every_function_is_at_most_60_lines() -> None:
    """No function of ours is longer than a screen."""
    assert faults(long_function, tree()) == []


def test_a_file_of_401_lines_is_found() -> None:
    """The limit itself passes, one more line does not."""
    assert faults(long_file, [snippet("x = 1\n" * 400)]) == []
    assert len(faults(long_file, [snippet("x = 1\n" * 401)])) == 1


def test_a_function_of_61_lines_is_found() -> None:
    """The limit itself passes, one more line does not; a method counts like a function."""
    assert faults(long_function, [_function_of(60)]) == []
    assert len(faults(long_function, [_function_of(61)])) == 1
    method = "class C:\n    async def f(self):\n" + "        x = 1\n" * 60
    assert len(faults(long_function, [snippet(method)])) == 1


def test_a_migration_may_have_a_long_function() -> None:
    """A migration creates many tables one after another."""
    path = "services/registry/migrations/versions/0001_first.py"
    assert faults(long_function, [_function_of(90, path)]) == []
