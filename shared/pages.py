"""Keyset pages: stable under writes, no OFFSET, no COUNT."""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import ColumnElement, Select, tuple_

from shared.problems import Problem

LIMIT_MAX = 200
INT8 = 2**63
Item = TypeVar("Item")


class CursorMalformed(Problem):
    """The cursor was not made by this list."""

    status = 400
    code = "cursor_malformed"
    title_zh = "分页游标无效"
    title_en = "The cursor is not one of this list"


class Page(BaseModel, Generic[Item]):
    """Items in the list's order; `next` is the cursor of the following page, null at the end."""

    items: list[Item]
    next: str | None = None


After = Annotated[str | None, Query(max_length=400, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX, description="items a page, at most 200")]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def encode(values: Sequence[Any]) -> str:
    """Return the cursor that stands after a row with these key values."""
    plain = json.dumps([_plain(v) for v in values], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(plain.encode()).rstrip(b"=").decode()


def decode(cursor: str, kinds: Sequence[type]) -> list[Any]:
    """Read a cursor back; CursorMalformed if its values are not of these kinds."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        values = json.loads(raw)
        if not isinstance(values, list) or len(values) != len(kinds):
            raise ValueError
        return [_read(kind, value) for kind, value in zip(kinds, values, strict=True)]
    except (ValueError, TypeError, UnicodeDecodeError) as error:
        raise CursorMalformed from error


def _read(kind: type, value: Any) -> Any:
    if kind in {datetime, date}:
        return kind.fromisoformat(value)
    if kind is UUID:
        return UUID(value)
    if type(value) is not kind:
        raise ValueError
    if isinstance(value, int) and not -INT8 <= value < INT8:
        raise ValueError
    if isinstance(value, str) and "\0" in value:
        raise ValueError
    return value


def keyset(
    query: Select[Any],
    columns: Sequence[ColumnElement[Any]],
    kinds: Sequence[type],
    after: str | None,
    limit: int,
) -> Select[Any]:
    """Order by the columns and go on after the cursor; reads one row more than the page."""
    if after is not None:
        query = query.where(tuple_(*columns) > tuple_(*decode(after, kinds)))
    return query.order_by(*columns).limit(limit + 1)


def page(
    rows: Sequence[Any],
    limit: int,
    keys: Callable[[Any], Sequence[Any]],
    item: Callable[[Any], Item],
) -> Page[Item]:
    """Make the page out of the rows that `keyset` read."""
    more = len(rows) > limit
    shown = rows[:limit]
    return Page[Any](
        items=[item(row) for row in shown], next=encode(keys(shown[-1])) if more else None
    )
