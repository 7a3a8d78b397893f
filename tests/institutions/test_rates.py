"""Rates: two officers, one authority, and `unset` said aloud."""

import asyncpg
import pytest

from tests.institutions import world
from tests.institutions.world import Json
from tests.suite import Suite

RATE: Json = {
    "authority": "650421",
    "fen_per_person": 120000,
    "from_date": "2020-01-01",
    "document_number": "鄯人社发〔2019〕示例21号",
}


async def held(suite: Suite, path: str, on: str = "2020-03-02") -> dict[str, int | str]:
    """Return what a stranger sees for every authority on a day."""
    reader = world.client(suite, "650402")
    found = (await reader.get(path, params={"on": on})).json()["rates"]
    return {
        each["authority"]: each["fen_per_person"] if each["state"] == "set" else each["state"]
        for each in found
    }


async def test_a_rate_is_unset_until_a_second_officer_confirms_it(suite: Suite) -> None:
    """Whoever entered it cannot confirm it; strangers do not see it before."""
    path = f"/offerings/{(await world.offered(suite))['id']}/rates"
    first = world.client(suite)
    made = await world.created(first, path, RATE)
    assert made["confirmed"] is False
    assert set((await held(suite, path)).values()) == {"unset"}
    assert (await world.client(suite, "650402").get(path)).json()["entries"] == []
    assert len((await world.client(suite).get(path)).json()["entries"]) == 1
    confirmation = f"/rates/{made['id']}/confirmation"
    alone = await first.post(confirmation)
    assert (alone.status_code, alone.json()["code"]) == (403, "second_officer_needed")
    stranger = await world.client(suite, "650402").post(confirmation)
    assert stranger.status_code == 404
    second = world.client(suite)
    assert (await world.created(second, confirmation, {}))["confirmed"] is True
    found = await held(suite, path)
    assert found.pop("650421") == 120000
    assert found == dict.fromkeys(("650400", "650402", "650422", "6504L1"), "unset")
    again = await world.client(suite).post(confirmation)
    assert (again.status_code, again.json()["code"]) == (409, "rate_confirmed")
    assert (await world.events(suite))[1:] == ["rate.entered", "rate.confirmed"]


async def test_a_rate_holds_from_its_day_to_the_next_one(suite: Suite) -> None:
    """As of each day, the latest confirmed rate that has begun; before the first, unset."""
    path = f"/offerings/{(await world.offered(suite))['id']}/rates"
    for day, fen in (("2020-01-01", 120000), ("2020-07-01", 150000)):
        made = await world.created(
            world.client(suite), path, {**RATE, "from_date": day, "fen_per_person": fen}
        )
        await world.created(world.client(suite), f"/rates/{made['id']}/confirmation", {})
    seen = {
        day: (await held(suite, path, day))["650421"]
        for day in ("2019-12-31", "2020-01-01", "2020-06-30", "2020-07-01")
    }
    assert list(seen.values()) == ["unset", 120000, 120000, 150000]


async def test_two_rates_of_one_day_are_not_both_confirmed(suite: Suite) -> None:
    """A typing mistake may be entered again, but only one of the two holds."""
    path = f"/offerings/{(await world.offered(suite))['id']}/rates"
    made = [await world.created(world.client(suite), path, RATE) for _ in range(2)]
    await world.created(world.client(suite), f"/rates/{made[0]['id']}/confirmation", {})
    answer = await world.client(suite).post(f"/rates/{made[1]['id']}/confirmation")
    assert (answer.status_code, answer.json()["code"]) == (409, "rate_exists")


async def test_a_rate_of_another_authority_or_no_offering_is_refused(suite: Suite) -> None:
    """Reach first, then the offering."""
    path = f"/offerings/{(await world.offered(suite))['id']}/rates"
    answer = await world.client(suite, "650402").post(path, json=RATE)
    assert answer.json()["code"] == "authority_out_of_reach"
    lost = "/offerings/01700000-0000-7000-8000-000000000001/rates"
    assert (await world.client(suite).post(lost, json=RATE)).status_code == 404
    for fen in (0, -1, 10_000_001, 1.5, "120000"):
        answer = await world.client(suite).post(path, json={**RATE, "fen_per_person": fen})
        assert answer.status_code == 400


async def test_the_database_itself_wants_two_persons(suite: Suite) -> None:
    """No code path can confirm its own entry."""
    path = f"/offerings/{(await world.offered(suite))['id']}/rates"
    await world.created(world.client(suite), path, RATE)
    with pytest.raises(asyncpg.CheckViolationError, match="rate_two_persons"):
        await suite.sql(
            "institutions", "update rates set confirmed_by = entered_by, confirmed_at = entered_at"
        )
