"""What becomes of a filed class: withdrawn, voided, reassigned, released, assessed, listed."""

from datetime import date
from typing import Any

import pytest

from tests.registry import world as worlds
from tests.suite import Suite


async def test_a_class_is_withdrawn_only_before_it_starts(suite: Suite) -> None:
    """Its seats and holds end, and nothing of who was invited stays."""
    world = await worlds.world(suite)
    room = await world.file_class()
    await world.enrol(room, 2)
    await world.invite(room, 3)
    path = f"/classes/{room.id}/withdrawal"
    worlds.problem(await world.other.client.post(path), 404, "not_found")
    assert worlds.ok(await world.institution.client.post(path))["state"] == "withdrawn"
    worlds.problem(await world.institution.client.post(path), 409, "class_state")
    assert await suite.sql("registry", "select 1 from occupied") == []
    assert len(await world.events("hold.ended")) == 2
    await suite.settle()
    assert await suite.sql("registry", "select 1 from invitations") == []
    assert await world.events("class.started") == []
    late = await world.file_class()
    world.at(worlds.FIRST_DAY, 10)
    answer = await world.institution.client.post(f"/classes/{late.id}/withdrawal")
    worlds.problem(answer, 409, "class_has_started")


async def test_documents_are_not_accepted_after_the_first_session_began(suite: Suite) -> None:
    """A class starts accepted or not at all; it can still be returned."""
    world = await worlds.world(suite)
    filed = worlds.ok(
        await world.institution.client.post("/classes", json=world.documents_body()), 201
    )
    world.at(worlds.FIRST_DAY, 10)
    path = f"/classes/{filed['id']}/decision"
    late = await world.officer.post(path, json={"decision": "accepted", "reason": "齐全"})
    worlds.problem(late, 409, "class_has_started")
    worlds.ok(await world.officer.post(path, json={"decision": "returned", "reason": "已过期"}))


async def test_a_voided_class_takes_back_what_it_counted(suite: Suite) -> None:
    """Also for who left after they had started; with the officer's reason in the trail."""
    world = await worlds.world(suite)
    room = await world.file_class()
    places = await world.enrol(room, 3)
    await world.teach(room, [places])
    await world.leave(places[0])
    assert await world.progress() == {("m06", "2020Q1"): (3, 0, 0)}
    path, reason = f"/classes/{room.id}/voiding", {"reason": "经核查未实际授课"}
    worlds.problem(await world.stranger.post(path, json=reason), 404, "not_found")
    worlds.problem(await world.institution.client.post(path, json=reason), 403, "forbidden")
    assert worlds.ok(await world.officer.post(path, json=reason))["state"] == "voided"
    assert await world.progress() == {}
    assert len(await world.events("hold.ended")) == 1 + 2
    trail = await suite.sql(
        "registry", "select reason, rule, by_subject from events where type = 'class.voided'"
    )
    assert trail[0]["reason"] == "经核查未实际授课"
    assert trail[0]["rule"]
    assert trail[0]["by_subject"].startswith("officer:")
    worlds.problem(await world.officer.post(path, json=reason), 409, "class_state")


async def test_another_target_takes_all_counted_so_far_with_it(suite: Suite) -> None:
    """Quarter by quarter, also what was counted before; twice there and back."""
    world = await worlds.world(suite)
    room = await world.file_class()
    places = await world.enrol(room, 2)
    await world.teach(room, [places] * 10)
    await suite.settle()
    assert await world.progress() == {("m06", "2020Q1"): (2, 2, 0)}
    path = f"/classes/{room.id}/target"
    for target in ("m13", "m06", "m13", "m13"):
        body = {"target": target, "reason": "按学员实际情况调整"}
        assert worlds.ok(await world.officer.post(path, json=body))["target"] == target
        assert await world.progress() == {(target, "2020Q1"): (2, 2, 0)}
    assert len(await world.events("class.target_set")) == 3


@pytest.mark.parametrize(
    ("target", "reason"),
    [("m01", "target_other_kind"), ("m02", "hours_below_target"), ("m99", None)],
)
async def test_a_target_that_the_class_does_not_fit_is_refused(
    suite: Suite, target: str, reason: str | None
) -> None:
    """Kind, hours and months of the target bind the class that names it."""
    world = await worlds.world(suite)
    room = await world.file_class()
    body = {"target": target, "reason": "调整目标"}
    answer = await world.officer.post(f"/classes/{room.id}/target", json=body)
    refused = worlds.problem(answer, 422, "target_not_possible")
    codes = [one["code"] for one in refused["reasons"]]
    assert (reason in codes) if reason else codes == []


async def test_a_held_class_is_released_by_its_authority(suite: Suite) -> None:
    """The hold is seen by both sides; a class that is not held cannot be released."""
    world = await worlds.world(suite)
    room = await world.file_class()
    path, reason = f"/classes/{room.id}/release", {"reason": "已电话核实"}
    worlds.problem(await world.officer.post(path, json=reason), 409, "class_not_held")
    await suite.sql(
        "registry",
        "update training_classes set held_since = $1 where id = $2",
        *(suite.clock.now(), room.id),
    )
    assert worlds.ok(await world.institution.client.get(f"/classes/{room.id}"))["held"] is True
    worlds.problem(await world.institution.client.post(path, json=reason), 403, "forbidden")
    worlds.ok(await world.officer.post(path, json=reason))
    assert worlds.ok(await world.officer.get(f"/classes/{room.id}"))["held"] is False


async def _assessor_body(world: worlds.World, case: str) -> dict[str, Any]:
    who = {
        "itself": world.institution.id,
        "not_listed": world.other.id,
        "unknown": world.commission,
    }.get(case, world.assessor.id)
    day = {"too_early": "2020-03-08"}.get(case, "2020-03-23")
    return {"assessor_id": str(who), "on": day}


@pytest.mark.parametrize("case", ["itself", "not_listed", "unknown", "too_early"])
async def test_who_may_not_assess_is_refused(suite: Suite, case: str) -> None:
    """Independent, listed, licensed, and not before there is something to assess."""
    world = await worlds.world(suite)
    room = await world.file_class()
    body = await _assessor_body(world, case)
    answer = await world.institution.client.post(f"/classes/{room.id}/assessor", json=body)
    worlds.problem(answer, 422, "assessor_not_possible")


async def test_an_assessor_is_named_by_the_class_or_its_authority(suite: Suite) -> None:
    """And may be replaced while no result is filed; a completion class has none."""
    world = await worlds.world(suite)
    room = await world.file_class()
    body = await _assessor_body(world, "in order")
    for client in (world.institution.client, world.officer):
        seen = worlds.ok(await client.post(f"/classes/{room.id}/assessor", json=body))
        assert seen["assessor_id"] == str(world.assessor.id)
        assert seen["assessment_on"] == "2020-03-23"
    worlds.problem(
        await world.other.client.post(f"/classes/{room.id}/assessor", json=body), 404, "not_found"
    )
    own = await world.completion_class()
    answer = await world.employer.client.post(f"/classes/{own.id}/assessor", json=body)
    worlds.problem(answer, 422, "assessor_not_possible")


async def test_counts_are_told_and_who_has_not_confirmed_until_the_start(suite: Suite) -> None:
    """Declined, silent and left are one number, which is gone when the class has started."""
    world = await worlds.world(suite)
    room = await world.file_class()
    await world.invite(room, 4)
    places = await world.enrol(room, 2)
    await world.leave(places[0])
    path = f"/classes/{room.id}"
    for client in (world.institution.client, world.officer):
        counts = worlds.ok(await client.get(path))["counts"]
        assert counts == {"confirmed": 1, "not_confirmed": 5, "completed": 0, "certified": 0}
    world.at(worlds.FIRST_DAY, 10)
    assert worlds.ok(await world.officer.get(path))["counts"]["not_confirmed"] is None


async def test_the_sign_in_sheet_names_who_confirmed_and_every_read_is_logged(
    suite: Suite,
) -> None:
    """For its own institution only; who left is not on it."""
    world = await worlds.world(suite)
    room = await world.file_class()
    places = await world.enrol(room, 3)
    await world.leave(places[2])
    path = f"/classes/{room.id}/sign-in-sheet"
    sheet = worlds.ok(await world.institution.client.get(path))
    assert {(one["enrolment_id"], one["name"]) for one in sheet["people"]} == {
        (str(place.enrolment_id), place.name) for place in places[:2]
    }
    logged = await suite.sql(
        "registry", "select trainee_id, purpose, organisation_id from access_log"
    )
    assert {(row["trainee_id"], row["purpose"], row["organisation_id"]) for row in logged} == {
        (place.trainee_id, "teaching", world.institution.id) for place in places[:2]
    }
    worlds.problem(await world.other.client.get(path), 404, "not_found")
    worlds.problem(await world.officer.get(path), 403, "forbidden")


async def test_a_listed_class_of_another_gives_neither_names_nor_changes(suite: Suite) -> None:
    """Everybody may see it, which lets nobody read or touch what is in it."""
    world = await worlds.world(suite)
    room = await world.file_class(listed=True)
    await world.enrol(room)
    seen = worlds.ok(await world.other.client.get(f"/classes/{room.id}"))
    assert (seen["counts"], seen["held"]) == (None, None)
    worlds.problem(
        await world.other.client.get(f"/classes/{room.id}/sign-in-sheet"), 404, "not_found"
    )
    session = worlds.session_body(date(2020, 3, 14))
    for path, body in (
        (f"/classes/{room.id}/withdrawal", None),
        (f"/classes/{room.id}/sessions", session),
        (f"/sessions/{room.sessions[0]}/cancellation", None),
        (f"/sessions/{room.sessions[0]}/attendance", {"present": []}),
    ):
        worlds.problem(await world.other.client.post(path, json=body), 404, "not_found")
