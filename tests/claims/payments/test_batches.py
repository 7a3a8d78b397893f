"""Batches and the bank's file: intent first, issued once, accounts read under a purpose."""

import asyncio
import io
from uuid import UUID, uuid4

import asyncpg
import pytest
import python_calamine as calamine

from services.claims.payments import bank_file
from tests.claims.ledger import world as books
from tests.claims.payments import world
from tests.suite import Suite


async def test_a_batch_takes_what_is_payable_and_adds_it_up(funded: Suite) -> None:
    """Control totals are the sums of the rows; the lines are batched; nothing is paid."""
    school = await world.institution(funded)
    lines = await world.payable(funded, school, [120000, 80000, 50000])
    officer = world.money(funded)
    batch = await world.ok(await officer.post("/payment-batches", json=world.batch_body()))
    assert (batch["lines"], batch["fen"], batch["state"]) == (3, 250000, "created")
    assert set(await world.states(funded, lines)) == {"batched"}
    assert await books.figures(funded) == (10000000, 250000, 0, 9750000)
    again = await officer.post("/payment-batches", json=world.batch_body())
    assert again.json()["code"] == "nothing_payable"
    rows = await funded.sql("claims", "select type from events order by position")
    kinds = [row["type"] for row in rows]
    assert kinds[-2:] == ["lines.moved", "payment_batch.created"]


async def test_batches_do_not_mix_funds_authorities_and_payees(funded: Suite) -> None:
    """What another fund, authority or kind of payee owes stays payable."""
    school = await world.institution(funded)
    lines = await world.payable(funded, school, [1000])
    officer = world.money(funded)
    for changed in ({"fund": "employment"}, {"payee_kind": "employer"}, {"payee_kind": "person"}):
        answer = await officer.post("/payment-batches", json=world.batch_body(**changed))
        assert answer.json()["code"] == "nothing_payable"
    answer = await officer.post("/payment-batches", json=world.batch_body(authority="650421"))
    assert (answer.status_code, answer.json()["code"]) == (403, "payment_authority_out_of_reach")
    assert await world.states(funded, lines) == ["payable"]


async def test_submitter_reviewer_and_releaser_are_three(funded: Suite) -> None:
    """A line that the caller filed, reviewed, or that nobody reviewed, is not let out."""
    school = await world.institution(funded)
    me = books.finance()
    await world.payable(funded, school, [1000], submitted_by=me.subject)
    await world.payable(funded, school, [1000], reviewed_by=me.subject)
    await world.payable(funded, school, [4000])
    await funded.sql("claims", "delete from line_reviews where reviewed_by = $1", "nobody")
    batch = await world.ok(
        await world.money(funded, me).post("/payment-batches", json=world.batch_body())
    )
    assert (batch["lines"], batch["fen"]) == (1, 4000)
    with pytest.raises(asyncpg.CheckViolationError, match="payment_three_persons"):
        await funded.sql("claims", "update payment_lines set released_by = submitted_by")
    with pytest.raises(asyncpg.CheckViolationError, match="payment_three_persons"):
        await funded.sql("claims", "update payment_lines set reviewed_by = array[released_by]")


async def test_two_officers_at_once_never_batch_a_line_twice(funded: Suite) -> None:
    """One gets the lines; the other finds nothing, whatever the moment."""
    school = await world.institution(funded)
    await world.payable(funded, school, [1000] * 20)
    answers = await asyncio.gather(
        *(world.money(funded).post("/payment-batches", json=world.batch_body()) for _ in range(6))
    )
    made = [answer.json() for answer in answers if answer.status_code == 201]
    assert sum(batch["lines"] for batch in made) == 20
    assert {a.json()["code"] for a in answers if a.status_code != 201} <= {
        *("nothing_payable", "batch_meanwhile", "line_state_conflict", "busy")
    }
    with pytest.raises(asyncpg.UniqueViolationError, match="payment_live_once"):
        await funded.sql(
            "claims",
            "insert into payment_lines select gen_random_uuid(), batch_id, authority, 99, line_id,"
            " class_id, payee_kind, payee_id, fen, null, submitted_by, reviewed_by, released_by"
            " from payment_lines limit 1",
        )


async def test_the_file_is_issued_once_and_downloaded_byte_for_byte(funded: Suite) -> None:
    """CSV and XLSX hold the same rows as strings; a second issue is refused, a download is told."""
    school = await world.institution(funded, account="0065001612340")
    await world.payable(funded, school, [120000, 5])
    officer = world.money(funded)
    batch = await world.issued(officer)
    assert (batch["state"], batch["file_lines"], batch["file_fen"]) == ("issued", 2, 120005)
    rows = await world.sheet(officer, batch["id"])
    code = batch["code"]
    assert rows[0][0] == f"{code}-000001"
    assert {tuple(row[1:4]) for row in rows} == {("示例培训学校1", "0065001612340", "示例银行")}
    assert sorted(row[4] for row in rows) == ["0.05", "1200.00"]
    path = f"/payment-batches/{batch['id']}"
    answer = await officer.get(f"{path}/file", params={"format": "xlsx"})
    book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    cells = book.get_sheet_by_index(0).to_python()
    assert cells[1:] == rows
    assert book.get_sheet_by_index(1).to_python()[1:3] == [
        ["笔数", "2"],
        ["金额合计（元）", "1200.05"],
    ]
    twice = await officer.get(f"{path}/file", params={"format": "xlsx"})
    assert twice.content == answer.content
    again = await officer.post(f"{path}/issue")
    assert (again.status_code, again.json()["code"]) == (409, "batch_not_open")
    rows = await funded.sql("claims", "select type from events order by position")
    kinds = [row["type"] for row in rows]
    assert kinds.count("bank_file.read") == 3
    assert kinds.count("bank_file.issued") == 1
    [read] = await funded.sql(
        "institutions",
        "select data from events where type = 'organisation_account.read'",
    )
    assert batch["id"] in read["data"]


async def test_nothing_of_an_account_is_stored_or_answered_in_claims(funded: Suite) -> None:
    """The bytes are sealed; batches, rows and events tell neither name nor number."""
    school = await world.institution(funded, account="65001612340")
    await world.payable(funded, school, [1000])
    officer = world.money(funded)
    batch = await world.issued(officer)
    page = (await officer.get(f"/payment-batches/{batch['id']}/payments")).text
    events = str(await funded.sql("claims", "select data from events"))
    stored = await funded.sql("claims", "select bytes_sealed, retained_until from payment_files")
    for said in (str(batch), page, events):
        assert "65001612340" not in said
        assert "示例培训学校" not in said
    assert all(b"65001612340" not in row["bytes_sealed"] for row in stored)
    assert {row["retained_until"].year for row in stored} == {2025}
    reviewer = funded.service("claims", funded.officer(world.GAOCHANG))
    assert (await reviewer.get(f"/payment-batches/{batch['id']}/file")).status_code == 403
    elsewhere = world.money(funded, books.finance("650421"))
    assert (await elsewhere.get(f"/payment-batches/{batch['id']}/file")).status_code == 404


async def test_names_never_become_formulas(funded: Suite) -> None:
    """A name that begins with a formula's sign is text in both forms."""
    plain = b"000001\tp\t1.00\n000002\tp\t2.50\n"
    owners = {"p": bank_file.Owner("=1+1", "123", '@b"a,k')}
    text = bank_file.csv_bytes("A", plain, owners).decode("utf-8-sig")
    assert text.split("\r\n")[1:] == [
        'A-000001,\'=1+1,123,"\'@b""a,k",1.00,职业培训补贴',
        'A-000002,\'=1+1,123,"\'@b""a,k",2.50,职业培训补贴',
        "",
    ]
    totals = bank_file.Totals("A", 2, "3.50", "00")
    data = bank_file.xlsx_bytes("A", bank_file.rows(plain), owners, totals)
    sheet = calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
    assert sheet.to_python()[1][1] == "=1+1"


async def test_a_payee_without_account_stays_out_of_the_file(funded: Suite) -> None:
    """The others are sent; the line is payable again and goes with a re-issue."""
    rich, poor = (
        await world.institution(funded, 1),
        await world.institution(funded, 2, account=None),
    )
    await world.payable(funded, rich, [1000])
    [waiting] = await world.payable(funded, poor, [2000])
    officer = world.money(funded)
    batch = await world.issued(officer)
    assert (batch["lines"], batch["file_lines"], batch["file_fen"]) == (2, 1, 1000)
    assert batch["dropped"] == {"no_account": 1}
    assert await world.states(funded, [waiting]) == ["payable"]
    plain = await officer.post("/payment-batches", json=world.batch_body())
    assert plain.json()["code"] == "nothing_payable"
    await world.paid_to(funded, poor, "65009999000", 2)
    again = await world.issued(officer, reissue_of=batch["id"])
    assert (again["lines"], again["file_fen"], again["reissue_of"]) == (1, 2000, batch["id"])


async def test_a_batch_without_any_account_is_settled_without_a_file(funded: Suite) -> None:
    """Nothing is sent, nothing is lost."""
    school = await world.institution(funded, account=None)
    lines = await world.payable(funded, school, [2000])
    officer = world.money(funded)
    batch = await world.issued(officer)
    assert (batch["state"], batch["file_lines"], batch["files"]) == ("settled", 0, [])
    answer = await officer.get(f"/payment-batches/{batch['id']}/file")
    assert (answer.status_code, answer.json()["code"]) == (409, "bank_file_not_there")
    assert await world.states(funded, lines) == ["payable"]


async def test_a_batch_is_cancelled_before_its_file_and_not_after(funded: Suite) -> None:
    """Its lines are payable again and go with the next batch."""
    school = await world.institution(funded)
    lines = await world.payable(funded, school, [2000])
    officer = world.money(funded)
    batch = await world.ok(await officer.post("/payment-batches", json=world.batch_body()))
    path = f"/payment-batches/{batch['id']}"
    await world.ok(await officer.post(f"{path}/cancellation"))
    assert await world.states(funded, lines) == ["payable"]
    assert (await officer.post(f"{path}/issue")).status_code == 409
    second = await world.issued(officer)
    late = await officer.post(f"/payment-batches/{second['id']}/cancellation")
    assert (late.status_code, late.json()["code"]) == (409, "batch_not_open")


async def test_a_line_at_the_bank_moves_with_its_payment_only(funded: Suite) -> None:
    """No other hand takes a batched line away, or calls it paid."""
    school = await world.institution(funded)
    await world.payable(funded, school, [2000])
    await world.issued(world.money(funded))
    for state in ("voided", "payable", "paid"):
        with pytest.raises(asyncpg.CheckViolationError, match="payment of the line"):
            await funded.sql("claims", f"update claim_lines set state = '{state}'")


async def test_an_unknown_batch_is_not_there(funded: Suite) -> None:
    """Other people's batches and no batches look the same."""
    lost = UUID("01700000-0000-7000-8000-000000000001")
    officer = world.money(funded)
    assert (await officer.get(f"/payment-batches/{lost}")).status_code == 404
    assert (await officer.post(f"/payment-batches/{lost}/issue")).status_code == 404
    assert (await officer.post(f"/payment-batches/{uuid4()}/returns", json=[])).status_code == 404
