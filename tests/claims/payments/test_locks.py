"""Returns, issues and others at the same rows at once: nobody waits in a circle, one outcome."""

import asyncio

import asyncpg

from tests.claims.ledger import world as books
from tests.claims.payments import world
from tests.suite import Suite

WAITING = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = $1"


async def _blocked(suite: Suite) -> None:
    """Wait until somebody waits for a lock."""
    name = f"{suite.prefix}claims"
    for _ in range(200):
        if await suite.sql("claims", WAITING, name):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("nobody waits")


async def test_a_return_locks_its_lines_in_the_order_of_ids(funded: Suite) -> None:
    """Whoever holds the first line and wants the last gets it: the return holds nothing yet."""
    school = await world.institution(funded)
    first, last = sorted(await world.payable(funded, school, [100, 200]))
    officer = world.money(funded)
    batch = await world.issued(officer)
    rows = {int(row[4].replace(".", "")): row for row in await world.sheet(officer, batch["id"])}
    told = [world.said(rows[100]), world.said(rows[200], "rejected", reason="账户已销户")]
    other = await asyncpg.connect(funded.cluster.superuser_dsn(f"{funded.prefix}claims"))
    lock = "select 1 from claim_lines where id = $1 for update"
    try:
        async with other.transaction():
            await other.execute(lock, first)
            returning = asyncio.create_task(world.returned(officer, batch["id"], told))
            await _blocked(funded)
            await other.execute("set local lock_timeout = '500ms'")
            await other.execute(lock, last)
        answer = await returning
    finally:
        await other.close()
    assert (answer["paid"], answer["rejected"]) == (1, 1)
    assert await world.states(funded, [first, last]) == ["paid", "payable"]


async def test_returns_of_many_batches_and_pieces_at_once_are_all_booked(funded: Suite) -> None:
    """Four batches, each whole, in halves and backwards, by several officers: no 503, no circle."""
    school = await world.institution(funded)
    lines = await world.payable(funded, school, range(100, 124))
    officer = world.money(funded)
    jobs = []
    for _ in range(4):
        batch = await world.issued(officer, lines_max=6)
        rows = await world.sheet(officer, batch["id"])
        told = [
            world.said(row, *(("rejected",) if n % 3 == 0 else ()), reason="账户已冻结")
            for n, row in enumerate(rows)
        ]
        path = f"/payment-batches/{batch['id']}/returns"
        pieces = (told, told, told[::-1], told[:3], told[2:], told[::2])
        jobs += [world.money(funded).post(path, json=piece) for piece in pieces]
    answers = await asyncio.gather(*jobs)
    assert {answer.status_code for answer in answers} <= {200, 201}
    assert sorted(await world.states(funded, lines)) == ["paid"] * 16 + ["payable"] * 8
    booked = [answer.json() for answer in answers if answer.status_code == 201]
    paid = sum({one["id"]: one["paid_fen"] for one in booked}.values())
    reserved = sum(range(100, 124)) - paid
    assert await books.figures(funded) == (10000000, reserved, paid, 10000000 - paid - reserved)


async def test_two_banks_words_at_once_leave_one_outcome_and_one_question(funded: Suite) -> None:
    """Paid says one officer's file, rejected the other's: the later one is held as unknown."""
    school = await world.institution(funded)
    [line] = await world.payable(funded, school, [100])
    officer = world.money(funded)
    batch = await world.issued(officer)
    [row] = await world.sheet(officer, batch["id"])
    answers = await asyncio.gather(
        world.returned(officer, batch["id"], [world.said(row)]),
        world.returned(
            world.money(funded), batch["id"], [world.said(row, "rejected", reason="户名不符")]
        ),
    )
    assert sorted(one["unknown"] for one in answers) == [0, 1]
    held = (await officer.get(f"/payment-batches/{batch['id']}/unknown-rows")).json()["rows"]
    assert [one["why"] for one in held] == ["contradicts_earlier"]
    paid = sum(one["paid"] for one in answers)
    assert await world.states(funded, [line]) == ["paid" if paid else "payable"]


async def test_an_issue_and_a_cancellation_at_once_end_as_one_of_them(funded: Suite) -> None:
    """Either there is a file and the lines are at the bank, or there is none and they are free."""
    school = await world.institution(funded)
    for _ in range(5):
        lines = await world.payable(funded, school, [100, 200])
        officer, other = world.money(funded), world.money(funded)
        batch = await world.ok(await officer.post("/payment-batches", json=world.batch_body()))
        path = f"/payment-batches/{batch['id']}"
        issue, cancel = await asyncio.gather(
            officer.post(f"{path}/issue"), other.post(f"{path}/cancellation")
        )
        assert sorted((issue.is_success, cancel.is_success)) == [False, True]
        assert {issue.status_code, cancel.status_code} & {409}
        expected = "batched" if issue.is_success else "payable"
        assert set(await world.states(funded, lines)) == {expected}
        if cancel.is_success:
            await world.issued(officer)
