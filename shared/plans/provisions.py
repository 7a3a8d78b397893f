"""Read a provisions/*.toml: what its numbers are, and what they were from which day."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from types import MappingProxyType

from shared.plans import common, rights
from shared.plans.reading import Node
from shared.plans.records import Source
from shared.plans.terms import Parameter, Provision, Terms, Value
from shared.plans.vocabulary import DecidedOn

_READERS: Mapping[str, Callable[[Node, str], Value]] = {
    "integer": Node.integer,
    "fen": Node.integer,
    "fraction": Node.fraction,
    "flag": Node.flag,
    "day": Node.day,
    "text": Node.text,
    "list": Node.texts,
    "counts": lambda node, key: _table(node, key, Node.integer),
    "labels": lambda node, key: _table(node, key, Node.text),
}
_RESERVED = frozenset({"date", "until", "source", "sources"})


def read(root: Node, known: common.Known, *, identifier: str) -> Provision:
    """Read one provision; its id is its file's name."""
    built = root.flag("built")
    if built and root.has("reason"):
        root.fault("a built provision needs no reason", "reason")
    if not built and not root.has("reason"):
        root.fault("a provision that no rule reads needs a reason", "built")
    lead = root.known("lead", known.departments, "department") if root.has("lead") else ()
    duty = root.known("duty", known.departments, "department") if root.has("duty") else ()
    common.distinct(root, "duty", lead, duty)
    parameters, limits = _parameters(root, known)
    provision = Provision(
        id=identifier,
        name=common.name(root),
        description=root.text("description"),
        decided_on=root.choice("decided_on", DecidedOn),
        built=built,
        reason=root.text_or_none("reason"),
        lead=lead,
        duty=duty,
        rates=root.texts("rates") if root.has("rates") else (),
        parameters=parameters,
        periods=_periods(root, identifier, parameters, limits),
        sha256=hashlib.sha256(root.document.text.encode()).hexdigest(),
    )
    known.provisions.add(identifier)
    root.close()
    return provision


def _parameters(
    root: Node, known: common.Known
) -> tuple[tuple[Parameter, ...], dict[str, frozenset[str]]]:
    """Read the declarations; a parameter's words are limited by `of`, `keys` or `one_of`."""
    table = root.child("parameters")
    found: list[Parameter] = []
    limits: dict[str, frozenset[str]] = {}
    for key in table.tree:
        node = table.child(key)
        common.one_of(node, "type", _READERS, "type")
        if key in _RESERVED:
            node.fault(f"{key!r} cannot name a parameter")
        unit = node.text("unit") if node.has("unit") else ""
        if not unit and node.tree.get("type") in {"integer", "counts"}:
            node.fault("a whole number needs its unit", "type")
        found.append(Parameter(key, node.tree.get("type", ""), unit, node.text("zh")))
        if node.has("one_of"):
            limits[key] = frozenset(node.texts("one_of"))
        elif node.has("of"):
            words = known.vocabulary(node.text("of"))
            if words is None:
                node.fault(f"unknown vocabulary {node.tree['of']!r}", "of")
            limits[key] = frozenset(words or ())
        node.close()
    return tuple(found), limits


def _periods(
    root: Node,
    identifier: str,
    parameters: tuple[Parameter, ...],
    limits: Mapping[str, frozenset[str]],
) -> tuple[Terms, ...]:
    nodes = root.children("from")
    starts = [node.day("date") for node in nodes]
    found: list[Terms] = []
    for position, node in enumerate(nodes):
        following = starts[position + 1] if position + 1 < len(starts) else None
        until = node.day_or_none("until")
        if until is not None and until <= starts[position]:
            node.fault("the period ends before it begins", "until")
        if position and starts[position] <= starts[position - 1]:
            node.fault(f"{starts[position]} overlaps the period before it", "date")
        elif until is not None and following is not None and until > following:
            node.fault(f"until {until} overlaps the period from {following}", "until")
        ends = min((day for day in (until, following) if day is not None), default=None)
        found.append(_terms(node, identifier, parameters, limits, (starts[position], ends)))
    if not nodes:
        root.fault("a provision needs a period: [[from]]")
    return tuple(found)


def _terms(
    node: Node,
    identifier: str,
    parameters: tuple[Parameter, ...],
    limits: Mapping[str, frozenset[str]],
    period: tuple[date, date | None],
) -> Terms:
    values: dict[str, Value] = {}
    for parameter in parameters:
        if parameter.type not in _READERS:
            node.has(parameter.id)
            continue
        values[parameter.id] = _READERS[parameter.type](node, parameter.id)
        if parameter.id in limits:
            _limited(node, parameter.id, values[parameter.id], limits[parameter.id])
    rights.check(node, identifier, values)
    source, sources = common.source(node), _sources(node, values)
    node.close()
    return Terms(
        provision=identifier,
        starts_on=period[0],
        until=period[1],
        source=source,
        hash=_hash(identifier, period[0], values, (source, *sources.values())),
        _values=MappingProxyType(values),
        _sources=MappingProxyType(sources),
    )


def _sources(node: Node, values: Mapping[str, Value]) -> dict[str, Source]:
    """Read the sources of single parameters, where they differ from the period's."""
    if not node.has("sources"):
        return {}
    table = node.child("sources")
    found = {}
    for key in table.tree:
        if key not in values:
            table.fault(f"no parameter {key!r}", key)
        found[key] = common.source(table, key)
    return found


def _limited(node: Node, key: str, value: Value, words: frozenset[str]) -> None:
    """Refuse a word outside the vocabulary that the parameter declares."""
    given = [value] if isinstance(value, str) else value
    if isinstance(given, Mapping | tuple | list):
        for word in given:
            if word and word not in words:
                node.fault(f"unknown word {word!r} for {key!r}", key)


def _table(node: Node, key: str, read_value: Callable[[Node, str], int | str]) -> Value:
    table = node.child(key)
    return MappingProxyType({word: read_value(table, word) for word in table.tree})  # type: ignore[return-value]


def _hash(
    identifier: str, starts_on: date, values: Mapping[str, Value], sources: tuple[Source, ...]
) -> str:
    canonical = json.dumps(
        [
            identifier,
            starts_on.isoformat(),
            {key: _plain(value) for key, value in values.items()},
            [asdict(source) for source in sources],
        ],
        ensure_ascii=False,
        sort_keys=True,
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def _plain(value: Value) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple):
        return list(value)
    return value if isinstance(value, bool | int) else str(value)
