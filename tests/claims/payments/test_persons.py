"""Money for persons: to the own account, in the own name, read under a purpose that they see."""

from tests.claims.payments import world
from tests.registry import asking, people
from tests.suite import Suite

PASSBOOK = "100200300400500"


async def account(someone: people.Person, number: str) -> None:
    """Let a person enter an account."""
    body = {"bank": "示例银行高昌支行", "account_number": number, "holder": someone.name}
    answer = await someone.client.post("/me/bank-account", json=body)
    assert answer.status_code == 201, answer.text


async def test_a_person_is_paid_and_sees_who_read_the_account(funded: Suite) -> None:
    """Name and number stand in the bank's file only; the person's log says for what."""
    someone = await people.person(funded)
    await account(someone, asking.CARD)
    await world.payable(funded, someone.id, [45000], kind="person")
    officer = world.money(funded)
    batch = await world.issued(officer, payee_kind="person")
    [row] = await world.sheet(officer, batch["id"])
    assert row[1:5] == [someone.name, asking.CARD, "示例银行高昌支行", "450.00"]
    log = (await someone.client.get("/me/access-log")).json()
    assert "bank_file" in str(log)
    await world.returned(officer, batch["id"], [world.said(row)])
    own = funded.service("claims", funded.trainee(someone.id))
    [payment] = (await own.get("/me/payments")).json()["payments"]
    assert (payment["state"], payment["fen"], payment["needs_account"]) == ("paid", 45000, False)
    other = funded.service("claims", funded.trainee((await people.person(funded)).id))
    assert (await other.get("/me/payments")).json()["payments"] == []


async def test_a_person_whose_account_was_rejected_is_told_and_corrects_it(funded: Suite) -> None:
    """The person reads what to do, enters another account, and the line goes out once more."""
    someone = await people.person(funded)
    await account(someone, asking.CARD)
    [line] = await world.payable(funded, someone.id, [45000], kind="person")
    officer = world.money(funded)
    batch = await world.issued(officer, payee_kind="person")
    [row] = await world.sheet(officer, batch["id"])
    await world.returned(officer, batch["id"], [world.said(row, "rejected", reason="账户已冻结")])
    own = funded.service("claims", funded.trainee(someone.id))
    [payment] = (await own.get("/me/payments")).json()["payments"]
    assert (payment["state"], payment["needs_account"]) == ("came_back", True)
    assert "更换收款账户" in payment["text"]
    await account(someone, PASSBOOK)
    again = await world.issued(officer, payee_kind="person", reissue_of=batch["id"])
    [row] = await world.sheet(officer, again["id"])
    assert row[2] == PASSBOOK
    await world.returned(officer, again["id"], [world.said(row)])
    assert await world.states(funded, [line]) == ["paid"]
    [payment] = (await own.get("/me/payments")).json()["payments"]
    assert (payment["state"], payment["batch_code"]) == ("paid", again["code"])


async def test_an_institution_sees_nothing_of_persons_payments(funded: Suite) -> None:
    """Its statement has what it was paid itself and no more."""
    someone = await people.person(funded)
    await account(someone, asking.CARD)
    school = await world.institution(funded)
    await world.payable(funded, someone.id, [45000], kind="person")
    await world.issued(world.money(funded), payee_kind="person")
    client = funded.service("claims", funded.organisation(school))
    assert (await client.get("/payment-statement")).json()["rows"] == []
    assert (await client.get("/payment-batches")).status_code == 403
