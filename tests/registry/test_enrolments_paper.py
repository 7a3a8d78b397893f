"""A yes on paper: two officers of two offices, told to the person, undone by leaving."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.registry import people
from tests.registry.people import Person
from tests.registry.world import FIRST_DAY, Room, World, ok, problem, world
from tests.suite import Suite

IMAGE = "ab" * 32


def _body(suite: Suite, room: Room, someone: Person, **more: Any) -> dict[str, Any]:
    card = {"id_number": someone.id_number, "name": someone.name, "image_sha256": IMAGE}
    return people.yes(suite, room.id) | card | more


def _officer(suite: Suite, office: str, subject: str | None = None) -> httpx.AsyncClient:
    by = suite.officer(office.partition("/")[0], "650402", office=office, subject=subject)
    return suite.service("registry", by)


async def _first(suite: Suite, **changes: Any) -> tuple[World, Room, Person, str]:
    here = await world(suite)
    room, someone = await here.file_class(**changes), await people.person(suite)
    counter = _officer(suite, "650402/hrss", "officer:first")
    paper = ok(await counter.post("/paper-confirmations", json=_body(suite, room, someone)), 201)
    return here, room, someone, paper["id"]


async def _second(client: httpx.AsyncClient, paper: str, image: str = IMAGE) -> httpx.Response:
    return await client.post(f"/paper-confirmations/{paper}/second", json={"image_sha256": image})


async def _place(someone: Person) -> UUID:
    (line,) = ok(await someone.client.get("/me/enrolments"))["items"]
    return UUID(line["enrolment_id"])


async def _kinds(someone: Person) -> list[str]:
    return [line["kind"] for line in ok(await someone.client.get("/me/inbox"))["items"]][1:]


async def test_one_officer_alone_confirms_for_nobody(suite: Suite) -> None:
    """After the first signature there is no place and no count, and the person is told."""
    here, room, someone, _ = await _first(suite)
    assert await suite.sql("registry", "select 1 from enrolments") == []
    assert ok(await here.officer.get(f"/classes/{room.id}"))["counts"]["confirmed"] == 0
    assert await _kinds(someone) == ["paper_first"]


async def test_a_second_officer_of_another_office_makes_it_count(suite: Suite) -> None:
    """The person has a place, is told so, and sees that the office read their name."""
    here, room, someone, paper = await _first(suite)
    signed = ok(await _second(_officer(suite, "650400/hrss"), paper), 201)
    assert signed == {"id": paper, "state": "signed"}
    (line,) = ok(await someone.client.get("/me/enrolments"))["items"]
    assert (line["channel"], line["class_id"]) == ("paper", str(room.id))
    assert await _kinds(someone) == ["paper_first", "paper_confirmed"]
    (read,) = ok(await someone.client.get("/me/access-log"))["items"]
    assert (read["office"], read["purpose"]) == ("650400/hrss", "paper_confirmation")
    assert ok(await here.officer.get("/paper-confirmations"))["items"] == []


@pytest.mark.parametrize(
    ("office", "subject"),
    [("650402/hrss", "officer:first"), ("650402/hrss", None), ("650400/hrss", "officer:first")],
)
async def test_the_same_officer_or_office_does_not_count_twice(
    suite: Suite, office: str, subject: str | None
) -> None:
    """Another person of the same office is not another office, nor the other way round."""
    _, _, _, paper = await _first(suite)
    problem(await _second(_officer(suite, office, subject), paper), 409, "same_office")
    assert await suite.sql("registry", "select 1 from enrolments") == []


async def test_the_second_officer_looks_at_the_same_image(suite: Suite) -> None:
    """Another hash is another paper."""
    _, _, _, paper = await _first(suite)
    second = _officer(suite, "650400/hrss")
    problem(await _second(second, paper, "cd" * 32), 409, "paper_differs")


async def test_an_officer_of_another_authority_finds_no_paper(suite: Suite) -> None:
    """The paper is the authority's."""
    here, room, someone, paper = await _first(suite)
    problem(await _second(here.stranger, paper), 404, "not_found")
    answer = await here.stranger.post("/paper-confirmations", json=_body(suite, room, someone))
    problem(answer, 404, "not_found")


async def test_a_paper_is_undone_by_leaving_without_a_reason(suite: Suite) -> None:
    """And then the paper, too, is in nobody's list."""
    here, room, someone, paper = await _first(suite)
    second = _officer(suite, "650400/hrss")
    ok(await _second(second, paper), 201)
    await people.leave(someone, await _place(someone))
    assert ok(await here.officer.get(f"/classes/{room.id}/enrolments"))["items"] == []
    assert ok(await here.officer.get("/paper-confirmations"))["items"] == []
    copied = ok(await someone.client.get("/me/copy"))["sections"]["paper_confirmations"]
    assert [row["id"] for row in copied] == [paper]


async def test_a_no_of_the_person_makes_a_half_signed_paper_void(suite: Suite) -> None:
    """The person's own word is stronger than a paper, and nobody else hears of it."""
    _, room, someone, paper = await _first(suite, listed=True)
    await people.invite(suite, room.id, someone)
    ok(await someone.client.post("/me/refusals", json={"class_id": str(room.id)}))
    ok(await _second(_officer(suite, "650400/hrss"), paper), 201)
    assert await suite.sql("registry", "select 1 from enrolments") == []


async def test_a_paper_counts_only_until_the_class_starts(suite: Suite) -> None:
    """What was half signed by then is nothing."""
    here, _, _, paper = await _first(suite)
    here.at(FIRST_DAY, 10)
    problem(await _second(_officer(suite, "650400/hrss"), paper), 409, "class_started")


async def test_the_same_paper_is_not_registered_twice(suite: Suite) -> None:
    """It waits for its second officer."""
    here, room, someone, _ = await _first(suite)
    answer = await here.officer.post("/paper-confirmations", json=_body(suite, room, someone))
    problem(answer, 409, "paper_pending")


async def test_whoever_confirmed_on_the_phone_needs_no_paper(suite: Suite) -> None:
    """One place a person."""
    here = await world(suite)
    room, someone = await here.file_class(listed=True), await people.person(suite)
    await people.confirm(suite, someone, room.id)
    answer = await here.officer.post("/paper-confirmations", json=_body(suite, room, someone))
    problem(answer, 409, "already_confirmed")


async def test_a_minor_s_paper_needs_the_guardian_beside(suite: Suite) -> None:
    """The same ages as everywhere; the guardian's consent moves along, sealed."""
    here = await world(suite)
    room = await here.file_class()
    someone = await people.person(suite, number=people.id_number("20030101"))
    answer = await here.officer.post("/paper-confirmations", json=_body(suite, room, someone))
    problem(answer, 422, "guardian_missing")
    guardian = {"name": "王大山", "relation": "父亲", "phone": None}
    body = _body(suite, room, someone, guardian=guardian)
    paper = ok(await here.officer.post("/paper-confirmations", json=body), 201)
    ok(await _second(_officer(suite, "650400/hrss"), paper["id"]), 201)
    copied = ok(await someone.client.get("/me/copy"))["sections"]
    assert copied["confirmations"][0]["guardian"] == guardian


async def test_a_paper_with_another_name_is_looked_at_first(suite: Suite) -> None:
    """The office hears nothing of the stored name; the conflict is noted."""
    here = await world(suite)
    room, someone = await here.file_class(), await people.person(suite)
    body = _body(suite, room, someone, name="李四")
    problem(await here.officer.post("/paper-confirmations", json=body), 409, "name_differs")
    assert len(await suite.sql("registry", "select 1 from name_conflicts")) == 1


async def test_an_institution_registers_no_paper(suite: Suite) -> None:
    """Neither the first nor the second signature is its own."""
    here, room, someone, paper = await _first(suite)
    client = here.institution.client
    answer = await client.post("/paper-confirmations", json=_body(suite, room, someone))
    problem(answer, 403, "forbidden")
    problem(await _second(client, paper), 403, "forbidden")


async def test_the_events_of_a_paper_name_the_office_and_nobody_else(suite: Suite) -> None:
    """Neither the person nor the place stands in what the authority's feed shows."""
    _, _, someone, paper = await _first(suite)
    ok(await _second(_officer(suite, "650400/hrss"), paper), 201)
    place = await _place(someone)
    rows = await suite.sql("registry", "select e::text as row from events e where authority <> ''")
    told = [row["row"] for row in rows if "paper_confirmation" in row["row"]]
    assert len(told) == 2
    for row in told:
        for name in (str(someone.id), str(place), paper):
            assert name not in row
