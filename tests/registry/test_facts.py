"""The facts of a decision: complete, without names, in a few statements, and logged for whom."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event

from shared import principal as principals
from shared.principal import Principal, Role
from tests.registry import asking, people, test_assessments, test_certificates
from tests.registry.world import FIRST_DAY, Room, World, ok, problem, session_body, weekdays, world
from tests.suite import Suite


@pytest.fixture
async def there(suite: Suite) -> World:
    """Admit the organisations."""
    return await world(suite)


@contextmanager
def statements(suite: Suite) -> Iterator[list[str]]:
    """Note the statements that the registry sends."""
    engine = suite.apps["registry"].state.service.database.engine.sync_engine
    seen: list[str] = []

    def note(_c: Any, _u: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def certified(there: World) -> tuple[Room, Any, Any]:
    """Let one of two people pass and get a certificate; return the class and both places."""
    room, (one, other) = await test_assessments.assessed_class(there, 2, attended=False)
    there.at(FIRST_DAY, 10)
    await there.teach(room, [[one, other], *([[one]] * 9)])
    lines = [test_assessments.result(one), test_assessments.result(other, "failed")]
    ok(await test_assessments.file(there.assessor.client, room, *lines), 201)
    there.at(date(2020, 3, 25))
    line = test_certificates.line(one, test_certificates.number(1))
    ok(await test_certificates.issue(there.assessor.client, room, line), 201)
    await there.suite.settle()
    return room, one, other


async def test_a_class_is_told_as_filed_and_taught(suite: Suite, there: World) -> None:
    """Whose, what, where, when, by which filing and with how many hours held."""
    room, _, _ = await certified(there)
    [told] = (await asking.class_facts(suite, room))["classes"]
    assert told["code"] == room.code
    assert (told["authority"], told["basis"], told["route"]) == (
        "650402",
        "commission",
        "commitment",
    )
    assert told["organisation_id"] == str(there.institution.id)
    assert (told["kind"], told["level"], told["certificate_kind"]) == ("skill", 5, "skill_level")
    assert (told["hours"], told["taught_hours"], told["outside"]) == (40, 40, False)
    assert (told["starts_on"], told["state"]) == ("2020-03-09", "accepted")
    assert told["closed_at"] is not None


async def test_a_line_tells_hours_days_result_and_certificate(suite: Suite, there: World) -> None:
    """The number of the certificate stays; whether it has its form is told."""
    room, one, other = await certified(there)
    lines = {
        line["enrolment_id"]: line for line in (await asking.class_facts(suite, room))["lines"]
    }
    whole, part = lines[str(one.enrolment_id)], lines[str(other.enrolment_id)]
    assert (whole["confirmed"], whole["completed"], part["completed"]) == (True, True, False)
    assert (whole["hours_attended"], whole["attended_days"]) == (40, 10)
    assert (part["hours_attended"], part["attended_days"], part["result"]) == (4, 1, "failed")
    assert whole["result"] == "passed"
    assert whole["certificate"] == {
        "kind": "skill_level",
        "subject_code": whole["certificate"]["subject_code"],
        "level": 5,
        "issued_on": "2020-03-24",
        "number_ok": True,
        "valid": True,
    }
    assert part["certificate"] is None
    assert whole["attended_on"] is None


async def test_a_voided_certificate_is_told_as_not_valid(suite: Suite, there: World) -> None:
    """It was there, and it does not hold."""
    room, one, _ = await certified(there)
    [row] = await suite.sql("registry", "select id from certificates")
    void = {"reason": "信息登记有误"}
    ok(await there.assessor.client.post(f"/certificates/{row['id']}/voiding", json=void), 200)
    lines = (await asking.class_facts(suite, room))["lines"]
    [told] = [line for line in lines if line["enrolment_id"] == str(one.enrolment_id)]
    assert told["certificate"]["valid"] is False


async def test_lists_and_the_own_word_reach_the_decision(suite: Suite, there: World) -> None:
    """Each with its source and day; what nobody says is not there."""
    room, someone = await asking.seated(there)
    await asking.imported(there.officer, asking.register("hard_to_employ", someone.id_number))
    ok(await asking.state(someone, room.id, monthly_pension="residents", fee_paid="no"))
    facts = (await asking.line(suite, room))["facts"]
    [category] = facts["categories"]
    assert (category["code"], category["value"], category["source"]) == (
        "hard_to_employ",
        True,
        "register",
    )
    assert (category["as_of"], category["document"]) == ("2020-03-01", "高人社函〔2020〕示例3号")
    assert facts["pension"]["value"] == "residents"
    assert facts["pension"]["source"] == "own_statement"
    assert (facts["charged"]["value"], facts["employer"]) == (False, None)


async def test_insured_staff_are_told_with_their_employer_s_code(
    suite: Suite, there: World
) -> None:
    """What claims compares with the claimant's own code; nothing else of the employer."""
    room = await there.completion_class()
    [place] = await there.enrol(room)
    institutions = suite.service("institutions", suite.officer("650402"))
    employer = ok(await institutions.get(f"/organisations/{there.employer.id}"))
    entry = {
        "id_number": place.person.id_number,
        "from": "2019-06-01",
        "employer_credit_code": employer["credit_code"],
    }
    body = asking.register("insured_employer", entries=[entry])
    await asking.imported(there.officer, body)
    told = (await asking.line(suite, room))["facts"]["employer"]
    assert (told["credit_codes"], told["organisation_id"]) == ([employer["credit_code"]], None)
    ok(await asking.state(place.person, room.id, staff_of_organiser="yes"))
    told = (await asking.line(suite, room))["facts"]["employer"]
    assert told["organisation_id"] == str(there.employer.id)


async def test_the_answer_holds_no_name_and_no_number(suite: Suite, there: World) -> None:
    """A canary for each: ID number, parts of it, name, phone, account, certificate."""
    room, one, _ = await certified(there)
    someone = one.person
    account = {"bank": "示例银行", "account_number": asking.CARD, "holder": someone.name}
    ok(await someone.client.post("/me/bank-account", json=account), 201)
    await asking.imported(there.officer, asking.register("unemployed", someone.id_number))
    asked = [await asking.class_facts(suite, room), await asking.person_facts(suite, someone)]
    told = json.dumps(asked, ensure_ascii=False)
    secrets = (
        *(someone.id_number, someone.id_number[6:14], someone.name, asking.CARD),
        test_certificates.number(1),
    )
    assert [secret for secret in secrets if secret in told] == []


async def test_who_left_is_in_no_answer_about_a_class(suite: Suite, there: World) -> None:
    """Claims learn nothing of leaving; the own matter still has the days attended."""
    room, someone = await asking.seated(there)
    there.at(FIRST_DAY, 14)
    [row] = await suite.sql("registry", "select id from enrolments")
    sheet = {"present": [str(row["id"])]}
    answer = await there.institution.client.post(
        f"/sessions/{room.sessions[0]}/attendance", json=sheet
    )
    ok(answer, 201)
    await people.leave(someone, row["id"])
    assert (await asking.class_facts(suite, room))["lines"] == []
    own = await asking.person_facts(suite, someone)
    [line] = own["lines"]
    assert (line["attended_days"], line["attended_on"]) == (1, ["2020-03-09"])
    assert "left" not in json.dumps(own)


async def test_a_read_is_logged_once_a_person_and_claim(suite: Suite, there: World) -> None:
    """Asking again for the same claim adds nothing; another claim does; the person sees it."""
    room, someone = await asking.seated(there)
    claim, other = str(uuid4()), str(uuid4())
    for one in (claim, claim, other):
        await asking.class_facts(suite, room, claim_id=one)
    log = ok(await someone.client.get("/me/access-log"))["items"]
    assert [(one["purpose"], one["what"]) for one in log] == [("claim_decision", "facts")] * 2
    assert log[0]["office_name"] == "高昌区人力资源和社会保障局"
    assert log[0]["purpose_words"]["zh-Hans"] == "核定补贴"


async def test_one_class_and_fifty_take_the_same_statements(suite: Suite, there: World) -> None:
    """What is asked grows, what is sent to the database does not."""
    rooms = [await there.file_class(listed=True, capacity=1) for _ in range(50)]
    for room in rooms[:3]:
        someone = await people.person(suite)
        await people.confirm(suite, someone, room.id)
    with statements(suite) as one:
        await asking.class_facts(suite, rooms[0])
    with statements(suite) as all_of_them:
        told = await asking.class_facts(suite, *rooms)
    assert len(told["classes"]) == 50
    assert len(told["lines"]) == 3
    assert len(all_of_them) == len(one)
    assert len(one) <= 9


async def test_an_unknown_class_or_person_is_not_found(suite: Suite, there: World) -> None:
    """Nothing is silently left out of an answer that money rests on."""
    room = await there.file_class()
    client = asking.claims(suite)
    body: dict[str, Any] = {"class_ids": [str(room.id), str(uuid4())]}
    problem(await client.post("/internal/class-facts", json=body), 404, "not_found")
    nobody = {"trainee_id": str(uuid4())}
    problem(await client.post("/internal/person-facts", json=nobody), 404, "not_found")
    many = {"class_ids": [str(uuid4()) for _ in range(51)]}
    problem(await client.post("/internal/class-facts", json=many), 400, "malformed")


@pytest.mark.parametrize("path", ["/internal/class-facts", "/internal/person-facts"])
async def test_facts_are_told_to_claims_for_a_decision_only(suite: Suite, path: str) -> None:
    """No other role and no other purpose gets in."""
    callers = [
        *(suite.officer("650402"), suite.organisation(uuid4()), suite.trainee(uuid4())),
        *(Principal(f"{r}:{uuid4()}", r, authorities=("650402",)) for r in
          (Role.AUDITOR, Role.FINANCE, Role.DEPARTMENT, Role.ADMINISTRATOR)),
        principals.service("claims", "payees"),
        principals.service("gateway", "progress"),
    ]  # fmt: skip
    for by in callers:
        problem(await suite.service("registry", by).post(path, json={}), 403, "forbidden")


async def test_a_person_s_own_matter_names_the_days_of_each_class(
    suite: Suite, there: World
) -> None:
    """Days attended in two classes are told apart, so that no day is paid twice."""
    april = weekdays(date(2020, 4, 6), 10)
    room, someone = await asking.seated(there)
    later = await there.file_class(
        listed=True,
        starts_on=april[0].isoformat(),
        ends_on=april[-1].isoformat(),
        sessions=[session_body(day) for day in april],
    )
    await people.confirm(suite, someone, later.id)
    told = await asking.person_facts(suite, someone)
    assert {one["id"] for one in told["classes"]} == {str(room.id), str(later.id)}
    only = await asking.person_facts(suite, someone, class_ids=[str(later.id)])
    assert [line["class_id"] for line in only["lines"]] == [str(later.id)]
    assert told["earlier"] == []
