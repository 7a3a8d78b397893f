"""Carry answers from a child process to its parent: JSON for the small, joined text for columns.

Nothing is unpickled: a child has read a stranger's file, and its parent holds the keys.
"""

import json
from array import array
from collections.abc import Mapping
from typing import Any

from services.registry.rosters.files import Rows

_CELL = "\x1f"
_BETWEEN = "\x1e"
_CLEARED = {0x1E: " ", 0x1F: " "}
_TEXT_FIELDS = 4


def encode(top: Mapping[str, Any], tables: tuple[Rows, ...] = ()) -> tuple[bytes, bytes]:
    """Write a head and any number of tables."""
    described = dict(top) | {"tables": [len(rows) for rows in tables]}
    parts: list[str] = []
    numbers = array("I")
    for rows in tables:
        numbers.extend(rows.row_no)
        parts += map(_join, (rows.name, rows.id_number, rows.phone, rows.class_code))
    body = _BETWEEN.join(parts).encode("utf-8", "replace") if parts else b""
    return json.dumps(described, ensure_ascii=False).encode("utf-8", "replace"), (
        numbers.tobytes() + body
    )


def head(content: bytes) -> dict[str, Any]:
    """Read a head alone. Raises ValueError if it is no JSON object."""
    described = json.loads(content)
    if not isinstance(described, dict):
        message = "a head is an object"
        raise ValueError(message)  # noqa: TRY004 -- the caller knows one error
    return described


def decode(top: bytes, body: bytes) -> tuple[dict[str, Any], tuple[Rows, ...]]:
    """Read what `encode` wrote. Raises ValueError if it is anything else."""
    described = head(top)
    counts: list[int] = described.pop("tables")
    numbers = array("I")
    size = sum(counts) * numbers.itemsize
    numbers.frombytes(body[:size])
    parts = body[size:].decode().split(_BETWEEN) if counts else []
    if len(parts) != len(counts) * _TEXT_FIELDS:
        message = "a table has four columns of text"
        raise ValueError(message)
    tables = []
    at = 0
    for index, count in enumerate(counts):
        texts = [
            part.split(_CELL) if count else []
            for part in parts[index * _TEXT_FIELDS : (index + 1) * _TEXT_FIELDS]
        ]
        if any(len(column) != count for column in texts):
            message = "columns of a table are of one length"
            raise ValueError(message)
        tables.append(Rows(list(numbers[at : at + count]), *texts))
        at += count
    return described, tuple(tables)


def _join(column: list[str]) -> str:
    joined = _CELL.join(column)
    if joined.count(_CELL) != max(len(column) - 1, 0) or _BETWEEN in joined:
        joined = _CELL.join(cell.translate(_CLEARED) for cell in column)
    return joined
