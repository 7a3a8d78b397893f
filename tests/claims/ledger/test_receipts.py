"""Money comes in by document number, into the account of its fund, authority, year and purpose."""

from uuid import uuid4

import pytest

from services.claims.ledger.schemas import ReceiptIn
from shared.plans.vocabulary import Purpose
from tests.claims.ledger import world
from tests.suite import Suite


async def test_a_receipt_is_available_at_once(books: Suite) -> None:
    """Its account is opened on the way and says whose it is."""
    made = await world.received(books, 500_00)
    account = made["account"]
    assert (made["code"], account["received_fen"], account["available_fen"]) == (
        "receipt",
        500_00,
        500_00,
    )
    assert (account["fund_name"], account["purpose_name"]) == (
        "职业技能提升行动专项资金（专账）",
        "职业培训补贴",
    )


async def test_an_opening_balance_keeps_its_document(books: Suite) -> None:
    """What was there before the system is entered with its number and can be told apart."""
    made = await world.received(books, 7_00, opening=True, document_number="吐财社〔2019〕示例1号")
    path = f"/accounts/{made['account']['id']}/statement"
    [entry] = (await world.client(books).get(path)).json()["items"]
    assert (entry["code"], entry["document_number"]) == ("opening", "吐财社〔2019〕示例1号")
    assert (entry["debit"], entry["credit"]) == ("source", "available")


async def test_years_purposes_and_authorities_have_books_of_their_own(books: Suite) -> None:
    """Nothing that came in for one is available to another."""
    await world.received(books, 1)
    await world.received(books, 2, year=2021)
    await world.received(books, 3, purpose="apprenticeship")
    await world.received(books, 4, authority=world.SHANSHAN)
    officer = world.client(books, world.finance(world.GAOCHANG, world.SHANSHAN))
    items = (await officer.get("/accounts")).json()["items"]
    assert sorted(item["available_fen"] for item in items) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("fund", "purpose"),
    [
        ("special", "living_allowance"),
        ("employment", "skill_upgrade"),
        ("hunan_aid", "training_subsidy"),
        ("special", "office_buildings"),
        ("employment", "management_fees"),
    ],
)
async def test_a_use_that_is_not_permitted_has_no_account(
    books: Suite, fund: str, purpose: str
) -> None:
    """The refusal names what the fund may pay and what article 五(四) forbids."""
    body = world.receipt(fund=fund, purpose=purpose)
    answer = await world.client(books).post("/funds/receipts", json=body)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "purpose_not_permitted")
    plan = world.service(books).plan
    assert [each["id"] for each in problem["permitted"]] == list(plan.fund(fund).permitted)
    assert "兴建、改建办公场所" in [each["name"] for each in problem["forbidden"]]
    assert problem["article"] == "五(四)"
    assert "吐政办〔2019〕53号" in problem["detail"]
    assert await books.sql("claims", "select 1 from accounts") == []


@pytest.mark.parametrize("fund", ["enterprise_education", "lottery"])
async def test_money_that_is_not_booked_here_is_refused(books: Suite, fund: str) -> None:
    """Enterprises' own money and funds that the plan does not know have no books."""
    body = world.receipt(fund=fund, purpose="transfer_training")
    answer = await world.client(books).post("/funds/receipts", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "fund_unknown")


async def test_a_document_is_entered_once(books: Suite) -> None:
    """Two officers with the same paper do not double the money."""
    await world.received(books, 5_00, document_number="高财社〔2020〕示例1号")
    body = world.receipt(5_00, document_number="高财社〔2020〕示例1号")
    answer = await world.client(books).post("/funds/receipts", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "receipt_exists")
    assert (await world.figures(books))[0] == 5_00


async def test_a_receipt_sent_twice_is_entered_once(books: Suite) -> None:
    """The same key gets the same answer and moves nothing."""
    officer = world.client(books)
    body, headers = world.receipt(), {"Idempotency-Key": "receipt-0001"}
    first = await officer.post("/funds/receipts", json=body, headers=headers)
    again = await officer.post("/funds/receipts", json=body, headers=headers)
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    other = await officer.post("/funds/receipts", json={**body, "fen": 1}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert (await world.figures(books))[0] == body["fen"]


async def test_a_wrong_entry_is_undone_by_a_mirror_and_entered_again(books: Suite) -> None:
    """Nothing is erased: the statement shows the entry, its correction, and the right one."""
    number = "高财社〔2020〕示例2号"
    made = await world.received(books, 50_00, document_number=number)
    undo = {"reason": "金额录入有误"}
    path = f"/funds/receipts/{made['transfer_id']}/correction"
    undone = await world.client(books).post(path, json=undo)
    assert (undone.status_code, undone.json()["account"]["available_fen"]) == (201, 0)
    again = await world.client(books).post(path, json=undo)
    assert (again.status_code, again.json()["code"]) == (409, "transfer_reversed")
    await world.received(books, 5_00, document_number=number)
    path = f"/accounts/{made['account']['id']}/statement"
    items = (await world.client(books).get(path)).json()["items"]
    assert [(each["code"], each["available_fen"]) for each in items] == [
        ("receipt", 50_00),
        ("correction", 0),
        ("receipt", 5_00),
    ]


async def test_an_entry_whose_money_is_reserved_stays(books: Suite) -> None:
    """A correction would leave the lines without their money."""
    made = await world.received(books, 10_00)
    await world.reserved(books, [world.want(1)])
    path = f"/funds/receipts/{made['transfer_id']}/correction"
    answer = await world.client(books).post(path, json={"reason": "金额录入有误"})
    assert (answer.status_code, answer.json()["code"]) == (409, "funds_insufficient")
    assert await world.figures(books) == (10_00, 1, 0, 9_99)


async def test_a_payment_is_not_corrected_as_a_receipt(books: Suite) -> None:
    """The door for receipts leads to receipts only."""
    await world.received(books, 10_00)
    held = await world.reserved(books, [world.want(1)])
    [transfer] = [each.transfer_id for each in held.values()]
    path = f"/funds/receipts/{transfer}/correction"
    answer = await world.client(books).post(path, json={"reason": "试一试"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_finance_officer_enters_within_reach_only(books: Suite) -> None:
    """Another county's money is its own officers' business, and so is undoing it."""
    body = world.receipt(authority=world.SHANSHAN)
    answer = await world.client(books).post("/funds/receipts", json=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "authority_out_of_reach")
    made = await world.received(books, 1, authority=world.SHANSHAN)
    path = f"/funds/receipts/{made['transfer_id']}/correction"
    answer = await world.client(books).post(path, json={"reason": "试一试"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_only_finance_enters_money(books: Suite) -> None:
    """人社 officers, organisations and auditors do not."""
    for by in (books.officer("650402"), books.organisation(uuid4())):
        answer = await world.client(books, by).post("/funds/receipts", json=world.receipt())
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    "changed",
    [{"fen": 0}, {"fen": 1.5}, {"fen": 10**15}, {"year": 1999}, {"document_number": " "}],
)
async def test_an_entry_out_of_bounds_is_malformed(books: Suite, changed: world.Json) -> None:
    """Fen are whole and positive, and a document has a number."""
    answer = await world.client(books).post("/funds/receipts", json=world.receipt(**changed))
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


async def test_the_example_of_the_documentation_is_accepted(books: Suite) -> None:
    """What the documentation shows is what the service takes."""
    example = ReceiptIn.model_config["json_schema_extra"]["examples"][0]  # type: ignore[index]
    answer = await world.client(books).post("/funds/receipts", json=example)
    assert answer.status_code == 201, answer.text


async def test_every_permitted_use_has_its_place(books: Suite) -> None:
    """Each purpose of the vocabulary is some fund's."""
    rows = await books.sql("claims", "select distinct purpose from fund_purposes")
    assert {row["purpose"] for row in rows} == {each.value for each in Purpose}
