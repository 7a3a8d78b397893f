"""Register lists: imported with their source, in force until replaced, read by nobody."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi.routing import APIRoute
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared import access
from shared.principal import PUBLIC, Principal, Role
from shared.standards import credit_code
from tests.registry import asking, people
from tests.registry.asking import complete, imported, register
from tests.registry.world import FIRST_DAY, World, ok, problem, world
from tests.suite import Suite

EMPLOYER = credit_code.complete("91650402MA77ABCD1")
HEADER = "姓名,公民身份号码,起始日期,有效期至,民族"


@pytest.fixture
async def there(suite: Suite) -> World:
    """Admit the organisations."""
    return await world(suite)


async def count(suite: Suite) -> int:
    """Count the entries as the superuser."""
    [row] = await suite.sql("registry", "select count(*) as n from register_entries")
    return int(row["n"])


async def categories(suite: Suite, room: Any) -> dict[str, Any]:
    """Return what a decision hears of the only person of a class, by category."""
    facts = (await asking.line(suite, room))["facts"]
    return {one["code"]: one["value"] for one in facts["categories"]}


def everybody(there: World) -> list[Principal]:
    """List who must never read an entry: each role, with all the reach it can have."""
    reach = ("650402", "650421", "650422", "650400", "6504L1")
    roles = (Role.OFFICER, Role.FINANCE, Role.DEPARTMENT, Role.AUDITOR, Role.ADMINISTRATOR)
    return [
        *(Principal(f"{role}:{uuid4()}", role, authorities=reach) for role in roles),
        *(one.principal for one in (there.institution, there.assessor, there.employer)),
        Principal(f"visitor:{uuid4()}", Role.VISITOR, login=uuid4()),
        PUBLIC,
    ]


async def test_an_officer_imports_a_list_without_names(suite: Suite, there: World) -> None:
    """Stored are a blind index, code, days and source: neither name nor number."""
    number = people.id_number()
    told = await imported(there.officer, register("hard_to_employ", number))
    assert (told["authority"], told["rows_received"], told["rows_rejected"]) == ("650402", 1, 0)
    [row] = await suite.sql("registry", "select e::text as row from register_entries e")
    assert number not in row["row"]
    named = register("hard_to_employ", number)
    named["entries"][0]["name"] = "王小明"
    problem(await there.officer.post("/registers", json=named), 400, "malformed")


async def test_the_same_list_again_changes_nothing(suite: Suite, there: World) -> None:
    """In whatever order its rows come, it gets its first answer."""
    rows = [people.id_number() for _ in range(3)]
    first = await imported(there.officer, register("unemployed", *rows))
    again = await imported(there.officer, register("unemployed", *reversed(rows), rows[0]), 200)
    assert again["id"] == first["id"]
    assert await count(suite) == 3
    assert len(await there.events("register.imported")) == 1


async def test_a_newer_list_of_the_same_source_replaces_the_older(
    suite: Suite, there: World
) -> None:
    """Who is no longer on it is forgotten at once; another source's list stays."""
    room, someone = await asking.seated(there)
    number, other = someone.id_number, people.id_number()
    await imported(there.officer, register("unemployed", number))
    newer = register("unemployed", other, as_of="2020-03-02")
    await imported(there.officer, newer)
    assert await categories(suite, room) == {}
    assert await count(suite) == 1
    await imported(there.officer, register("unemployed", number, source_title="失业登记台账"))
    assert await categories(suite, room) == {"unemployed": True}
    assert await count(suite) == 2


async def test_an_older_list_does_not_replace_a_newer(there: World) -> None:
    """Nor can a list speak of a day to come."""
    await imported(there.officer, register("unemployed", people.id_number()))
    older = register("unemployed", people.id_number(), as_of="2020-02-01")
    problem(await there.officer.post("/registers", json=older), 409, "register_newer_in_force")
    future = register("hard_to_employ", as_of="2020-03-03")
    problem(await there.officer.post("/registers", json=future), 422, "register_from_future")


async def test_a_county_s_list_does_not_replace_another_county_s(
    suite: Suite, there: World
) -> None:
    """The same title in two counties is two lists."""
    await imported(there.officer, register("unemployed", people.id_number()))
    await imported(there.stranger, register("unemployed", people.id_number()))
    assert await count(suite) == 2


@pytest.mark.parametrize(
    "code", ["graduate", "rural_school_leaver", "monthly_pension", "veteran", "earlier_benefit"]
)
async def test_only_what_the_plan_names_and_a_register_evidences_is_taken(
    there: World, code: str
) -> None:
    """The codes are a closed list; a list of pensions names its scheme."""
    body = register(code, people.id_number())
    problem(await there.officer.post("/registers", json=body), 422, "register_code_unknown")


@pytest.mark.parametrize(
    ("starts", "until", "holds"),
    [
        ("2020-03-09", None, True),
        ("2020-03-10", None, False),
        ("2019-01-01", "2020-03-09", True),
        ("2019-01-01", "2020-03-08", False),
    ],
)
async def test_a_row_speaks_of_its_days_only(
    suite: Suite, there: World, starts: str, until: str | None, *, holds: bool
) -> None:
    """The class's first day decides; the last day is included."""
    room, someone = await asking.seated(there)
    entry = {"id_number": someone.id_number, "from": starts, "until": until}
    await imported(there.officer, register("zero_employment", entries=[entry]))
    assert ("zero_employment" in await categories(suite, room)) is holds


async def test_faulty_rows_are_told_by_number_and_never_by_value(
    suite: Suite, there: World
) -> None:
    """The others are taken; each fault has row, column and code."""
    good, bad = people.id_number(), people.id_number()[:-1] + "?"
    rows = [
        {"id_number": bad, "from": "2020-01-01"},
        {"id_number": good, "from": "2020-01-02", "until": "2020-01-01"},
        {"id_number": good, "from": "2020-01-01", "employer_credit_code": EMPLOYER},
        {"id_number": f" {good} ", "from": "2020-01-01"},
    ]
    answer = await there.officer.post("/registers", json=register("unemployed", entries=rows))
    told = ok(answer, 201)
    assert [(one["row"], one["column"], one["code"]) for one in told["faults"]] == [
        (1, "id_number", "id_characters"),
        (2, "until", "until_before_from"),
        (3, "employer_credit_code", "employer_not_expected"),
    ]
    assert (told["rows_received"], told["rows_rejected"], await count(suite)) == (4, 3, 1)
    assert bad not in answer.text


async def test_a_complete_list_has_no_faulty_row(suite: Suite, there: World) -> None:
    """The person of such a row would seem to be absent."""
    there.at(FIRST_DAY, 9)
    body = complete("public_payroll", people.id_number(), "1234")
    refused = problem(
        await there.officer.post("/registers", json=body), 422, "register_not_complete"
    )
    assert refused["errors"] == [{"row": 2, "column": "id_number", "code": "id_length"}]
    assert await count(suite) == 0


async def test_the_silence_of_a_complete_list_speaks_for_the_person(
    suite: Suite, there: World
) -> None:
    """Not on the payroll, by register, as of the list's day."""
    room, _ = await asking.seated(there)
    there.at(FIRST_DAY, 9)
    await imported(there.officer, complete("public_payroll", people.id_number()))
    assert await categories(suite, room) == {"public_payroll": False}


async def test_insured_staff_need_their_employer_s_code(suite: Suite, there: World) -> None:
    """It is stored sealed."""
    number = people.id_number()
    bare = register("insured_employer", number)
    told = await imported(there.officer, bare)
    assert told["faults"][0]["code"] == "credit_code_missing"
    entry = {"id_number": number, "from": "2020-01-01", "employer_credit_code": EMPLOYER}
    await imported(there.officer, register("insured_employer", entries=[entry]))
    rows = await suite.sql("registry", "select e::text as row from register_entries e")
    assert EMPLOYER not in rows[0]["row"]


async def test_the_event_of_an_import_has_no_figure_and_nobody(there: World) -> None:
    """What it is and of which day; not how many."""
    await imported(there.officer, register("unemployed", people.id_number()))
    assert await there.events("register.imported") == [
        {"code": "unemployed", "as_of": "2020-03-01", "replaced": False}
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
async def test_a_list_comes_as_csv_too(suite: Suite, there: World, encoding: str) -> None:
    """Names and every other column are dropped unread, and said to be."""
    room, someone = await asking.seated(there)
    rows = f"{HEADER}\n王小明,{someone.id_number},2020/1/1,20201231,示例\n,,,,\n"
    told = ok(await _csv(there.officer, rows.encode(encoding)), 201)
    assert told["dropped_columns"] == ["姓名", "民族"]
    assert (told["rows_received"], told["rows_rejected"]) == (1, 0)
    assert await categories(suite, room) == {"unemployed": True}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        "姓名,公民身份号码\n".encode(),
        b"\xff\xff\xff",
        ",".join(f"列{n}" for n in range(65)).encode(),
        f'公民身份号码,起始日期\n"{"x" * 200_000}"\n'.encode(),
    ],
)
async def test_a_file_that_is_no_list_is_refused(there: World, content: bytes) -> None:
    """Whole, with one reason."""
    problem(await _csv(there.officer, content), 422, "register_file_refused")


async def test_a_day_that_is_none_is_a_fault_of_its_row(there: World) -> None:
    """The last day's and the first day's."""
    one, other = people.id_number(), people.id_number()
    rows = f"公民身份号码,起始日期,有效期至\n{one},2020-01-01,2020-02-30\n{other},昨天,\n"
    told = ok(await _csv(there.officer, rows.encode()), 201)
    assert [(one["row"], one["column"], one["code"]) for one in told["faults"]] == [
        (1, "until", "date_wrong"),
        (2, "from", "date_wrong"),
    ]


async def test_two_imports_of_one_list_at_once_leave_one(suite: Suite, there: World) -> None:
    """Whichever came first; nothing is mixed."""
    rows = [people.id_number() for _ in range(20)]
    bodies = [register("unemployed", *rows[:10]), register("unemployed", *rows[10:])]
    answers = await asyncio.gather(*(there.officer.post("/registers", json=b) for b in bodies))
    assert {one.status_code for one in answers} <= {201, 409}
    [row] = await suite.sql(
        "registry", "select count(*) as n from registers where replaced_at is null"
    )
    assert (row["n"], await count(suite)) == (1, 10)


# Read by nobody -------------------------------------------------------------------------------


async def test_no_role_has_a_right_to_the_entries(suite: Suite, there: World) -> None:
    """Not even the officer who imported them, nor claims: the table is closed to the service."""
    number = people.id_number()
    await imported(there.officer, register("unemployed", number))
    service = suite.apps["registry"].state.service
    callers = [*everybody(there), Principal("service:claims", Role.SERVICE, purpose="facts")]
    for by in callers:
        for table in ("register_entries", "benefit_entries"):
            for verb in (f"select 1 from {table}", f"delete from {table}"):
                with pytest.raises(DBAPIError, match="permission denied"):
                    async with service.database.transaction(by) as session:
                        await session.execute(text(verb))


async def test_the_functions_answer_nobody_but_a_decision(suite: Suite, there: World) -> None:
    """With the right index and the right place they still say nothing to all others."""
    room, someone = await asking.seated(there)
    await imported(there.officer, register("unemployed", someone.id_number))
    benefit = _benefits(someone.id_number)
    ok(await there.officer.post("/benefits", json=benefit), 201)
    [row] = await suite.sql("registry", "select id from enrolments")
    service = suite.apps["registry"].state.service
    index = service.sealer.index("register", someone.id_number)
    entries = text(
        "select 1 from register_facts(array[cast(:p as uuid)], array[cast(:i as bytea)])"
    )
    earlier = text(
        "select 1 from earlier_benefits(array[cast(:t as uuid)], array[cast(:i as bytea)])"
    )
    values = {"p": row["id"], "t": someone.id, "i": index}
    other = suite.trainee(uuid4())
    for by in [*everybody(there), other]:
        async with service.database.transaction(by) as session:
            assert (await session.execute(entries, values)).all() == []
            assert (await session.execute(earlier, values)).all() == []
    async with service.database.transaction(suite.trainee(someone.id)) as session:
        assert len((await session.execute(entries, values)).all()) == 1
    assert (await asking.line(suite, room))["earlier"] != []


async def test_nobody_fills_a_list_that_is_not_being_imported_by_them(
    suite: Suite, there: World
) -> None:
    """An organisation, another officer, or the same one later: refused by the database."""
    told = await imported(there.officer, register("unemployed", people.id_number()))
    fill = text(
        "select fill_register(cast(:id as uuid), array[gen_random_uuid()], array[:i ::bytea],"
        " array[date '2020-01-01'], array[null::date], array[null::bytea])"
    )
    service = suite.apps["registry"].state.service
    [row] = await suite.sql("registry", "select imported_by from registers")
    same = suite.officer("650402", subject=row["imported_by"])
    for by in [*everybody(there), same]:
        with pytest.raises(DBAPIError, match="not this officer"):
            async with service.database.transaction(by) as session:
                await session.execute(fill, {"id": UUID(told["id"]), "i": b"\1" * 16})


async def test_no_route_tells_an_office_or_organisation_what_a_list_or_a_person_says(
    suite: Suite, there: World
) -> None:
    """Every route that can be read, by every role: no code, answer or number of the canary."""
    room, someone = await asking.seated(there)
    await imported(there.officer, register("zero_employment", someone.id_number))
    ok(await asking.state(someone, room.id, poor_household="yes", monthly_pension="residents"))
    seen = await _everything(suite, there, room.id)
    assert any(room.code in one for one in seen)
    lists = '"zero_employment"'  # the code of the list itself is its officers' own
    told = [one for one in seen if "registers" not in one.partition("\n")[0]]
    for canary in (lists, "poor_household", "residents", someone.id_number, "own_statement"):
        assert [one.partition("\n")[0] for one in told if canary in one] == []
    assert all(someone.id_number not in one and str(someone.id) not in one for one in seen)


async def test_a_list_of_lists_has_no_figure(there: World) -> None:
    """Source, document and day; nothing of which one could count people."""
    await imported(there.officer, register("unemployed", people.id_number(), people.id_number()))
    [line] = ok(await there.officer.get("/registers"))["items"]
    assert set(line) == {
        *("id", "authority", "code", "source_title", "document_number", "as_of", "complete"),
        *("imported_at", "replaced_at"),
    }
    assert ok(await there.stranger.get("/registers"))["items"] == []
    problem(await there.institution.client.get("/registers"), 403, "forbidden")


@pytest.mark.parametrize("path", ["/registers", "/registers/files", "/benefits"])
async def test_nobody_but_an_officer_imports(suite: Suite, there: World, path: str) -> None:
    """An institution cannot say what somebody is."""
    for by in everybody(there):
        if by.role is Role.OFFICER:
            continue
        answer = await suite.service("registry", by).post(path, json={})
        assert answer.status_code in {401, 403}, (by.role, answer.text)


def _benefits(number: str) -> dict[str, Any]:
    return {
        "source_title": "2019年补贴台账",
        "document_number": "示例5号",
        "as_of": "2020-02-28",
        "entries": [
            {"id_number": number, "kind": "skill", "subject_code": "L-0001", "on": "2019-11-20"}
        ],
    }


async def _csv(client: httpx.AsyncClient, content: bytes) -> httpx.Response:
    query = {
        "code": "unemployed",
        "source_title": "失业登记台账",
        "document_number": "示例7号",
        "as_of": "2020-03-01",
    }
    headers = {"Content-Type": "text/csv"}
    return await client.post("/registers/files", params=query, content=content, headers=headers)


async def _everything(suite: Suite, there: World, class_id: UUID) -> list[str]:
    """Read every GET route of the registry as every role; path keys are the class's."""
    routes: list[APIRoute] = access.operations(suite.apps["registry"])
    paths = [route.path for route in routes if "GET" in (route.methods or ())]
    found = []
    for by in everybody(there):
        client = suite.service("registry", by)
        for path in paths:
            where = path
            while "{" in where:
                before, _, rest = where.partition("{")
                where = f"{before}{class_id}{rest.partition('}')[2]}"
            answer = await client.get(where)
            found.append(f"{path} {by.role}\n{answer.text}")
    return found
