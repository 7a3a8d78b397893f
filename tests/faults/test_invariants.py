"""Every invariant sees a broken row and names it: a check that finds nothing proves nothing."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from services import checks
from tests.claims.ledger import world as books
from tests.faults import invariants
from tests.registry import world as worlds
from tests.suite import SERVICES, Suite

PLACE = "'00000000-0000-7000-8000-000000000001'"
MONEY = (
    "fund 'special' year 2020 amount_fen 1 payee_kind 'institution' payee_id gen_random_uuid()"
    " transfer_id gen_random_uuid()"
)
BEFORE = "now()-interval'1s'"
# A line of claims, column by column; the columns that are not named get something of their type.
UNDECIDED = f"line enrolment_id {PLACE} state 'undecided' path '{{undecided}}' path_at array[now()]"
BACKWARDS = "line state 'withdrawn' path '{voided,withdrawn}' path_at array[now(),now()]"
EARLIER = f"line state 'refused' path '{{undecided,refused}}' path_at array[now(),{BEFORE}]"
APPROVABLE = f"line state 'approvable' path '{{approvable}}' path_at array[now()] {MONEY}"
DAY = (
    "insert into allowance_days select gen_random_uuid(), '2020-03-02', id from claim_lines limit 1"
)
ADVANCE = (
    "alter table transfers drop constraint transfer_form; update transfers set code = 'advance'"
)
NEGATIVE = (
    "alter table subaccounts drop constraint balance_not_negative;"
    " update subaccounts set held = 999999999 where name = 'available'"
)
TWICE = f"drop index line_live_once;{UNDECIDED};{UNDECIDED}"
SLOT = (
    "insert into slots values (gen_random_uuid(), '2020:skill', gen_random_uuid(), 'held',"
    " gen_random_uuid(), null, now())"
)
APPEAL = (
    "insert into appeals (id, line_id, authority, trainee_id, text_sealed, state, asked_at,"
    " answer_sealed, answered_by, answered_at, decision_before) values (gen_random_uuid(),"
    " gen_random_uuid(), '650402', gen_random_uuid(), '', 'dismissed', now(), '', 'x',"
    f" {BEFORE}, gen_random_uuid())"
)
WECHAT = (
    "insert into wechat_logins values (gen_random_uuid(), '', substr(sha256('x'), 1, 16),"
    f" gen_random_uuid(), now(), {BEFORE})"
)

# What is broken (triggers and keys off), and words of the promise that must be named.
MECHANISMS = [
    ("insert into event_pending select 999999, id from events limit 1", "恰好编号一次"),
    ("delete from event_sequence where seq = 2", "恰好编号一次"),
    ("update event_sequence set seq = 9999 where seq = 2", "编号连续"),
    ("update event_batches set first_seq = first_seq + 1, last_seq = last_seq + 1", "编号连续"),
    ("update idempotency set status = null", "存有答复"),
    ("update idempotency set status = 500", "存有答复"),
]
BROKEN = {
    "institutions": [
        *MECHANISMS,
        ("update standings set state = 'suspended' where state = 'listed'", "名录资格"),
        ("update standings set number = number + 1 where state = 'listed'", "名录资格"),
        ("update standings set at = at - interval '1 day' where state = 'listed'", "名录资格"),
        ("delete from edition_entries", "目录各版本"),
        ("update editions set number = 3 where directory = 'offerings'", "目录各版本"),
    ],
    "registry": [
        *MECHANISMS,
        ("update training_classes set state = 'voided'", "班级的每一步"),
        ("update training_classes set closed_at = null", "班级的每一步"),
        ("update training_classes set started_at = filed_at - interval '1 s'", "班级的每一步"),
        ("delete from events where type = 'class.started'", "班级的每一步"),
        (
            "update enrolments set completed = false, left_at = confirmed_at - interval '1 s'",
            "退出不早于",
        ),
        ("update training_classes set taken = taken + 1", "占用名额"),
        ("delete from confirmations", "本人确认记录"),
        ("update enrolments set hours_attended = hours_attended + 1", "出席课时"),
        ("update attendance set trainee_id = gen_random_uuid()", "只有本人确认的学员"),
    ],
    "claims": [
        (SLOT, "占住的都有尚未结束的占位"),
        ("update subaccounts set credits = credits + 1 where name = 'available'", "余额 ="),
        ("update subaccounts set debits = debits + 1 where name = 'source'", "借贷相等"),
        (NEGATIVE, "不为负"),
        ("update transfers set fen = fen + 1", "摘要一致"),
        ("update transfers set account_id = gen_random_uuid()", "分账核算"),
        ("delete from fund_purposes", "分账核算"),
        (ADVANCE, "预拨"),
        (TWICE, "同一学员同一条款"),
        (BACKWARDS, "每一步状态变化"),
        (EARLIER, "每一步状态变化"),
        (APPEAL, "不倒退"),
    ],
    "gateway": [
        ("update progress_sums set completed = completed + 1", "计划合计"),
        ("delete from progress_cells", "计划合计"),
        (WECHAT, "微信登录"),
    ],
}


@pytest.fixture
async def lived(suite: Suite) -> AsyncIterator[Suite]:
    """Live a class to its end, with money received."""
    here = await worlds.world(suite)
    room = await here.file_class()
    places = await here.enrol(room, 2)
    await here.teach(room, [places] * 10)
    suite.clock.at += timedelta(days=30)
    await books.permit(suite)
    await books.received(suite, 100_000)
    await books.reserved(suite, [books.want(10_00)])
    await suite.settle()
    return suite


NULLS = (
    "select column_name as name, data_type as type from information_schema.columns where"
    " table_name = 'claim_lines' and is_nullable = 'NO' and column_default is null"
)
FILLED = {
    "uuid": "gen_random_uuid()",
    "text": "''",
    "bytea": "''",
    "ARRAY": "'{}'",
    "bigint": "0",
    "timestamp with time zone": "now()",
}


async def _sql(suite: Suite, damage: str) -> str:
    """Write out the lines in a damage as inserts that fill every column that must be filled."""
    missing = {row["name"]: FILLED[row["type"]] for row in await suite.sql("claims", NULLS)}
    return ";".join(
        _insert(missing, one.split()[1:]) if one.split()[:1] == ["line"] else one
        for one in damage.split(";")
    )


def _insert(missing: dict[str, str], words: list[str]) -> str:
    values = {**missing, **dict(zip(words[::2], words[1::2], strict=True))}
    return f"insert into claim_lines ({','.join(values)}) values ({','.join(values.values())})"


async def _named(suite: Suite, service: str, damage: str) -> list[str]:
    """Break rows in a transaction that is rolled back; return the promises that saw it."""
    connection = suite.superuser(service)
    seen = []
    change = connection.transaction()
    await change.start()
    try:
        await connection.execute("set local session_replication_role = replica")
        await connection.execute(await _sql(suite, damage))
        for folder in (Path("shared/sql"), Path("services") / service):
            for promise, query in checks.invariants(folder / "invariants.sql"):
                row = (await connection.fetch(query))[0]
                seen += [promise] * bool(row["wrong"] and row["example"])
    finally:
        await change.rollback()
    return seen


async def test_what_was_lived_is_whole(lived: Suite) -> None:
    """Nothing is called wrong that is right, and something was there to examine."""
    assert await invariants.broken(lived) == []
    found = await checks.examine(lived.owners, lived.keys)
    assert {one.service for one in found if one.examined} == set(SERVICES)


async def test_each_broken_row_is_named(lived: Suite) -> None:
    """Whatever is damaged in SQL behind the services' back, a promise names it."""
    missed = []
    for service, cases in BROKEN.items():
        for damage, words in cases:
            named = await _named(lived, service, damage)
            if not any(words in promise for promise in named):
                missed.append(f"{service}: {damage} → {named}")
    assert missed == []


CURSOR = "update feed_cursors set cursor"
# Damage that is committed together, with the words of the promises that must name each piece.
ACROSS = [
    [
        (
            "registry",
            "update events set data = '{}' where id = (select id from events limit 1)",
            "事件链",
        ),
        ("claims", f"{CURSOR} = '99.0123456789abcdef'", "游标"),
        ("claims", "delete from slots; delete from holds", "占位 ="),
        ("gateway", "update progress_cells set started = started + 1", "进度汇总"),
        ("registry", "update enrolments set completed = not completed", "逐人重新统计"),
        ("claims", APPROVABLE, "属本人的参训"),
        ("claims", DAY, "都有考勤"),
    ],
    [
        ("claims", f"{CURSOR} = split_part(cursor, '.', 1) || '.00'", "游标"),
        ("claims", "update holds set hold = gen_random_uuid()", "占位 ="),
        ("registry", "delete from training_classes", "所办事项"),
    ],
]


@pytest.mark.parametrize("damages", ACROSS)
async def test_what_differs_between_services_is_named(
    lived: Suite, damages: list[tuple[str, str, str]]
) -> None:
    """A reader that is ahead, a hold nobody confirmed, a line without a place are all seen."""
    for service, told, _ in damages:
        damage = await _sql(lived, told)
        await lived.superuser(service).execute(
            f"set session_replication_role = replica; {damage}; reset session_replication_role"
        )
    broken = await invariants.broken(lived)
    missed = [words for _, _, words in damages if not any(words in line for line in broken)]
    assert missed == [], broken
