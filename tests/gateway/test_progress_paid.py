"""Person-times paid, and those of measure 16: claims tells them, the gateway sums them once."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from services import recounts
from services.claims.slots import operations as slots
from services.claims.submissions import states
from services.claims.submissions.states import State
from services.gateway.progress import operations
from shared import principal as principals
from shared.principal import Principal, Role
from tests.claims.ledger import world as books
from tests.claims.payments import world as bank
from tests.claims.submissions import world as claims
from tests.gateway.test_progress import GAOCHANG, SHANSHAN, line, put, read
from tests.suite import Suite

Json = dict[str, Any]
CATEGORY = (
    "insert into progress_categories (target, authority, quarter, completed, certified, paid)"
    " values ('m16', $1, $2, $3, $3, $4)"
)


async def wrong(suite: Suite) -> list[str]:
    """Recount; return what does not agree, with an example."""
    found = await recounts.run(suite.owners)
    return [f"{one.service}: {one.example}" for one in found if one.wrong]


async def told(suite: Suite, kind: str) -> list[Json]:
    """Return what claims told of a kind, in order."""
    rows = await suite.sql(
        "claims",
        "select data::text as data, authority, organisation, subject from events"
        " where type = $1 order by position",
        kind,
    )
    assert all(row["organisation"] is None for row in rows)
    assert all(row["subject"] == f"authority:{row['authority']}" for row in rows)
    return [json.loads(row["data"]) for row in rows]


async def paid(suite: Suite, *fens: int, allowances: int = 0) -> tuple[Any, Json]:
    """Pay lines through the bank, the first of them allowances; return client and batch."""
    await books.permit(suite)
    await books.received(suite, 100_000_00)
    school = await bank.institution(suite)
    lines = await bank.payable(suite, school, fens)
    await suite.sql(
        "claims",
        "update claim_lines set provision = 'living_allowance' where id = any($1)",
        lines[:allowances],
    )
    officer = bank.money(suite)
    batch = await bank.issued(officer)
    rows = await bank.sheet(officer, batch["id"])
    await bank.returned(officer, batch["id"], [bank.said(row) for row in rows])
    return officer, batch


async def test_what_the_bank_paid_is_counted_once_and_in_one_event(suite: Suite) -> None:
    """Lines of one target, authority and quarter are one event; the report has them."""
    suite.clock.at = datetime(2020, 3, 31, 16, 30, tzinfo=UTC)
    await paid(suite, 100, 200, 300)
    assert await told(suite, "progress.paid") == [
        {"target": "m06", "authority": GAOCHANG, "quarter": "2020Q2", "paid": 3}
    ]
    await suite.settle()
    report = await read(suite)
    assert line(report, "m06")["paid"] == report["total"]["paid"] == 3
    assert report["quarters"] == ["2020Q2"]
    by_code = {one["code"]: one["paid"] for one in report["authorities"]}
    assert (by_code[GAOCHANG], by_code[SHANSHAN]) == (3, 0)
    assert [(one["target"], one["paid"]) for one in report["cells"]] == [("m06", 3)]
    assert (await read(suite, quarter="2020Q1"))["total"]["paid"] == 0
    assert await wrong(suite) == []


async def test_what_the_bank_gives_back_is_paid_no_longer(suite: Suite) -> None:
    """A bounce of the next quarter takes the person-time out of the quarter it was counted in."""
    officer, batch = await paid(suite, 70000, 500)
    suite.clock.at = datetime(2020, 5, 6, 3, tzinfo=UTC)
    one, *_ = (await officer.get(f"/payment-batches/{batch['id']}/payments")).json()["items"]
    body = {"reason": "account_closed", "document_number": "示例退汇单2020-17"}
    await bank.ok(await officer.post(f"/payments/{one['id']}/bounce", json=body))
    assert [one["paid"] for one in await told(suite, "progress.paid")] == [2, -1]
    assert len({one["quarter"] for one in await told(suite, "progress.paid")}) == 1
    await suite.settle()
    assert (await read(suite))["total"]["paid"] == 1
    assert await wrong(suite) == []


async def test_a_reader_that_starts_again_adds_nothing_twice(suite: Suite) -> None:
    """Sums and cursor move together: what failed is read again, what was read is not."""
    await paid(suite, 100, 200)
    here = suite.apps["gateway"].state.service
    page = [{"type": "progress.paid", "data": one} for one in await told(suite, "progress.paid")]
    reader = principals.service("gateway", "reader")

    async def dying() -> None:
        async with here.database.transaction(reader) as session:
            await operations.apply_paid(session, events=page)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await dying()
    for _ in range(3):
        await suite.settle()
    assert (await read(suite))["total"]["paid"] == 2
    [row] = await suite.sql(
        "gateway", "select count(*) as n from feed_cursors where source = 'claims'"
    )
    assert row["n"] == 1
    assert await wrong(suite) == []


@pytest.mark.parametrize(
    ("service", "statement"),
    [
        ("gateway", "update progress_paid set paid = paid + 1"),
        ("gateway", "insert into progress_paid values ('m01', '650402', '2020Q1', 1)"),
        ("claims", "update claim_lines set target = 'm01'"),
    ],
)
async def test_an_edited_cell_or_row_fails_the_check(
    suite: Suite, service: str, statement: str
) -> None:
    """The recount sees a cell that nobody paid for, and a line that no event moved."""
    await paid(suite, 100)
    await suite.settle()
    assert await wrong(suite) == []
    await suite.sql(service, "set session_replication_role = replica")
    await suite.sql(service, statement)
    await suite.sql(service, "reset session_replication_role")
    [found] = await wrong(suite)
    assert found.startswith(service)


async def test_an_allowance_is_no_person_time(suite: Suite) -> None:
    """A person whose training and allowance were paid is counted once: for the training."""
    await paid(suite, 100, 200, allowances=1)
    assert [one["paid"] for one in await told(suite, "progress.paid")] == [1]
    await suite.settle()
    assert await wrong(suite) == []


async def filed(
    suite: Suite, poor: int, others: int = 0, *, target: str = "m16", fen: int = 100_000_000
) -> tuple[Principal, Json, Json]:
    """File a class of a target with people of poor households and others."""
    await claims.permit(suite)
    if fen:
        await claims.money(suite, fen)
    school = uuid4()
    course = claims.course(school, target=target)
    other = {"categories": [claims.known(True, code="unemployed")]}
    other["categories"].append(claims.known(False, code="poor_household"))
    other["categories"].append(claims.known(False, code="public_payroll"))
    people = [claims.line(course) for _ in range(poor)]
    people += [claims.line(course, facts=other) for _ in range(others)]
    by = suite.organisation(school)
    facts = claims.told(course, people)
    await claims.file(suite, by, facts)
    return by, course, facts


async def move(suite: Suite, to: State, most: int | None = None) -> None:
    """Move lines as an officer of the authority."""
    officer = suite.officer(GAOCHANG)
    rows = await claims.lines(suite)
    async with claims.service(suite).database.transaction(officer) as session:
        await states.advance(
            session,
            line_ids=[one["id"] for one in rows[:most]],
            to=to,
            by=officer,
            at=suite.clock.at,
            rule="五(二)",
        )


async def test_measure_16_counts_whom_a_decision_accepts_as_poor(suite: Suite) -> None:
    """The others of the class are trained and paid, and counted for no target."""
    suite.clock.at = datetime(2020, 5, 6, 3, tzinfo=UTC)
    await filed(suite, 6, 3)
    assert await told(suite, "progress.category") == [
        {
            "target": "m16",
            "authority": GAOCHANG,
            "quarter": "2020Q2",
            "completed": 6,
            "certified": 6,
            "paid": 0,
        }
    ]
    await put(suite, ("m16", GAOCHANG, "2020Q1", 9, 9), ("m01", GAOCHANG, "2020Q1", 20, 20))
    await suite.settle()
    report = await read(suite, suite.officer(GAOCHANG))
    assert line(report, "m16") | {"completed": 6, "certified": 6, "paid": 0} == line(report, "m16")
    assert line(report, "m16")["started"] is None
    assert report["total"]["completed"] == 26
    assert report["total"]["without"] == []
    assert {one["id"]: one["completed"] for one in report["blocks"]}["poverty"] == 6
    await suite.sql("gateway", "delete from progress_cells")
    await suite.sql("gateway", "delete from progress_sums")
    assert await wrong(suite) == []


async def test_a_poor_person_in_another_measure_counts_there_only(suite: Suite) -> None:
    """A class names one target: nobody counts for two, so the parts make the plan's total."""
    await filed(suite, 6, target="m06")
    assert await told(suite, "progress.category") == []
    rows = await suite.sql("claims", "select distinct counts_for from claim_decisions")
    assert [row["counts_for"] for row in rows] == [None]


async def test_a_line_that_is_undone_counts_no_longer(suite: Suite) -> None:
    """In the quarter in which that happens: a number that was published is not edited."""
    await filed(suite, 7)
    suite.clock.at = datetime(2020, 8, 6, 3, tzinfo=UTC)
    await move(suite, State.VOIDED, 2)
    await move_back(suite)
    sums = [(one["quarter"], one["completed"]) for one in await told(suite, "progress.category")]
    assert sums == [("2020Q1", 7), ("2020Q3", -2)]
    await suite.settle()
    assert line(await read(suite, suite.officer(GAOCHANG)), "m16")["completed"] == 5
    assert await wrong(suite) == []


async def move_back(suite: Suite) -> None:
    """Give the slots of voided lines back, as who voids does."""
    await suite.sql(
        "claims",
        "delete from slots s using claim_lines l where l.id = s.line_id and l.state = 'voided'",
    )


async def test_a_line_that_waits_for_money_counts_and_counts_once(suite: Suite) -> None:
    """The category was decided; that money comes later changes nothing."""
    await filed(suite, 5, fen=0)
    assert {one["state"] for one in await claims.lines(suite)} == {"waiting"}
    await claims.money(suite)
    await suite.settle()
    assert {one["state"] for one in await claims.lines(suite)} == {"approvable"}
    assert [one["completed"] for one in await told(suite, "progress.category")] == [5]
    assert await wrong(suite) == []


async def retarget(suite: Suite, class_id: str, before: str, to: str) -> None:
    """Tell claims' reader that an authority set another target."""
    event = {
        "type": "class.target_set",
        "subject": f"class:{class_id}",
        "time": suite.clock.at.isoformat(),
        "data": {"from": before, "to": to},
    }
    here = claims.service(suite)
    reader = principals.service("claims", "reader")
    async with here.database.transaction(reader) as session:
        await slots.apply(session, events=[event], plan=here.plan)


async def test_a_class_that_counts_for_another_target_takes_its_counts_along(suite: Suite) -> None:
    """Away from measure 16 and back; what is told sums to what is there."""
    _, course, _ = await filed(suite, 6)
    suite.clock.at = datetime(2020, 5, 6, 3, tzinfo=UTC)
    await retarget(suite, course["id"], "m16", "m06")
    assert [one["completed"] for one in await told(suite, "progress.category")] == [6, -6]
    assert (await told(suite, "progress.category"))[1]["quarter"] == "2020Q2"
    await retarget(suite, course["id"], "m06", "m16")
    await retarget(suite, course["id"], "m06", "m16")
    assert [one["completed"] for one in await told(suite, "progress.category")] == [6, -6, 6]
    await suite.settle()
    assert await wrong(suite) == []


async def test_a_paid_line_moves_with_the_target_of_its_class(suite: Suite) -> None:
    """Within the quarter of the payment."""
    await paid(suite, 100, 200)
    rows = await claims.lines(suite)
    suite.clock.at = datetime(2020, 9, 6, 3, tzinfo=UTC)
    for class_id in {str(row["class_id"]) for row in rows}:
        await retarget(suite, class_id, "m06", "m01")
    found = [(one["target"], one["paid"]) for one in await told(suite, "progress.paid")]
    assert sorted(found) == [("m01", 2), ("m06", -2), ("m06", 2)]
    assert len({one["quarter"] for one in await told(suite, "progress.paid")}) == 1
    await suite.settle()
    assert await wrong(suite) == []


async def category(suite: Suite, *cells: tuple[str, str, int, int]) -> None:
    """Write cells of measure 16: authority, quarter, completed, paid."""
    for authority, quarter, completed, n in cells:
        await suite.sql("gateway", CATEGORY, authority, quarter, completed, n)


async def test_small_and_running_numbers_of_measure_16_are_nobodys_to_read(suite: Suite) -> None:
    """The public sees whole blocks of ended quarters; a zero looks like a one; nothing is paid."""
    suite.clock.at = datetime(2020, 8, 6, 3, tzinfo=UTC)
    await category(
        suite,
        *((GAOCHANG, "2020Q1", 3, 1), (GAOCHANG, "2020Q2", 9, 8), (GAOCHANG, "2020Q3", 30, 0)),
        *((SHANSHAN, "2020Q2", 4, 4),),
    )
    report = await read(suite)
    shown = line(report, "m16")
    assert (shown["completed"], shown["certified"], shown["paid"]) == (12, 12, None)
    assert report["total"]["completed"] == 12
    cells = {one["authority"]: one["completed"] for one in report["cells"]}
    assert cells == {GAOCHANG: 12}
    for quarter in ("2019Q4", "2020Q1", "2020Q2", "2020Q3"):
        only = await read(suite, quarter=quarter)
        assert line(only, "m16")["completed"] is None
        assert only["total"]["without"] == ["m16"]


@pytest.mark.parametrize(
    ("role", "exact"),
    [
        *((Role.OFFICER, True), (Role.AUDITOR, True)),
        *((Role.FINANCE, False), (Role.DEPARTMENT, False)),
    ],
)
async def test_the_office_that_decides_sees_its_own_number(
    suite: Suite, role: Role, *, exact: bool
) -> None:
    """Of measure 16: the office of 人社 and the audit; money and lead departments what all see."""
    await category(suite, (GAOCHANG, "2020Q1", 3, 1), (SHANSHAN, "2020Q1", 2, 0))
    by = Principal(f"{role}:{uuid4()}", role, authorities=(GAOCHANG,), office=f"{GAOCHANG}/hrss")
    shown = line(await read(suite, by), "m16")
    assert (shown["completed"], shown["paid"]) == ((3, 1) if exact else (None, None))


async def test_nobody_reads_counts_by_organisation_or_class(suite: Suite) -> None:
    """Neither what was paid nor measure 16 has a column for them."""
    await paid(suite, 100)
    await suite.settle()
    for table in ("progress_paid", "progress_categories"):
        rows = await suite.sql(
            "gateway",
            "select column_name as name from information_schema.columns where table_name = $1",
            table,
        )
        assert {row["name"] for row in rows} & {"organisation_id", "class_id"} == set()
    listed = await suite.gateway().get(f"/v1/progress/organisations/{UUID(int=7)}")
    assert "paid" not in listed.json()


async def test_only_the_reader_of_the_feed_moves_targets(suite: Suite) -> None:
    """The function that passes row security asks who calls it."""
    here = claims.service(suite)
    with pytest.raises(Exception, match="for the reader of the feed only"):
        async with here.database.transaction(suite.officer(GAOCHANG)) as session:
            await session.execute(text("select retarget_lines('{}', '{}', now())"))
