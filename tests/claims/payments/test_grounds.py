"""Grounds that fall after the decision: told by the registry, acted on by themselves, once."""

import json
from typing import Any
from uuid import UUID, uuid4

from tests.claims.ledger import world as books
from tests.claims.payments import world
from tests.claims.submissions import world as claims
from tests.registry import test_attendance_corrections as corrections
from tests.registry import test_certificates as certificates
from tests.registry import world as worlds
from tests.registry.world import World
from tests.suite import Suite

REASON = {"reason": "编号登记错误"}


async def tell(suite: Suite, enrolment: UUID, ground: str, day: str | None = None) -> None:
    """Put what the registry tells into its feed, and let everybody read it."""
    data = {"enrolment_id": str(enrolment), "ground": ground, "day": day}
    await suite.sql(
        "registry",
        "insert into events (id, type, subject, data, by_subject, at) values"
        " (gen_random_uuid(), 'ground.fell', $1, $2::jsonb, 'service:registry', now())",
        *(f"enrolment:{enrolment}", json.dumps(data)),
    )
    await suite.settle()


async def place_of(suite: Suite, line: UUID) -> UUID:
    """Return whose place a line is of."""
    [row] = await suite.sql("claims", "select enrolment_id from claim_lines where id = $1", line)
    return UUID(str(row["enrolment_id"]))


async def test_a_paid_line_whose_certificate_is_voided_is_to_recover_once(funded: Suite) -> None:
    """With reason and sum; told twice it stands there once, and the other line stays paid."""
    school = await world.institution(funded)
    lines = await world.payable(funded, school, [120000, 80000])
    officer = world.money(funded)
    batch = await world.issued(officer)
    rows = await world.sheet(officer, batch["id"])
    await world.returned(officer, batch["id"], [world.said(row) for row in rows])
    for _ in range(2):
        await tell(funded, await place_of(funded, lines[0]), "certificate_voided")
    [found] = (await officer.get("/to-recover")).json()["items"]
    assert (found["line_id"], found["fen"]) == (str(lines[0]), 120000)
    assert found["reason"] == "证书已被作废"
    assert await world.states(funded, lines) == ["paid", "paid"]
    told = await funded.sql("claims", "select data from events where type = 'ground.lost'")
    assert len(told) == 1
    assert str(lines[0]) not in told[0]["data"]


async def test_a_line_under_way_is_voided_and_its_money_and_slot_are_free(suite: Suite) -> None:
    """Whatever stands before the bank: the place may be claimed for again once it is in order."""
    await claims.permit(suite)
    await claims.money(suite, 120_000)
    school = suite.organisation(uuid4())
    one = claims.course(school.organisation or uuid4())
    facts = claims.told(one, [claims.line(one)])
    await claims.file(suite, school, facts)
    [line] = await claims.lines(suite)
    assert line["state"] == "approvable"
    await tell(suite, line["enrolment_id"], "attendance_below")
    [line] = await claims.lines(suite)
    assert line["state"] == "voided"
    assert await suite.sql("claims", "select 1 from slots") == []
    await claims.file(suite, school, facts)
    assert [one["state"] for one in await claims.lines(suite)] == ["voided", "approvable"]
    assert await claims.wrong(suite) == []


async def test_a_class_voided_before_its_payment_takes_every_line_with_it(suite: Suite) -> None:
    """Approvable, waiting for money or undecided: none of them goes on."""
    await claims.permit(suite)
    await claims.money(suite, 120_000)
    school = suite.organisation(uuid4())
    one = claims.course(school.organisation or uuid4())
    people = [claims.line(one), claims.line(one), claims.line(one, facts={"pension": None})]
    await claims.file(suite, school, claims.told(one, people))
    before = {line["state"] for line in await claims.lines(suite)}
    assert before == {"approvable", "waiting", "undecided"}
    await suite.sql(
        "registry",
        "insert into events (id, type, subject, authority, data, by_subject, at) values"
        " (gen_random_uuid(), 'class.voided', $1, '650402', '{}', 'officer:test', now())",
        f"class:{one['id']}",
    )
    await suite.settle()
    assert {line["state"] for line in await claims.lines(suite)} == {"voided"}
    assert await claims.wrong(suite) == []


async def test_a_day_that_was_not_attended_after_all_is_recovered_by_the_day(
    suite: Suite,
) -> None:
    """Of an allowance at the bank only that day, the same day once; nothing else of it."""
    await books.permit(suite)
    await books.received(suite, 100_000_00)
    person = uuid4()
    [line] = await world.payable(suite, person, [6000], kind="person")
    await suite.sql("claims", "set session_replication_role = replica")
    await suite.sql(
        "claims",
        "update claim_lines set provision = 'living_allowance', state = 'batched',"
        " path = '{batched}'",
    )
    await suite.sql("claims", "reset session_replication_role")
    await suite.sql(
        "claims",
        "insert into allowance_days (trainee_id, day, line_id) select $1, d::date, $2"
        " from generate_series('2020-03-09'::date, '2020-03-11', '1 day') d",
        *(person, line),
    )
    where = await place_of(suite, line)
    for day in ("2020-03-09", "2020-03-09", "2020-03-20"):
        await tell(suite, where, "day_not_attended", day)
    [row] = await suite.sql("claims", "select fen, reason from lost_grounds")
    assert tuple(row) == (2000, "考勤更正后有的日子没有出勤")
    await tell(suite, where, "day_not_attended", "2020-03-11")
    [row] = await suite.sql("claims", "select fen, cardinality(days) as n from lost_grounds")
    assert tuple(row) == (4000, 2)
    told = await suite.sql("claims", "select data from events where type = 'ground.lost'")
    assert [json.loads(row["data"])["fen"] for row in told] == [2000, 2000]


async def fallen(here: World) -> list[Any]:
    """Return what the registry told of grounds."""
    rows = await here.suite.sql(
        "registry",
        "select authority, organisation, by_subject, data from events where type = 'ground.fell'"
        " order by position",
    )
    told = []
    for row in rows:
        assert (row["authority"], row["organisation"]) == (None, None)
        assert row["by_subject"] == "service:registry"
        told.append(json.loads(row["data"]))
    return told


async def test_the_registry_names_the_place_of_a_voided_certificate(suite: Suite) -> None:
    """On the feed of services only: no office and no organisation reads it."""
    here = await worlds.world(suite)
    room, places = await certificates.passed_class(here)
    client = here.assessor.client
    line = certificates.line(places[0], certificates.number(1))
    issued = worlds.ok(await certificates.issue(client, room, line), 201)
    path = f"/certificates/{issued['certificates'][0]['id']}/voiding"
    worlds.ok(await client.post(path, json=REASON))
    place = str(places[0].enrolment_id)
    assert await fallen(here) == [
        {"enrolment_id": place, "ground": "certificate_voided", "day": None}
    ]


async def test_a_correction_after_the_close_tells_what_it_takes_away(suite: Suite) -> None:
    """The day that was none and the share that is not reached; not what a leaver loses."""
    here = await worlds.world(suite)
    room = await here.file_class()
    stays, leaves = await here.enrol(room, 2)
    await here.teach(room, [[stays, leaves]] * len(room.sessions))
    here.at(worlds.LAST_DAY, 23)
    await suite.settle()
    days: list[str] = []
    for session in room.sessions[:3]:
        asked = worlds.ok(await corrections.ask(here, session, stays, present=False), 201)
        worlds.ok(await corrections.decide(here, asked["id"]))
    told = await fallen(here)
    days = [one["day"] for one in told if one["ground"] == "day_not_attended"]
    assert len(days) == len(set(days)) > 0
    assert [one["ground"] for one in told].count("attendance_below") <= 1
    assert {one["enrolment_id"] for one in told} == {str(stays.enrolment_id)}
