"""The trainee's rights: closed data, no lists, own record, purpose. POLICY.md 9.3 to 9.7."""

from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from shared.principal import Principal, Role
from tests.registry import people, scenes
from tests.registry.people import Person
from tests.registry.world import FIRST_DAY, ok, problem
from tests.suite import Suite

# 9.3 Closed data ------------------------------------------------------------------------------

COLUMNS = {
    "trainees": "created_at id id_index id_sealed language name_index name_sealed phone_sealed",
    "declines": "at class_id trainee_id",
    "enrolments": "authority class_id completed confirmed_at hold hours_attended id left_at"
    " name_sealed organisation_id started trainee_id",
    "confirmations": "at channel device_index enrolment_id guardian_sealed language login_id matter"
    " network_index paper_id text_sha256 trainee_id version",
    "occupied": "during enrolment_id session_id trainee_id",
    "inbox": "at data id kind read_at trainee_id",
}


@pytest.mark.parametrize("table", COLUMNS)
async def test_what_is_stored_of_a_person_is_a_closed_list(suite: Suite, table: str) -> None:
    """No column for origin, belief, family, health, face or place; a new one fails here first."""
    rows = await suite.sql(
        "registry",
        "select column_name from information_schema.columns where table_name = $1 order by 1",
        table,
    )
    assert [row["column_name"] for row in rows] == COLUMNS[table].split()


@pytest.mark.parametrize("field", ["ethnicity", "民族", "religion", "political_status", "face"])
async def test_a_counter_cannot_enter_what_is_not_to_be_stored(suite: Suite, field: str) -> None:
    """The body is refused, not trimmed."""
    counter = suite.service("registry", suite.officer("650402"))
    body = {"id_number": people.id_number(), "name": "王小明", field: "x"}
    problem(await counter.post("/binding-codes", json=body), 400, "malformed")


# 9.4 No lists of people to be trained ---------------------------------------------------------


async def test_a_decline_leaves_no_trace_that_others_see(suite: Suite) -> None:
    """Before and after it every answer to everybody else has the same bytes."""
    here, room, someone = await scenes.scene(suite)
    silent = await people.person(suite, "李四")
    await people.invite(suite, room.id, silent)
    before = await scenes.seen(here, room)
    ok(await someone.client.post("/me/refusals", json={"class_id": str(room.id)}))
    assert await scenes.seen(here, room) == before


async def test_a_decline_is_one_row_and_nothing_else(suite: Suite) -> None:
    """No event, no count, no message, no reason."""
    _, room, someone = await scenes.scene(suite)
    before = await people.picture(suite)
    ok(await someone.client.post("/me/refusals", json={"class_id": str(room.id)}))
    assert people.changed(before, await people.picture(suite)) == {"declines": 1}


@pytest.mark.parametrize("role", ["organisation", "officer", "auditor", "finance", "department"])
async def test_nobody_else_reads_declines(suite: Suite, role: str) -> None:
    """Row security shows them to the person alone."""
    here, room, someone = await scenes.scene(suite)
    ok(await someone.client.post("/me/refusals", json={"class_id": str(room.id)}))
    by = Principal(
        f"{role}:{uuid4()}",
        Role(role),
        authorities=("650402", "650400"),
        organisation=here.institution.id if role == "organisation" else None,
    )
    database = suite.apps["registry"].state.service.database
    async with database.transaction(by) as session:
        assert (await session.execute(text("select 1 from declines"))).all() == []


async def test_declining_again_changes_nothing(suite: Suite) -> None:
    """The answer is the same, the row stays one."""
    _, room, someone = await scenes.scene(suite)
    body = {"class_id": str(room.id)}
    first = ok(await someone.client.post("/me/refusals", json=body))
    assert ok(await someone.client.post("/me/refusals", json=body)) == first
    assert len(await suite.sql("registry", "select 1 from declines")) == 1


async def test_who_declined_may_still_change_their_mind(suite: Suite) -> None:
    """Until the class starts; the no is then gone."""
    here, room, someone = await scenes.scene(suite)
    ok(await someone.client.post("/me/refusals", json={"class_id": str(room.id)}))
    (line,) = ok(await someone.client.get("/me/invitations"))["items"]
    assert line["answer"] == "declined"
    await people.confirm(suite, someone, room.id)
    assert await suite.sql("registry", "select 1 from declines") == []
    assert await scenes.names(here, room) == [someone.name]


@pytest.mark.parametrize("field", ["reason", "comment"])
async def test_declining_takes_no_reason(suite: Suite, field: str) -> None:
    """There is nowhere to write one."""
    _, room, someone = await scenes.scene(suite)
    body = {"class_id": str(room.id), field: "不想去"}
    problem(await someone.client.post("/me/refusals", json=body), 400, "malformed")


async def test_nobody_declines_for_another(suite: Suite) -> None:
    """The institution and the office cannot, and another person finds no invitation."""
    here, room, _ = await scenes.scene(suite)
    body = {"class_id": str(room.id)}
    for client in (here.institution.client, here.officer):
        problem(await client.post("/me/refusals", json=body), 403, "forbidden")
    other = await people.person(suite)
    problem(await other.client.post("/me/refusals", json=body), 404, "not_found")


async def test_what_was_not_confirmed_vanishes_when_the_class_starts(suite: Suite) -> None:
    """Invitations, declines and half-signed papers; of the confirmed everything stays."""
    here, room, someone = await scenes.scene(suite)
    silent, goes = await people.person(suite, "李四"), await people.person(suite, "赵六")
    await people.invite(suite, room.id, silent, goes)
    ok(await someone.client.post("/me/refusals", json={"class_id": str(room.id)}))
    await people.confirm(suite, goes, room.id)
    paper = people.yes(suite, room.id) | {
        "id_number": silent.id_number,
        "name": silent.name,
        "image_sha256": "ab" * 32,
    }
    ok(await here.officer.post("/paper-confirmations", json=paper), 201)
    here.at(FIRST_DAY, 11)
    await suite.settle()
    for table in ("invitations", "declines", "paper_confirmations"):
        assert await suite.sql("registry", f"select 1 from {table}") == []
    assert await scenes.names(here, room) == [goes.name]
    assert ok(await someone.client.get("/me/invitations"))["items"] == []


async def test_the_institution_sees_only_how_many_have_not_confirmed(suite: Suite) -> None:
    """Not yet answered and declined are one number, and no name stands behind it."""
    here, room, someone = await scenes.scene(suite)
    silent = await people.person(suite, "李四")
    await people.invite(suite, room.id, silent)
    ok(await someone.client.post("/me/refusals", json={"class_id": str(room.id)}))
    shown = ok(await here.institution.client.get(f"/classes/{room.id}"))
    assert shown["counts"]["not_confirmed"] == 2
    assert all(name.encode() not in part for part in await scenes.seen(here, room)
               for name in (someone.name, silent.name))  # fmt: skip


# 9.6 Own record -------------------------------------------------------------------------------


async def _reads(someone: Person) -> list[tuple[str, str, str]]:
    log = ok(await someone.client.get("/me/access-log"))["items"]
    return [(line["by"], line["purpose"], line["what"]) for line in log]


async def test_every_read_of_a_name_by_others_grows_the_access_log(suite: Suite) -> None:
    """Sign-in sheet and list, each time; one's own look is not among them."""
    here, room, someone = await scenes.scene(suite)
    await people.confirm(suite, someone, room.id)
    ok(await someone.client.get("/me"))
    assert await _reads(someone) == []
    ok(await here.institution.client.get(f"/classes/{room.id}/enrolments"))
    ok(await here.institution.client.get(f"/classes/{room.id}/sign-in-sheet"))
    ok(await here.officer.get(f"/classes/{room.id}/enrolments"))
    found = await _reads(someone)
    assert [by for by, _, _ in found] == ["organisation", "organisation"]
    assert found[0] == ("organisation", "teaching", "name")


async def test_nobody_reads_another_person_s_record(suite: Suite) -> None:
    """Inbox, log, requests and copy hold one's own and nothing else."""
    here, room, someone = await scenes.scene(suite)
    await people.confirm(suite, someone, room.id)
    ok(await here.institution.client.get(f"/classes/{room.id}/enrolments"))
    asked = {"field": "name", "text": "姓名少一个点", "class_id": str(room.id)}
    ok(await someone.client.post("/me/correction-requests", json=asked), 201)
    other = await people.person(suite, "李四")
    copied = ok(await other.client.get("/me/copy"))["sections"]
    assert str(someone.id) not in str(copied)
    for path in ("access-log", "correction-requests", "enrolments", "invitations"):
        assert ok(await other.client.get(f"/me/{path}"))["items"] == []
    (notice,) = await suite.sql(
        "registry", "select id from inbox where trainee_id = $1", someone.id
    )
    answer = await other.client.post(f"/me/inbox/{notice['id']}/reading")
    problem(answer, 404, "not_found")


@pytest.mark.parametrize(
    "path", ["", "/copy", "/access-log", "/inbox", "/enrolments", "/correction-requests"]
)
async def test_the_own_record_opens_to_nobody_else(suite: Suite, path: str) -> None:
    """Neither institution nor officer nor auditor has a way in."""
    here, _, _ = await scenes.scene(suite)
    auditor = Principal(f"auditor:{uuid4()}", Role.AUDITOR, authorities=("650402",))
    clients: list[httpx.AsyncClient] = [here.institution.client, here.officer]
    for client in (*clients, suite.service("registry", auditor)):
        problem(await client.get(f"/me{path}"), 403, "forbidden")


# 9.7 Purpose ----------------------------------------------------------------------------------


async def test_the_institution_never_sees_a_number_or_a_phone(suite: Suite) -> None:
    """What teaching needs is the name of who confirmed, and hours."""
    here, room, _ = await scenes.scene(suite, listed=True)
    someone = await people.person(suite, "赵六", phone="13812345678")
    await people.confirm(suite, someone, room.id)
    (line,) = ok(await here.institution.client.get(f"/classes/{room.id}/enrolments"))["items"]
    assert set(line) == {"enrolment_id", "name", "hours_attended", "completed", "certificate"}
    for content in await scenes.seen(here, room):
        for secret in (someone.id_number, "13812345678", str(someone.id)):
            assert secret.encode() not in content


@pytest.mark.parametrize("table", ["trainees", "confirmations", "access_log", "inbox", "occupied"])
async def test_an_institution_has_no_rows_about_persons(suite: Suite, table: str) -> None:
    """Row security leaves nothing of these tables to it."""
    here, room, someone = await scenes.scene(suite)
    await people.confirm(suite, someone, room.id)
    database = suite.apps["registry"].state.service.database
    async with database.transaction(here.institution.principal) as session:
        assert (await session.execute(text(f"select 1 from {table}"))).all() == []


async def test_an_officer_sees_places_without_names(suite: Suite) -> None:
    """To count hours nobody needs to know who."""
    here, room, someone = await scenes.scene(suite)
    await people.confirm(suite, someone, room.id)
    (line,) = ok(await here.officer.get(f"/classes/{room.id}/enrolments"))["items"]
    assert line["name"] is None
    problem(await here.stranger.get(f"/classes/{room.id}/enrolments"), 404, "not_found")
