"""Statements are constant text, and the end of a transaction is not the application's to say."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.source import Fault, Source, faults, snippet, tree

RUNS = {
    *("text", "execute", "exec_driver_sql", "executemany", "executescript", "scalar", "scalars"),
    *("fetch", "fetchrow", "fetchval", "stream", "DDL"),
}
# Functions that make a name or a literal safe to stand in a statement.
QUOTES = {"quoted", "quote", "quote_ident", "identifier", "literal"}
ENDS = {"commit", "rollback"}


def ends_a_transaction(source: Source) -> Iterator[Fault]:
    """Find calls that end a transaction."""
    for call in source.calls():
        if isinstance(call.func, ast.Attribute) and call.func.attr in ENDS:
            yield source.fault(call, f"{call.func.attr}() is the route class's")


def _safe(node: ast.expr) -> bool:
    """Tell whether an inserted value is a constant of the module or was quoted."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.Call):
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        return name in QUOTES
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name.isupper()


def _put_together(node: ast.expr) -> Iterator[ast.expr]:
    """List what is put into a statement: f-string, +, % and format."""
    match node:
        case ast.JoinedStr():
            yield from (v.value for v in node.values if isinstance(v, ast.FormattedValue))
        case ast.BinOp(op=ast.Add() | ast.Mod()):
            for side in (node.left, node.right):
                yield from _put_together(side) if _composed(side) else [side]
        case ast.Call(func=ast.Attribute(attr="format")):
            yield from node.args
            yield from (keyword.value for keyword in node.keywords)


def _composed(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr | ast.BinOp)


def formatted_sql(source: Source) -> Iterator[Fault]:
    """Find statements that something other than a constant was put into."""
    for call in source.calls():
        called = call.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        if name not in RUNS or not call.args:
            continue
        for part in _put_together(call.args[0]):
            if not _safe(part):
                yield source.fault(call, f"{ast.unparse(part)} is put into SQL; bind it")


def test_no_service_ends_a_transaction() -> None:
    """One request is one transaction, which ends after the operation has returned."""
    assert faults(ends_a_transaction, tree("services")) == []


def test_no_statement_of_a_service_is_put_together_from_values() -> None:
    """Values are bound; only constants and quoted names stand in a statement's text."""
    assert faults(formatted_sql, tree("services")) == []


@pytest.mark.parametrize("line", ["await session.commit()", "session.rollback()"])
def test_a_commit_in_a_service_is_found(line: str) -> None:
    """Neither end of a transaction is an operation's business."""
    assert len(faults(ends_a_transaction, [snippet(f"async def f(session):\n    {line}")])) == 1


@pytest.mark.parametrize(
    "line",
    [
        'session.execute(text(f"select * from t where id = {value}"))',
        'connection.fetch("select * from t where id = " + value)',
        'connection.fetchval("select * from t where id = %s" % value)',
        'session.scalar(text("select * from {}".format(table)))',
        'op.execute("select " + f"{value}")',
    ],
)
def test_a_statement_put_together_from_a_value_is_found(line: str) -> None:
    """Every way of writing it counts."""
    assert len(faults(formatted_sql, [snippet(line)])) == 1


@pytest.mark.parametrize(
    "line",
    [
        'session.execute(text("select * from t where id = :id"), {"id": value})',
        'op.execute(f"grant select on t to {APP_ROLE}")',
        'op.execute(f"drop table {quoted(name)}")',
        'op.execute("select 1 " + FILTER)',
    ],
)
def test_bound_values_constants_and_quoted_names_pass(line: str) -> None:
    """What cannot carry a caller's text into a statement is allowed."""
    assert faults(formatted_sql, [snippet(line)]) == []
