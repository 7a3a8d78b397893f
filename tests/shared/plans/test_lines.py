"""Lines are found for everything that tomllib reads."""

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from shared import plans
from shared.plans import lines

TRICKY = '''# a comment with [brackets] and = signs
title = "quotes \\" and # signs"   # trailing
"quoted key" = 1
a.b.c = 'literal \\'
[table]
text = """
[not.a.table]
x = 1 # no comment
"""
list = [
    1, 2,   # two on a line
    { deep = "x", deeper = { far = [true, 2019-09-17] } },
    "]",
]
[[rows]]
n = 1
[rows.below]
m = 2
[[rows]]
n = 3
[[rows.inner]]
k = 4
[[rows.inner]]
k = 5
'''


def paths(value: Any, path: lines.Path = ()) -> Iterator[lines.Path]:  # TOML gives Any
    """Name everything in a TOML tree."""
    if path:
        yield path
    below: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        below = list(value.items())
    elif isinstance(value, list):
        below = list(enumerate(value))
    for key, child in below:
        yield from paths(child, (*path, key))


def test_a_tricky_text_is_understood_whole() -> None:
    """The scanner names exactly what tomllib reads."""
    assert set(lines.scan(TRICKY)) == set(paths(tomllib.loads(TRICKY)))


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 2),
        (("a", "b", "c"), 4),
        (("table", "text"), 6),
        (("table", "list", 1), 11),
        (("table", "list", 2, "deeper", "far", 1), 12),
        (("rows", 0, "below", "m"), 18),
        (("rows", 1, "n"), 20),
        (("rows", 1, "inner", 1, "k"), 24),
    ],
)
def test_a_key_is_found_on_its_line(path: lines.Path, line: int) -> None:
    """Lines count from 1 and stand where the key or element begins."""
    assert lines.scan(TRICKY)[path] == line


def test_every_file_of_the_shipped_pack_is_understood_whole() -> None:
    """No form that the pack uses escapes the scanner."""
    texts = plans.load(plans.default_directory()).texts
    files = {name: text for name, text in texts.items() if name.endswith(".toml")}
    assert len(files) > 20
    for name, text in files.items():
        assert set(lines.scan(text)) == set(paths(tomllib.loads(text))), name
