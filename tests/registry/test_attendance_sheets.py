"""Sheets: one a session, in time, by the class's own side; and what they count."""

import asyncio
from datetime import date
from uuid import uuid4

from tests.registry import world as worlds
from tests.suite import Suite


async def test_a_sheet_says_who_was_present_and_everybody_else_was_absent(suite: Suite) -> None:
    """Hours follow; who is present for the first time has started."""
    world = await worlds.world(suite)
    room = await world.file_class()
    places = await world.enrol(room, 3)
    world.at(worlds.FIRST_DAY, 10)
    answer = await world.sheet(room.sessions[0], places[:2])
    assert worlds.ok(answer, 201) == {
        "session_id": str(room.sessions[0]),
        "present": 2,
        "absent": 1,
    }
    hours = await suite.sql("registry", "select id, hours_attended, started from enrolments")
    assert {(row["id"], row["hours_attended"], row["started"]) for row in hours} == {
        (places[0].enrolment_id, 4, True),
        (places[1].enrolment_id, 4, True),
        (places[2].enrolment_id, 0, False),
    }
    told = await world.events("attendance.recorded")
    assert told == [{"session": str(room.sessions[0])}]
    assert await world.progress() == {("m06", "2020Q1"): (2, 0, 0)}
    world.at(worlds.FIRST_DAY.replace(day=10), 10)
    worlds.ok(await world.sheet(room.sessions[1], places), 201)
    assert await world.progress() == {("m06", "2020Q1"): (3, 0, 0)}


async def test_a_session_has_one_sheet(suite: Suite) -> None:
    """The same request again is the same answer; another sheet is refused."""
    world = await worlds.world(suite)
    room = await world.file_class()
    places = await world.enrol(room, 2)
    world.at(worlds.FIRST_DAY)
    path = f"/sessions/{room.sessions[0]}/attendance"
    body = {"present": [str(places[0].enrolment_id)]}
    headers = {"Idempotency-Key": "one-sheet"}
    first = await world.institution.client.post(path, json=body, headers=headers)
    again = await world.institution.client.post(path, json=body, headers=headers)
    assert (first.status_code, first.content) == (201, again.content)
    worlds.problem(await world.sheet(room.sessions[0], places), 409, "sheet_filed")
    assert len(await world.events("attendance.recorded")) == 1


async def test_two_sheets_at_once_count_a_person_once(suite: Suite) -> None:
    """Two sessions of one day, filed in the same moment: started is one."""
    world = await worlds.world(suite)
    days = worlds.weekdays(worlds.FIRST_DAY, 9)
    twice = [worlds.session_body(worlds.FIRST_DAY, hour=15)]
    room = await world.file_class(sessions=[worlds.session_body(day) for day in days] + twice)
    places = await world.enrol(room, 2)
    world.at(worlds.FIRST_DAY, 19)
    answers = await asyncio.gather(
        world.sheet(room.sessions[0], places),
        world.sheet(room.sessions[1], places),
        world.sheet(room.sessions[1], places),
    )
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409]
    assert await world.progress() == {("m06", "2020Q1"): (2, 0, 0)}


async def test_a_sheet_is_filed_by_the_class_and_nobody_else(suite: Suite) -> None:
    """Another organisation finds no such session, an officer may not teach."""
    world = await worlds.world(suite)
    room = await world.file_class()
    world.at(worlds.FIRST_DAY)
    worlds.problem(await world.sheet(room.sessions[0], [], by=world.other), 404, "not_found")
    path = f"/sessions/{room.sessions[0]}/attendance"
    worlds.problem(await world.officer.post(path, json={"present": []}), 403, "forbidden")


async def test_a_sheet_with_a_stranger_is_refused_whole_and_names_nobody(suite: Suite) -> None:
    """A made-up key and one of another class look the same."""
    world = await worlds.world(suite)
    room, elsewhere = await world.file_class(), await world.file_class()
    places = await world.enrol(room, 2)
    (other,) = await world.enrol(elsewhere)
    world.at(worlds.FIRST_DAY)
    for stranger in (str(uuid4()), str(other.enrolment_id)):
        body = {"present": [str(places[0].enrolment_id), stranger]}
        answer = await world.institution.client.post(
            f"/sessions/{room.sessions[0]}/attendance", json=body
        )
        assert worlds.problem(answer, 404, "enrolment_unknown")["unknown"] == 1
        assert stranger not in answer.text
    assert await suite.sql("registry", "select 1 from attendance") == []


async def test_a_sheet_is_neither_early_nor_late(suite: Suite) -> None:
    """From the session's first minute to the end of the last day that the provision gives."""
    world = await worlds.world(suite)
    room = await world.file_class()
    terms = suite.apps["registry"].state.service.plan.provision("class_rules")
    days = int(terms.on(worlds.FIRST_DAY).get("sheet_days", 0))
    world.at(worlds.FIRST_DAY, 9, 59)
    worlds.problem(await world.sheet(room.sessions[0], []), 409, "sheet_too_early")
    world.at(date(2020, 3, 9 + days), 23, 59)
    worlds.ok(await world.sheet(room.sessions[0], []), 201)
    world.at(date(2020, 3, 10 + days + 1), 0)
    worlds.problem(await world.sheet(room.sessions[1], []), 409, "sheet_late")


async def test_a_held_class_files_its_sheets_after_the_release(suite: Suite) -> None:
    """Nobody loses hours because an office took its time."""
    world = await worlds.world(suite)
    room = await world.file_class()
    places = await world.enrol(room)
    await suite.sql(
        "registry",
        "update training_classes set held_since = $1 where id = $2",
        *(suite.clock.now(), room.id),
    )
    world.at(worlds.FIRST_DAY)
    worlds.problem(await world.sheet(room.sessions[0], places), 409, "class_held")
    world.at(date(2020, 3, 18))
    reason = {"reason": "已电话核实"}
    worlds.ok(await world.officer.post(f"/classes/{room.id}/release", json=reason))
    worlds.ok(await world.sheet(room.sessions[0], places), 201)


async def test_a_cancelled_session_takes_no_sheet(suite: Suite) -> None:
    """Nor does a class that was voided."""
    world = await worlds.world(suite)
    room = await world.file_class()
    worlds.ok(await world.institution.client.post(f"/sessions/{room.sessions[0]}/cancellation"))
    world.at(worlds.FIRST_DAY)
    worlds.problem(await world.sheet(room.sessions[0], []), 409, "session_cancelled")
    worlds.ok(await world.officer.post(f"/classes/{room.id}/voiding", json={"reason": "未授课"}))
    worlds.problem(await world.sheet(room.sessions[1], []), 409, "class_state")


async def test_who_left_before_a_session_is_not_on_its_sheet(suite: Suite) -> None:
    """Named or not makes no difference and no error; who left after it keeps the hours."""
    world = await worlds.world(suite)
    room = await world.file_class()
    early, late, stays = await world.enrol(room, 3)
    world.at(date(2020, 3, 8))
    await world.leave(early)
    world.at(worlds.FIRST_DAY, 15)
    await world.leave(late)
    answer = await world.sheet(room.sessions[0], [early, late, stays])
    assert worlds.ok(answer, 201)["present"] == 2
    rows = await suite.sql(
        "registry",
        "select e.id, e.hours_attended from enrolments e join attendance a"
        " on a.enrolment_id = e.id",
    )
    assert {(row["id"], row["hours_attended"]) for row in rows} == {
        (late.enrolment_id, 4),
        (stays.enrolment_id, 4),
    }


async def test_people_leave_while_their_sheet_is_filed(suite: Suite) -> None:
    """Neither waits for the other in a circle: nobody's leaving is thrown out."""
    world = await worlds.world(suite)
    room = await world.file_class()
    places = await world.enrol(room, 8)
    world.at(worlds.FIRST_DAY)
    sheet, *_ = await asyncio.gather(
        world.sheet(room.sessions[0], places), *(world.leave(place) for place in places[:6])
    )
    assert worlds.ok(sheet, 201)["present"] == 8
    row = await suite.sql(
        "registry",
        "select taken, (select count(*) from enrolments where hours_attended = 4) as hours"
        " from training_classes",
    )
    assert tuple(row[0]) == (2, 8)


async def test_nobody_attends_what_began_before_their_own_confirmation(suite: Suite) -> None:
    """No attendance is stored for a person who had not confirmed. POLICY 9.1."""
    world = await worlds.world(suite)
    room = await world.file_class()
    places = await world.enrol(room)
    world.at(worlds.FIRST_DAY, 11)
    await suite.sql(
        "registry", "update enrolments set confirmed_at = $1", worlds.local(worlds.FIRST_DAY, 10, 1)
    )
    answer = await world.sheet(room.sessions[0], places)
    assert worlds.ok(answer, 201) == {
        "session_id": str(room.sessions[0]),
        "present": 0,
        "absent": 0,
    }
