"""The own account: entered by the person only, read only to pay, each read told to the person."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from services.registry.accounts import rules
from shared import principal as principals
from shared.principal import Principal, Role
from tests.registry import asking, people
from tests.registry.people import Person
from tests.registry.world import ok, problem
from tests.suite import Suite

CARD, PASSBOOK = asking.CARD, "100200300400500"


async def enter(someone: Person, number: str = CARD, **changes: Any) -> httpx.Response:
    """Let a person enter an account."""
    body = {"bank": "示例银行高昌支行", "account_number": number, "holder": someone.name}
    return await someone.client.post("/me/bank-account", json=body | changes)


async def payees(suite: Suite, *whom: Person, purpose: str = "bank_file", **more: Any) -> Any:
    """Read persons for an issue."""
    body = {"trainee_ids": [str(one.id) for one in whom], "purpose": purpose} | more
    client = asking.claims(suite, "payees")
    return ok(await client.post("/internal/payees", json=body))["payees"]


@pytest.mark.parametrize(
    ("number", "wrong"),
    [
        (CARD, False),
        (CARD[:-1] + "4", True),
        (PASSBOOK, False),
        ("123456789012", False),
        ("12345678901", True),
        ("1" * 19, False),
        ("1" * 20, True),
        ("6217A0001234567890", True),
        ("", True),
    ],
)
def test_a_number_has_twelve_to_nineteen_digits_and_a_card_s_check(
    number: str, *, wrong: bool
) -> None:
    """A passbook has no check digit; a card that fails its own is a slip."""
    assert rules.wrong(number) is wrong


def test_a_number_is_kept_the_one_way_it_is_compared() -> None:
    """Spaces, hyphens and full-width digits are how people type."""
    assert rules.normalise(" 6217 0000-1234 ５678903") == "621700001234" + "5678903"


async def test_the_person_enters_the_account_and_sees_its_last_digits(suite: Suite) -> None:
    """The whole number is shown on no screen."""
    someone = await people.person(suite, "古丽米热·买买提")
    problem(await someone.client.get("/me/bank-account"), 404, "not_found")
    ok(await enter(someone, f"{CARD[:4]} {CARD[4:]}", holder="古丽米热•买买提"), 201)
    answer = await someone.client.get("/me/bank-account")
    shown = ok(answer)
    assert (shown["bank"], shown["last_four"]) == ("示例银行高昌支行", CARD[-4:])
    assert CARD not in answer.text


async def test_the_holder_is_the_person(suite: Suite) -> None:
    """No money of a person goes to another's account; nothing is told of the stored name."""
    someone = await people.person(suite, "古丽米热·买买提")
    refused = await enter(someone, holder="王小明")
    problem(refused, 422, "account_holder_differs")
    assert someone.name not in refused.text
    problem(await enter(someone, "1234"), 422, "account_number_wrong")
    assert await suite.sql("registry", "select 1 from bank_accounts") == []


async def test_a_new_account_ends_the_one_before_and_keeps_it(suite: Suite) -> None:
    """The history is the person's; the same account again is no change."""
    someone = await people.person(suite)
    first = ok(await enter(someone), 201)
    assert ok(await enter(someone), 201)["id"] == first["id"]
    second = ok(await enter(someone, PASSBOOK), 201)
    assert second["id"] != first["id"]
    kept = ok(await someone.client.get("/me/copy"))["sections"]["bank_accounts"]
    assert [one["number"] for one in kept] == [CARD, PASSBOOK]
    assert [one["ended_at"] is None for one in kept] == [False, True]
    [told] = await payees(suite, someone)
    assert (told["account_id"], told["account_number"]) == (second["id"], PASSBOOK)


async def test_an_account_is_stored_sealed(suite: Suite) -> None:
    """Neither bank nor number stands in the table, and no event is told."""
    someone = await people.person(suite)
    ok(await enter(someone), 201)
    [row] = await suite.sql("registry", "select b::text as row from bank_accounts b")
    assert CARD not in row["row"]
    assert "示例银行" not in row["row"]
    assert await suite.sql("registry", "select 1 from events") == []


async def test_the_bank_s_file_gets_names_and_accounts_in_order(suite: Suite) -> None:
    """Who has entered none has none."""
    one, other = await people.person(suite, "王小明"), await people.person(suite, "李四")
    ok(await enter(other), 201)
    told = await payees(suite, other, one)
    assert [line["name"] for line in told] == ["李四", "王小明"]
    assert (told[0]["bank"], told[0]["account_number"]) == ("示例银行高昌支行", CARD)
    assert (told[1]["account_number"], told[1]["id_first_six"]) == (None, None)


async def test_a_notice_gets_a_masked_name_and_six_digits(suite: Suite) -> None:
    """Masked before it leaves: no account, no birth date, no whole name."""
    someone = await people.person(suite, "古丽米热·买买提")
    ok(await enter(someone), 201)
    [told] = await payees(suite, someone, purpose="public_notice")
    assert told == {
        "trainee_id": str(someone.id),
        "name": "古**·买**",
        "account_id": None,
        "bank": None,
        "account_number": None,
        "entered_at": None,
        "id_first_six": someone.id_number[:6],
    }


async def test_each_read_is_one_entry_a_person_and_issue(suite: Suite) -> None:
    """A batch read again for the same issue adds none; the person reads who, what and why."""
    someone = await people.person(suite)
    issue, office = str(uuid4()), "650402/finance"
    for _ in range(2):
        await payees(suite, someone, issue_id=issue, office=office)
    await payees(suite, someone, purpose="public_notice", issue_id=issue)
    log = ok(await someone.client.get("/me/access-log"))["items"]
    assert sorted((one["purpose"], one["what"]) for one in log) == [
        ("bank_file", "account"),
        ("public_notice", "name"),
    ]
    [paid] = [one for one in log if one["purpose"] == "bank_file"]
    assert paid["office"] == office
    assert paid["purpose_words"]["zh-Hans"] == "向您付款"


async def test_an_unknown_person_stops_the_issue(suite: Suite) -> None:
    """Nobody is silently left out of a bank file."""
    someone = await people.person(suite)
    body = {"trainee_ids": [str(someone.id), str(uuid4())], "purpose": "bank_file"}
    client = asking.claims(suite, "payees")
    problem(await client.post("/internal/payees", json=body), 404, "not_found")
    assert ok(await someone.client.get("/me/access-log"))["items"] == []


async def test_accounts_are_read_for_an_issue_only(suite: Suite) -> None:
    """No other role and no other purpose; the decision of a claim does not see them."""
    someone = await people.person(suite)
    ok(await enter(someone), 201)
    reach = ("650402", "650400")
    callers = [
        *(Principal(f"{role}:{uuid4()}", role, authorities=reach) for role in
          (Role.OFFICER, Role.FINANCE, Role.AUDITOR, Role.DEPARTMENT, Role.ADMINISTRATOR)),
        suite.organisation(uuid4()),
        suite.trainee(uuid4()),
        principals.service("claims", "facts"),
        principals.service("gateway", "binding"),
    ]  # fmt: skip
    database = suite.apps["registry"].state.service.database
    for by in callers:
        answer = await suite.service("registry", by).post("/internal/payees", json={})
        problem(answer, 403, "forbidden")
        async with database.transaction(by) as session:
            assert (await session.execute(text("select 1 from bank_accounts"))).all() == []


@pytest.mark.parametrize("role", ["organisation", "officer", "finance"])
async def test_nobody_enters_an_account_for_another(suite: Suite, role: str) -> None:
    """Neither institution nor office; a person's own token reaches the own account only."""
    by = Principal(f"{role}:{uuid4()}", Role(role), authorities=("650402",), organisation=uuid4())
    client = suite.service("registry", by)
    body = {"bank": "示例银行", "account_number": CARD, "holder": "王小明"}
    problem(await client.post("/me/bank-account", json=body), 403, "forbidden")
    named = body | {"trainee_id": str(uuid4())}
    someone = await people.person(suite)
    problem(await someone.client.post("/me/bank-account", json=named), 400, "malformed")
