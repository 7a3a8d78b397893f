"""The recounts of `python -m services check`: rows = events of counts = what the gateway summed."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.findings import Finding
from shared import principal as principals
from shared.database import Database

ROOT = Path(__file__).resolve().parent
FIGURES = ("started", "completed", "certified")
SUMS = text(
    "select data->>'target' as target, data->>'authority' as authority,"
    " data->>'quarter' as quarter, data->>'organisation' as whose,"
    " sum((data->>'started')::integer)::bigint as started,"
    " sum((data->>'completed')::integer)::bigint as completed,"
    " sum((data->>'certified')::integer)::bigint as certified"
    " from events e left join event_sequence s on s.event_id = e.id"
    " where e.type = 'progress.counted'"
    " and (cast(:until as bigint) is null or s.seq <= :until) group by 1, 2, 3, 4"
)
CELLS = text(
    "select target, authority, quarter, organisation_id::text as whose,"
    " started, completed, certified from progress_cells"
)
# What the claims service tells, of nobody's: `whose` is what is counted. `whole` puts a category's
# changes of all quarters together, as its recount must.
PAID_FIGURES = ("completed", "certified", "paid")
PAID_SUMS = text(
    "select e.type as whose, data->>'target' as target, data->>'authority' as authority,"
    " case when cast(:whole as boolean) and e.type = 'progress.category' then '*'"
    " else data->>'quarter' end as quarter,"
    " sum(coalesce((data->>'completed')::integer, 0))::bigint as completed,"
    " sum(coalesce((data->>'certified')::integer, 0))::bigint as certified,"
    " sum((data->>'paid')::integer)::bigint as paid"
    " from events e left join event_sequence s on s.event_id = e.id"
    " where e.type in ('progress.paid', 'progress.category')"
    " and (cast(:until as bigint) is null or s.seq <= :until) group by 1, 2, 3, 4"
)
PAID_CELLS = text(
    "select 'progress.paid' as whose, target, authority, quarter, 0 as completed,"
    " 0 as certified, paid from progress_paid"
    " union all"
    " select 'progress.category', target, authority, quarter, completed, certified, paid"
    " from progress_categories"
)
CURSOR = text("select cursor from feed_cursors where source = :source")


async def run(databases: Mapping[str, Database]) -> list[Finding]:
    """Recount progress and what was paid."""
    return await _progress(databases) + await _paid(databases)


async def _progress(databases: Mapping[str, Database]) -> list[Finding]:
    by = principals.service("gateway", "check")
    async with databases["gateway"].transaction(by) as session:
        cells = await _cells(session, CELLS, FIGURES)
        read_to = await _read_to(session, "registry")
    by = principals.service("registry", "check")
    async with databases["registry"].transaction(by) as session:
        rows = await _cells(session, _recount("registry"), FIGURES)
        told = await _cells(session, SUMS, FIGURES, until=None)
        read = await _cells(session, SUMS, FIGURES, until=read_to)
    return [
        _compare("registry", "逐人重新统计 = 进度事件之和", rows, told),
        _compare("gateway", "进度汇总 = 已读进度事件之和", read, cells),
    ]


async def _paid(databases: Mapping[str, Database]) -> list[Finding]:
    by = principals.service("gateway", "check")
    async with databases["gateway"].transaction(by) as session:
        cells = await _cells(session, PAID_CELLS, PAID_FIGURES)
        read_to = await _read_to(session, "claims")
    by = principals.service("claims", "check")
    async with databases["claims"].transaction(by) as session:
        rows = await _cells(session, _recount("claims"), PAID_FIGURES)
        told = await _cells(session, PAID_SUMS, PAID_FIGURES, whole=True, until=None)
        read = await _cells(session, PAID_SUMS, PAID_FIGURES, whole=False, until=read_to)
    return [
        _compare("claims", "逐条重新统计已拨付和按类别认定的人次 = 其事件之和", rows, told),
        _compare("gateway", "已拨付和按类别认定的人次汇总 = 已读事件之和", read, cells),
    ]


def _recount(service: str) -> TextClause:
    return text((ROOT / service / "recount.sql").read_text("utf-8"))


async def _read_to(session: AsyncSession, source: str) -> int:
    """Return the number of the last event that the gateway read of a service's."""
    cursor = (await session.execute(CURSOR, {"source": source})).scalar_one_or_none()
    return int((cursor or "0.").partition(".")[0])


async def _cells(
    session: AsyncSession, query: TextClause, figures: Sequence[str], **values: int | None
) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in await session.execute(query, values):
        for figure in figures:
            if amount := getattr(row, figure):
                key = [row.target, row.authority, row.quarter, row.whose, figure]
                found[json.dumps(key)] += amount
    return found


def _compare(service: str, promise: str, left: Counter[str], right: Counter[str]) -> Finding:
    differing = sorted(key for key in left | right if left[key] != right[key])
    example = differing[0] if differing else None
    if example is not None:
        example = f"{example} {left[example]} ≠ {right[example]}"
    return Finding(service, promise, left.total(), len(differing), example)
