"""The trainee's rights: confirming and leaving, one promise each. POLICY.md 9.1, 9.2."""

from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared import principal as principals
from shared.principal import PUBLIC, Principal, Role
from tests.registry import people, scenes
from tests.registry.world import FIRST_DAY, ok, problem
from tests.suite import Suite

# 9.1 Own confirmation -------------------------------------------------------------------------


async def test_nobody_but_a_bound_person_can_confirm(suite: Suite) -> None:
    """Not the institution, the employer, an officer, a visitor, the public or a service."""
    here, room, _ = await scenes.scene(suite, listed=True)
    said = people.yes(suite, room.id)
    visitor = Principal(f"visitor:{uuid4()}", Role.VISITOR, login=uuid4())
    callers = [
        *(here.institution.client, here.other.client, here.employer.client, here.assessor.client),
        *(here.officer, here.stranger),
        *(suite.service("registry", one) for one in (visitor, PUBLIC)),
        suite.service("registry", principals.service("gateway", "binding")),
    ]
    for client in callers:
        answer = await client.post("/me/confirmations", json=said)
        assert answer.status_code in {401, 403}, answer.text
    assert await suite.sql("registry", "select 1 from enrolments") == []


@pytest.mark.parametrize("field", ["trainee_id", "id_number", "name", "phone", "login_id"])
async def test_a_confirmation_cannot_name_anybody(suite: Suite, field: str) -> None:
    """Who confirms is who is logged in: there is no field for somebody else."""
    _, room, someone = await scenes.scene(suite)
    other = await people.person(suite)
    said = people.yes(suite, room.id) | {field: str(someone.id)}
    problem(await other.client.post("/me/confirmations", json=said), 400, "malformed")


async def test_another_person_cannot_use_somebody_s_invitation(suite: Suite) -> None:
    """To whoever was not invited the class is not there."""
    _, room, someone = await scenes.scene(suite)
    other = await people.person(suite)
    answer = await other.client.post("/me/confirmations", json=people.yes(suite, room.id))
    problem(answer, 404, "not_found")
    assert ok(await other.client.get("/me/invitations"))["items"] == []
    assert len(ok(await someone.client.get("/me/invitations"))["items"]) == 1


@pytest.mark.parametrize("role", ["organisation", "officer", "other_trainee"])
async def test_the_database_refuses_a_place_that_somebody_else_writes(
    suite: Suite, role: str
) -> None:
    """Row security, whatever an operation may try: a place is the person's own or on paper."""
    here, room, someone = await scenes.scene(suite)
    other = await people.person(suite)
    by = {
        "organisation": here.institution.principal,
        "officer": suite.officer("650402"),
        "other_trainee": suite.trainee(other.id),
    }[role]
    database = suite.apps["registry"].state.service.database
    place = text(
        "insert into enrolments (id, class_id, authority, organisation_id, trainee_id,"
        " name_sealed, confirmed_at) values (:id, :class, '650402', :organisation, :person,"
        " '\\x00', :now)"
    )
    values = {
        "id": uuid4(),
        "class": room.id,
        "organisation": here.institution.id,
        "person": someone.id,
        "now": suite.clock.now(),
    }
    with pytest.raises(DBAPIError, match="row-level security"):
        async with database.transaction(by) as session:
            await session.execute(place, values)


async def test_the_database_refuses_a_confirmation_through_another_log_in(suite: Suite) -> None:
    """The row's log-in is the caller's."""
    _, room, someone = await scenes.scene(suite)
    enrolment = await people.confirm(suite, someone, room.id)
    await suite.sql("registry", "delete from confirmations")
    database = suite.apps["registry"].state.service.database
    with pytest.raises(DBAPIError, match="row-level security"):
        async with database.transaction(suite.trainee(someone.id, login=uuid4())) as session:
            await session.execute(
                text(
                    "insert into confirmations (enrolment_id, trainee_id, channel, matter,"
                    " version, language, text_sha256, login_id, at) values (:enrolment, :person,"
                    " 'wechat', 'confirmation', '1', 'ug', :sha, :login, :now)"
                ),
                {
                    "enrolment": enrolment,
                    "person": someone.id,
                    "sha": b"\0" * 32,
                    "login": someone.login,
                    "now": suite.clock.now(),
                },
            )


async def test_the_database_keeps_no_place_without_a_confirmation(suite: Suite) -> None:
    """Not even one that the owner of the database writes."""
    _, room, someone = await scenes.scene(suite)
    with pytest.raises(asyncpg.CheckViolationError, match="no confirmation"):
        await suite.sql(
            "registry",
            "insert into enrolments (id, class_id, authority, organisation_id, trainee_id,"
            " name_sealed, confirmed_at) select gen_random_uuid(), id, authority,"
            " organisation_id, $2, '\\x00', filed_at from training_classes where id = $1",
            *(room.id, someone.id),
        )


async def test_a_log_in_is_bound_by_nobody_but_the_gateway(suite: Suite) -> None:
    """An institution that holds a person's data cannot make a log-in that person."""
    here, _, _ = await scenes.scene(suite)
    body = {"code": "ACDEFGHJKM", "login_id": str(uuid4())}
    for client in (here.institution.client, here.officer):
        problem(await client.post("/internal/bindings", json=body), 403, "forbidden")
    wrong = suite.service("registry", principals.service("claims", "facts"))
    problem(await wrong.post("/internal/bindings", json=body), 403, "forbidden")


async def test_the_yes_of_a_person_is_told_in_no_outside_feed(suite: Suite) -> None:
    """The event has no authority and no organisation: claims read it, offices cannot."""
    _, room, someone = await scenes.scene(suite)
    await people.confirm(suite, someone, room.id)
    (event,) = await suite.sql(
        "registry", "select authority, organisation from events where type = 'enrolment.confirmed'"
    )
    assert tuple(event) == (None, None)
    database = suite.apps["registry"].state.service.database
    async with database.transaction(suite.officer("650402")) as session:
        rows = await session.execute(text("select data::text from events"))
        assert all(str(someone.id) not in row[0] for row in rows)


# 9.2 Leaving ----------------------------------------------------------------------------------


async def test_leaving_takes_one_word_of_the_person_and_nobody_s_approval(suite: Suite) -> None:
    """It holds at once: no officer, no institution, no waiting."""
    here, room, someone = await scenes.scene(suite)
    enrolment = await people.confirm(suite, someone, room.id)
    await people.leave(someone, enrolment)
    (line,) = ok(await someone.client.get("/me/enrolments"))["items"]
    assert line["left_at"] is not None
    assert await scenes.names(here, room) == []


@pytest.mark.parametrize("field", ["reason", "comment", "approved_by", "note"])
async def test_leaving_takes_no_reason(suite: Suite, field: str) -> None:
    """There is nowhere to write one."""
    _, room, someone = await scenes.scene(suite)
    enrolment = await people.confirm(suite, someone, room.id)
    body = {"enrolment_id": str(enrolment), field: "家里有事"}
    problem(await someone.client.post("/me/departures", json=body), 400, "malformed")


async def test_nobody_makes_another_person_leave(suite: Suite) -> None:
    """Neither the institution nor an officer, and another person finds nothing."""
    here, room, someone = await scenes.scene(suite)
    enrolment = await people.confirm(suite, someone, room.id)
    body = {"enrolment_id": str(enrolment)}
    for client in (here.institution.client, here.officer):
        problem(await client.post("/me/departures", json=body), 403, "forbidden")
    other = await people.person(suite)
    problem(await other.client.post("/me/departures", json=body), 404, "not_found")
    assert await scenes.names(here, room) == [someone.name]


async def test_leaving_writes_nothing_but_that_the_place_has_ended(suite: Suite) -> None:
    """No credit entry, no list, no mark: every other row of the registry is the same."""
    here, room, someone = await scenes.scene(suite)
    enrolment = await people.confirm(suite, someone, room.id)
    before = await people.picture(suite)
    await people.leave(someone, enrolment)
    assert people.changed(before, await people.picture(suite)) == {
        "enrolments": 2,  # the row before and after: left_at
        "training_classes": 2,  # before and after: one place more
        "occupied": 10,  # the seats of ten sessions are free again
        "events": 1,
        "event_pending": 1,
    }
    left = await suite.sql("registry", "select * from enrolments")
    assert left[0]["left_at"] == suite.clock.now()
    await people.confirm(suite, someone, (await here.file_class(listed=True)).id)


async def test_the_event_of_leaving_names_nobody(suite: Suite) -> None:
    """An opaque hold, without authority, organisation, reason or author."""
    _, room, someone = await scenes.scene(suite)
    enrolment = await people.confirm(suite, someone, room.id)
    await people.leave(someone, enrolment)
    events = await suite.sql("registry", "select * from events order by position")
    (event,) = [row for row in events if row["type"] == "hold.ended"]
    (hold,) = await suite.sql("registry", "select hold from enrolments")
    assert event["data"] == f'{{"hold": "{hold["hold"]}"}}'
    assert (event["authority"], event["organisation"], event["reason"]) == (None, None, None)
    assert event["by_subject"] == "service:registry"
    for name in (someone.id, enrolment, room.id, someone.login):
        assert str(name) not in str(dict(event))
    assert hold["hold"].version == 4


async def test_who_left_is_in_nobody_s_list(suite: Suite) -> None:
    """Neither before the class, during it, nor in the sheets of sessions they sat in."""
    here, room, someone = await scenes.scene(suite)
    enrolment = await people.confirm(suite, someone, room.id)
    stays = await people.person(suite, "李四")
    await people.invite(suite, room.id, stays)
    staying = await people.confirm(suite, stays, room.id)
    here.at(FIRST_DAY, 14)
    sheet = {"present": [str(enrolment), str(staying)]}
    ok(await here.institution.client.post(f"/sessions/{room.sessions[0]}/attendance", json=sheet),
       201)  # fmt: skip
    await suite.settle()
    await people.leave(someone, enrolment)
    for content in await scenes.seen(here, room):
        assert str(enrolment).encode() not in content
        assert str(someone.id).encode() not in content
        assert someone.name.encode() not in content
    assert await scenes.names(here, room) == ["李四"]
    database = suite.apps["registry"].state.service.database
    for by in (here.institution.principal, suite.officer("650402")):
        async with database.transaction(by) as session:
            rows = await session.execute(text("select enrolment_id from attendance"))
            assert list(rows.scalars()) == [staying]


@pytest.mark.parametrize("role", ["organisation", "officer", "auditor"])
async def test_the_database_shows_nobody_who_left(suite: Suite, role: str) -> None:
    """Row security hides the place, whatever a query asks for; the person still sees it."""
    here, room, someone = await scenes.scene(suite)
    await people.leave(someone, await people.confirm(suite, someone, room.id))
    by = Principal(
        f"{role}:{uuid4()}",
        Role(role),
        authorities=("650402",),
        organisation=here.institution.id if role == "organisation" else None,
    )
    database = suite.apps["registry"].state.service.database
    for one, rows in ((by, 0), (suite.trainee(someone.id), 1)):
        async with database.transaction(one) as session:
            found = await session.execute(text("select 1 from enrolments"))
            assert len(found.all()) == rows


async def test_the_person_keeps_what_was_recorded_until_they_left(suite: Suite) -> None:
    """Hours sat are theirs; the seats of sessions to come are free."""
    here, room, someone = await scenes.scene(suite)
    enrolment = await people.confirm(suite, someone, room.id)
    here.at(FIRST_DAY, 14)
    sheet = {"present": [str(enrolment)]}
    ok(await here.institution.client.post(f"/sessions/{room.sessions[0]}/attendance", json=sheet),
       201)  # fmt: skip
    await people.leave(someone, enrolment)
    (line,) = ok(await someone.client.get("/me/enrolments"))["items"]
    assert line["hours_attended"] == 4
    rows = await suite.sql("registry", "select session_id from occupied")
    assert [row["session_id"] for row in rows] == [room.sessions[0]]


async def test_leaving_twice_is_leaving_once(suite: Suite) -> None:
    """The second time answers the same and tells nobody anything."""
    _, room, someone = await scenes.scene(suite)
    enrolment = await people.confirm(suite, someone, room.id)
    await people.leave(someone, enrolment)
    before = await people.picture(suite)
    await people.leave(someone, enrolment)
    assert people.changed(before, await people.picture(suite)) == {}


async def test_a_class_that_has_closed_cannot_be_left(suite: Suite) -> None:
    """There is nothing to leave, and what was reached stays."""
    _, room, someone = await scenes.scene(suite)
    enrolment = await people.confirm(suite, someone, room.id)
    await suite.sql("registry", "update training_classes set closed_at = $1", suite.clock.now())
    answer = await someone.client.post("/me/departures", json={"enrolment_id": str(enrolment)})
    problem(answer, 409, "nothing_to_leave")
