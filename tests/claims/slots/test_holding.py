"""Slots follow the registry's feed: held at confirmation, freed at the end of a hold."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from services.claims.provisions.facts import Price, Source
from services.claims.submissions.gathering import ClassTerms
from tests.claims.submissions import world as claims
from tests.registry import people
from tests.registry import test_benefits as benefits
from tests.registry.world import Place, Room, World, ok, world
from tests.suite import Suite


async def _slots(suite: Suite) -> list[tuple[UUID, str, str]]:
    rows = await suite.sql(
        "claims", "select trainee_id, slot_key, state from slots order by slot_key"
    )
    return [(row["trainee_id"], row["slot_key"], row["state"]) for row in rows]


async def _confirmed(here: World, rooms: Sequence[Room]) -> list[Place]:
    """Let one person confirm several classes."""
    someone = await people.person(here.suite)
    places = []
    for room in rooms:
        await people.invite(here.suite, room.id, someone)
        enrolment = await people.confirm(here.suite, someone, room.id)
        places.append(Place(enrolment, someone.id, someone.name, someone))
    return places


async def _later(here: World) -> Room:
    """File a class of the same kind, later in the year."""
    days = [date(2020, 5, 11 + n) for n in range(5)] + [date(2020, 5, 18 + n) for n in range(5)]
    body = here.class_body()
    moved = [
        one
        | {
            name: one[name].replace(one[name][:10], day.isoformat())
            for name in ("starts_at", "ends_at")
        }
        for one, day in zip(body["sessions"], days, strict=True)
    ]
    return await here.file_class(
        starts_on=days[0].isoformat(), ends_on=days[-1].isoformat(), sessions=moved
    )


async def test_a_confirmation_holds_the_slots_of_its_class(suite: Suite) -> None:
    """The year's place of the kind and the occupation's, once, however often the feed is read."""
    here = await world(suite)
    room = await here.file_class()
    [place] = await here.enrol(room)
    await suite.settle()
    await suite.settle()
    found = await _slots(suite)
    assert [(person, state) for person, _, state in found] == [(place.trainee_id, "held")] * 2
    assert found[0][1] == "2020:skill"
    assert found[1][1].endswith("/5")


async def test_who_leaves_is_forgotten_and_the_slot_is_free(suite: Suite) -> None:
    """Nothing in claims tells that somebody left: the hold's row is gone with its slots."""
    here = await world(suite)
    room = await here.file_class()
    [place] = await here.enrol(room)
    await suite.settle()
    await here.leave(place)
    await suite.settle()
    assert await _slots(suite) == []
    assert await suite.sql("claims", "select * from holds") == []


async def test_a_freed_slot_goes_to_the_next_class_of_the_same_person(suite: Suite) -> None:
    """The second class had no slot; when the first is left, it gets it."""
    here = await world(suite)
    first = await here.file_class()
    second = await _later(here)
    one, other = await _confirmed(here, [first, second])
    await suite.settle()
    rows = await suite.sql("claims", "select enrolment_id, slotless from holds order by seq")
    found = {row["enrolment_id"]: row["slotless"] for row in rows}
    assert found == {one.enrolment_id: False, other.enrolment_id: True}
    await here.leave(one)
    await suite.settle()
    [row] = await suite.sql("claims", "select enrolment_id, slotless from holds")
    assert (row["enrolment_id"], row["slotless"]) == (other.enrolment_id, False)
    holders = await suite.sql("claims", "select distinct enrolment_id from slots")
    assert [each["enrolment_id"] for each in holders] == [other.enrolment_id]


async def test_a_person_sees_which_slot_a_class_would_use(suite: Suite) -> None:
    """Before confirming: which slot, whether it is free, what is used this year."""
    here = await world(suite)
    first, second = await here.file_class(), await _later(here)
    [place] = await _confirmed(here, [first])
    await people.invite(suite, second.id, place.person)
    await suite.settle()
    me = suite.service("claims", suite.trainee(place.trainee_id))
    seen = (await me.get("/me/slots", params={"class_id": str(second.id)})).json()
    assert seen["free"] is False
    assert [slot["used"] for slot in seen["slots"]] == ["held", "held"]
    own = (await me.get("/me/slots", params={"class_id": str(first.id)})).json()
    assert all(slot["by_this_class"] for slot in own["slots"])
    assert [slot["key"] for slot in own["used_this_year"]] == ["2020:skill"]
    assert "en" in seen["words"]
    someone = await people.person(suite)
    other = suite.service("claims", suite.trainee(someone.id))
    asked = {"class_id": str(first.id)}
    assert (await other.get("/me/slots", params=asked)).status_code == 404
    await people.invite(suite, first.id, someone)
    free = (await other.get("/me/slots", params={"class_id": str(first.id)})).json()
    assert free["free"] is True
    assert free["used_this_year"] == []
    assert (await me.get("/me/slots", params={"class_id": str(uuid4())})).status_code == 404


async def test_an_earlier_payment_shows_before_the_confirmation(suite: Suite) -> None:
    """With the list that says so and its day; through the gateway beside the invitation."""
    here = await world(suite)
    room = await here.file_class()
    someone = await people.person(suite)
    await people.invite(suite, room.id, someone)
    await suite.settle()
    [seen] = await suite.sql("claims", "select subject_code, level from classes_seen")
    entry = benefits.benefit(
        someone.id_number, subject_code=seen["subject_code"], level=seen["level"], on="2020-01-15"
    )
    ok(await here.officer.post("/benefits", json=benefits.ledger(entry)), 201)
    me = suite.trainee(someone.id)
    asked = {"class_id": str(room.id)}
    found = ok(await suite.service("claims", me).get("/me/slots", params=asked))
    assert [slot["used"] for slot in found["slots"]] == ["earlier", "earlier"]
    assert not found["free"]
    told = found["slots"][0]["earlier"]
    assert (told["on"], told["source_title"]) == ("2020-01-15", "2019年职业培训补贴发放台账")
    assert "2020-01-15" in found["words"]["zh-Hans"]
    assert [used["key"] for used in found["used_this_year"]] == ["2020:skill"]
    shown = ok(await suite.gateway(me).get(f"/v1/me/previews/{room.id}"))
    assert shown["slots"] == found
    assert shown["invitation"]["invited"]
    own = ok(await suite.gateway(me).get("/v1/me/benefits"))["items"]
    assert [one["document_number"] for one in own] == ["高人社函〔2020〕示例5号"]
    stranger = await people.person(suite)
    none = ok(await suite.gateway(suite.trainee(stranger.id)).get("/v1/me/benefits"))
    assert none["items"] == []
    refused = await suite.gateway(here.institution.principal).get("/v1/me/benefits")
    assert refused.status_code == 403


async def test_an_institution_gets_a_number_and_no_small_one(suite: Suite) -> None:
    """How many places of the own class have no slot; of fewer than five nothing."""
    here = await world(suite)
    first, second = await here.file_class(), await _later(here)
    for _ in range(5):
        await _confirmed(here, [first, second])
    [extra] = await _confirmed(here, [second])
    await suite.settle()
    client = suite.service("claims", here.institution.principal)

    async def asked(room: Room) -> Any:
        answer = await client.get("/classes-without-slot", params={"class_id": str(room.id)})
        return answer.json()

    found = await asked(second)
    assert (found["places"], found["withheld"]) == (5, None)
    found = await asked(first)
    assert (found["places"], found["withheld"], found["fewer_than"]) == (None, "small", 5)
    stranger = suite.service("claims", here.other.principal)
    path = f"/classes-without-slot?class_id={second.id}"
    assert (await stranger.get(path)).status_code == 404
    assert extra.trainee_id


async def test_a_decision_takes_the_held_slot_and_a_refusal_frees_it(suite: Suite) -> None:
    """Held becomes taken; who is refused has the slot back, and no hold keeps it."""
    here = await world(suite)
    room = await here.file_class()
    good, bad = await here.enrol(room, 2)
    await suite.settle()
    await claims.permit(suite)
    await claims.money(suite)
    [row] = await suite.sql("claims", "select subject_code from classes_seen")
    by = here.institution.principal
    one = claims.course(here.institution.id, id=str(room.id), subject_code=row["subject_code"])
    lines = [
        claims.line(one, good.trainee_id, enrolment_id=str(good.enrolment_id)),
        claims.line(one, bad.trainee_id, enrolment_id=str(bad.enrolment_id), hours_attended=4),
    ]
    facts = claims.told(one, lines)
    prices = {room.id: ClassTerms(frozenset({"institution"}), 40, None, Price(120_000, "示例合同"))}
    result = await claims.file(suite, by, facts, prices=prices)
    assert result.filed.lines == {"approvable": 1, "refused": 1}
    assert {(person, state) for person, _, state in await _slots(suite)} == {
        (good.trainee_id, "taken")
    }
    assert claims.said().source is Source.DOCUMENT
