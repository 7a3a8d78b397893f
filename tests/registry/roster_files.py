"""Roster files for tests: rows of nobody, written as CSV, and classes to fill with them."""

import csv
import io
from collections.abc import Sequence
from uuid import UUID

import httpx

from shared import ids
from shared.standards import resident_id
from tests.registry.world import Room
from tests.suite import Suite

HEADINGS = ("班级编号", "姓名", "身份证号", "手机")
Row = tuple[str, str, str, str]
SURNAMES = "赵钱孙李周吴郑王冯陈"


def number(n: int) -> str:
    """Return the valid ID number of the n-th nobody."""
    return resident_id.complete(f"650402{1965 + n // 1000 % 35}0102{n % 1000:03d}")


def row(code: str, n: int, *, name: str | None = None, phone: str = "") -> Row:
    """Return the row of the n-th nobody in a class."""
    return (
        code,
        name or f"{SURNAMES[n % 10]}示{'一二三四五六七八九十'[n // 10 % 10]}",
        number(n),
        phone,
    )


def rows(codes: Sequence[str], how_many: int, *, start: int = 0) -> list[Row]:
    """Spread nobodies over classes, each class's rows together."""
    share = -(-how_many // len(codes))
    return [row(codes[n // share], start + n) for n in range(how_many)]


def csv_bytes(body: Sequence[Sequence[str]], headings: Sequence[str] = HEADINGS) -> bytes:
    """Write a CSV file."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(headings)
    writer.writerows(body)
    return stream.getvalue().encode()


async def upload(
    client: httpx.AsyncClient, data: bytes, *, media_type: str = "text/csv", query: str = ""
) -> httpx.Response:
    """Send a file as a raw body."""
    headers = {"Content-Type": media_type}
    return await client.post(f"/rosters{query}", content=data, headers=headers)


async def copies(suite: Suite, room: Room, how_many: int) -> list[str]:
    """Copy a class with its sessions, as a school with many alike would have filed them."""
    found = []
    for n in range(how_many):
        fresh, code = ids.uuid7(), f"{room.code}-{n + 1:04d}"
        await _copy(suite, room.id, fresh, code)
        found.append(code)
    return found


async def _copy(suite: Suite, old: UUID, fresh: UUID, code: str) -> None:
    await suite.sql(
        "registry",
        "insert into training_classes select (json_populate_record(c, json_build_object("
        "'id', $2::uuid, 'code', $3::text, 'taken', 0))).* from training_classes c where id = $1",
        *(old, fresh, code),
    )
    await suite.sql(
        "registry",
        "insert into sessions select (json_populate_record(s, json_build_object("
        "'id', gen_random_uuid(), 'class_id', $2::uuid))).* from sessions s where class_id = $1",
        *(old, fresh),
    )
