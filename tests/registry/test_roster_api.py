"""Rosters through the API: what is answered, stored and never stored."""

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.registry.rosters.files import MAX_BYTES
from tests.registry import roster_files, world
from tests.registry.world import Room, World
from tests.suite import Suite


@pytest.fixture
async def there(suite: Suite) -> World:
    """Admit the organisations."""
    return await world.world(suite)


async def test_two_thousand_rows_invite_two_thousand_people(suite: Suite, there: World) -> None:
    """One file spans many classes; each person is invited once and told once."""
    room = await there.file_class()
    codes = [room.code, *await roster_files.copies(suite, room, 39)]
    data = roster_files.csv_bytes(roster_files.rows(codes, 2_000))
    answer = world.ok(await roster_files.upload(there.institution.client, data), 201)
    assert (answer["rows_received"], answer["rows_accepted"], answer["rows_rejected"]) == (
        2_000,
        2_000,
        0,
    )
    assert (answer["kind"], answer["faults"], answer["rejected_by_code"]) == ("csv", [], {})
    for table in ("trainees", "invitations", "inbox"):
        count = await suite.sql("registry", f"select count(*) as n from {table}")
        assert count[0]["n"] == 2_000
    assert (await suite.sql("registry", "select count(*) as n from roster_staging"))[0]["n"] == 0
    [event] = await there.events("roster.received")
    assert event == {"rows_received": 2_000, "rows_accepted": 2_000, "classes": 40}


async def test_the_same_file_again_gets_the_first_answer(suite: Suite, there: World) -> None:
    """A second upload of the same bytes answers 200 with the same body and changes nothing."""
    room = await there.file_class()
    bad = (room.code, "李示二", "65040219900101001", "")
    body = [*roster_files.rows([room.code], 5), bad]
    data = roster_files.csv_bytes(body)
    first = world.ok(await roster_files.upload(there.institution.client, data), 201)
    again = world.ok(await roster_files.upload(there.institution.client, data), 200)
    assert again == first
    assert first["faults"][0]["row"] == 7
    assert first["rejected_by_code"] == {first["faults"][0]["code"]: 1}
    assert len(await there.events("roster.received")) == 1
    listed = world.ok(await there.institution.client.get("/rosters"))["items"]
    assert [one["id"] for one in listed] == [first["id"]]
    assert world.ok(await there.institution.client.get(f"/rosters/{first['id']}")) == first


async def test_one_key_sent_twice_has_one_effect(suite: Suite, there: World) -> None:
    """A repeated request is answered from the stored answer."""
    room = await there.file_class()
    data = roster_files.csv_bytes(roster_files.rows([room.code], 3))
    headers = {"Content-Type": "text/csv", "Idempotency-Key": "roster-key-1"}
    client = there.institution.client
    first = await client.post("/rosters", content=data, headers=headers)
    again = await client.post("/rosters", content=data, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"


async def test_two_clients_may_send_the_same_file_at_once(suite: Suite, there: World) -> None:
    """One of them stores it, the other gets the same answer."""
    room = await there.file_class()
    data = roster_files.csv_bytes(roster_files.rows([room.code], 40))
    second = suite.service("registry", suite.organisation(there.institution.id))
    answers = await asyncio.gather(
        roster_files.upload(there.institution.client, data), roster_files.upload(second, data)
    )
    assert sorted(one.status_code for one in answers) == [200, 201]
    assert answers[0].json() == answers[1].json()
    assert (await suite.sql("registry", "select count(*) as n from invitations"))[0]["n"] == 40


async def test_a_row_sent_twice_changes_nothing(suite: Suite, there: World) -> None:
    """In another file an invited person is accepted again, and invited once."""
    room = await there.file_class()
    client = there.institution.client
    body = roster_files.rows([room.code], 3)
    world.ok(await roster_files.upload(client, roster_files.csv_bytes(body)), 201)
    body.append(roster_files.row(room.code, 99))
    again = world.ok(await roster_files.upload(client, roster_files.csv_bytes(body)), 201)
    assert again["rows_accepted"] == 4
    assert (await suite.sql("registry", "select count(*) as n from invitations"))[0]["n"] == 4
    assert (await suite.sql("registry", "select count(*) as n from inbox"))[0]["n"] == 4


async def test_known_unknown_declined_and_renamed_look_alike(suite: Suite, there: World) -> None:
    """The institution learns nothing of a person from the answer to a row."""
    room = await there.file_class()
    client = there.institution.client
    body = roster_files.rows([room.code], 4)
    world.ok(await roster_files.upload(client, roster_files.csv_bytes(body[:3])), 201)
    people = await suite.sql("registry", "select trainee_id from invitations order by id")
    await _decline(suite, room, people[1]["trainee_id"])
    again = (body[0], body[1], body[3], (body[2][0], "别的名字", *body[2][2:]))
    answers = [await _alone(there, one, n) for n, one in enumerate(again)]
    assert answers[0] == answers[1] == answers[2] == answers[3]
    [conflict] = await suite.sql("registry", "select * from name_conflicts")
    sealer = suite.apps["registry"].state.service.sealer
    name = sealer.open(
        conflict["name_sealed"], table="name_conflicts", column="name_sealed", row=conflict["id"]
    )
    assert (name, conflict["trainee_id"]) == ("别的名字", people[2]["trainee_id"])
    declined = people[1]["trainee_id"]
    notices = await suite.sql("registry", "select 1 from inbox where trainee_id = $1", declined)
    assert len(notices) == 1


async def _decline(suite: Suite, room: Room, person: UUID) -> None:
    client = suite.service("registry", suite.trainee(person))
    answer = await client.post("/me/refusals", json={"class_id": str(room.id)})
    assert answer.status_code < 300, answer.text


async def _alone(there: World, one: roster_files.Row, n: int) -> dict[str, Any]:
    # A column that is dropped makes each a file of its own.
    data = roster_files.csv_bytes([[*one, str(n)]], [*roster_files.HEADINGS, "备注"])
    answer = world.ok(await roster_files.upload(there.institution.client, data), 201)
    return {key: answer[key] for key in answer if key != "id"}


async def test_two_institutions_get_the_same_answer_for_one_person(
    suite: Suite, there: World
) -> None:
    """That somebody else invited a person is nobody's to see."""
    room = await there.file_class()
    room_too = await there.completion_class()
    one = roster_files.row(room.code, 7, name="阿依古丽·买买提")
    other = (room_too.code, *one[1:])
    first = world.ok(
        await roster_files.upload(there.institution.client, roster_files.csv_bytes([one])), 201
    )
    second = world.ok(
        await roster_files.upload(there.employer.client, roster_files.csv_bytes([other])), 201
    )
    assert {**first, "id": None} == {**second, "id": None}
    assert (await suite.sql("registry", "select count(*) as n from trainees"))[0]["n"] == 1
    assert (await suite.sql("registry", "select count(*) as n from invitations"))[0]["n"] == 2


async def test_forbidden_columns_are_stored_nowhere(suite: Suite, there: World) -> None:
    """What a dropped column held is in no table, in no form that anybody could search."""
    room = await there.file_class()
    headings = [*roster_files.HEADINGS, "民族", "宗教信仰", "人员类别", "银行账号"]
    secret = ["维吾尔族CANARY", "信仰CANARY", "贫困家庭CANARY", "6222CANARY000"]
    body = [[*one, *secret] for one in roster_files.rows([room.code], 3)]
    data = roster_files.csv_bytes(body, headings)
    answer = world.ok(await roster_files.upload(there.institution.client, data), 201)
    assert answer["dropped_columns"] == headings[4:]
    assert answer["rows_accepted"] == 3
    assert await _found_in_tables(suite, "CANARY") == []
    # Nor is anything of the rows stored in the clear.
    assert await _found_in_tables(suite, roster_files.number(1)) == []
    result = await there.institution.client.get(f"/rosters/{answer['id']}/result?format=csv")
    assert b"CANARY" not in result.content


async def _found_in_tables(suite: Suite, word: str) -> list[str]:
    """Name the tables that hold a word, as text or as bytes."""
    patterns = [f"%{word}%", f"%{word.encode().hex()}%"]
    tables = await suite.sql(
        "registry", "select tablename as name from pg_tables where schemaname = 'public'"
    )
    query = 'select 1 from "{}" t where t::text like any ($1) limit 1'
    held = [await suite.sql("registry", query.format(one["name"]), patterns) for one in tables]
    return [one["name"] for one, rows in zip(tables, held, strict=True) if rows]


async def test_rows_are_turned_away_for_what_their_class_is(suite: Suite, there: World) -> None:
    """Unknown, not yet accepted, another's and full classes each have a code."""
    room = await there.file_class(capacity=2)
    waiting = world.ok(
        await there.institution.client.post(
            "/classes", json=there.documents_body(commission_id=str(there.commission))
        ),
        201,
    )
    foreign = await there.completion_class()
    body = [
        *roster_files.rows([room.code], 5),
        roster_files.row("650402-2020-9999", 10),
        roster_files.row(waiting["code"], 11),
        roster_files.row(foreign.code, 12),
    ]
    data = roster_files.csv_bytes(body)
    answer = world.ok(await roster_files.upload(there.institution.client, data), 201)
    assert answer["rejected_by_code"] == {
        "class_full": 1,
        "class_not_open": 1,
        "class_unknown": 2,
    }
    assert [(one["row"], one["code"]) for one in answer["faults"]] == [
        (6, "class_full"),
        (7, "class_unknown"),
        (8, "class_not_open"),
        (9, "class_unknown"),
    ]
    assert (answer["rows_accepted"], answer["rows_received"]) == (4, 8)
    # Whom the full class invited before stays accepted; whoever is new is not.
    more = roster_files.csv_bytes(roster_files.rows([room.code], 6)[2:])
    again = world.ok(await roster_files.upload(there.institution.client, more), 201)
    assert [one["row"] for one in again["faults"]] == [4, 5]
    people = await suite.sql("registry", "select count(*) as n from trainees")
    assert people[0]["n"] == 4


async def test_a_declined_invitation_keeps_its_place_in_the_limit(
    suite: Suite, there: World
) -> None:
    """The limit of a class does not tell that somebody answered."""
    room = await there.file_class(capacity=1)
    client = there.institution.client
    body = roster_files.rows([room.code], 3)
    world.ok(await roster_files.upload(client, roster_files.csv_bytes(body[:2])), 201)
    person = (await suite.sql("registry", "select trainee_id from invitations limit 1"))[0]
    await _decline(suite, room, person["trainee_id"])
    answer = world.ok(await roster_files.upload(client, roster_files.csv_bytes(body[2:])), 201)
    assert answer["rejected_by_code"] == {"class_full": 1}


async def test_a_class_that_has_started_invites_nobody(suite: Suite, there: World) -> None:
    """From the first session's beginning, whether or not the job has come by."""
    room = await there.file_class()
    there.at(world.FIRST_DAY, 10, 1)
    data = roster_files.csv_bytes(roster_files.rows([room.code], 2))
    answer = world.ok(await roster_files.upload(there.institution.client, data), 201)
    assert answer["rejected_by_code"] == {"class_not_open": 2}
    assert (await suite.sql("registry", "select count(*) as n from trainees"))[0]["n"] == 0


async def test_a_dry_run_writes_nothing_and_needs_no_key(suite: Suite, there: World) -> None:
    """It answers what the upload would."""
    room = await there.file_class(capacity=1)
    body = [*roster_files.rows([room.code], 3), ("", "赵", "1", "")]
    data = roster_files.csv_bytes(body)
    client = there.institution.client
    request = client.build_request(
        "POST", "/rosters?dry_run=true", content=data, headers={"Content-Type": "text/csv"}
    )
    assert "Idempotency-Key" not in request.headers
    before = await _counts(suite)
    tried = await client.send(request)
    assert await _counts(suite) == before
    told = world.ok(tried)
    assert told["id"] is None
    real = world.ok(await roster_files.upload(client, data), 201)
    assert {**real, "id": None} == told
    without = client.build_request("POST", "/rosters", content=data)
    world.problem(await client.send(without), 400, "idempotency_key_missing")


async def _counts(suite: Suite) -> dict[str, int]:
    tables = await suite.sql(
        "registry", "select tablename as name from pg_tables where schemaname = 'public'"
    )
    found = {}
    for table in tables:
        rows = await suite.sql("registry", f'select count(*) as n from "{table["name"]}"')
        found[table["name"]] = rows[0]["n"]
    return found


async def test_a_form_and_json_are_read_like_a_raw_body(suite: Suite, there: World) -> None:
    """Browsers send forms, systems send JSON."""
    room = await there.file_class()
    client = there.institution.client
    data = roster_files.csv_bytes(roster_files.rows([room.code], 2))
    sent = world.ok(await client.post("/rosters", files={"file": ("名册.csv", data)}), 201)
    assert (sent["rows_accepted"], sent["kind"]) == (2, "csv")
    assert world.ok(await roster_files.upload(client, data), 200)["id"] == sent["id"]
    keys = ("class_code", "name", "id_number", "phone")
    objects = [dict(zip(keys, one, strict=True)) for one in roster_files.rows([room.code], 4)]
    told = world.ok(await client.post("/rosters", json={"rows": objects}), 201)
    assert (told["rows_accepted"], told["kind"]) == (4, "json")
    world.problem(await client.post("/rosters", files={"other": ("x", data)}), 400, "malformed")


async def test_a_hostile_or_broken_file_is_refused_with_a_reason(
    suite: Suite, there: World
) -> None:
    """The reason is a code; nothing is stored."""
    client = there.institution.client
    before = await _counts(suite)
    for data, reason in (
        (b"", "file_empty"),
        (b"PK\x03\x04" + b"\0" * 200, "file_unreadable"),
        (b"%PDF-1.4 nothing", "file_kind"),
        ("姓名,年龄\n赵示一,30\n".encode(), "header_missing"),
        (b"a" * (MAX_BYTES + 10), "file_too_large"),
    ):
        told = world.problem(await roster_files.upload(client, data), 422, "roster_refused")
        assert told["reason"] == reason
        assert told["detail"]
        assert told["detail_en"]
    assert await _counts(suite) == before


async def test_a_body_over_the_limit_is_cut_off(suite: Suite, there: World) -> None:
    """Twenty megabytes and a little for a form's own lines."""
    answer = await roster_files.upload(there.institution.client, b"a" * (MAX_BYTES + 2**21))
    assert answer.status_code == 413


async def test_people_too_young_are_turned_away(suite: Suite, there: World) -> None:
    """Nobody under sixteen is invited."""
    room = await there.file_class()
    child = ("650402201001010015", "650402201001010023")
    body = [(room.code, "赵示一", one, "") for one in child]
    told = world.ok(
        await roster_files.upload(there.institution.client, roster_files.csv_bytes(body)), 201
    )
    assert told["rows_accepted"] == 0
    assert {one["code"] for one in told["faults"]} <= {"under_age", "id_checksum"}


async def test_the_stored_answer_names_nobody(suite: Suite, there: World) -> None:
    """Faults are kept as row number, column and code."""
    room = await there.file_class()
    data = roster_files.csv_bytes([(room.code, "李CANARY", "1", "")])
    answer = await roster_files.upload(there.institution.client, data)
    assert "CANARY" not in answer.text
    [stored] = await suite.sql("registry", "select faults from rosters")
    faults = json.loads(stored["faults"])
    assert all(len(one) == 3 for one in faults)


async def test_rosters_are_listed_page_by_page(suite: Suite, there: World) -> None:
    """Oldest first, and only the organisation's own."""
    client = there.institution.client
    files = [roster_files.csv_bytes([roster_files.row("NO-SUCH", n)]) for n in range(3)]
    sent = [await roster_files.upload(client, data) for data in files]
    made = [world.ok(one, 201)["id"] for one in sent]
    first = world.ok(await client.get("/rosters?limit=2"))
    second = world.ok(await client.get(f"/rosters?limit=2&after={first['next']}"))
    assert [one["id"] for one in (*first["items"], *second["items"])] == made
    assert second["next"] is None
    assert world.ok(await there.other.client.get("/rosters"))["items"] == []
    world.problem(await there.other.client.get(f"/rosters/{made[0]}"), 404, "not_found")
    world.problem(await client.get(f"/rosters/{uuid4()}"), 404, "not_found")
