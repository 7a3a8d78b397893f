"""The trainee's rights where a yes came on paper: a no is nobody else's news. POLICY 9.1, 9.4."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.registry import people, scenes
from tests.registry.people import Person
from tests.registry.world import FIRST_DAY, Room, World, ok, problem
from tests.suite import Suite

IMAGE = "ab" * 32
TRACE = re.compile(rb'"trace":"[0-9a-f]+"')


def _officer(suite: Suite, office: str, subject: str) -> httpx.AsyncClient:
    by = suite.officer(office.partition("/")[0], "650402", office=office, subject=subject)
    return suite.service("registry", by)


def _counters(suite: Suite) -> tuple[httpx.AsyncClient, httpx.AsyncClient]:
    return (
        _officer(suite, "650402/hrss", "officer:first"),
        _officer(suite, "650400/hrss", "officer:second"),
    )


async def _register(suite: Suite, room: Room, someone: Person) -> httpx.Response:
    card = {"id_number": someone.id_number, "name": someone.name, "image_sha256": IMAGE}
    body = people.yes(suite, room.id) | card
    return await _counters(suite)[0].post("/paper-confirmations", json=body)


async def _second(suite: Suite, paper: str) -> httpx.Response:
    path = f"/paper-confirmations/{paper}/second"
    return await _counters(suite)[1].post(path, json={"image_sha256": IMAGE})


async def _half_signed(suite: Suite, **changes: Any) -> tuple[World, Room, Person, str]:
    here, room, someone = await scenes.scene(suite, **changes)
    paper = ok(await _register(suite, room, someone), 201)
    return here, room, someone, paper["id"]


async def _refuse(someone: Person, room: Room) -> None:
    ok(await someone.client.post("/me/refusals", json={"class_id": str(room.id)}))


async def _places(someone: Person) -> list[UUID]:
    lines = ok(await someone.client.get("/me/enrolments"))["items"]
    return [UUID(line["enrolment_id"]) for line in lines if line["left_at"] is None]


def _plain(answer: httpx.Response) -> tuple[int, bytes]:
    return answer.status_code, TRACE.sub(b"", answer.content)


async def test_a_no_changes_nothing_that_an_office_sees_of_its_paper(suite: Suite) -> None:
    """List and refiling answer with the same bytes as before."""
    here, room, someone, _ = await _half_signed(suite)

    async def answers() -> list[tuple[int, bytes]]:
        lists = [await one.get("/paper-confirmations") for one in (*_counters(suite), here.officer)]
        return [_plain(one) for one in (*lists, await _register(suite, room, someone))]

    before, others = await answers(), await scenes.seen(here, room)
    problem(await _register(suite, room, someone), 409, "paper_pending")
    await _refuse(someone, room)
    assert await answers() == before
    assert await scenes.seen(here, room) == others


async def test_the_second_signature_answers_alike_and_enrols_nobody_who_said_no(
    suite: Suite,
) -> None:
    """Two papers, one no: the same answer, the same events; one place."""
    _, room, someone, refused = await _half_signed(suite)
    other = await people.person(suite, "李四")
    await people.invite(suite, room.id, other)
    kept = ok(await _register(suite, room, other), 201)["id"]
    await _refuse(someone, room)
    for paper in (refused, kept):
        assert ok(await _second(suite, paper), 201) == {"id": paper, "state": "signed"}
        problem(await _second(suite, paper), 409, "paper_signed")
    assert await _places(someone) == []
    assert len(await _places(other)) == 1
    signed = "select 1 from events where authority = '650402' and type like '%second%'"
    assert len(await suite.sql("registry", signed)) == 2
    kinds = [line["kind"] for line in ok(await someone.client.get("/me/inbox"))["items"]]
    assert "paper_confirmed" not in kinds
    assert len(await suite.sql("registry", "select 1 from declines")) == 1
    assert len(await suite.sql("registry", "select 1 from occupied")) == len(room.sessions)


async def test_a_full_class_refuses_the_second_signature_of_everybody(suite: Suite) -> None:
    """Who said no is not told from others by a refusal that they alone would escape."""
    _, room, someone, refused = await _half_signed(suite, listed=True, capacity=1)
    other, last = await people.person(suite, "李四"), await people.person(suite, "赵六")
    kept = ok(await _register(suite, room, other), 201)["id"]
    await _refuse(someone, room)
    await people.confirm(suite, last, room.id)
    answers = [await _second(suite, paper) for paper in (refused, kept)]
    for answer in answers:
        problem(answer, 409, "class_full")
    assert _plain(answers[0]) == _plain(answers[1])


async def test_a_clash_of_hours_refuses_the_second_signature_of_everybody(suite: Suite) -> None:
    """A seat elsewhere is found before the no is."""
    here, room, someone, paper = await _half_signed(suite)
    elsewhere = await here.file_class(listed=True)
    await people.confirm(suite, someone, elsewhere.id)
    await _refuse(someone, room)
    problem(await _second(suite, paper), 409, "time_clash")


async def test_a_refiled_paper_enrols_nobody_who_said_no(suite: Suite) -> None:
    """However many papers two offices sign: only the person's own yes takes the no back."""
    _, room, someone, paper = await _half_signed(suite)
    await _refuse(someone, room)
    ok(await _second(suite, paper), 201)
    again = ok(await _register(suite, room, someone), 201)["id"]
    ok(await _second(suite, again), 201)
    assert await _places(someone) == []
    assert len(await suite.sql("registry", "select 1 from declines")) == 1
    place = await people.confirm(suite, someone, room.id)
    assert await _places(someone) == [place]
    assert await suite.sql("registry", "select 1 from declines") == []


async def test_leaving_outweighs_a_paper_filed_before_it(suite: Suite) -> None:
    """Confirmed on the phone and left: the older paper does not bring the person back."""
    here, room, someone, paper = await _half_signed(suite)
    place = await people.confirm(suite, someone, room.id)
    suite.clock.at += timedelta(minutes=1)
    await people.leave(someone, place)
    assert ok(await _second(suite, paper), 201) == {"id": paper, "state": "signed"}
    assert await _places(someone) == []
    assert await scenes.names(here, room) == []
    suite.clock.at += timedelta(minutes=1)
    back = ok(await _register(suite, room, someone), 201)["id"]
    ok(await _second(suite, back), 201)
    assert len(await _places(someone)) == 1


async def test_a_paper_signed_twice_answers_alike_whatever_the_person_did(suite: Suite) -> None:
    """Enrolled, left and refused: the same bytes to whoever signs again."""
    _, room, someone, refused = await _half_signed(suite)
    leaver, stayer = await people.person(suite, "李四"), await people.person(suite, "赵六")
    others = [await _register(suite, room, other) for other in (leaver, stayer)]
    papers = [refused, *(ok(answer, 201)["id"] for answer in others)]
    await _refuse(someone, room)
    for paper in papers:
        ok(await _second(suite, paper), 201)
    before = [_plain(await _second(suite, paper)) for paper in papers]
    (place,) = await _places(leaver)
    await people.leave(leaver, place)
    after = [_plain(await _second(suite, paper)) for paper in papers]
    assert len({*before, *after}) == 1
    problem(await _second(suite, papers[1]), 409, "paper_signed")


async def test_papers_that_do_not_count_vanish_when_the_class_starts(suite: Suite) -> None:
    """Signed twice and refused, too; from then on no paper answers, whoever kept the place."""
    here, room, someone, refused = await _half_signed(suite)
    stayer = await people.person(suite, "赵六")
    kept = ok(await _register(suite, room, stayer), 201)["id"]
    await _refuse(someone, room)
    for paper in (refused, kept):
        ok(await _second(suite, paper), 201)
    here.at(FIRST_DAY, 11)
    await suite.settle()
    rows = await suite.sql("registry", "select id from paper_confirmations")
    assert [str(row["id"]) for row in rows] == [kept]
    for paper in (refused, kept):
        problem(await _second(suite, paper), 404, "not_found")


async def test_the_database_keeps_no_place_beside_a_no(suite: Suite) -> None:
    """Whatever an operation of the officer who signed second may try."""
    here, room, someone, paper = await _half_signed(suite)
    await _refuse(someone, room)
    ok(await _second(suite, paper), 201)
    by = suite.officer("650400", "650402", office="650400/hrss", subject="officer:second")
    place = text(
        "insert into enrolments (id, class_id, authority, organisation_id, trainee_id,"
        " name_sealed, confirmed_at) values (:id, :class, '650402', :organisation, :person,"
        " '\\x00', :now)"
    )
    yes = text(
        "insert into confirmations (enrolment_id, trainee_id, channel, matter, version, language,"
        " text_sha256, paper_id, at) values (:id, :person, 'paper', 'confirmation', '1', 'en',"
        " sha256('x'), :paper, :now)"
    )
    values = {
        "id": uuid4(),
        "class": room.id,
        "organisation": here.institution.id,
        "person": someone.id,
        "paper": UUID(paper),
        "now": suite.clock.now(),
    }
    database = suite.apps["registry"].state.service.database

    async def attempt() -> None:
        async with database.transaction(by) as session:
            await session.execute(place, values)
            await session.execute(yes, values)

    with pytest.raises(DBAPIError, match="the person said no"):
        await attempt()
    assert await _places(someone) == []


async def test_who_is_on_paper_only_can_say_no_to_it(suite: Suite) -> None:
    """An office's paper without any invitation is refused like one, and then enrols nobody."""
    _, room, _ = await scenes.scene(suite)
    someone = await people.person(suite, "努尔·示例")
    paper = ok(await _register(suite, room, someone), 201)
    await _refuse(someone, room)
    ok(await _second(suite, paper["id"]), 201)
    assert await _places(someone) == []
