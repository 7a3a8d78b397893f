"""The own word on one's conditions: asked after the yes, skipped and corrected at will."""

import json
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.registry.statements import rules, wording
from shared.plans import Plan
from shared.principal import Principal, Role
from shared.service import Service
from tests.registry import asking, people
from tests.registry.world import FIRST_DAY, World, ok, problem, world
from tests.suite import Suite

LANGUAGES = {"zh-Hans", "ug", "en"}


@pytest.fixture
async def there(suite: Suite) -> World:
    """Admit the organisations."""
    return await world(suite)


def plan(suite: Suite) -> Plan:
    """Return the plan in force."""
    service: Service = suite.apps["registry"].state.service
    return service.plan


async def test_the_questions_come_after_the_yes(suite: Suite, there: World) -> None:
    """An invitation alone asks nothing; nor does a class that is not there."""
    room = await there.file_class(listed=True)
    someone = await people.person(suite)
    await people.invite(suite, room.id, someone)
    problem(await someone.client.get(f"/me/statements/{room.id}"), 404, "not_found")
    problem(await asking.state(someone, room.id, unemployed="yes"), 404, "not_found")
    await people.confirm(suite, someone, room.id)
    assert ok(await someone.client.get(f"/me/statements/{room.id}"))["stated_at"] is None


async def test_what_an_own_word_may_evidence_is_asked_and_nothing_else(
    suite: Suite, there: World
) -> None:
    """The closed list of the plan without what only a register shows, and the fee."""
    room, someone = await asking.seated(there)
    shown = ok(await someone.client.get(f"/me/statements/{room.id}"))
    assert [one["id"] for one in shown["questions"]] == [
        *("poor_household", "hard_to_employ", "zero_employment", "rural_school_leaver"),
        *("urban_low_income_school_leaver", "unemployed", "graduate", "enterprise_staff"),
        *("monthly_pension", "public_payroll", "fee_paid"),
    ]
    assert "insured_staff" in {category.id for category in plan(suite).categories}
    [pension] = [one for one in shown["questions"] if one["id"] == "monthly_pension"]
    assert [choice["value"] for choice in pension["choices"]] == [
        *("none", "employees", "public", "residents"),
    ]


async def test_an_employer_s_own_class_asks_whose_staff_one_is(there: World) -> None:
    """In the place of whether one is anybody's."""
    room = await there.completion_class()
    [place] = await there.enrol(room)
    shown = ok(await place.person.client.get(f"/me/statements/{room.id}"))
    asked = {one["id"] for one in shown["questions"]}
    assert "staff_of_organiser" in asked
    assert "enterprise_staff" not in asked
    ok(await asking.state(place.person, room.id, staff_of_organiser="yes"))
    told = await asking.line(there.suite, room)
    assert told["facts"]["employer"]["organisation_id"] == str(there.employer.id)


async def test_every_word_is_there_in_three_languages(suite: Suite, there: World) -> None:
    """Questions, answers and the sentence that says that each may be skipped."""
    room, someone = await asking.seated(there)
    shown = ok(await someone.client.get(f"/me/statements/{room.id}"))
    assert set(shown["introduction"]) == LANGUAGES
    assert "跳过" in shown["introduction"]["zh-Hans"]
    assert shown["authoritative"] == "zh-Hans"
    for question in shown["questions"]:
        assert question["words"].keys() == LANGUAGES
        assert all(choice["words"].keys() == LANGUAGES for choice in question["choices"])
        assert question["id"] in wording.QUESTIONS


def test_a_category_that_a_pack_adds_is_asked_by_its_name(suite: Suite) -> None:
    """No question is missing for want of a wording."""
    words = wording.question(plan(suite), "insured_staff")
    assert words.keys() == LANGUAGES
    assert "参保职工" in words["zh-Hans"]


async def test_skipping_everything_is_an_answer_like_any_other(suite: Suite, there: World) -> None:
    """Nothing is known then, and nothing is held against the person."""
    room, someone = await asking.seated(there)
    shown = ok(await asking.state(someone, room.id))
    assert {one["answer"] for one in shown["questions"]} == {None}
    facts = (await asking.line(suite, room))["facts"]
    assert facts == {
        "categories": [],
        "pension": None,
        "employer": None,
        "charged": None,
    }


async def test_a_correction_takes_the_place_of_what_was_said(suite: Suite, there: World) -> None:
    """Also by skipping; what was said before is kept for the person, sealed."""
    room, someone = await asking.seated(there)
    ok(await asking.state(someone, room.id, unemployed="yes", graduate="no"))
    shown = ok(await asking.state(someone, room.id, graduate="yes"))
    assert {one["id"]: one["answer"] for one in shown["questions"] if one["answer"]} == {
        "graduate": "yes"
    }
    facts = (await asking.line(suite, room))["facts"]
    assert [(one["code"], one["value"]) for one in facts["categories"]] == [("graduate", True)]
    kept = ok(await someone.client.get("/me/copy"))["sections"]["statements"]
    assert [json.loads(one["said"])["answers"] for one in kept] == [
        {"graduate": "no", "unemployed": "yes"},
        {"graduate": "yes"},
    ]


async def test_saying_the_same_again_changes_nothing(suite: Suite, there: World) -> None:
    """One row, whatever the order of the answers."""
    room, someone = await asking.seated(there)
    first = ok(await asking.state(someone, room.id, unemployed="yes", graduate="no"))
    there.at(FIRST_DAY, 9)
    again = ok(await asking.state(someone, room.id, graduate="no", unemployed="yes"))
    assert again["stated_at"] == first["stated_at"]
    assert len(await suite.sql("registry", "select 1 from statements")) == 1


async def test_who_left_can_still_say_what_their_days_are_decided_on(there: World) -> None:
    """Leaving takes no allowance for the days before it, and so no question either."""
    room, someone = await asking.seated(there)
    [row] = await there.suite.sql("registry", "select id from enrolments")
    await people.leave(someone, row["id"])
    ok(await asking.state(someone, room.id, poor_household="yes"))
    [line] = (await asking.person_facts(there.suite, someone))["lines"]
    assert [one["code"] for one in line["facts"]["categories"]] == ["poor_household"]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("insured_staff", "yes"),
        ("unemployed", "maybe"),
        ("monthly_pension", "yes"),
        ("ethnicity", "x"),
        ("staff_of_organiser", "yes"),
    ],
)
async def test_nothing_can_be_said_that_was_not_asked(
    suite: Suite, there: World, question: str, answer: str
) -> None:
    """Another question, or another answer: refused whole."""
    room, someone = await asking.seated(there)
    refused = await asking.state(someone, room.id, graduate="yes", **{question: answer})
    assert problem(refused, 422, "statement_not_asked")["errors"] == [{"question": question}]
    assert await suite.sql("registry", "select 1 from statements") == []


async def test_an_answer_to_other_words_is_not_taken(there: World) -> None:
    """The person sees the questions anew first."""
    room, someone = await asking.seated(there)
    body = {"version": "2018-01-01.1", "language": "ug", "answers": []}
    answer = await someone.client.put(f"/me/statements/{room.id}", json=body)
    problem(answer, 409, "statement_text_changed")


async def test_what_a_list_says_of_one_is_shown_to_oneself(suite: Suite, there: World) -> None:
    """With document and day, so that it can be objected to; to nobody else."""
    room, someone = await asking.seated(there)
    _, other = await asking.seated(there)
    await asking.imported(there.officer, asking.register("unemployed", someone.id_number))
    await asking.imported(there.officer, asking.register("pension_residents", someone.id_number))
    shown = ok(await someone.client.get(f"/me/statements/{room.id}"))
    listed = {one["id"]: one["listed"] for one in shown["questions"] if one["listed"]}
    assert {name: one["value"] for name, one in listed.items()} == {
        "unemployed": "yes",
        "monthly_pension": "residents",
    }
    assert listed["unemployed"]["document"] == "高人社函〔2020〕示例3号"
    problem(await other.client.get(f"/me/statements/{room.id}"), 404, "not_found")


async def test_what_was_said_is_stored_sealed(suite: Suite, there: World) -> None:
    """No code and no answer stands in the table, and no event is told."""
    room, someone = await asking.seated(there)
    before = await suite.sql("registry", "select 1 from events")
    ok(await asking.state(someone, room.id, poor_household="yes"))
    [row] = await suite.sql("registry", "select s::text as row from statements s")
    assert "poor_household" not in row["row"]
    assert len(await suite.sql("registry", "select 1 from events")) == len(before)


@pytest.mark.parametrize(
    "role", ["organisation", "officer", "auditor", "finance", "department", "other"]
)
async def test_nobody_else_reads_or_writes_a_statement(
    suite: Suite, there: World, role: str
) -> None:
    """Row security shows it to the person and to a decision."""
    room, someone = await asking.seated(there)
    ok(await asking.state(someone, room.id, poor_household="yes"))
    if role == "other":
        by = suite.trainee(uuid4())
    else:
        by = Principal(
            f"{role}:{uuid4()}",
            Role(role),
            authorities=("650402", "650400"),
            organisation=there.institution.id if role == "organisation" else None,
        )
        client = suite.service("registry", by)
        problem(await client.get(f"/me/statements/{room.id}"), 403, "forbidden")
        body = {"version": asking.VERSION, "language": "en", "answers": []}
        answer = await client.put(f"/me/statements/{room.id}", json=body)
        problem(answer, 403, "forbidden")
    database = suite.apps["registry"].state.service.database
    async with database.transaction(by) as session:
        assert (await session.execute(text("select 1 from statements"))).all() == []


async def test_a_decision_reads_only_what_stands(suite: Suite, there: World) -> None:
    """Not what was corrected; and no other purpose reads anything."""
    room, someone = await asking.seated(there)
    ok(await asking.state(someone, room.id, unemployed="yes"))
    ok(await asking.state(someone, room.id, unemployed="no"))
    database = suite.apps["registry"].state.service.database
    for purpose, expected in (("facts", 1), ("payees", 0), ("jobs", 0), ("check", 0)):
        by = Principal("service:claims", Role.SERVICE, purpose=purpose)
        async with database.transaction(by) as session:
            rows = (await session.execute(text("select 1 from statements"))).all()
        assert len(rows) == expected


def test_answers_to_no_question_are_found() -> None:
    """Unknown questions and unknown choices alike."""
    asked = [rules.Question("a", ("yes", "no"))]
    assert rules.unasked({"a": "yes"}, asked) == []
    assert rules.unasked({"a": "x", "b": "yes"}, asked) == ["a", "b"]
