"""A person's own record: shown whole, set by the person, copied completely."""

from datetime import date

import pytest

from shared.principal import Principal
from tests.registry import asking, people
from tests.registry.people import Person
from tests.registry.world import FIRST_DAY, World, ok, problem, session_body, weekdays, world
from tests.suite import Suite

KEPT_ELSEWHERE = {
    "trainees": "is the section `record`",
    "roster_staging": "empty outside one transaction",
}


async def _lived(suite: Suite) -> tuple[World, Person]:
    """Let one person have a row in every table that can hold one."""
    here = await world(suite)
    someone = await people.person(suite, "古丽米热·买买提", phone="13812345678")
    room = await here.file_class(listed=True)
    april = weekdays(date(2020, 4, 6), 10)
    later = await here.file_class(
        listed=True,
        starts_on=april[0].isoformat(),
        ends_on=april[-1].isoformat(),
        sessions=[session_body(day) for day in april],
    )
    await people.invite(suite, later.id, someone)
    enrolment = await people.confirm(suite, someone, room.id)
    ok(await someone.client.post("/me/refusals", json={"class_id": str(later.id)}))
    paper = people.yes(suite, later.id) | {
        "id_number": someone.id_number,
        "name": someone.name,
        "image_sha256": "ab" * 32,
    }
    ok(await here.officer.post("/paper-confirmations", json=paper), 201)
    other_name = {"id_number": someone.id_number, "name": "古丽"}
    problem(await here.officer.post("/binding-codes", json=other_name), 409, "name_differs")
    asked = {"field": "attendance", "text": "第一天我在", "class_id": str(room.id)}
    ok(await someone.client.post("/me/correction-requests", json=asked), 201)
    ok(await here.institution.client.get(f"/classes/{room.id}/enrolments"))
    here.at(FIRST_DAY, 14)
    await here.institution.client.post(
        f"/sessions/{room.sessions[0]}/attendance", json={"present": []}
    )
    correction = {
        "session_id": str(room.sessions[0]),
        "enrolment_id": str(enrolment),
        "present": True,
        "reason": "签到表漏记",
    }
    ok(await here.institution.client.post("/attendance-corrections", json=correction), 201)
    await suite.sql(
        "registry",
        "insert into results (id, enrolment_id, class_id, authority, organisation_id, trainee_id,"
        " attempt, outcome, assessed_on, by_subject, at) select gen_random_uuid(), id, class_id,"
        " authority, organisation_id, trainee_id, 1, 'passed', '2020-03-20', 'x', confirmed_at"
        " from enrolments",
    )
    await _certificate(suite)
    ok(await asking.state(someone, room.id, unemployed="yes"))
    account = {"bank": "示例银行", "account_number": asking.CARD, "holder": someone.name}
    ok(await someone.client.post("/me/bank-account", json=account), 201)
    return here, someone


async def _certificate(suite: Suite) -> None:
    sealer = suite.apps["registry"].state.service.sealer
    number = "018f3f3e-7a10-7cc2-9c1e-0c2b8f6a1d11"
    sealed = sealer.seal("S000065040200200001", table="certificates", column="number_sealed",
                         row=number)  # fmt: skip
    await suite.sql(
        "registry",
        "insert into certificates (id, enrolment_id, class_id, authority, organisation_id,"
        " issuer_name, trainee_id, kind, number_sealed, number_index, name_index, subject_code,"
        " subject_name, issued_on, by_subject, at) select $1, id, class_id, authority,"
        " organisation_id, '示例', trainee_id, 'skill_level', $2, $3, $3, '1', '面点',"
        " '2020-03-21', 'x', confirmed_at from enrolments",
        *(number, bytes(sealed), b"\1" * 16),
    )


async def test_the_own_record_shows_name_number_and_phone(suite: Suite) -> None:
    """The only answer with a whole ID number."""
    someone = await people.person(suite, "古丽米热·买买提", phone="13812345678")
    shown = ok(await someone.client.get("/me"))
    assert (shown["name"], shown["id_number"]) == (someone.name, someone.id_number)
    assert (shown["phone"], shown["language"]) == ("13812345678", "zh-Hans")


async def test_language_and_phone_are_set_by_the_person(suite: Suite) -> None:
    """A phone may be taken away again; setting twice is setting once."""
    someone = await people.person(suite)
    for _ in range(2):
        ok(await someone.client.put("/me/language", json={"language": "ug"}))
        ok(await someone.client.put("/me/phone", json={"phone": "13900000000"}))
    shown = ok(await someone.client.get("/me"))
    assert (shown["language"], shown["phone"]) == ("ug", "13900000000")
    assert ok(await someone.client.put("/me/phone", json={"phone": None}))["phone"] is None
    problem(await someone.client.put("/me/language", json={"language": "ru"}), 400, "malformed")


async def test_the_copy_holds_a_section_for_every_table_about_persons(suite: Suite) -> None:
    """A table that learns to hold something about a person fails here until it is copied."""
    _, someone = await _lived(suite)
    sections = ok(await someone.client.get("/me/copy"))["sections"]
    rows = await suite.sql(
        "registry",
        "select distinct c.table_name from information_schema.columns c join pg_tables t"
        " on t.tablename = c.table_name where c.column_name in ('trainee_id', 'enrolment_id')"
        " and t.schemaname = 'public' order by 1",
    )
    tables = {row["table_name"] for row in rows} - set(KEPT_ELSEWHERE)
    assert tables == set(sections) - {"record", "classes"}
    empty = [section for section, content in sections.items() if not content]
    assert empty == []


async def test_the_copy_holds_every_column_but_indexes_and_staff(suite: Suite) -> None:
    """Sealed columns are opened; blind indexes and who of the staff typed are left out."""
    _, someone = await _lived(suite)
    sections = ok(await someone.client.get("/me/copy"))["sections"]
    for table, rows in sections.items():
        if table in {"record", "classes", "occupied"}:
            continue
        columns = await suite.sql(
            "registry",
            "select column_name from information_schema.columns where table_name = $1",
            table,
        )
        kept = {
            row["column_name"].removesuffix("_sealed")
            for row in columns
            if not row["column_name"].endswith(("_index", "_by", "by_subject"))
        }
        assert set(rows[0]) == kept, table
    assert sections["record"]["id_number"] == someone.id_number
    assert sections["invitations"][0]["name"] == someone.name
    assert sections["certificates"][0]["number"] == "S000065040200200001"
    assert sections["correction_requests"][0]["text"] == "第一天我在"
    assert sections["name_conflicts"][0]["name"] == "古丽"


async def test_the_copy_comes_as_a_file_that_nobody_keeps(suite: Suite) -> None:
    """A download, never stored on the way."""
    someone = await people.person(suite)
    answer = await someone.client.get("/me/copy")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["cache-control"] == "no-store"


async def test_the_copy_names_nobody_of_the_staff(suite: Suite) -> None:
    """Offices and organisations are told, not the person at the desk."""
    _, someone = await _lived(suite)
    answer = await someone.client.get("/me/copy")
    assert "officer:" not in answer.text
    assert "client:" not in answer.text


async def test_the_access_log_says_who_what_and_why_in_three_languages(suite: Suite) -> None:
    """An office by its name, an organisation by its id."""
    here, someone = await _lived(suite)
    ok(await here.officer.get("/name-conflicts"))
    log = ok(await someone.client.get("/me/access-log"))["items"]
    teaching, office = log[0], log[-1]
    assert teaching["organisation_id"] == str(here.institution.id)
    assert office["office_name"] == "高昌区人力资源和社会保障局"
    assert set(office["purpose_words"]) == {"zh-Hans", "ug", "en"}
    assert "officer:" not in str(log)


async def test_a_notice_is_read_once_and_stays_read(suite: Suite) -> None:
    """The first instant is kept."""
    someone = await people.person(suite)
    (notice,) = ok(await someone.client.get("/me/inbox"))["items"]
    assert notice["read_at"] is None
    assert set(notice["words"]) == {"zh-Hans", "ug", "en"}
    first = ok(await someone.client.post(f"/me/inbox/{notice['id']}/reading"))
    assert ok(await someone.client.post(f"/me/inbox/{notice['id']}/reading")) == first
    assert ok(await someone.client.get("/me/inbox"))["items"][0]["read_at"] == first["read_at"]


async def test_lists_of_one_s_own_come_in_pages(suite: Suite) -> None:
    """Page by page, each line once, in order."""
    here = await world(suite)
    room = await here.file_class(listed=True)
    someone = await people.person(suite)
    await people.confirm(suite, someone, room.id)
    for _ in range(5):
        ok(await here.institution.client.get(f"/classes/{room.id}/enrolments"))
    seen, after = [], ""
    while True:
        page = ok(await someone.client.get(f"/me/access-log?limit=2{after}"))
        seen += page["items"]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert len(seen) == 5


async def test_a_log_in_that_was_never_bound_has_no_record(suite: Suite) -> None:
    """A token for nobody finds nobody."""
    nobody: Principal = suite.trainee("018f3f3e-7a10-7cc2-9c1e-0c2b8f6a1d11")
    problem(await suite.service("registry", nobody).get("/me"), 404, "not_found")


@pytest.mark.parametrize("method", ["get", "delete"])
async def test_nobody_lists_persons(suite: Suite, method: str) -> None:
    """There is no route that answers with people."""
    officer = suite.service("registry", suite.officer("650402"))
    for path in ("/trainees", "/people", "/me/trainees"):
        assert (await officer.request(method, path)).status_code == 404
