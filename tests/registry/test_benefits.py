"""What people received before the system was there: it fills caps and does nothing else."""

from typing import Any

import pytest

from tests.registry import asking, people
from tests.registry.world import World, ok, problem, world
from tests.suite import Suite


@pytest.fixture
async def there(suite: Suite) -> World:
    """Admit the organisations."""
    return await world(suite)


def benefit(number: str, **changes: Any) -> dict[str, Any]:
    """Fill in one training of 2019."""
    return {
        "id_number": number,
        "kind": "skill",
        "subject_code": "L-0001",
        "level": 5,
        "on": "2019-11-20",
    } | changes


def ledger(*entries: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Fill in the list of one source."""
    return {
        "source_title": "2019年职业培训补贴发放台账",
        "document_number": "高人社函〔2020〕示例5号",
        "as_of": "2020-02-28",
        "entries": list(entries),
    } | changes


async def earlier(suite: Suite, someone: people.Person) -> Any:
    """Return what a decision hears of a person's earlier trainings."""
    return (await asking.person_facts(suite, someone))["earlier"]


async def test_an_earlier_benefit_reaches_the_decision(suite: Suite, there: World) -> None:
    """As kind, subject, level and day, of which the cap's key is made; for a class and alone."""
    room, someone = await asking.seated(there)
    told = ok(await there.officer.post("/benefits", json=ledger(benefit(someone.id_number))), 201)
    assert (told["code"], told["rows_received"], told["faults"]) == ("earlier_benefit", 1, [])
    expected = [{"kind": "skill", "subject_code": "L-0001", "level": 5, "on": "2019-11-20"}]
    assert (await asking.line(suite, room))["earlier"] == expected
    assert await earlier(suite, someone) == expected


async def test_a_person_who_confirmed_nothing_has_earlier_benefits_too(
    suite: Suite, there: World
) -> None:
    """So that they can be told which slot is gone before they confirm."""
    someone = await people.person(suite)
    ok(await there.officer.post("/benefits", json=ledger(benefit(someone.id_number))), 201)
    assert len(await earlier(suite, someone)) == 1


async def test_a_benefit_that_two_sources_know_is_one(suite: Suite, there: World) -> None:
    """A cap is filled once by one training; two trainings fill it twice."""
    someone = await people.person(suite)
    one = benefit(someone.id_number)
    ok(await there.officer.post("/benefits", json=ledger(one, one)), 201)
    other = ledger(one, source_title="2019年证书台账")
    ok(await there.officer.post("/benefits", json=other), 201)
    assert len(await earlier(suite, someone)) == 1
    second = ledger(benefit(someone.id_number, on="2019-12-01"), source_title="补录台账")
    ok(await there.officer.post("/benefits", json=second), 201)
    assert len(await earlier(suite, someone)) == 2


async def test_a_corrected_ledger_replaces_the_one_before(suite: Suite, there: World) -> None:
    """What was entered by mistake takes nobody's slot any longer; the same again is no change."""
    someone = await people.person(suite)
    wrong = ledger(benefit(someone.id_number))
    first = ok(await there.officer.post("/benefits", json=wrong), 201)
    assert ok(await there.officer.post("/benefits", json=wrong), 200)["id"] == first["id"]
    ok(await there.officer.post("/benefits", json=ledger(benefit(people.id_number()))), 201)
    assert await earlier(suite, someone) == []
    rows = await suite.sql("registry", "select 1 from benefit_entries")
    assert len(rows) == 1


async def test_earlier_benefits_count_in_no_progress(suite: Suite, there: World) -> None:
    """They are no result of this system, and their event has no figure."""
    someone = await people.person(suite)
    ok(await there.officer.post("/benefits", json=ledger(benefit(someone.id_number))), 201)
    assert await there.progress() == {}
    assert await there.events("benefit.imported") == [
        {"code": "earlier_benefit", "as_of": "2020-02-28", "replaced": False}
    ]
    [row] = await suite.sql("registry", "select b::text as row from benefit_entries b")
    assert someone.id_number not in row["row"]


async def test_faulty_rows_are_told_and_left_out(there: World) -> None:
    """A wrong number, a day to come; the others are taken."""
    good = people.id_number()
    rows = [benefit("1234"), benefit(good, on="2020-03-03"), benefit(good)]
    told = ok(await there.officer.post("/benefits", json=ledger(*rows)), 201)
    assert [(one["row"], one["column"], one["code"]) for one in told["faults"]] == [
        (1, "id_number", "id_length"),
        (2, "on", "received_in_future"),
    ]
    assert told["rows_rejected"] == 2


@pytest.mark.parametrize(
    "changes", [{"kind": "cooking"}, {"level": 6}, {"name": "王小明"}, {"subject_code": ""}]
)
async def test_a_row_of_another_form_is_refused(there: World, changes: dict[str, Any]) -> None:
    """Kinds and levels are closed lists, and names are not taken."""
    body = ledger(benefit(people.id_number(), **changes))
    problem(await there.officer.post("/benefits", json=body), 400, "malformed")
