"""Filing a class: both routes, its number, its commitment, and who may see it."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from services.registry.attendance.models import Attendance, AttendanceCorrection
from services.registry.classes.models import (
    ClassCommitment,
    ClassDocument,
    ClassNumber,
    ClassSession,
    TrainingClass,
)
from shared.principal import PUBLIC, Role
from tests.registry import world as worlds
from tests.suite import Suite

TABLES = (
    *(TrainingClass, ClassNumber, ClassCommitment, ClassDocument, ClassSession),
    *(Attendance, AttendanceCorrection),
)
POSTGRES = {"timestamp with time zone": "TIMESTAMP WITH TIME ZONE", "bytea": "BYTEA"}


async def test_a_class_filed_by_commitment_is_accepted_at_once(suite: Suite) -> None:
    """The commitment is stored with the class: text, language, statements, signer sealed."""
    world = await worlds.world(suite)
    answer = await world.institution.client.post("/classes", json=world.class_body())
    filed = worlds.ok(answer, 201)
    assert (filed["state"], filed["code"]) == ("accepted", "2020-650402-0001")
    seen = worlds.ok(await world.officer.get(f"/classes/{filed['id']}"))
    text = suite.apps["registry"].state.service.plan.matter("class-filing").text("zh-Hans")
    assert seen["commitment"]["text_sha256"] == text.sha256
    assert seen["commitment"]["version"] == "2019-09-17.1"
    assert sorted(seen["commitment"]["statements"]) == sorted(worlds.STATEMENTS)
    assert "signer" not in seen["commitment"]
    assert [one["number"] for one in seen["sessions"]] == list(range(1, 11))
    assert (seen["hours"], seen["edition"], seen["kind"]) == (40, 1, "skill")
    stored = await suite.sql("registry", "select signer_sealed from class_commitments")
    assert worlds.SIGNER.encode() not in stored[0]["signer_sealed"]
    assert [one["code"] for one in await world.events("class.filed")] == [filed["code"]]
    assert len(await world.events("class.accepted")) == 1


async def test_a_class_filed_by_documents_waits_for_an_officer(suite: Suite) -> None:
    """Accepted with a reason, by the authority only, once only."""
    world = await worlds.world(suite)
    filed = worlds.ok(
        await world.institution.client.post("/classes", json=world.documents_body()), 201
    )
    assert filed["state"] == "submitted"
    path, decision = f"/classes/{filed['id']}/decision", {"decision": "accepted", "reason": "齐全"}
    worlds.problem(await world.institution.client.post(path, json=decision), 403, "forbidden")
    worlds.problem(await world.stranger.post(path, json=decision), 404, "not_found")
    assert worlds.ok(await world.officer.post(path, json=decision))["state"] == "accepted"
    worlds.problem(await world.officer.post(path, json=decision), 409, "class_state")
    seen = worlds.ok(await world.institution.client.get(f"/classes/{filed['id']}"))
    assert seen["documents"] == [worlds.DOCUMENT]
    assert seen["decision_reason"] == "齐全"


async def test_a_returned_class_says_why_and_stays_returned(suite: Suite) -> None:
    """The organisation files a new class."""
    world = await worlds.world(suite)
    body = world.documents_body()
    filed = worlds.ok(await world.institution.client.post("/classes", json=body), 201)
    decision = {"decision": "returned", "reason": "缺少教师名册"}
    answer = await world.officer.post(f"/classes/{filed['id']}/decision", json=decision)
    assert worlds.ok(answer)["state"] == "returned"
    again = worlds.ok(await world.institution.client.post("/classes", json=body), 201)
    assert again["code"] == "2020-650402-0002"


async def test_an_employer_files_for_its_own_staff_by_agreement(suite: Suite) -> None:
    """No listing and no licence; an institution cannot use this door. POLICY 8.26."""
    world = await worlds.world(suite)
    body = world.agreement_body()
    filed = worlds.ok(await world.employer.client.post("/classes", json=body), 201)
    assert filed["state"] == "submitted"
    answer = await world.institution.client.post("/classes", json=body)
    refused = worlds.problem(answer, 422, "class_not_fileable")
    assert [one["code"] for one in refused["reasons"]] == ["not_an_employer"]


async def test_a_class_that_cannot_be_filed_hears_every_reason_at_once(suite: Suite) -> None:
    """Reasons with sentences in both languages, and nothing is stored, no number used up."""
    world = await worlds.world(suite)
    body = world.class_body(capacity=51, outside=True, target="m09")
    refused = worlds.problem(
        await world.institution.client.post("/classes", json=body), 422, "class_not_fileable"
    )
    assert [one["code"] for one in refused["reasons"]] == [
        "commission_other_target",
        "hours_below_target",
        "outside_not_allowed",
        "class_too_large",
    ]
    assert all(one["text"] and one["text_en"] for one in refused["reasons"])
    assert await suite.sql("registry", "select 1 from training_classes") == []
    assert (await world.file_class()).code == "2020-650402-0001"


async def test_an_organisation_without_standing_is_refused_by_what_it_lacks(suite: Suite) -> None:
    """Another institution has no commission; an unknown one has nothing at all."""
    world = await worlds.world(suite)
    refused = worlds.problem(
        await world.other.client.post("/classes", json=world.class_body()),
        422,
        "class_not_fileable",
    )
    assert [one["code"] for one in refused["reasons"]] == ["commission_unknown"]
    nobody = suite.service("registry", suite.organisation(world.commission))
    answer = await nobody.post("/classes", json=world.class_body())
    worlds.problem(answer, 422, "organisation_unknown")


async def test_two_filings_at_once_get_numbers_of_their_own(suite: Suite) -> None:
    """The counter of authority and year is one row, locked until the commit."""
    world = await worlds.world(suite)
    bodies = [world.class_body(capacity=20) for _ in range(4)]
    answers = await asyncio.gather(
        *(world.institution.client.post("/classes", json=body) for body in bodies)
    )
    codes = sorted(worlds.ok(answer, 201)["code"] for answer in answers)
    assert codes == [f"2020-650402-000{n}" for n in range(1, 5)]


async def test_a_commission_never_gives_more_places_than_it_has(suite: Suite) -> None:
    """Of three filings of forty at once for a hundred places, one is refused."""
    world = await worlds.world(suite)
    bodies = [world.class_body(capacity=40) for _ in range(3)]
    answers = await asyncio.gather(
        *(world.institution.client.post("/classes", json=body) for body in bodies)
    )
    assert sorted(answer.status_code for answer in answers) == [201, 201, 422]
    refused = next(answer.json() for answer in answers if answer.status_code == 422)
    assert [one["code"] for one in refused["reasons"]] == ["commission_places"]
    assert "还剩 20 个" in refused["reasons"][0]["text"]


async def test_a_withdrawn_class_gives_its_places_back_to_the_commission(suite: Suite) -> None:
    """What is not taught uses up no contract."""
    world = await worlds.world(suite)
    rooms = [await world.file_class(capacity=50) for _ in range(2)]
    refused = await world.institution.client.post("/classes", json=world.class_body(capacity=1))
    worlds.problem(refused, 422, "class_not_fileable")
    worlds.ok(await world.institution.client.post(f"/classes/{rooms[0].id}/withdrawal"))
    assert (await world.file_class(capacity=50)).code == "2020-650402-0003"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"version": "2019-09-17.0"}, 409, "disclosure_outdated"),
        ({"matter": "confirmation"}, 409, "disclosure_outdated"),
        ({"statements": list(worlds.STATEMENTS[:-1])}, 422, "commitment_incomplete"),
        ({"statements": [*worlds.STATEMENTS, "own_wish"]}, 422, "commitment_incomplete"),
        ({"signer": "别人"}, 422, "signer_not_responsible"),
    ],
)
async def test_a_commitment_is_to_the_whole_text_in_force_by_who_may_sign(
    suite: Suite, changes: dict[str, Any], status: int, code: str
) -> None:
    """An old version is read again; a part is no commitment; a stranger's name tells no name."""
    world = await worlds.world(suite)
    body = world.class_body(commitment=worlds.commitment(**changes))
    answer = await world.institution.client.post("/classes", json=body)
    worlds.problem(answer, status, code)
    assert worlds.SIGNER not in answer.text


async def test_an_unreviewed_translation_binds_nobody_in_production(suite: Suite) -> None:
    """A sandbox takes it, so that it can be tried. POLICY 8.18."""
    world = await worlds.world(suite)
    body = world.class_body(commitment=worlds.commitment(language="ug"), capacity=10)
    here = suite.apps["registry"].state.service
    here.sandbox = False
    try:
        refused = await world.institution.client.post("/classes", json=body)
    finally:
        here.sandbox = True
    worlds.problem(refused, 409, "translation_unreviewed")
    worlds.ok(await world.institution.client.post("/classes", json=body), 201)


@pytest.mark.parametrize(
    "changes",
    [
        {"commitment": None},
        {"commission_id": None},
        {"agreement_number": "多余"},
        {"documents": [worlds.DOCUMENT]},
        {"route": "documents"},
        {"basis": "directory", "commission_id": None},
        {"ends_on": "2020-03-08"},
        {"sessions": []},
        {"photo": "x"},
    ],
)
async def test_a_filing_whose_parts_do_not_belong_together_is_malformed(
    suite: Suite, changes: dict[str, Any]
) -> None:
    """Commitment and documents go with their routes, contracts with their basis."""
    world = await worlds.world(suite)
    answer = await world.institution.client.post("/classes", json=world.class_body(**changes))
    worlds.problem(answer, 400, "malformed")


async def test_a_class_is_seen_by_its_own_side_its_authority_and_its_assessor(
    suite: Suite,
) -> None:
    """For everybody else it does not exist: same answer as for a made-up key."""
    world = await worlds.world(suite)
    room = await world.file_class()
    path = f"/classes/{room.id}"
    auditor = replace(suite.officer(worlds.GAOCHANG), role=Role.AUDITOR)
    for client in (world.institution.client, world.officer, suite.service("registry", auditor)):
        worlds.ok(await client.get(path))
    for client in (world.other.client, world.assessor.client, world.stranger):
        worlds.problem(await client.get(path), 404, "not_found")
        assert worlds.ok(await client.get("/classes"))["items"] == []
    named = {"assessor_id": str(world.assessor.id), "on": "2020-03-23"}
    worlds.ok(await world.institution.client.post(f"{path}/assessor", json=named))
    seen = worlds.ok(await world.assessor.client.get(path))
    assert (seen["counts"], seen["held"], seen["commitment"]) == (None, None, None)


async def test_classes_are_listed_in_pages_with_filters(suite: Suite) -> None:
    """By first day; the cursor goes on where the page before ended."""
    world = await worlds.world(suite)
    rooms = [await world.file_class(capacity=10) for _ in range(3)]
    first = worlds.ok(await world.officer.get("/classes", params={"limit": 2}))
    rest = worlds.ok(
        await world.officer.get("/classes", params={"limit": 2, "after": first["next"]})
    )
    found = [one["id"] for one in first["items"] + rest["items"]]
    assert (found, rest["next"]) == ([str(room.id) for room in rooms], None)
    worlds.ok(await world.institution.client.post(f"/classes/{rooms[0].id}/withdrawal"))
    for params, many in (
        ({"state": "withdrawn"}, 1),
        ({"authority": worlds.SHANSHAN}, 0),
        ({"from": "2020-03-09"}, 3),
        ({"from": "2020-03-10"}, 0),
    ):
        items = worlds.ok(await world.officer.get("/classes", params=params))["items"]
        assert len(items) == many, params
    bad = await world.officer.get("/classes", params={"after": "x"})
    worlds.problem(bad, 400, "cursor_malformed")


async def test_the_public_sees_listed_classes_with_places_left_until_they_begin(
    suite: Suite,
) -> None:
    """Neither unlisted nor held nor begun ones; no counts but the places."""
    world = await worlds.world(suite)
    await world.file_class(capacity=10)
    room = await world.file_class(capacity=10, listed=True)
    await world.enrol(room, 3)
    held = await world.file_class(capacity=10, listed=True)
    await suite.sql(
        "registry",
        "update training_classes set held_since = $1 where id = $2",
        *(suite.clock.now(), held.id),
    )
    everybody = suite.service("registry", PUBLIC)
    items = worlds.ok(await everybody.get("/listed-classes"))["items"]
    assert [(one["id"], one["places_left"]) for one in items] == [(str(room.id), 7)]
    assert worlds.ok(await everybody.get("/listed-classes?kind=startup"))["items"] == []
    world.at(worlds.FIRST_DAY, 10)
    assert worlds.ok(await everybody.get("/listed-classes"))["items"] == []


async def test_the_tables_are_the_migrations(suite: Suite) -> None:
    """Every column of the models is there with its type and nullability, and no other."""
    for table in TABLES:
        rows = await suite.sql(
            "registry",
            "select column_name, is_nullable, data_type from information_schema.columns"
            " where table_schema = 'public' and table_name = $1",
            table.__tablename__,
        )
        stored = {
            row["column_name"]: (
                row["is_nullable"] == "YES",
                POSTGRES.get(row["data_type"], row["data_type"].upper()),
            )
            for row in rows
        }
        dialect = suite.apps["registry"].state.service.database.engine.dialect
        told = {
            column.name: (column.nullable, column.type.compile(dialect).upper())
            for column in table.__table__.columns
        }
        assert told == stored, table.__tablename__
