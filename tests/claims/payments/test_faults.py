"""Between intent, file and booking anything may break: the order keeps the books right."""

import asyncio

import pytest

from services.claims.payments import exporting, operations
from shared import transport
from tests.claims.ledger import world as books
from tests.claims.payments import world
from tests.suite import Suite


async def test_an_issue_whose_answer_is_lost_is_found_issued(funded: Suite) -> None:
    """With the same key the answer is given again; with another the file is not made twice."""
    school = await world.institution(funded)
    await world.payable(funded, school, [1000])
    officer = world.money(funded)
    batch = await world.ok(await officer.post("/payment-batches", json=world.batch_body()))
    path = f"/payment-batches/{batch['id']}/issue"
    key = {"Idempotency-Key": "issue-once-0001"}
    first = await world.ok(await officer.post(path, headers=key))
    again = await officer.post(path, headers=key)
    assert (again.status_code, again.json()) == (201, first)
    assert again.headers["idempotency-replayed"] == "true"
    assert (await officer.post(path)).status_code == 409
    assert len(await funded.sql("claims", "select 1 from payment_files")) == 2


async def test_two_officers_issue_at_once_and_one_file_exists(funded: Suite) -> None:
    """The accounts may be read twice; the bytes are issued once."""
    school = await world.institution(funded)
    await world.payable(funded, school, [1000])
    first, second = world.money(funded), world.money(funded)
    batch = await world.ok(await first.post("/payment-batches", json=world.batch_body()))
    path = f"/payment-batches/{batch['id']}/issue"
    answers = await asyncio.gather(first.post(path), second.post(path))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    one = await first.get(f"/payment-batches/{batch['id']}/file")
    two = await second.get(f"/payment-batches/{batch['id']}/file")
    assert one.content == two.content


async def test_an_owner_of_accounts_that_is_away_leaves_the_intent_as_it_was(
    funded: Suite,
) -> None:
    """503, nothing half made; the issue is asked for again when the peer is back."""
    school = await world.institution(funded)
    lines = await world.payable(funded, school, [1000])
    officer = world.money(funded)
    batch = await world.ok(await officer.post("/payment-batches", json=world.batch_body()))
    path = f"/payment-batches/{batch['id']}"
    funded.transport.fault = lambda request: (
        transport.drop() if request.url.host == "institutions" else None
    )
    try:
        answer = await officer.post(f"{path}/issue")
    finally:
        funded.transport.fault = None
    assert (answer.status_code, answer.json()["code"]) == (503, "peer_unavailable")
    assert (await officer.get(path)).json()["state"] == "created"
    assert await world.states(funded, lines) == ["batched"]
    assert (await world.ok(await officer.post(f"{path}/issue")))["state"] == "issued"


async def test_a_booking_that_fails_at_its_last_step_leaves_nothing(
    funded: Suite,
) -> None:
    """Outcome, line and ledger stand or fall together; the same return then books it all."""
    school = await world.institution(funded)
    await world.payable(funded, school, [1000])
    officer = world.money(funded)
    batch = await world.issued(officer)
    rows = [world.said(row) for row in await world.sheet(officer, batch["id"])]
    path = f"/payment-batches/{batch['id']}/returns"

    refusal = "alter table transfers add constraint broken check (code <> 'payment') not valid"
    await funded.sql("claims", refusal)
    try:
        assert (await officer.post(path, json=rows)).is_error
    finally:
        await funded.sql("claims", "alter table transfers drop constraint broken")
    assert await funded.sql("claims", "select 1 from bank_returns") == []
    assert await books.figures(funded) == (10000000, 1000, 0, 9999000)
    assert (await world.returned(officer, batch["id"], rows))["paid"] == 1
    assert await books.figures(funded) == (10000000, 0, 1000, 9999000)


async def test_a_batch_changed_since_its_file_was_built_is_not_issued(funded: Suite) -> None:
    """The file answers to the rows that it was built from, or is not issued."""
    school = await world.institution(funded)
    await world.payable(funded, school, [1000])
    me = books.finance()
    officer = world.money(funded, me)
    batch = await world.ok(await officer.post("/payment-batches", json=world.batch_body()))
    here = books.service(funded)
    made = await exporting.prepare(here, batch_id=batch["id"], by=me)
    async with books.acting(funded, me) as session:
        with pytest.raises(exporting.BatchNotOpen):
            await operations.issue(
                session,
                here=here,
                batch_id=batch["id"],
                made=made._replace(digest=b"\0" * 32),
                by=me,
                at=funded.clock.at,
            )
