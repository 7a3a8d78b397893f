"""What the clock does: classes start and forget who was invited; they close and count."""

import asyncio
from datetime import date, timedelta

import pytest

from services.registry.classes import jobs
from tests.registry import world as worlds
from tests.suite import Suite

INVITED = "select 1 from invitations"


async def test_a_class_starts_with_its_first_session_and_forgets_who_was_invited(
    suite: Suite,
) -> None:
    """Not a minute before; what stays are the confirmed places. POLICY 9.4."""
    world = await worlds.world(suite)
    room, next_week = (
        await world.file_class(),
        await world.file_class(
            starts_on="2020-03-10",
            sessions=[worlds.session_body(day) for day in worlds.weekdays(date(2020, 3, 10), 9)]
            + [worlds.session_body(date(2020, 3, 20), hour=15)],
        ),
    )
    await world.enrol(room, 2)
    invited = await world.invite(room, 3)
    await world.invite(next_week, 2)
    no = {"class_id": str(room.id)}
    worlds.ok(await invited[0].client.post("/me/refusals", json=no))
    invitations = len(await suite.sql("registry", INVITED))
    world.at(worlds.FIRST_DAY, 9, 59)
    await suite.settle()
    assert len(await suite.sql("registry", INVITED)) == invitations
    assert len(await suite.sql("registry", "select 1 from declines")) == 1
    world.at(worlds.FIRST_DAY, 10)
    await suite.settle()
    left = await suite.sql("registry", "select class_id from invitations")
    assert [row["class_id"] for row in left] == [next_week.id] * 2
    assert await suite.sql("registry", "select 1 from declines") == []
    assert len(await suite.sql("registry", "select 1 from enrolments")) == 2
    assert await world.events("class.started") == [{}]
    seen = worlds.ok(await world.officer.get(f"/classes/{room.id}"))
    assert seen["started_at"] == "2020-03-09T02:00:00Z"


async def test_a_class_whose_first_session_is_cancelled_starts_with_the_next(
    suite: Suite,
) -> None:
    """What does not take place starts nothing."""
    world = await worlds.world(suite)
    room = await world.file_class()
    worlds.ok(await world.institution.client.post(f"/sessions/{room.sessions[0]}/cancellation"))
    world.at(worlds.FIRST_DAY, 12)
    await suite.settle()
    assert await world.events("class.started") == []
    world.at(date(2020, 3, 10), 10)
    await suite.settle()
    assert len(await world.events("class.started")) == 1


@pytest.mark.parametrize(("attended", "completed"), [(8, 1), (7, 0), (10, 1)])
async def test_completed_is_eighty_percent_of_the_planned_hours_exactly(
    suite: Suite, attended: int, completed: int
) -> None:
    """32 of 40 hours complete, 28 do not."""
    world = await worlds.world(suite)
    room = await world.file_class()
    (place,) = await world.enrol(room)
    await world.teach(room, [[place]] * attended + [[]] * (10 - attended))
    await suite.settle()
    seen = worlds.ok(await world.officer.get(f"/classes/{room.id}"))
    assert seen["closed_at"] is not None
    assert seen["counts"]["completed"] == completed
    assert await world.progress() == {("m06", "2020Q1"): (1, completed, 0)}
    told = await world.events("class.closed")
    assert told == [{"completed": completed, "hours": 40}]
    assert len(await world.events("hold.ended")) == 1 - completed


async def test_a_share_that_is_no_whole_number_of_hours_is_kept_exact(suite: Suite) -> None:
    """80 percent of 43 hours are 34.4: 34 are too few, 35 enough."""
    world = await worlds.world(suite)
    days = worlds.weekdays(worlds.FIRST_DAY, 10)
    plans = [worlds.session_body(day) for day in days[:8]]
    plans += [worlds.session_body(days[8], hours=2), worlds.session_body(days[9], hours=3)]
    plans += [worlds.session_body(worlds.FIRST_DAY, hour=15, hours=6)]
    room = await world.file_class(sessions=plans)
    under, over = await world.enrol(room, 2)
    # In order of time: 4, 6, 4, 4, 4, 4, 4, 4, 4, 2, 3.
    present = [[under, over]] * 8 + [[], [], [over]]
    assert 4 + 6 + 4 * 6 == 34
    present = [[under, over]] * 8 + [[], [], []]
    present[10] = [over]
    await world.teach(room, present)
    await suite.settle()
    rows = await suite.sql(
        "registry", "select hours_attended, completed from enrolments order by hours_attended"
    )
    assert [tuple(row) for row in rows] == [(34, False), (37, True)]


async def test_a_class_with_a_missing_sheet_closes_when_the_sheet_is_late(suite: Suite) -> None:
    """What was not recorded in time is not waited for."""
    world = await worlds.world(suite)
    room = await world.file_class()
    places = await world.enrol(room)
    await world.teach(room, [places] * 9)
    terms = suite.apps["registry"].state.service.plan.provision("class_rules")
    days = int(terms.on(worlds.FIRST_DAY).get("sheet_days", 0))
    over = worlds.LAST_DAY + timedelta(days=days)
    world.at(over, 23, 59)
    await suite.settle()
    assert await world.events("class.closed") == []
    world.at(over + timedelta(days=1), 0)
    await suite.settle()
    assert await world.progress() == {("m06", "2020Q1"): (1, 1, 0)}


async def test_who_left_does_not_complete(suite: Suite) -> None:
    """Leaving takes nothing else: what was started stays started."""
    world = await worlds.world(suite)
    room = await world.file_class()
    places = await world.enrol(room, 2)
    await world.teach(room, [places] * 9)
    await world.leave(places[0])
    await world.teach(room, [])
    world.at(worlds.LAST_DAY, 14)
    worlds.ok(await world.sheet(room.sessions[9], places[1:]), 201)
    await suite.settle()
    assert await world.progress() == {("m06", "2020Q1"): (2, 1, 0)}


async def test_jobs_run_again_and_by_two_copies_do_their_work_once(suite: Suite) -> None:
    """One event a class, whoever comes first."""
    world = await worlds.world(suite)
    room = await world.file_class()
    places = await world.enrol(room)
    await world.teach(room, [places] * 10)
    here, now = suite.apps["registry"].state.service, suite.clock.now()
    for job, kind in ((jobs.start, "class.started"), (jobs.close, "class.closed")):
        done = await asyncio.gather(*(job(here, now) for _ in range(3)))
        assert sum(done) == 1
        assert await job(here, now) == 0
        assert len(await world.events(kind)) == 1
    assert await world.progress() == {("m06", "2020Q1"): (1, 1, 0)}


async def test_a_copy_without_the_lease_does_nothing(suite: Suite) -> None:
    """Another copy holds it: its turn."""
    world = await worlds.world(suite)
    await world.file_class()
    world.at(worlds.FIRST_DAY, 10)
    await suite.sql(
        "registry",
        "insert into leases (name, holder, until) values"
        " ('class-start', 'another', clock_timestamp() + interval '1 hour')",
    )
    here = suite.apps["registry"].state.service
    assert await jobs.start(here, suite.clock.now()) == 0
    assert await world.events("class.started") == []


async def test_a_voided_class_neither_starts_nor_closes(suite: Suite) -> None:
    """But nobody's invitation to it stays."""
    world = await worlds.world(suite)
    room = await world.file_class()
    await world.invite(room, 2)
    worlds.ok(await world.officer.post(f"/classes/{room.id}/voiding", json={"reason": "未授课"}))
    world.at(date(2020, 4, 1))
    await suite.settle()
    assert await suite.sql("registry", INVITED) == []
    assert await world.events("class.started") == []
    assert await world.events("class.closed") == []
