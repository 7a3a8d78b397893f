"""What is never stored is dropped unread and reported; what no provision names is not asked."""

import json

import pytest

from tests.registry import roster_files
from tests.registry import world as worlds
from tests.registry.world import ok
from tests.rights import described
from tests.suite import SERVICES, Suite

# POLICY.md 9.3, and what rosters of such classes are known to hold.
FORBIDDEN = [
    *("民族", "族别", "宗教", "宗教信仰", "政治面貌", "党派", "人员类别", "人员身份", "家庭成员"),
    *("家庭成分", "婚姻状况", "户口性质", "健康状况", "残疾类别", "病史", "人脸", "指纹", "定位"),
    *("是否重点人员", "风险等级", "信用", "黑名单", "家庭住址", "文化程度", "性别", "银行卡号"),
    *("ethnicity", "religion", "party", "category", "health", "face", "risk"),
]


@pytest.mark.parametrize("dry_run", [True, False])
async def test_a_forbidden_column_is_named_and_its_cells_are_nowhere(
    suite: Suite, *, dry_run: bool
) -> None:
    """Of every category of the plan too: a roster says nothing of what its people are."""
    here = await worlds.world(suite)
    room = await here.file_class()
    categories = suite.apps["registry"].state.service.plan.categories
    labels = [*FORBIDDEN, *(one.name.zh for one in categories)]
    labels = [one[:40] for one in labels]
    mark = "金丝雀格"
    for start in range(0, len(labels), 12):
        some = labels[start : start + 12]
        rows = roster_files.rows([room.code], 2, start=start)
        body = [[*row, *(f"{mark}{n}" for n in range(len(some)))] for row in rows]
        data = roster_files.csv_bytes(body, [*roster_files.HEADINGS, *some])
        query = "?dry_run=true" if dry_run else ""
        answer = await roster_files.upload(here.institution.client, data, query=query)
        told = ok(answer, 200 if dry_run else 201)
        assert told["dropped_columns"] == some
        assert told["rows_accepted"] == len(rows)
        assert mark not in answer.text
        if not dry_run:
            path = f"/rosters/{told['id']}/result?format=csv"
            marked = (await here.institution.client.get(path)).content.decode()
            assert mark not in marked
            assert not any(label in marked.splitlines()[0] for label in some)
    await suite.settle()
    assert await _tables_with(suite, mark) == []


async def _tables_with(suite: Suite, word: str) -> list[str]:
    patterns = [f"%{word}%", f"%{word.encode().hex()}%", f"%{json.dumps(word).strip(chr(34))}%"]
    found = []
    for service in SERVICES:
        tables = {(one, table) for one, table, _ in await described.stored(suite)}
        for name in sorted(table for one, table in tables if one == service):
            query = f'select 1 from "{name}" t where t::text like any ($1) limit 1'
            if await suite.sql(service, query, patterns):
                found.append(f"{service}.{name}")
    return found
