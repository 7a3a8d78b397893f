"""Certificates: issued on results, numbered once, voided with a reason, checked by anyone."""

import asyncio
from datetime import date
from typing import Any

import httpx
import pytest

from shared.principal import PUBLIC
from shared.standards import certificates
from tests.registry import test_assessments as assessed
from tests.registry import world
from tests.registry.world import Place, Room, World
from tests.suite import Suite

TRACE = {"traceparent": "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01"}


@pytest.fixture
async def there(suite: Suite) -> World:
    """Admit the organisations."""
    return await world.world(suite)


def number(n: int, *, level: int = 5) -> str:
    """Return a skill-level number of a site in Turpan."""
    return f"S00016565040220{level}{n:06d}"


def line(place: Place, given: str | None = None, on: str = "2020-03-24") -> dict[str, Any]:
    """Fill in one certificate."""
    filled = {"enrolment_id": str(place.enrolment_id), "issued_on": on}
    return filled | ({"number": given} if given else {})


async def issue(client: httpx.AsyncClient, room: Room, *lines: dict[str, Any]) -> httpx.Response:
    """Issue certificates."""
    body = {"certificates": list(lines)}
    return await client.post(f"/classes/{room.id}/certificates", json=body)


async def passed_class(there: World, how_many: int = 2) -> tuple[Room, list[Place]]:
    """Let people pass the assessment of a skill class; it is the 25th of March."""
    room, places = await assessed.assessed_class(there, how_many)
    lines = [assessed.result(place) for place in places]
    world.ok(await assessed.file(there.assessor.client, room, *lines), 201)
    there.at(date(2020, 3, 25))
    return room, places


async def completed_class(there: World, how_many: int = 2) -> tuple[Room, list[Place]]:
    """Let the first of some people attend everything and the others once, and all pass."""
    [found] = await completed_classes(there, 1, how_many)
    return found


async def completed_classes(
    there: World, classes: int, how_many: int
) -> list[tuple[Room, list[Place]]]:
    """Do so with several classes at once."""
    rooms = [await there.completion_class() for _ in range(classes)]
    found = [(room, await there.enrol(room, how_many)) for room in rooms]
    for room, places in found:
        present = [places] + [places[:1]] * (len(room.sessions) - 1)
        await there.teach(room, present, by=there.employer)
    await there.suite.settle()
    day = there.suite.clock.today().isoformat()
    for room, places in found:
        lines = [assessed.result(place, assessed_on=day) for place in places]
        world.ok(await assessed.file(there.employer.client, room, *lines), 201)
    return found


async def check(suite: Suite, given: str, name: str) -> httpx.Response:
    """Check a certificate as anyone may, without a key."""
    client = suite.service("registry", PUBLIC)
    request = client.build_request(
        "POST", "/certificate-checks", json={"number": given, "name": name}, headers=TRACE
    )
    return await client.send(request)


async def test_a_skill_certificate_is_issued_and_counted(suite: Suite, there: World) -> None:
    """By the assessor, on a passed result; progress counts it in the quarter of issue."""
    room, places = await passed_class(there)
    lines = [line(places[0], number(1)), line(places[1], number(2), "2020-03-25")]
    issued = world.ok(await issue(there.assessor.client, room, *lines), 201)
    assert [one["number"] for one in issued["certificates"]] == [None, None]
    made = [one["id"] for one in issued["certificates"]]
    [event] = await there.events("certificate.issued")
    assert event == {"count": 2, "kind": "skill_level", "certificates": made}
    assert (await there.progress())["m06", "2020Q1"][2] == 2
    hashes = await suite.sql(
        "registry", "select row_hash from events where type = 'certificate.issued'"
    )
    assert len(hashes[0]["row_hash"]) == 32


async def test_a_completion_certificate_gets_its_number_here(there: World) -> None:
    """Only for who attended enough; the class's institution issues it."""
    room, [diligent, absent] = await completed_class(there)
    day = there.suite.clock.today().isoformat()
    client = there.employer.client
    both = await issue(client, room, line(diligent, on=day), line(absent, on=day))
    told = world.problem(both, 422, "certificates_not_issuable")
    assert [(one["where"], one["code"]) for one in told["errors"]] == [
        ("body/certificates/1/enrolment_id", "not_completed")
    ]
    given = await issue(client, room, line(diligent, number(1), on=day))
    told = world.problem(given, 422, "certificates_not_issuable")
    assert told["errors"][0]["code"] == "number_given"
    issued = world.ok(await issue(client, room, line(diligent, on=day)), 201)
    shown = issued["certificates"][0]["number"]
    assert shown == certificates.issue_completion("650402", 2020, 1)
    seen = world.ok(await client.get(f"/classes/{room.id}/certificates"))["certificates"]
    assert [(one["number"], one["state"]) for one in seen] == [(shown, "valid")]
    checked = world.ok(await check(there.suite, shown.lower(), diligent.name))
    assert checked["valid"] is True
    assert checked["issuer_name"] == "高昌区示例葡萄酒厂"


async def test_completion_certificates_wait_for_the_last_sheet(there: World) -> None:
    """Whether a person completed is known once the class is closed."""
    room = await there.completion_class()
    [place] = await there.enrol(room, 1)
    await there.teach(room, [[place]] * (len(room.sessions) - 1), by=there.employer)
    await there.suite.settle()
    answer = await issue(there.employer.client, room, line(place))
    world.problem(answer, 409, "class_not_closed")


async def test_serials_have_no_gaps_under_concurrency(there: World) -> None:
    """A refused request gives its numbers back; two at once never share one."""
    rooms = await completed_classes(there, 2, 1)
    day = there.suite.clock.today().isoformat()
    client = there.employer.client
    answers = await asyncio.gather(
        *(issue(client, room, line(places[0], on=day)) for room, places in rooms)
    )
    numbers = {world.ok(one, 201)["certificates"][0]["number"] for one in answers}
    assert numbers == {certificates.issue_completion("650402", 2020, n) for n in (1, 2)}


@pytest.mark.parametrize(
    ("kind", "given", "wrong"),
    [
        ("qualification", "2065210001500001", "2065219001500001"),
        ("special_ability", "6504022020000123", "专项一号"),
    ],
)
async def test_assessors_issue_the_other_kinds(
    there: World, kind: str, given: str, wrong: str
) -> None:
    """Each kind has its own form of number."""
    room, [place] = await assessed.assessed_class(there, 1)
    await there.suite.sql("registry", "update training_classes set certificate_kind = $1", kind)
    client = there.assessor.client
    world.ok(await assessed.file(client, room, assessed.result(place)), 201)
    there.at(date(2020, 3, 25))
    bad = world.problem(
        await issue(client, room, line(place, wrong)), 422, "certificates_not_issuable"
    )
    assert bad["errors"][0]["code"] == "certificate_form"
    world.problem(
        await issue(there.institution.client, room, line(place, given)), 403, "wrong_issuer"
    )
    world.ok(await issue(client, room, line(place, given)), 201)
    assert world.ok(await check(there.suite, given, place.name))["kind"] == kind


async def test_a_person_may_hold_two_permits_of_one_number(suite: Suite, there: World) -> None:
    """A permit is numbered by its holder's ID: the same number twice for one trade is refused."""
    holder = "T650402199001010015"
    made = []
    for trade in ("welding", "wiring", "wiring"):
        room, [place] = await assessed.assessed_class(there, 1)
        await suite.sql(
            "registry",
            "update training_classes set certificate_kind = 'permit', subject_code = $1"
            " where id = $2",
            *(trade, room.id),
        )
        world.ok(await assessed.file(there.officer, room, assessed.result(place)), 201)
        there.at(date(2020, 3, 25))
        made.append(await issue(there.officer, room, line(place, holder)))
        suite.clock.at = suite.clock.at.replace(month=3, day=2)
    assert [one.status_code for one in made] == [201, 201, 409]
    assert made[2].json()["code"] == "certificate_number_taken"
    told = await there.events("certificate.issued")
    assert len(told) == 2
    text = await suite.sql("registry", "select string_agg(t::text, '') as all from certificates t")
    assert holder not in text[0]["all"]


async def test_every_fault_of_every_certificate_is_listed(suite: Suite, there: World) -> None:
    """All lines or none."""
    room, [*places, late] = await assessed.assessed_class(there, 8)
    passed = [assessed.result(place) for place in places]
    world.ok(await assessed.file(there.assessor.client, room, *passed), 201)
    there.at(date(2020, 3, 25))
    world.ok(await issue(there.assessor.client, room, line(places[0], number(1))), 201)
    await there.leave(places[6])
    lines = [
        line(places[0], number(9)),
        line(places[1]),
        line(places[2], number(2, level=4)),
        line(places[3], "S0001"),
        line(places[4], number(3), "2020-03-19"),
        line(places[5], number(3), "2020-03-26"),
        line(places[6], number(4)),
        line(late, number(5)),
    ]
    answer = await issue(there.assessor.client, room, *lines)
    told = world.problem(answer, 422, "certificates_not_issuable")
    assert [(int(one["where"].split("/")[2]), one["code"]) for one in told["errors"]] == [
        (0, "already_certified"),
        (1, "certificate_missing"),
        (2, "certificate_level"),
        (3, "certificate_form"),
        (4, "number_twice"),
        (4, "issued_before_passed"),
        (5, "number_twice"),
        (5, "issued_in_future"),
        (6, "enrolment_unknown"),
        (7, "not_passed"),
    ]
    assert len(await suite.sql("registry", "select 1 from certificates")) == 1


async def test_a_number_that_is_taken_tells_nothing(there: World) -> None:
    """Neither whose it is nor which of the numbers it was."""
    room, places = await passed_class(there, 3)
    client = there.assessor.client
    world.ok(await issue(client, room, line(places[0], number(1))), 201)
    taken = await issue(client, room, line(places[1], number(2)), line(places[2], number(1)))
    told = world.problem(taken, 409, "certificate_number_taken")
    assert number(1) not in taken.text
    assert "errors" not in told
    # Nothing of the request was stored: the other number is still free.
    world.ok(await issue(client, room, line(places[1], number(2))), 201)


async def test_a_voided_certificate_is_told_so_and_taken_back(there: World) -> None:
    """By its issuer or an officer, once, with a reason; its number is free again."""
    room, places = await passed_class(there)
    client = there.assessor.client
    issued = world.ok(await issue(client, room, line(places[0], number(1))), 201)
    path = f"/certificates/{issued['certificates'][0]['id']}/voiding"
    reason = {"reason": "编号登记错误"}
    world.problem(await there.institution.client.post(path, json=reason), 403, "wrong_issuer")
    world.problem(await there.other.client.post(path, json=reason), 404, "not_found")
    world.problem(await there.stranger.post(path, json=reason), 404, "not_found")
    assert world.ok(await check(there.suite, number(1), places[0].name))["valid"] is True
    world.ok(await client.post(path, json=reason))
    world.problem(await there.officer.post(path, json=reason), 409, "certificate_not_valid")
    assert world.ok(await check(there.suite, number(1), places[0].name))["valid"] is False
    assert (await there.progress()).get(("m06", "2020Q1"), (0, 0, 0))[2] == 0
    assert len(await there.events("certificate.voided")) == 1
    again = world.ok(await issue(client, room, line(places[0], number(1))), 201)
    assert world.ok(await check(there.suite, number(1), places[0].name))["valid"] is True
    officer_path = f"/certificates/{again['certificates'][0]['id']}/voiding"
    world.ok(await there.officer.post(officer_path, json=reason))


async def test_a_voided_certificate_of_a_voided_class_is_not_taken_back_twice(
    there: World,
) -> None:
    """The class took all its figures back when it was voided."""
    room, places = await passed_class(there)
    issued = world.ok(await issue(there.assessor.client, room, line(places[0], number(1))), 201)
    void = {"reason": "弄虚作假"}
    done = await there.officer.post(f"/classes/{room.id}/voiding", json=void)
    assert done.status_code < 300, done.text
    path = f"/certificates/{issued['certificates'][0]['id']}/voiding"
    world.ok(await there.officer.post(path, json=void))
    assert all(figures[2] == 0 for figures in (await there.progress()).values())


async def test_a_wrong_number_and_a_wrong_name_answer_the_same_bytes(there: World) -> None:
    """Nobody learns that a number exists by guessing."""
    room, places = await passed_class(there)
    world.ok(await issue(there.assessor.client, room, line(places[0], number(1))), 201)
    wrong_name = await check(there.suite, number(1), places[1].name)
    wrong_number = await check(there.suite, number(7), places[0].name)
    assert (wrong_name.status_code, wrong_number.status_code) == (404, 404)
    assert wrong_name.content == wrong_number.content
    for answer in (wrong_name, wrong_number):
        answer.headers.pop("traceparent")
    assert wrong_name.headers == wrong_number.headers
    right = world.ok(await check(there.suite, f" {number(1).lower()} ", f" {places[0].name} "))
    assert right == {
        "valid": True,
        "kind": "skill_level",
        "subject_name": "中式面点师",
        "level": 5,
        "issued_on": "2020-03-24",
        "issuer_name": "高昌区示例评价中心",
    }


async def test_numbers_are_for_the_issuer_and_the_authority(suite: Suite, there: World) -> None:
    """The institution sees that there is a certificate; the holder sees everything and who read."""
    room, places = await passed_class(there)
    world.ok(await issue(there.assessor.client, room, line(places[0], number(1))), 201)
    path = f"/classes/{room.id}/certificates"
    shown = {}
    for who, client in (
        ("institution", there.institution.client),
        ("assessor", there.assessor.client),
        ("officer", there.officer),
    ):
        [seen] = world.ok(await client.get(path))["certificates"]
        shown[who] = seen["number"]
    assert shown == {"institution": None, "assessor": number(1), "officer": number(1)}
    logged = await suite.sql("registry", "select trainee_id from access_log")
    assert [row["trainee_id"] for row in logged] == [places[0].trainee_id] * 3
    mine = suite.service("registry", suite.trainee(places[0].trainee_id))
    [own] = world.ok(await mine.get("/me/certificates"))["items"]
    assert (own["number"], own["state"]) == (number(1), "valid")
    other = suite.service("registry", suite.trainee(places[1].trainee_id))
    assert world.ok(await other.get("/me/certificates"))["items"] == []
