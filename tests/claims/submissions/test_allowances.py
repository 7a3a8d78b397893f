"""The living allowance: by attended day, to the person, each day once; its rate by two officers."""

from uuid import uuid4

import asyncpg
import pytest

from services.claims.submissions import operations
from tests.claims.submissions import world
from tests.claims.submissions.world import Json
from tests.suite import Suite

RATE = {
    "authority": world.GAOCHANG,
    "fen_per_day": 2_000,
    "from_date": "2020-01-01",
    "document_number": "高人社发〔2020〕示例3号",
}


async def _rate(suite: Suite) -> None:
    first, second = (suite.service("claims", suite.officer(world.GAOCHANG)) for _ in range(2))
    entered = (await first.post("/allowance-rates", json=RATE)).json()
    answer = await second.post(f"/allowance-rates/{entered['id']}/confirmation")
    assert answer.status_code == 201, answer.text


def _facts(person: str, **changes: Json) -> Json:
    one = world.course(uuid4())
    line = world.line(one, trainee_id=person, result=None, certificate=None, hours_attended=8)
    line["attended_on"], line["attended_days"] = line["attended_on"][:3], 3
    return world.told(one, [line | changes])


async def test_an_unset_rate_leaves_the_line_undecided_and_is_never_nothing(suite: Suite) -> None:
    """Until two officers have set it, nobody is refused and nobody gets 0."""
    person = suite.trainee(uuid4())
    facts = _facts(str(person.trainee))
    result = await world.file_allowance(suite, person, facts)
    assert result.filed.lines == {"undecided": 1}
    await _rate(suite)
    await world.money(suite, fund="employment", purpose="living_allowance")
    result = await world.file_allowance(suite, person, facts)
    assert result.filed.lines == {"approvable": 1}
    last = (await world.lines(suite))[-1]
    assert (last["amount_fen"], last["payee_kind"], last["payee_id"]) == (
        6_000,
        "person",
        person.trainee,
    )
    assert last["organisation_id"] is None


async def test_a_day_is_paid_once_whatever_classes_it_was_attended_in(suite: Suite) -> None:
    """Of two classes on the same days the second pays only the days that are left."""
    person = suite.trainee(uuid4())
    await _rate(suite)
    await world.money(suite, fund="employment", purpose="living_allowance")
    await world.file_allowance(suite, person, _facts(str(person.trainee)))
    second = _facts(str(person.trainee))
    second["lines"][0]["attended_on"].append("2020-03-19")
    second["lines"][0]["attended_days"] = 4
    await world.file_allowance(suite, person, second)
    assert [row["amount_fen"] for row in await world.lines(suite)] == [6_000, 2_000]
    with pytest.raises(asyncpg.UniqueViolationError, match="allowance_day_once"):
        await suite.sql(
            "claims",
            "insert into allowance_days (trainee_id, day, line_id) select d.trainee_id, d.day, l.id"
            " from allowance_days d join claim_lines l on l.id <> d.line_id",
        )
    await world.file_allowance(suite, person, _facts(str(person.trainee)))
    assert [row["state"] for row in await world.lines(suite)][-1] == "refused"
    assert await world.reasons(suite) == ["days_paid_elsewhere"]


async def test_the_officer_who_entered_a_rate_does_not_confirm_it(suite: Suite) -> None:
    """Two officers, the database says too, one rate a day, and nobody for another authority."""
    officer = suite.service("claims", suite.officer(world.GAOCHANG))
    stranger = suite.service("claims", suite.officer("650421"))
    entered = (await officer.post("/allowance-rates", json=RATE)).json()
    path = f"/allowance-rates/{entered['id']}/confirmation"
    assert (await officer.post(path)).json()["code"] == "second_officer_needed"
    with pytest.raises(asyncpg.CheckViolationError, match="allowance_rate_two_officers"):
        await suite.sql(
            "claims",
            "update allowance_rates set confirmed_by = entered_by, confirmed_at = entered_at",
        )
    assert (await stranger.post(path)).status_code == 404
    assert (await stranger.post("/allowance-rates", json=RATE)).status_code == 403
    await _rate(suite)
    second = suite.service("claims", suite.officer(world.GAOCHANG))
    assert (await second.post(path)).json()["code"] == "rate_exists"
    person = suite.service("claims", suite.trainee(uuid4()))
    assert len((await person.get("/allowance-rates")).json()["items"]) == 1
    assert len((await officer.get("/allowance-rates")).json()["items"]) == 2


async def test_a_claim_under_way_is_not_filed_again(suite: Suite) -> None:
    """One living line for a place."""
    person = suite.trainee(uuid4())
    facts = _facts(str(person.trainee))
    await _rate(suite)
    await world.file_allowance(suite, person, facts)
    with pytest.raises(operations.NothingToDecide):
        await world.file_allowance(suite, person, facts)
