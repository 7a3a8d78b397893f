"""Results: who may file them, on whom, when, and how often."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.registry import world
from tests.registry.world import Place, Room, World
from tests.suite import Suite


@pytest.fixture
async def there(suite: Suite) -> World:
    """Admit the organisations."""
    return await world.world(suite)


async def assessed_class(
    there: World, how_many: int = 3, *, attended: bool = True
) -> tuple[Room, list[Place]]:
    """File a class with an assessor, let people confirm, and live to its last evening."""
    room = await there.file_class()
    body = {"assessor_id": str(there.assessor.id), "on": world.LAST_DAY.isoformat()}
    named = await there.institution.client.post(f"/classes/{room.id}/assessor", json=body)
    assert named.status_code < 300, named.text
    places = await there.enrol(room, how_many)
    there.at(world.FIRST_DAY, 10, 1)
    await there.suite.settle()
    if attended:
        await there.teach(room, [places])
    there.at(world.LAST_DAY, 18)
    return room, places


def result(place: Place, outcome: str = "passed", **changes: Any) -> dict[str, Any]:
    """Fill in one line."""
    return {
        "enrolment_id": str(place.enrolment_id),
        "outcome": outcome,
        "assessed_on": world.LAST_DAY.isoformat(),
    } | changes


async def file(client: httpx.AsyncClient, room: Room, *lines: dict[str, Any]) -> httpx.Response:
    """File results."""
    return await client.post(f"/classes/{room.id}/results", json={"results": list(lines)})


async def test_the_assessor_files_results_of_a_skill_class(suite: Suite, there: World) -> None:
    """They are stored, told as counts, and listed for those who may know."""
    room, places = await assessed_class(there)
    lines = [
        result(places[0], score=86),
        result(places[1], "failed", score=41),
        result(places[2], "absent"),
    ]
    filed = world.ok(await file(there.assessor.client, room, *lines), 201)
    assert [one["attempt"] for one in filed["results"]] == [1, 1, 1]
    assert await there.events("results.filed") == [{"passed": 1, "failed": 1, "absent": 1}]
    for client in (there.assessor.client, there.institution.client, there.officer):
        seen = world.ok(await client.get(f"/classes/{room.id}/results"))
        assert [one["score"] for one in seen["results"]] == [86, 41, None]
    reads = await suite.sql("registry", "select count(*) as n from access_log where what='result'")
    assert reads[0]["n"] == 9
    answer = await there.other.client.get(f"/classes/{room.id}/results")
    world.problem(answer, 404, "not_found")
    world.problem(await there.stranger.get(f"/classes/{room.id}/results"), 404, "not_found")


async def test_only_whom_the_certificate_kind_names_may_file(there: World) -> None:
    """Not the institution of a skill class, nor an officer, nor a stranger."""
    room, places = await assessed_class(there, 1)
    line = result(places[0])
    for client in (there.institution.client, there.officer):
        world.problem(await file(client, room, line), 403, "wrong_issuer")
    for client in (there.other.client, there.stranger):
        world.problem(await file(client, room, line), 404, "not_found")
    assert await there.suite.sql("registry", "select 1 from results") == []


@pytest.mark.parametrize("kind", ["qualification", "special_ability"])
async def test_other_kinds_are_assessed_by_the_assessor_too(there: World, kind: str) -> None:
    """The provision says whom each kind names."""
    room, places = await assessed_class(there, 1)
    await there.suite.sql("registry", "update training_classes set certificate_kind = $1", kind)
    line = result(places[0])
    world.problem(await file(there.institution.client, room, line), 403, "wrong_issuer")
    world.ok(await file(there.assessor.client, room, line), 201)


async def test_a_permit_is_filed_by_an_officer(there: World) -> None:
    """Special-operations permits come from no listed assessor. POLICY 8.10."""
    room, places = await assessed_class(there, 1)
    await there.suite.sql("registry", "update training_classes set certificate_kind = 'permit'")
    line = result(places[0])
    world.problem(await file(there.assessor.client, room, line), 403, "wrong_issuer")
    world.problem(await file(there.stranger, room, line), 404, "not_found")
    world.ok(await file(there.officer, room, line), 201)


@pytest.mark.parametrize("outcome", ["passed", "failed", "absent"])
async def test_who_attended_no_session_does_not_pass(there: World, outcome: str) -> None:
    """A pass needs one session attended; to fail or stay away needs none. All lines or none."""
    room, [never, once] = await assessed_class(there, 2, attended=False)
    await there.teach(room, [[once]])
    there.at(world.LAST_DAY, 18)
    filed = await file(there.assessor.client, room, result(once), result(never, outcome))
    if outcome != "passed":
        world.ok(filed, 201)
        return
    told = world.problem(filed, 422, "results_not_fileable")
    assert [(one["where"], one["code"]) for one in told["errors"]] == [
        ("body/results/1/enrolment_id", "never_attended")
    ]
    assert await there.suite.sql("registry", "select 1 from results") == []


async def test_a_permit_asks_for_no_attendance_here(there: World) -> None:
    """Its examination is another authority's, with rules of its own."""
    room, [never] = await assessed_class(there, 1, attended=False)
    await there.suite.sql("registry", "update training_classes set certificate_kind = 'permit'")
    world.ok(await file(there.officer, room, result(never)), 201)


async def test_an_assessor_that_is_suspended_files_nothing(suite: Suite, there: World) -> None:
    """It is asked again on the day of filing."""
    room, places = await assessed_class(there, 1)
    office = suite.service("institutions", suite.officer(world.GAOCHANG))
    body = {
        "role": "assessor",
        "state": "suspended",
        "from_date": world.LAST_DAY.isoformat(),
        "reason": "评价记录不全",
        "document_number": "高人社发〔2020〕示例2号",
    }
    world.ok(await office.post(f"/organisations/{there.assessor.id}/standings", json=body), 201)
    answer = await file(there.assessor.client, room, result(places[0]))
    world.problem(answer, 409, "assessor_not_fit")


async def test_a_class_that_has_not_started_has_no_results(there: World) -> None:
    """Nor has one that was voided."""
    room = await there.file_class()
    body = {"assessor_id": str(there.assessor.id), "on": world.LAST_DAY.isoformat()}
    await there.institution.client.post(f"/classes/{room.id}/assessor", json=body)
    [place] = await there.enrol(room, 1)
    early = result(place, assessed_on="2020-03-02")
    answer = await file(there.assessor.client, room, early)
    world.problem(answer, 409, "class_not_assessable")


async def test_every_fault_of_every_line_is_listed_and_nothing_filed(
    suite: Suite, there: World
) -> None:
    """All lines or none; an unknown, a foreign and a left trainee look alike."""
    room, places = await assessed_class(there, 6)
    await there.leave(places[5])
    lines = [
        result(places[0]),
        result(places[1], assessed_on="2020-03-19"),
        result(places[2], assessed_on="2020-03-21"),
        result(places[3], "absent", score=10),
        result(places[4]),
        result(places[4]),
        result(places[5]),
        result(places[0], enrolment_id=str(uuid4())),
    ]
    told = world.problem(
        await file(there.assessor.client, room, *lines), 422, "results_not_fileable"
    )
    assert [(one["where"], one["code"]) for one in told["errors"]] == [
        ("body/results/1/assessed_on", "assessed_before_end"),
        ("body/results/2/assessed_on", "assessed_in_future"),
        ("body/results/3/score", "score_of_absent"),
        ("body/results/4/enrolment_id", "named_twice"),
        ("body/results/5/enrolment_id", "named_twice"),
        ("body/results/6/enrolment_id", "enrolment_unknown"),
        ("body/results/7/enrolment_id", "enrolment_unknown"),
    ]
    assert await suite.sql("registry", "select 1 from results") == []
    assert await there.events("results.filed") == []


async def test_three_attempts_and_no_more(there: World) -> None:
    """Who failed may try again, in order of days; who passed need not."""
    room, [one, other] = await assessed_class(there, 2)
    client = there.assessor.client
    there.at(date(2020, 4, 1))
    world.ok(await file(client, room, result(one, "failed", assessed_on="2020-03-25")), 201)
    back = await file(client, room, result(one, "failed"))
    assert world.problem(back, 422, "results_not_fileable")["errors"][0]["code"] == (
        "assessed_before_last"
    )
    for attempt in (2, 3):
        line = result(one, "failed", assessed_on="2020-03-30")
        filed = world.ok(await file(client, room, line), 201)
        assert filed["results"][0]["attempt"] == attempt
    late = await file(client, room, result(one, assessed_on="2020-03-31"))
    assert world.problem(late, 422, "results_not_fileable")["errors"][0]["code"] == (
        "too_many_attempts"
    )
    world.ok(await file(client, room, result(other)), 201)
    again = await file(client, room, result(other))
    assert world.problem(again, 422, "results_not_fileable")["errors"][0]["code"] == (
        "already_passed"
    )


async def test_results_of_who_left_are_nobodys_to_read(there: World) -> None:
    """Leaving takes a person off every list but their own."""
    room, places = await assessed_class(there, 2)
    lines = [result(place) for place in places]
    world.ok(await file(there.assessor.client, room, *lines), 201)
    await there.leave(places[0])
    for client in (there.assessor.client, there.institution.client, there.officer):
        seen = world.ok(await client.get(f"/classes/{room.id}/results"))
        found = [UUID(one["enrolment_id"]) for one in seen["results"]]
        assert found == [places[1].enrolment_id]


async def test_a_result_is_strictly_read(there: World) -> None:
    """Scores are whole numbers to 100, outcomes one of three, and nothing more is taken."""
    room, [place] = await assessed_class(there, 1)
    for wrong in (
        {"score": 101},
        {"score": "86"},
        {"outcome": "excellent"},
        {"assessed_on": "20.3.2020"},
        {"remark": "少数"},
    ):
        answer = await file(there.assessor.client, room, result(place, **wrong))
        world.problem(answer, 400, "malformed")
