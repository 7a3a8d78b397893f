"""What payees see, and what becomes of lines whose ground falls."""

from uuid import uuid4

from tests.claims.ledger import world as books
from tests.claims.payments import world
from tests.suite import Suite

NOTE = {"reason": "事后核查发现培训未实际开展", "document_number": "高人社核〔2020〕示例5号"}
BACK = {"reason": "证书已由发证单位重新核发", "document_number": "高人社核〔2020〕示例6号"}


async def test_paid_lines_whose_ground_falls_are_listed_to_recover(funded: Suite) -> None:
    """Noted once, with document number and sum; other counties see nothing."""
    school = await world.institution(funded)
    lines = await world.payable(funded, school, [120000, 80000])
    officer = world.money(funded)
    batch = await world.issued(officer)
    rows = await world.sheet(officer, batch["id"])
    await world.returned(officer, batch["id"], [world.said(row) for row in rows])
    body = {**NOTE, "line_ids": [str(lines[0])]}
    noted = await world.ok(await officer.post("/to-recover", json=body))
    assert noted == {"noted": 1, "to_recover": 1, "to_recover_fen": 120000}
    again = await world.ok(await officer.post("/to-recover", json=body))
    assert again["noted"] == 0
    [found] = (await officer.get("/to-recover")).json()["items"]
    assert (found["line_id"], found["fen"]) == (str(lines[0]), 120000)
    elsewhere = world.money(funded, books.finance("650421"))
    assert (await elsewhere.get("/to-recover")).json()["items"] == []
    assert (await elsewhere.post("/to-recover", json=body)).status_code == 404
    await funded.settle()
    assert await world.states(funded, lines) == ["paid", "paid"]


async def test_an_entry_whose_ground_came_back_is_withdrawn_and_a_second_fall_noted_anew(
    funded: Suite,
) -> None:
    """By another than who noted it, with reason and document; the first entry stays in history."""
    school = await world.institution(funded)
    [line] = await world.payable(funded, school, [120000])
    officer, second = world.money(funded), world.money(funded)
    batch = await world.issued(officer)
    rows = await world.sheet(officer, batch["id"])
    await world.returned(officer, batch["id"], [world.said(row) for row in rows])
    path = f"/to-recover/{line}/withdrawal"
    assert (await second.post(path, json=BACK)).status_code == 404
    body = {**NOTE, "line_ids": [str(line)]}
    await world.ok(await officer.post("/to-recover", json=body))
    refused = await officer.post(path, json=BACK)
    assert (refused.status_code, refused.json()["code"]) == (403, "ground_needs_another")
    elsewhere = world.money(funded, books.finance("650421"))
    assert (await elsewhere.post(path, json=BACK)).status_code == 404
    done = await world.ok(await second.post(path, json=BACK))
    assert (done["fen"], done["document_number"]) == (120000, BACK["document_number"])
    assert (await second.post(path, json=BACK)).status_code == 404
    assert (await officer.get("/to-recover")).json()["items"] == []
    assert (await world.ok(await officer.post("/to-recover", json=body)))["to_recover"] == 1
    [found] = (await officer.get("/to-recover")).json()["items"]
    assert found["line_id"] == str(line)
    await funded.settle()
    assert await world.states(funded, [line]) == ["paid"]
    kept = await funded.sql("claims", "select withdrawal_reason from lost_grounds order by 1")
    assert [row[0] for row in kept] == [BACK["reason"], None]
    [told] = await funded.sql("claims", "select data from events where type = 'ground.restored'")
    assert '"to_recover_fen": 120000' in told["data"]
    assert str(line) not in told["data"]


async def test_what_a_voided_class_took_is_never_withdrawn(funded: Suite) -> None:
    """Although an officer had noted the line before, for another reason."""
    school, where = await world.institution(funded), uuid4()
    [line] = await world.payable(funded, school, [500], class_id=where)
    officer, second = world.money(funded), world.money(funded)
    batch = await world.issued(officer)
    [row] = await world.sheet(officer, batch["id"])
    await world.returned(officer, batch["id"], [world.said(row)])
    await world.ok(await officer.post("/to-recover", json={**NOTE, "line_ids": [str(line)]}))
    await funded.sql(
        "registry",
        "insert into events (id, type, subject, authority, data, by_subject, at) values"
        " (gen_random_uuid(), 'class.voided', $1, '650402', '{}', 'officer:test', now())",
        f"class:{where}",
    )
    await funded.settle()
    refused = await second.post(f"/to-recover/{line}/withdrawal", json=BACK)
    assert (refused.status_code, refused.json()["code"]) == (409, "class_stays_voided")
    [found] = (await officer.get("/to-recover")).json()["items"]
    assert found["reason"] == NOTE["reason"]
    assert len(await funded.sql("claims", "select 1 from events where type = 'ground.lost'")) == 1


async def test_a_payable_line_whose_entry_was_withdrawn_is_paid(funded: Suite) -> None:
    """It goes into the next batch and its file, and no job voids it."""
    school = await world.institution(funded)
    lines = await world.payable(funded, school, [500, 600])
    officer, second = world.money(funded), world.money(funded)
    await officer.post("/to-recover", json={**NOTE, "line_ids": [str(lines[0])]})
    await world.ok(await second.post(f"/to-recover/{lines[0]}/withdrawal", json=BACK))
    await funded.settle()
    assert await world.states(funded, lines) == ["payable", "payable"]
    issued = await world.issued(officer)
    assert (issued["file_fen"], issued["dropped"]) == (1100, {})


async def test_a_payable_line_without_ground_is_voided_and_its_money_released(
    funded: Suite,
) -> None:
    """It is never sent; a job gives fen and slots back."""
    school = await world.institution(funded)
    lines = await world.payable(funded, school, [500, 600])
    officer = world.money(funded)
    body = {**NOTE, "line_ids": [str(lines[0])]}
    await world.ok(await officer.post("/to-recover", json=body))
    batch = await world.ok(await officer.post("/payment-batches", json=world.batch_body()))
    assert (batch["lines"], batch["fen"]) == (1, 600)
    await funded.settle()
    assert await world.states(funded, lines) == ["voided", "batched"]
    assert await books.figures(funded) == (10000000, 600, 0, 9999400)
    late = await officer.post("/to-recover", json=body)
    assert late.json()["code"] == "line_state_conflict"


async def test_a_line_that_loses_its_ground_before_the_file_stays_out_of_it(
    funded: Suite,
) -> None:
    """Batched but not issued: dropped at the issue, then voided."""
    school = await world.institution(funded)
    lines = await world.payable(funded, school, [500, 600])
    officer = world.money(funded)
    batch = await world.ok(await officer.post("/payment-batches", json=world.batch_body()))
    await officer.post("/to-recover", json={**NOTE, "line_ids": [str(lines[1])]})
    path = f"/payment-batches/{batch['id']}/issue"
    issued = await world.ok(await officer.post(path))
    assert (issued["file_fen"], issued["dropped"]) == (500, {"ground_lost": 1})
    await funded.settle()
    assert await world.states(funded, lines) == ["batched", "voided"]


async def test_a_line_at_the_bank_without_ground_ends_as_the_bank_says(funded: Suite) -> None:
    """Paid: to be recovered. Rejected: voided and released, never sent again."""
    school = await world.institution(funded)
    lines = await world.payable(funded, school, [500, 600])
    officer = world.money(funded)
    batch = await world.issued(officer)
    rows = await world.sheet(officer, batch["id"])
    await officer.post("/to-recover", json={**NOTE, "line_ids": [str(line) for line in lines]})
    assert (await officer.get("/to-recover")).json()["items"] == []
    told = [world.said(rows[0]), world.said(rows[1], "rejected", reason="账户已销户")]
    await world.returned(officer, batch["id"], told)
    await funded.settle()
    assert await world.states(funded, lines) == ["paid", "voided"]
    assert len((await officer.get("/to-recover")).json()["items"]) == 1
    assert await books.figures(funded) == (10000000, 0, 500, 9999500)


async def test_a_voided_class_is_noted_from_the_registrys_feed(funded: Suite) -> None:
    """Every payable, batched and paid line of the class, once, without a name."""
    school, where = await world.institution(funded), uuid4()
    lines = await world.payable(funded, school, [500, 600], class_id=where)
    officer = world.money(funded)
    batch = await world.issued(officer, lines_max=1)
    [row] = await world.sheet(officer, batch["id"])
    await world.returned(officer, batch["id"], [world.said(row)])
    await funded.sql(
        "registry",
        "insert into events (id, type, subject, authority, data, by_subject, at) values"
        " (gen_random_uuid(), 'class.voided', $1, '650402', '{}', 'officer:test', now())",
        f"class:{where}",
    )
    await funded.settle()
    assert await world.states(funded, lines) == ["paid", "voided"]
    [found] = (await officer.get("/to-recover")).json()["items"]
    assert (found["fen"], found["class_id"]) == (500, str(where))
    [told] = await funded.sql("claims", "select data from events where type = 'ground.lost'")
    assert '"to_recover_fen": 500' in told["data"]


async def test_an_organisation_sees_its_sums_by_class_and_nobody_elses(funded: Suite) -> None:
    """A statement has batches, classes, counts and fen; no line, no person."""
    own, other = await world.institution(funded, 1), await world.institution(funded, 2)
    where = uuid4()
    await world.payable(funded, own, [500, 600], class_id=where)
    await world.payable(funded, other, [7000])
    officer = world.money(funded)
    batch = await world.issued(officer)
    rows = await world.sheet(officer, batch["id"])
    told = [world.said(row) for row in rows if row[1].endswith("1")][:1]
    await world.returned(officer, batch["id"], told)
    client = funded.service("claims", funded.organisation(own))
    found = (await client.get("/payment-statement")).json()
    paid = told[0]["fen"]
    assert (found["paid_fen"], found["at_bank_fen"]) == (paid, 1100 - paid)
    assert {row["class_id"] for row in found["rows"]} == {str(where)}
    assert {"line_id", "payment_id", "trainee_id"}.isdisjoint(found["rows"][0])
    stranger = funded.service("claims", funded.organisation(uuid4()))
    assert (await stranger.get("/payment-statement")).json()["rows"] == []


async def test_issued_files_are_erased_when_their_retention_ends(funded: Suite) -> None:
    """Five years after the issue the sealed bytes go; batch, rows and hashes in events stay."""
    school = await world.institution(funded)
    await world.payable(funded, school, [500])
    officer = world.money(funded)
    batch = await world.issued(officer)
    await funded.settle()
    assert len(await funded.sql("claims", "select 1 from payment_files")) == 2
    books.later(funded, days=5 * 366)
    await funded.settle()
    assert await funded.sql("claims", "select 1 from payment_files") == []
    answer = await officer.get(f"/payment-batches/{batch['id']}/file")
    assert answer.json()["code"] == "bank_file_not_there"
