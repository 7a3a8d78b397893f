"""The timetable changes beforehand, within the hours and days that were filed."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.registry import world as worlds
from tests.suite import Suite

SATURDAY = date(2020, 3, 14)


def moved(day: date, *, hour: int = 10, minutes: int = 180) -> dict[str, Any]:
    """Plan where a session goes."""
    starts = worlds.local(day, hour)
    ends = starts + timedelta(minutes=minutes)
    return {"starts_at": starts.isoformat(), "ends_at": ends.isoformat(), "place": "三号教室"}


async def test_a_cancelled_session_makes_room_for_another(suite: Suite) -> None:
    """The hours stay those of the filing: one more is too much, one in its place is not."""
    world = await worlds.world(suite)
    room = await world.file_class()
    client, path = world.institution.client, f"/classes/{room.id}/sessions"
    refused = await client.post(path, json=worlds.session_body(SATURDAY))
    reasons = worlds.problem(refused, 422, "session_not_possible")["reasons"]
    assert [one["code"] for one in reasons] == ["hours_above_planned"]
    gone = worlds.ok(await client.post(f"/sessions/{room.sessions[3]}/cancellation"))
    assert gone["state"] == "cancelled"
    added = worlds.ok(await client.post(path, json=worlds.session_body(SATURDAY)), 201)
    assert (added["number"], added["state"]) == (11, "planned")
    for kind in ("session.cancelled", "session.added"):
        assert [one["hours"] for one in await world.events(kind)] == [4]


async def test_a_session_does_not_overlap_another_of_its_class(suite: Suite) -> None:
    """Kept by the database, also for two changes at once."""
    world = await worlds.world(suite)
    room = await world.file_class()
    path = f"/sessions/{room.sessions[1]}/move"
    answer = await world.institution.client.post(path, json=moved(worlds.FIRST_DAY, hour=12))
    worlds.problem(answer, 409, "session_overlap")


async def test_a_moved_session_takes_the_seats_of_its_people_along(suite: Suite) -> None:
    """Who sits in another class at that time keeps the seat there."""
    world = await worlds.world(suite)
    room = await world.file_class()
    (place,) = await world.enrol(room)
    answer = await world.institution.client.post(
        f"/sessions/{room.sessions[0]}/move", json=moved(SATURDAY)
    )
    seen = worlds.ok(answer)
    assert (seen["place"], seen["number"]) == ("三号教室", 1)
    seats = await suite.sql(
        "registry",
        "select 1 from occupied where session_id = $1 and trainee_id = $2"
        " and during @> $3::timestamptz",
        *(room.sessions[0], place.trainee_id, worlds.local(SATURDAY, 11)),
    )
    assert len(seats) == 1
    assert len(await world.events("session.moved")) == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (moved(SATURDAY, minutes=179), "session_too_short"),
        (moved(SATURDAY, hour=23), "session_over_midnight"),
        (moved(date(2020, 3, 23)), "session_outside_dates"),
    ],
)
async def test_a_move_keeps_to_hours_and_days(
    suite: Suite, body: dict[str, Any], code: str
) -> None:
    """Four class hours of 45 minutes need 180 minutes, on one day of the class."""
    world = await worlds.world(suite)
    room = await world.file_class()
    answer = await world.institution.client.post(f"/sessions/{room.sessions[0]}/move", json=body)
    reasons = worlds.problem(answer, 422, "session_not_possible")["reasons"]
    assert [one["code"] for one in reasons] == [code]


async def test_what_has_begun_is_not_replanned(suite: Suite) -> None:
    """Neither moved nor cancelled, nor anything planned in the past."""
    world = await worlds.world(suite)
    room = await world.file_class()
    client = world.institution.client
    worlds.ok(await client.post(f"/sessions/{room.sessions[9]}/cancellation"))
    gone = await client.post(f"/sessions/{room.sessions[9]}/move", json=moved(SATURDAY))
    worlds.problem(gone, 409, "session_cancelled")
    world.at(worlds.FIRST_DAY, 10)
    first = f"/sessions/{room.sessions[0]}"
    worlds.problem(await client.post(f"{first}/move", json=moved(SATURDAY)), 409, "session_begun")
    worlds.problem(await client.post(f"{first}/cancellation"), 409, "session_begun")
    early = worlds.session_body(worlds.FIRST_DAY, hour=9)
    worlds.problem(
        await client.post(f"/classes/{room.id}/sessions", json=early), 409, "session_begun"
    )


async def test_a_class_that_is_over_has_no_timetable_to_change(suite: Suite) -> None:
    """Withdrawn, voided or closed: nothing is planned any more."""
    world = await worlds.world(suite)
    room = await world.file_class()
    worlds.ok(await world.institution.client.post(f"/classes/{room.id}/withdrawal"))
    path = f"/classes/{room.id}/sessions"
    answer = await world.institution.client.post(path, json=worlds.session_body(SATURDAY))
    worlds.problem(answer, 409, "class_state")
