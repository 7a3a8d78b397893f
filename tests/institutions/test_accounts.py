"""Accounts of organisations: entered by the owner, confirmed by a second person, told to nobody."""

import asyncpg
import httpx
import pytest

from services.institutions.accounts import rules
from shared import principal as principals
from tests.institutions import world
from tests.institutions.world import Json
from tests.suite import Suite

ACCOUNT: Json = {
    "bank": "示例银行鄯善县支行",
    "account_number": "6500 1612 3400 0525 0001",
    "holder": "示例培训学校1",
}
NUMBER = "65001612340005250001"


def paying(suite: Suite, purpose: str = "bank_file") -> httpx.AsyncClient:
    """Return the client of claims for a purpose."""
    return suite.service("institutions", principals.service("claims", purpose))


async def entered(suite: Suite, key: str, **changed: str) -> Json:
    """Let the organisation enter an account."""
    own = world.own(suite, key)
    return await world.created(own, f"/organisations/{key}/accounts", {**ACCOUNT, **changed})


async def confirmed(suite: Suite, made: Json, number: str = NUMBER) -> Json:
    """Let an officer confirm an account from the papers."""
    path = f"/organisation-accounts/{made['id']}/confirmation"
    return await world.created(world.client(suite), path, {"account_number": number})


async def payee(suite: Suite, key: str) -> Json:
    """Read whom a bank file would pay."""
    body = {"organisation_ids": [key], "purpose": "bank_file"}
    answer = await paying(suite).post("/internal/organisation-accounts", json=body)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()["payees"][0]
    return found


async def test_an_account_is_paid_to_once_an_officer_has_confirmed_it(suite: Suite) -> None:
    """Before that the bank file finds none; answers show the last four digits only."""
    key = await world.registered(suite)
    made = await entered(suite, key)
    assert (made["state"], made["last_four"]) == ("waiting", "0001")
    assert (await payee(suite, key))["account_number"] is None
    done = await confirmed(suite, made)
    assert done["state"] == "current"
    found = await payee(suite, key)
    assert (found["name"], found["account_number"]) == ("示例培训学校1", NUMBER)
    listing = await world.own(suite, key).get(f"/organisations/{key}/accounts")
    assert NUMBER[:-4] not in listing.text
    assert (await world.events(suite))[1:] == [
        *("organisation_account.entered", "organisation_account.read"),
        *("organisation_account.confirmed", "organisation_account.read"),
    ]


async def test_the_second_person_types_the_number_from_the_papers(suite: Suite) -> None:
    """Another number, a stranger, the organisation itself: none of them confirms."""
    key = await world.registered(suite)
    made = await entered(suite, key)
    path = f"/organisation-accounts/{made['id']}/confirmation"
    slip = await world.client(suite).post(path, json={"account_number": "65001612340005250002"})
    assert (slip.status_code, slip.json()["code"]) == (422, "account_differs")
    stranger = world.client(suite, "650402")
    body = {"account_number": NUMBER}
    assert (await stranger.post(path, json=body)).status_code == 404
    assert (await world.own(suite, key).post(path, json=body)).status_code == 403
    await confirmed(suite, made)
    again = await world.client(suite).post(path, json=body)
    assert (again.status_code, again.json()["code"]) == (409, "account_not_waiting")


async def test_the_database_itself_wants_two_persons(suite: Suite) -> None:
    """No code path confirms its own entry."""
    await entered(suite, await world.registered(suite))
    with pytest.raises(asyncpg.CheckViolationError, match="account_two_persons"):
        await suite.sql(
            "institutions",
            "update organisation_accounts set confirmed_by = entered_by, confirmed_at = entered_at",
        )


async def test_a_new_account_replaces_the_old_one_only_when_confirmed(suite: Suite) -> None:
    """Until then money goes to the old one; afterwards the old one is history."""
    key = await world.registered(suite)
    await confirmed(suite, await entered(suite, key))
    await entered(suite, key, account_number="1111222233334444")
    second = await entered(suite, key, account_number="5555666677778888")
    assert (await payee(suite, key))["account_number"] == NUMBER
    await confirmed(suite, second, "5555 6666 7777 8888")
    assert (await payee(suite, key))["account_number"] == "5555666677778888"
    answer = await world.client(suite).get(f"/organisations/{key}/accounts")
    states = [(one["last_four"], one["state"]) for one in answer.json()["accounts"]]
    assert states == [("8888", "current"), ("4444", "ended"), ("0001", "ended")]


async def test_the_same_account_entered_twice_waits_once(suite: Suite) -> None:
    """Nothing changes and nothing is told again."""
    key = await world.registered(suite)
    assert (await entered(suite, key))["id"] == (await entered(suite, key))["id"]


async def test_the_holder_is_the_organisation_and_the_number_a_number(suite: Suite) -> None:
    """Money of an organisation goes to no other name; nobody enters it for another."""
    key = await world.registered(suite)
    path = f"/organisations/{key}/accounts"
    own = world.own(suite, key)
    other = await own.post(path, json={**ACCOUNT, "holder": "示例贸易公司"})
    assert other.json()["code"] == "organisation_holder_differs"
    short = await own.post(path, json={**ACCOUNT, "account_number": "65A01612"})
    assert short.json()["code"] == "organisation_account_wrong"
    stranger = world.own(suite, await world.registered(suite, 2))
    assert (await stranger.post(path, json=ACCOUNT)).status_code == 404
    assert (await stranger.get(path)).status_code == 404
    assert (await world.client(suite).post(path, json=ACCOUNT)).status_code == 403


async def test_whole_accounts_are_read_for_the_bank_file_and_nothing_else(suite: Suite) -> None:
    """Another purpose, another role, another word for why: refused; bytes at rest are sealed."""
    key = await world.registered(suite)
    await confirmed(suite, await entered(suite, key))
    path = "/internal/organisation-accounts"
    body = {"organisation_ids": [key], "purpose": "bank_file"}
    assert (await paying(suite, "standing").post(path, json=body)).status_code == 403
    assert (await world.client(suite).post(path, json=body)).status_code == 403
    curious = await paying(suite).post(path, json={**body, "purpose": "statistics"})
    assert curious.status_code == 400
    lost = {**body, "organisation_ids": ["01700000-0000-7000-8000-000000000001"]}
    assert (await paying(suite).post(path, json=lost)).status_code == 404
    [row] = await suite.sql("institutions", "select number_sealed from organisation_accounts")
    assert NUMBER.encode() not in row["number_sealed"]


def test_numbers_and_names_are_compared_as_people_type_them() -> None:
    """Full width, spaces and hyphens do not count."""
    assert rules.normalise(" ６500-1612 3400") == "650016123400"
    assert not rules.wrong("65001612")
    assert rules.wrong("6500161")
    assert rules.same_holder("示例 培训学校（高昌）", "示例培训学校(高昌)")
