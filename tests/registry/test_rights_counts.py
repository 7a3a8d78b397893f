"""Counts and events tell nobody who left, who is enrolled or how many went. POLICY.md 9.2, 9.4."""

from collections.abc import Awaitable, Callable

import pytest

from tests.registry import people, scenes
from tests.registry import roster_files as files
from tests.registry import world as worlds
from tests.registry.people import Person
from tests.registry.test_assessments import file, result
from tests.registry.test_certificates import number
from tests.registry.world import Room, World, ok
from tests.suite import Suite

INVITED = "select trainee_id from invitations where class_id = $1"
NOTICES = "select 1 from inbox where trainee_id = $1 and kind = 'invitation'"


async def _counts(here: World, room: Room) -> dict[str, int | None]:
    shown = ok(await here.institution.client.get(f"/classes/{room.id}"))["counts"]
    return dict(shown)


async def _roster(here: World, room: Room, *of: Person, note: str = "") -> dict[str, object]:
    rows = [(room.code, one.name, one.id_number, "") for one in of]
    headings = (*files.HEADINGS, note) if note else files.HEADINGS
    body = files.csv_bytes([(*row, "") if note else row for row in rows], headings)
    answer = ok(await files.upload(here.institution.client, body), 201)
    path = f"/rosters/{answer['id']}/result?format=csv"
    marked = (await here.institution.client.get(path)).text
    for one in of:
        marked = marked.replace(one.id_number, "-")
    plain = {key: value for key, value in answer.items() if key not in ("id", "at")}
    return plain | {"result": marked.replace(room.code, "-")}


async def _left(here: World, room: Room, someone: Person) -> None:
    enrolment = await people.confirm(here.suite, someone, room.id)
    await people.leave(someone, enrolment)


async def _declined(here: World, room: Room, someone: Person) -> None:
    await people.invite(here.suite, room.id, someone)
    ok(await someone.client.post("/me/refusals", json={"class_id": str(room.id)}))


async def test_a_roster_tells_who_left_from_a_stranger_by_nothing(suite: Suite) -> None:
    """The same answer, the same counts, the same bytes to everybody else."""
    here = await worlds.world(suite)
    room = await here.file_class(listed=True)
    gone, stranger = await people.person(suite), await people.person(suite)
    await _left(here, room, gone)
    assert await _counts(here, room) == {
        "confirmed": 0, "not_confirmed": 0, "completed": 0, "certified": 0,
    }  # fmt: skip
    first = await _roster(here, room, gone)
    assert (await _counts(here, room))["not_confirmed"] == 1
    second = await _roster(here, room, stranger)
    assert (await _counts(here, room))["not_confirmed"] == 2
    assert first == second


async def test_the_class_looks_the_same_with_who_left_as_with_a_stranger(suite: Suite) -> None:
    """Two classes alike, one roster each: what others read of them differs in no figure."""
    here = await worlds.world(suite)
    looks: list[tuple[object, list[str]]] = []
    for _ in range(2):
        room = await here.file_class(listed=True)
        gone, stranger = await people.person(suite), await people.person(suite)
        await _left(here, room, gone)
        await _roster(here, room, stranger if looks else gone)
        shown = ok(await here.institution.client.get(f"/classes/{room.id}"))
        looks.append((shown["counts"], await scenes.names(here, room)))
    assert looks[0] == looks[1]


async def test_a_live_place_counts_once_and_a_later_no_adds_one(suite: Suite) -> None:
    """Who is on the institution's own list is confirmed, with or without a roster's row."""
    here = await worlds.world(suite)
    room = await here.file_class(listed=True)
    someone = await people.person(suite)
    enrolment = await people.confirm(suite, someone, room.id)
    await _roster(here, room, someone)
    counts = await _counts(here, room)
    assert (counts["confirmed"], counts["not_confirmed"]) == (1, 0)
    assert await suite.sql("registry", NOTICES, someone.id) == []
    await people.leave(someone, enrolment)
    counts = await _counts(here, room)
    assert (counts["confirmed"], counts["not_confirmed"]) == (0, 1)


@pytest.mark.parametrize(("answer", "shown"), [(_left, "none"), (_declined, "declined")])
async def test_nobody_is_told_of_a_class_again(
    suite: Suite, answer: Callable[[World, Room, Person], Awaitable[None]], shown: str
) -> None:
    """A new row for who left or declined is stored once and brings no message."""
    here = await worlds.world(suite)
    room = await here.file_class(listed=True)
    someone = await people.person(suite)
    await answer(here, room, someone)
    before = await suite.sql("registry", "select id from inbox where trainee_id = $1", someone.id)
    for note in ("", "备注"):
        await _roster(here, room, someone, note=note)
        rows = await suite.sql("registry", INVITED, room.id)
        assert [row["trainee_id"] for row in rows] == [someone.id]
    after = await suite.sql("registry", "select id from inbox where trainee_id = $1", someone.id)
    assert after == before
    lines = ok(await someone.client.get("/me/invitations"))["items"]
    assert {line["answer"] for line in lines} <= {shown}
    (place,) = ok(await someone.client.get("/me/enrolments"))["items"] or [None]
    assert (place is not None) is (answer is _left)


async def test_who_left_takes_the_room_of_a_stranger_in_a_full_roster(suite: Suite) -> None:
    """The limit counts rows that the institution sent, never what people did."""
    here = await worlds.world(suite)
    answers = []
    for leaves in (True, False):
        room = await here.file_class(listed=True)
        someone = await people.person(suite)
        if leaves:
            await _left(here, room, someone)
        capacity = ok(await here.officer.get(f"/classes/{room.id}"))["capacity"]
        body = files.csv_bytes(files.rows([room.code], 2 * capacity, start=200 * leaves))
        full = ok(await files.upload(here.institution.client, body), 201)
        assert full["rows_accepted"] == 2 * capacity
        answers.append(await _roster(here, room, someone))
    assert answers[0] == answers[1]
    assert answers[0]["rows_accepted"] == 0


async def test_the_rows_of_who_left_go_when_the_class_starts(suite: Suite) -> None:
    """Like every other invitation."""
    here = await worlds.world(suite)
    room = await here.file_class(listed=True)
    gone = await people.person(suite)
    await _left(here, room, gone)
    await _roster(here, room, gone)
    here.at(worlds.FIRST_DAY, 10, 1)
    await suite.settle()
    assert await suite.sql("registry", INVITED, room.id) == []
    assert (await _counts(here, room))["not_confirmed"] is None


async def test_a_certificate_of_who_left_is_in_no_count(suite: Suite) -> None:
    """As with completed: who left is gone from every figure of the class."""
    here = await worlds.world(suite)
    room = await here.file_class()
    body = {"assessor_id": str(here.assessor.id), "on": worlds.LAST_DAY.isoformat()}
    ok(await here.institution.client.post(f"/classes/{room.id}/assessor", json=body))
    stays, goes = await here.enrol(room, 2)
    await here.teach(room, [[stays, goes]])
    await suite.settle()
    here.at(worlds.LAST_DAY, 18)
    ok(await file(here.assessor.client, room, result(stays), result(goes)), 201)
    lines = [
        {"enrolment_id": str(place.enrolment_id), "number": given, "issued_on": "2020-03-20"}
        for place, given in ((stays, number(1)), (goes, number(2)))
    ]
    issued = {"certificates": lines}
    ok(await here.assessor.client.post(f"/classes/{room.id}/certificates", json=issued), 201)
    assert (await _counts(here, room))["certified"] == 2
    await here.leave(goes)
    counts = await _counts(here, room)
    assert (counts["confirmed"], counts["certified"]) == (1, 1)


async def test_events_of_a_class_compare_to_no_number_of_leavers(suite: Suite) -> None:
    """Start, sheets and close say that they happened; whoever reads the feed counts nobody."""
    here = await worlds.world(suite)
    room = await here.file_class()
    places = await here.enrol(room, 2)
    await here.teach(room, [places] * 5)
    await suite.settle()
    await here.leave(places[0])
    await here.teach(room, [])
    here.at(worlds.LAST_DAY.replace(day=31), 18)
    await suite.settle()
    assert await here.events("class.started") == [{}]
    (closed,) = await here.events("class.closed")
    assert set(closed) == {"completed", "hours"}
    sheets = await here.events("attendance.recorded")
    assert sheets == [{"session": str(one)} for one in room.sessions[:5]]
