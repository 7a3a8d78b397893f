"""I8: what a stored answer says was made is there. For `python -m services check`.

Answers of the last 48 hours are kept sealed beside their effects; an answer that names a row which
is not there acknowledged something that did not happen.
"""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, column, select, table, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import idempotency
from shared.sealing import Sealer

PROMISE = "已答复的请求：所办事项都在"
MOST = 2_000
CREATED = 201
KEY = column("id", Uuid)
ANSWERS = text(
    "select subject, key, status, body from idempotency where status = :created"
    " order by at desc limit :most"
)
TABLES = text(
    "select c.table_name from information_schema.columns c join pg_tables t"
    " on t.schemaname = 'public' and t.tablename = c.table_name"
    " where c.table_schema = 'public' and c.column_name = 'id' and c.data_type = 'uuid'"
)


async def run(session: AsyncSession, sealer: Sealer) -> tuple[int, int, str | None]:
    """Return how many answers were opened, how many name a row that is nowhere, and one of them."""
    rows = (await session.execute(ANSWERS, {"created": CREATED, "most": MOST})).all()
    named: dict[UUID, str] = {}
    for row in rows:
        key = idempotency.Key(row.subject, row.key, b"")
        body = sealer.open_bytes(row.body, table="idempotency", column="body", row=key.row)
        if (made := _made(json.loads(body))) is not None:
            named[made] = f"{row.subject} {row.key}"
    if not named:
        return len(rows), 0, None
    there = set()
    for name in (await session.execute(TABLES)).scalars().all():
        query = select(KEY).select_from(table(name)).where(KEY.in_(list(named)))
        there |= set((await session.execute(query)).scalars())
    missing = sorted(named[made] for made in named.keys() - there)
    return len(rows), len(missing), missing[0] if missing else None


def _made(answer: Any) -> UUID | None:
    """Return the key of what an answer says was made."""
    found = answer.get("id") if isinstance(answer, dict) else None
    try:
        return UUID(found) if isinstance(found, str) else None
    except ValueError:
        return None
