"""The bank's return: one outcome a payment, booked with the ledger, whatever comes how often."""

import asyncio
import io
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
import xlsxwriter

from services.claims.payments import rules
from tests.claims.ledger import world as books
from tests.claims.payments import world
from tests.claims.payments.world import Json
from tests.suite import Suite


async def sent(suite: Suite, *fens: int) -> tuple[httpx.AsyncClient, Json, list[list[str]]]:
    """Send payments to the bank; return the officer's client, the batch and the file's rows."""
    school = await world.institution(suite)
    await world.payable(suite, school, fens)
    officer = world.money(suite)
    batch = await world.issued(officer)
    return officer, batch, await world.sheet(officer, batch["id"])


async def all_states(suite: Suite) -> list[str]:
    """Return where all lines stand, sorted."""
    rows = await suite.sql("claims", "select state from claim_lines order by state")
    return [row["state"] for row in rows]


async def test_paid_is_booked_and_rejected_goes_back(funded: Suite) -> None:
    """Paid lines are posted in the ledger; rejected ones keep their money and need an account."""
    officer, batch, rows = await sent(funded, 120000, 80000)
    answer = await world.returned(
        officer,
        batch["id"],
        [world.said(rows[0]), world.said(rows[1], "rejected", reason="账户已销户")],
    )
    assert (answer["paid"], answer["rejected"], answer["unknown"]) == (1, 1, 0)
    assert await all_states(funded) == ["paid", "payable"]
    paid = answer["paid_fen"]
    assert await books.figures(funded) == (10000000, 200000 - paid, paid, 9800000)
    found = (await officer.get(f"/payment-batches/{batch['id']}")).json()
    assert found["state"] == "settled"
    page = (await officer.get(f"/payment-batches/{batch['id']}/payments")).json()["items"]
    assert [(one["outcome"], one["reason"]) for one in page] == [
        ("paid", None),
        ("rejected", "account_closed"),
    ]


async def test_a_return_twice_or_in_pieces_changes_nothing_more(funded: Suite) -> None:
    """The same file gets its first answer; the same rows in other files are duplicates."""
    officer, batch, rows = await sent(funded, 100, 200, 300)
    first = await world.returned(officer, batch["id"], [world.said(rows[0])])
    again = await world.returned(officer, batch["id"], [world.said(rows[0])], 200)
    assert again == first
    piece = await world.returned(officer, batch["id"], [world.said(row) for row in rows[:2]])
    assert (piece["paid"], piece["duplicates"]) == (1, 1)
    whole = await world.returned(officer, batch["id"], [world.said(row) for row in rows])
    assert (whole["paid"], whole["duplicates"], whole["unknown"]) == (1, 2, 0)
    last = await world.returned(officer, batch["id"], [world.said(row) for row in rows[::-1]])
    assert (last["paid"], last["duplicates"]) == (0, 3)
    assert await books.figures(funded) == (10000000, 0, 600, 9999400)


async def test_ten_imports_at_once_book_each_payment_once(funded: Suite) -> None:
    """Officers who import the same pieces at the same moment wait for each other."""
    officer, batch, rows = await sent(funded, *range(100, 120))
    path = f"/payment-batches/{batch['id']}/returns"
    pieces = [[world.said(row) for row in rows[n % 5 :]] for n in range(10)]
    answers = await asyncio.gather(*(officer.post(path, json=piece) for piece in pieces))
    assert {answer.status_code for answer in answers} <= {200, 201}
    assert await all_states(funded) == ["paid"] * 20
    total = sum(range(100, 120))
    assert await books.figures(funded) == (10000000, 0, total, 10000000 - total)


async def test_what_is_not_exactly_ours_is_held_and_moves_nothing(funded: Suite) -> None:
    """Other amounts, other references, unreadable words, contradictions: listed as unknown."""
    officer, batch, rows = await sent(funded, 100, 200, 300, 400)
    told = [
        world.said(rows[0], fen=int(rows[0][4].replace(".", "")) - 1),
        world.said(rows[1], outcome="处理中"),
        world.said(rows[2]),
        world.said(rows[2], "rejected", reason="户名不符"),
        {"reference": f"{batch['code']}-999999", "outcome": "paid", "fen": 100},
        world.said(rows[3], fen="1.5"),
    ]
    answer = await world.returned(officer, batch["id"], told)
    assert (answer["paid"], answer["rejected"], answer["unknown"]) == (0, 0, 6)
    assert await all_states(funded) == ["batched"] * 4
    found = (await officer.get(f"/payment-batches/{batch['id']}/unknown-rows")).json()["rows"]
    assert [row["why"] for row in found] == [
        *("amount_differs", "outcome_unreadable"),
        *("contradicts_itself", "contradicts_itself"),
        *("reference_unknown", "amount_unreadable"),
    ]
    assert found[3]["said"] == "户名不符"
    stored = await funded.sql("claims", "select row_sealed from bank_return_unknowns")
    assert all("户名".encode() not in row["row_sealed"] for row in stored)
    later = await world.returned(officer, batch["id"], [world.said(row) for row in rows])
    assert later["paid"] == 4


async def test_an_outcome_is_never_overruled_by_a_later_return(funded: Suite) -> None:
    """Paid then rejected, rejected then paid: held for people, the books stay."""
    officer, batch, rows = await sent(funded, 100, 200)
    await world.returned(
        officer, batch["id"], [world.said(rows[0]), world.said(rows[1], "rejected")]
    )
    answer = await world.returned(
        officer, batch["id"], [world.said(rows[0], "rejected"), world.said(rows[1])]
    )
    assert (answer["paid"], answer["rejected"], answer["unknown"]) == (0, 0, 2)
    found = (await officer.get(f"/payment-batches/{batch['id']}/unknown-rows")).json()["rows"]
    assert {row["why"] for row in found} == {"contradicts_earlier"}
    assert await all_states(funded) == ["paid", "payable"]


async def test_a_rejected_account_is_corrected_and_sent_again_once(funded: Suite) -> None:
    """The same account is not sent twice; the corrected one is, and only what came back."""
    school = await world.institution(funded)
    await world.payable(funded, school, [100, 200])
    officer = world.money(funded)
    batch = await world.issued(officer)
    rows = await world.sheet(officer, batch["id"])
    told = [world.said(rows[0]), world.said(rows[1], "rejected", reason="账号不存在")]
    await world.returned(officer, batch["id"], told)
    same = await world.issued(officer, reissue_of=batch["id"])
    assert (same["state"], same["dropped"]) == ("settled", {"account_unchanged": 1})
    await world.paid_to(funded, school, "65009999000")
    again = await world.issued(officer, reissue_of=same["id"])
    [row] = await world.sheet(officer, again["id"])
    assert (row[2], row[4]) == ("65009999000", rows[1][4])
    for of in (batch, same, again):
        answer = await officer.post("/payment-batches", json=world.batch_body(reissue_of=of["id"]))
        assert answer.json()["code"] == "nothing_payable"
    await world.returned(officer, again["id"], [world.said(row)])
    assert await all_states(funded) == ["paid", "paid"]
    assert await books.figures(funded) == (10000000, 0, 300, 9999700)


async def test_a_cancelled_reissue_can_be_made_again(funded: Suite) -> None:
    """What came back does not get lost with a batch that was taken back."""
    officer, batch, rows = await sent(funded, 100)
    await world.returned(officer, batch["id"], [world.said(rows[0], "rejected", reason="超时")])
    body = world.batch_body(reissue_of=batch["id"])
    first = await world.ok(await officer.post("/payment-batches", json=body))
    await world.ok(await officer.post(f"/payment-batches/{first['id']}/cancellation"))
    second = await world.issued(officer, reissue_of=batch["id"])
    assert second["file_lines"] == 1  # the bank's own fault: the same account is good


async def test_money_that_the_bank_gives_back_later_is_held_again(funded: Suite) -> None:
    """退汇: reversed and reserved in one transaction, payable again, re-issued once."""
    officer, batch, rows = await sent(funded, 70000)
    await world.returned(officer, batch["id"], [world.said(rows[0])])
    [payment] = (await officer.get(f"/payment-batches/{batch['id']}/payments")).json()["items"]
    path = f"/payments/{payment['id']}/bounce"
    body = {"reason": "account_closed", "document_number": "示例退汇单2020-17"}
    made = await world.ok(await officer.post(path, json=body))
    assert (made["outcome"], made["reason"]) == ("bounced", "account_closed")
    assert await all_states(funded) == ["payable"]
    assert await books.figures(funded) == (10000000, 70000, 0, 9930000)
    again = await officer.post(path, json=body)
    assert (again.status_code, again.json()["code"]) == (409, "payment_not_paid")
    dropped = await world.issued(officer, reissue_of=batch["id"])
    assert dropped["dropped"] == {"account_unchanged": 1}


async def test_csv_and_xlsx_returns_say_the_same_as_json(funded: Suite) -> None:
    """Headings in Chinese, amounts in yuan as text or number, GB 18030 or UTF-8."""
    officer, batch, rows = await sent(funded, 12345, 80000, 7)
    path = f"/payment-batches/{batch['id']}/returns"
    head = "某银行回单,,\n参考号,户名,处理结果,金额（元）,失败原因\n"
    text = f"{head}{rows[0][0]},甲,成功,{rows[0][4]},\n"
    answer = await officer.post(path, content=text.encode("gb18030"))
    assert (answer.json()["form"], answer.json()["paid"]) == ("csv", 1)
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["参考号", "结果", "金额", "原因"])
        sheet.write_row(1, 0, [rows[1][0], "失败", float(rows[1][4]), "冻结"])
        sheet.write_row(2, 0, [rows[2][0], "成功", float(rows[2][4]), ""])
    answer = await officer.post(path, content=stream.getvalue())
    assert answer.json()["form"] == "xlsx"
    assert (answer.json()["paid"], answer.json()["rejected"]) == (1, 1)


@pytest.mark.parametrize("data", [b"", b"hello", b"PK\x03\x04broken", b'{"rows": 1}', b"\xff\x00"])
async def test_what_is_no_return_is_refused_whole(funded: Suite, data: bytes) -> None:
    """Nothing is guessed; nothing is stored."""
    officer, batch, _ = await sent(funded, 100)
    answer = await officer.post(f"/payment-batches/{batch['id']}/returns", content=data)
    assert (answer.status_code, answer.json()["code"]) == (422, "bank_return_unreadable")
    assert await funded.sql("claims", "select 1 from bank_returns") == []


async def test_a_return_needs_a_file_and_the_right_office(funded: Suite) -> None:
    """Before the file nothing can come back; reviewers and other counties import nothing."""
    school = await world.institution(funded)
    await world.payable(funded, school, [100])
    officer = world.money(funded)
    batch = await world.ok(await officer.post("/payment-batches", json=world.batch_body()))
    path = f"/payment-batches/{batch['id']}/returns"
    early = await officer.post(path, json=[])
    assert (early.status_code, early.json()["code"]) == (409, "batch_not_at_bank")
    assert (
        await world.money(funded, books.finance("650421")).post(path, json=[])
    ).status_code == 404
    reviewer = funded.service("claims", funded.officer(world.GAOCHANG))
    assert (await reviewer.post(path, json=[])).status_code == 403


def test_the_banks_words_become_a_closed_list() -> None:
    """What a bank writes may name people; what is stored never does."""
    assert rules.reason_of("收款户名不符：张三") is rules.Reason.NAME_DIFFERS
    assert rules.reason_of("账户状态异常") is rules.Reason.ACCOUNT_CLOSED
    assert rules.reason_of("账号不存在") is rules.Reason.ACCOUNT_UNKNOWN
    assert rules.reason_of("系统超时") is rules.Reason.BANK_FAULT
    for reason in rules.Reason:
        assert set(rules.TEXTS) == set(rules.Reason)
        assert all(rules.TEXTS[reason])


def test_a_payment_has_at_most_one_outcome() -> None:
    """The same row twice counts once; a contradiction counts never."""
    known = rules.Known(uuid4(), uuid4(), 100, None)
    row = rules.Row(1, "A", rules.Outcome.PAID, 100, "")
    judged = rules.judge([row, row._replace(row_no=2)], {"A": known})
    assert (len(judged.paid), judged.duplicates, judged.unknown) == (1, 1, [])
    other = row._replace(row_no=2, outcome=rules.Outcome.REJECTED)
    judged = rules.judge([row, other], {"A": known})
    assert (judged.paid, judged.rejected, len(judged.unknown)) == ([], [], 2)
    assert rules.dropped(rules.Planned(*[UUID(int=1)] * 3, 1, True, None, None), None)


async def test_a_return_comes_as_a_form_field_too(funded: Suite) -> None:
    """A desk's upload is read like a raw body; a form without the field is malformed."""
    officer, batch, rows = await sent(funded, 120000)
    path = f"/payment-batches/{batch['id']}/returns"
    text = f"参考号,结果,金额（元）,原因\n{rows[0][0]},成功,1200.00,\n".encode()
    wrong = await officer.post(path, files={"other": ("return.csv", text, "text/csv")})
    assert (wrong.status_code, wrong.json()["code"]) == (400, "malformed")
    answer = await officer.post(path, files={"file": ("return.csv", text, "text/csv")})
    assert answer.status_code == 201, answer.text
    assert answer.json()["paid"] == 1
    raw = await officer.post(path, content=text, headers={"content-type": "text/csv"})
    assert (raw.status_code, raw.json()) == (200, answer.json())


async def test_a_return_is_erased_when_its_retention_is_over(funded: Suite) -> None:
    """After five years the bytes are gone; hash and figures stay, so it is still known."""
    officer, batch, rows = await sent(funded, 120000)
    mixed = [world.said(rows[0]), {"reference": "X-1", "outcome": "paid", "fen": 1}]
    first = await world.returned(officer, batch["id"], mixed)
    assert (first["paid"], first["unknown"]) == (1, 1)
    sealed = "select count(bytes_sealed) as n from bank_returns"
    for years, left in ((4, 1), (6, 0)):
        funded.clock.at += timedelta(days=365 * (years if left else 2))
        await funded.settle()
        assert (await funded.sql("claims", sealed))[0]["n"] == left
    counts = await funded.sql(
        "claims", "select count(row_sealed) as rows, count(*) as held from bank_return_unknowns"
    )
    assert (counts[0]["rows"], counts[0]["held"]) == (0, 1)
    later = world.money(funded)
    held = (await later.get(f"/payment-batches/{batch['id']}/unknown-rows")).json()["rows"]
    assert (held[0]["why"], held[0]["said"]) == ("reference_unknown", "")
    assert await world.returned(later, batch["id"], mixed, 200) == first
