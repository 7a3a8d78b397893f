"""Pictures of everything stored, and which rows of one side changed between two of them."""

import asyncio
import re
from collections.abc import Iterable

from tests.suite import SERVICES, Suite

# What a refused request may leave: nothing of these says anything of anybody.
BESIDE = {"idempotency", "leases", "plan_packs", "alembic_version", "attempts"}
UUID_TEXT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
Picture = dict[str, set[str]]


class Camera:
    """Takes pictures with one query a service."""

    def __init__(self, suite: Suite) -> None:
        self.suite = suite
        self._queries: dict[str, str] = {}

    async def take(self) -> Picture:
        """Write every row of every service down, by service."""
        rows = await asyncio.gather(*(self._rows(name) for name in SERVICES))
        return dict(zip(SERVICES, rows, strict=True))

    async def _rows(self, service: str) -> set[str]:
        if service not in self._queries:
            tables = await self.suite.sql(
                service, "select tablename from pg_tables where schemaname = 'public'"
            )
            names = sorted({row["tablename"] for row in tables} - BESIDE)
            self._queries[service] = " union all ".join(
                f"select '{name} ' || t::text as row from \"{name}\" t" for name in names
            )
        found = await self.suite.sql(service, self._queries[service])
        return {row["row"] for row in found}


def ids(picture: Picture) -> set[str]:
    """Return every identifier that is stored somewhere."""
    return {found for rows in picture.values() for row in rows for found in UUID_TEXT.findall(row)}


def touched(before: Picture, after: Picture, marks: set[str]) -> list[str]:
    """Return the changed rows that carry a mark, shortened."""
    return [
        f"{service}.{row[:160]}"
        for service, rows in after.items()
        for row in sorted(rows ^ before[service])
        if marks & set(UUID_TEXT.findall(row))
    ]


def known(picture: Picture, own: Iterable[str]) -> set[str]:
    """Return the identifiers in rows that carry one of somebody's own."""
    mine = set(own)
    return {
        found
        for rows in picture.values()
        for row in rows
        if mine & (there := set(UUID_TEXT.findall(row)))
        for found in there
    }
