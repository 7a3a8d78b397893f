"""Cursors: what this list made is read back, anything else is a malformed cursor."""

import base64
import json
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from shared import pages


def _cursor(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def test_a_cursor_reads_back_what_it_was_made_of() -> None:
    """Dates, instants, keys, numbers and Chinese text survive."""
    values = [date(2020, 2, 29), datetime(2020, 1, 1, tzinfo=UTC), UUID(int=7), 5, "吐鲁番"]
    kinds = [date, datetime, UUID, int, str]
    assert pages.decode(pages.encode(values), kinds) == values


@pytest.mark.parametrize(
    ("cursor", "kinds"),
    [
        ("", [int]),
        ("%%%", [int]),
        ("é", [int]),
        (_cursor(), [int]),
        (_cursor(1, 2), [int]),
        (_cursor("x"), [int]),
        (_cursor(True), [int]),
        (_cursor(2**63), [int]),
        (_cursor("a\0b"), [str]),
        (_cursor("2020-13-01"), [date]),
        (_cursor("no"), [UUID]),
        (_cursor(None), [UUID]),
        (_cursor({"a": 1}), [str]),
    ],
)
def test_what_no_list_made_is_malformed(cursor: str, kinds: list[type]) -> None:
    """A crafted cursor is a 400, never a 500."""
    with pytest.raises(pages.CursorMalformed):
        pages.decode(cursor, kinds)
