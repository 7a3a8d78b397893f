"""Refuse a number without a source, wherever in a pack it stands."""

from collections.abc import Mapping
from typing import Any

from shared.plans.lines import Path
from shared.plans.reading import Document


def check(document: Document) -> None:
    """Walk a file: a number needs a `source` or `article` in its table or one around it."""
    _walk(document, (), document.tree, sourced=False)


def _walk(document: Document, path: Path, value: Any, *, sourced: bool) -> None:
    if isinstance(value, Mapping):
        sourced = sourced or "source" in value or "article" in value
        for key, below in value.items():
            _walk(document, (*path, key), below, sourced=sourced)
    elif isinstance(value, list):
        for index, below in enumerate(value):
            _walk(document, (*path, index), below, sourced=sourced)
    elif isinstance(value, float):
        document.fault(path, f'{value} is not exact: write a fraction as a text, such as "4/5"')
    elif isinstance(value, int) and not isinstance(value, bool) and not sourced:
        document.fault(path, f"{value} has no source")
