"""Corrections of attendance: asked by the organisation, decided by a second person."""

from datetime import date
from uuid import UUID

import httpx

from tests.registry import world as worlds
from tests.suite import Suite


async def ask(
    world: worlds.World,
    session: UUID,
    place: worlds.Place,
    *,
    present: bool,
    client: httpx.AsyncClient | None = None,
) -> httpx.Response:
    """Ask for a correction."""
    body = {
        "session_id": str(session),
        "enrolment_id": str(place.enrolment_id),
        "present": present,
        "reason": "签到时漏记",
    }
    asking = client or world.institution.client
    return await asking.post("/attendance-corrections", json=body)


async def decide(
    world: worlds.World,
    correction: str,
    decision: str = "approved",
    *,
    client: httpx.AsyncClient | None = None,
) -> httpx.Response:
    """Decide a correction."""
    body = {"decision": decision, "reason": "与签到原件一致"}
    deciding = client or world.officer
    return await deciding.post(f"/attendance-corrections/{correction}/decision", json=body)


async def test_an_approved_correction_changes_hours_and_figures(suite: Suite) -> None:
    """Present counts as started, absent again takes it back; the request keeps both words."""
    world = await worlds.world(suite)
    room = await world.file_class()
    (place,) = await world.enrol(room)
    await world.teach(room, [[]])
    for present, figures in ((True, {("m06", "2020Q1"): (1, 0, 0)}), (False, {})):
        asked = worlds.ok(await ask(world, room.sessions[0], place, present=present), 201)
        assert (asked["state"], asked["reason"]) == ("asked", "签到时漏记")
        decided = worlds.ok(await decide(world, asked["id"]))
        assert (decided["state"], decided["decision_reason"]) == ("approved", "与签到原件一致")
        assert await world.progress() == figures
    row = await suite.sql("registry", "select hours_attended, started from enrolments")
    assert tuple(row[0]) == (0, False)
    told = await world.events("attendance.correction_decided")
    assert [set(one) for one in told] == [{"correction", "session", "decision"}] * 2


async def test_a_returned_correction_changes_nothing(suite: Suite) -> None:
    """And is decided once."""
    world = await worlds.world(suite)
    room = await world.file_class()
    (place,) = await world.enrol(room)
    await world.teach(room, [[]])
    asked = worlds.ok(await ask(world, room.sessions[0], place, present=True), 201)
    assert worlds.ok(await decide(world, asked["id"], "returned"))["state"] == "returned"
    worlds.problem(await decide(world, asked["id"]), 409, "correction_decided")
    assert await world.progress() == {}


async def test_who_asked_does_not_decide(suite: Suite) -> None:
    """The database keeps it, whatever hat the person wears."""
    world = await worlds.world(suite)
    room = await world.file_class()
    (place,) = await world.enrol(room)
    await world.teach(room, [[]])
    both = "officer:01700000-0000-7000-8000-00000000000f"
    asking = suite.service("registry", suite.organisation(world.institution.id, both))
    deciding = suite.service("registry", suite.officer(worlds.GAOCHANG, subject=both))
    asked = worlds.ok(await ask(world, room.sessions[0], place, present=True, client=asking), 201)
    worlds.problem(await decide(world, asked["id"], client=deciding), 409, "second_person")
    worlds.problem(await decide(world, asked["id"], client=asking), 403, "forbidden")
    assert worlds.ok(await decide(world, asked["id"]))["state"] == "approved"


async def test_a_correction_is_asked_where_there_is_something_to_correct(suite: Suite) -> None:
    """Not twice, not for what the sheet says, not before the sheet, not for strangers."""
    world = await worlds.world(suite)
    room = await world.file_class()
    first, second = await world.enrol(room, 2)
    world.at(worlds.FIRST_DAY)
    early = await ask(world, room.sessions[0], first, present=True)
    worlds.problem(early, 409, "nothing_to_correct")
    worlds.ok(await world.sheet(room.sessions[0], [first]), 201)
    same = await ask(world, room.sessions[0], first, present=True)
    worlds.problem(same, 409, "nothing_to_correct")
    worlds.ok(await ask(world, room.sessions[0], second, present=True), 201)
    again = await ask(world, room.sessions[0], second, present=True)
    worlds.problem(again, 409, "correction_open")
    client = world.other.client
    stranger = await ask(world, room.sessions[0], second, present=True, client=client)
    worlds.problem(stranger, 404, "not_found")
    await world.leave(first)
    left = await ask(world, room.sessions[0], first, present=False)
    worlds.problem(left, 404, "not_found")


async def test_hours_of_a_late_sheet_are_saved_person_by_person(suite: Suite) -> None:
    """A sheet that was forgotten is an organisation's fault, not a trainee's."""
    world = await worlds.world(suite)
    room = await world.file_class()
    (place,) = await world.enrol(room)
    world.at(date(2020, 3, 19))
    worlds.problem(await world.sheet(room.sessions[0], [place]), 409, "sheet_late")
    asked = worlds.ok(await ask(world, room.sessions[0], place, present=True), 201)
    worlds.ok(await decide(world, asked["id"]))
    row = await suite.sql("registry", "select hours_attended, started from enrolments")
    assert tuple(row[0]) == (4, True)


async def test_a_correction_after_the_close_looks_at_completion_again(suite: Suite) -> None:
    """Eighty percent reached by it counts; lost by it is taken back, and the hold ends."""
    world = await worlds.world(suite)
    room = await world.file_class()
    (place,) = await world.enrol(room)
    await world.teach(room, [[place]] * 7 + [[]] * 3)
    await suite.settle()
    assert await world.progress() == {("m06", "2020Q1"): (1, 0, 0)}
    for present, completed in ((True, 1), (False, 0)):
        asked = worlds.ok(await ask(world, room.sessions[9], place, present=present), 201)
        worlds.ok(await decide(world, asked["id"]))
        assert await world.progress() == {("m06", "2020Q1"): (1, completed, 0)}
    assert len(await world.events("hold.ended")) == 2


async def test_a_correction_vanishes_with_the_person_who_left(suite: Suite) -> None:
    """Who has left is in nobody's lists but their own, nor is what was asked about them."""
    world = await worlds.world(suite)
    room = await world.file_class()
    (place,) = await world.enrol(room)
    await world.teach(room, [[]])
    asked = worlds.ok(await ask(world, room.sessions[0], place, present=True), 201)
    await world.leave(place)
    worlds.problem(await decide(world, asked["id"]), 404, "not_found")
    for client in (world.institution.client, world.officer):
        assert worlds.ok(await client.get("/attendance-corrections"))["items"] == []


async def test_corrections_are_listed_to_both_sides_in_reach(suite: Suite) -> None:
    """By the time of asking; other counties and organisations see none."""
    world = await worlds.world(suite)
    room = await world.file_class()
    places = await world.enrol(room, 2)
    await world.teach(room, [[]])
    for place in places:
        worlds.ok(await ask(world, room.sessions[0], place, present=True), 201)
    for client, many in (
        (world.institution.client, 2),
        (world.officer, 2),
        (world.other.client, 0),
        (world.stranger, 0),
    ):
        found = worlds.ok(await client.get("/attendance-corrections?state=asked"))
        assert len(found["items"]) == many
    assert (
        worlds.ok(await world.officer.get("/attendance-corrections?state=approved"))["items"] == []
    )


async def test_a_voided_class_is_not_corrected(suite: Suite) -> None:
    """Nothing of it counts; what was asked can only be returned."""
    world = await worlds.world(suite)
    room = await world.file_class()
    (place,) = await world.enrol(room)
    await world.teach(room, [[]])
    asked = worlds.ok(await ask(world, room.sessions[0], place, present=True), 201)
    worlds.ok(await world.officer.post(f"/classes/{room.id}/voiding", json={"reason": "未授课"}))
    worlds.problem(await decide(world, asked["id"]), 409, "class_state")
    worlds.ok(await decide(world, asked["id"], "returned"))
    late = await ask(world, room.sessions[0], place, present=True)
    worlds.problem(late, 409, "class_state")
