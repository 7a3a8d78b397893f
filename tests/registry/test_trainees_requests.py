"""Corrections: what the person says is wrong, and two names for one number."""

from typing import Any

import httpx
import pytest

from services.registry.trainees import notices
from tests.registry import people
from tests.registry.people import Person
from tests.registry.world import ok, problem, world
from tests.suite import Suite

WORDS = "姓名少一个点，应为古丽·买买提"


def _office(suite: Suite, authority: str = "650402") -> httpx.AsyncClient:
    return suite.service("registry", suite.officer(authority))


async def _asked(suite: Suite, field: str = "name", **more: Any) -> tuple[Person, str]:
    someone = await people.person(suite, "古丽买买提")
    body = {"field": field, "text": WORDS, "authority": "650402"} | more
    return someone, ok(await someone.client.post("/me/correction-requests", json=body), 201)["id"]


async def _answer(client: httpx.AsyncClient, request: str, **body: Any) -> httpx.Response:
    filled = {"state": "done", "answer": "已核对证件"} | body
    return await client.post(f"/correction-requests/{request}/answer", json=filled)


async def test_a_request_reaches_the_authority_and_comes_back_answered(suite: Suite) -> None:
    """The person sees the answer and is told of it."""
    someone, request = await _asked(suite)
    ok(await _answer(_office(suite), request), 201)
    (line,) = ok(await someone.client.get("/me/correction-requests"))["items"]
    assert (line["state"], line["text"], line["answer"]) == ("done", WORDS, "已核对证件")
    notice = ok(await someone.client.get("/me/inbox"))["items"][-1]
    assert (notice["kind"], notice["data"]) == ("request_answered", {"request_id": request})


async def test_the_words_of_a_request_are_stored_sealed(suite: Suite) -> None:
    """Question and answer alike."""
    _, request = await _asked(suite)
    ok(await _answer(_office(suite), request), 201)
    (row,) = await suite.sql("registry", "select * from correction_requests")
    stored = b"".join(value for value in row.values() if isinstance(value, bytes))
    assert WORDS.encode() not in stored
    assert "已核对证件".encode() not in stored


async def test_the_office_s_list_shows_nothing_of_the_person(suite: Suite) -> None:
    """Opening one shows name and words, and the person sees that it was opened."""
    someone, request = await _asked(suite)
    office = _office(suite)
    listed = await office.get("/correction-requests")
    assert set(ok(listed)["items"][0]) == {"id", "authority", "field", "asked_at", "state"}
    assert ok(await someone.client.get("/me/access-log"))["items"] == []
    shown = ok(await office.get(f"/correction-requests/{request}"))
    assert (shown["name"], shown["text"]) == (someone.name, WORDS)
    log = ok(await someone.client.get("/me/access-log"))["items"]
    assert [(line["what"], line["purpose"]) for line in log] == [
        ("request", "correction"),
        ("name", "correction"),
    ]


async def test_an_answered_request_shows_no_name_any_more(suite: Suite) -> None:
    """The reason to know it has gone, and so has the reach."""
    _, request = await _asked(suite)
    office = _office(suite)
    ok(await _answer(office, request), 201)
    assert ok(await office.get(f"/correction-requests/{request}"))["name"] is None
    problem(await _answer(office, request), 409, "request_answered")


async def test_only_the_authority_that_was_asked_sees_a_request(suite: Suite) -> None:
    """Neither another county nor any institution."""
    here = await world(suite)
    _, request = await _asked(suite)
    assert ok(await here.stranger.get("/correction-requests"))["items"] == []
    problem(await here.stranger.get(f"/correction-requests/{request}"), 404, "not_found")
    problem(await _answer(here.stranger, request), 404, "not_found")
    problem(await here.institution.client.get("/correction-requests"), 403, "forbidden")


async def test_a_request_goes_to_the_authority_of_one_s_own_class(suite: Suite) -> None:
    """Of a class that one takes part in, not of any class."""
    here = await world(suite)
    room, someone = await here.file_class(listed=True), await people.person(suite)
    body = {"field": "attendance", "text": "第一天我在", "class_id": str(room.id)}
    answer = await someone.client.post("/me/correction-requests", json=body)
    problem(answer, 422, "authority_unknown")
    await people.confirm(suite, someone, room.id)
    asked = ok(await someone.client.post("/me/correction-requests", json=body), 201)
    assert asked["authority"] == "650402"


@pytest.mark.parametrize("more", [{"authority": "999999"}, {"authority": None}])
async def test_a_request_to_nobody_is_refused(suite: Suite, more: dict[str, Any]) -> None:
    """The answer says whom one can ask."""
    someone = await people.person(suite)
    body = {"field": "other", "text": "有误"} | more
    answer = await someone.client.post("/me/correction-requests", json=body)
    problem(answer, 422, "authority_unknown")


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("name", "古丽·买买提", ("name", "古丽·买买提")),
        ("phone", "13900000000", ("phone", "13900000000")),
        (
            "id_number",
            people.id_number("19910203", serial=77),
            ("id_number", people.id_number("19910203", serial=77)),
        ),
    ],
)
async def test_a_granted_correction_changes_the_record(
    suite: Suite, field: str, value: str, shown: tuple[str, str]
) -> None:
    """Sealed and indexed anew: the counter knows the person by what is right now."""
    someone, request = await _asked(suite, field)
    ok(await _answer(_office(suite), request, corrected=value), 201)
    record = ok(await someone.client.get("/me"))
    assert record[shown[0]] == shown[1]
    card = {"id_number": record["id_number"], "name": record["name"]}
    ok(await _office(suite).post("/binding-codes", json=card), 201)
    (row,) = await suite.sql("registry", "select count(*) from trainees")
    assert row["count"] == 1


async def test_a_corrected_number_that_is_somebody_s_is_refused(suite: Suite) -> None:
    """One number, one person."""
    other = await people.person(suite, "李四")
    _, request = await _asked(suite, "id_number")
    answer = await _answer(_office(suite), request, corrected=other.id_number)
    problem(answer, 409, "number_taken")


@pytest.mark.parametrize(
    ("field", "body", "code"),
    [
        ("attendance", {"corrected": "x"}, "nothing_to_correct"),
        ("name", {"corrected": "古丽", "state": "refused"}, "nothing_to_correct"),
        ("name", {"corrected": "古丽1"}, "name_wrong"),
        ("id_number", {"corrected": "650402199001011233"}, "id_number_wrong"),
        ("phone", {"corrected": "123"}, "phone_wrong"),
    ],
)
async def test_a_correction_that_cannot_be_is_refused_whole(
    suite: Suite, field: str, body: dict[str, str], code: str
) -> None:
    """The request stays open."""
    someone, request = await _asked(suite, field)
    problem(await _answer(_office(suite), request, **body), 422, code)
    assert ok(await someone.client.get("/me/correction-requests"))["items"][0]["state"] == "open"


async def test_the_event_of_an_answer_names_nobody(suite: Suite) -> None:
    """Field and outcome, no words, no person."""
    someone, request = await _asked(suite)
    ok(await _answer(_office(suite), request, state="refused"), 201)
    (event,) = await suite.sql(
        "registry", "select e::text as row from events e where type = 'correction_request.answered'"
    )
    assert str(someone.id) not in event["row"]
    assert "已核对证件" not in event["row"]


# Two names for one number ---------------------------------------------------------------------


async def _conflict(suite: Suite) -> tuple[Person, str]:
    someone = await people.person(suite, "古丽买买提")
    card = {"id_number": someone.id_number, "name": "古丽·买买提江"}
    problem(await _office(suite).post("/binding-codes", json=card), 409, "name_differs")
    (row,) = await suite.sql("registry", "select id from name_conflicts")
    return someone, str(row["id"])


async def test_an_officer_compares_both_names_and_the_person_sees_it(suite: Suite) -> None:
    """Only the authority that it came to; every look is in the log."""
    someone, _ = await _conflict(suite)
    (line,) = ok(await _office(suite).get("/name-conflicts"))["items"]
    assert (line["stored_name"], line["other_name"]) == ("古丽买买提", "古丽·买买提江")
    assert ok(await _office(suite, "650421").get("/name-conflicts"))["items"] == []
    (read,) = ok(await someone.client.get("/me/access-log"))["items"]
    assert (read["purpose"], read["what"]) == ("name_conflict", "name")


async def test_the_same_other_name_is_noted_once(suite: Suite) -> None:
    """Typing it again makes no second conflict."""
    someone, _ = await _conflict(suite)
    card = {"id_number": someone.id_number, "name": "古丽·买买提江"}
    problem(await _office(suite).post("/binding-codes", json=card), 409, "name_differs")
    (row,) = await suite.sql("registry", "select count(*) from name_conflicts")
    assert row["count"] == 1


async def test_a_changed_name_is_told_to_the_person(suite: Suite) -> None:
    """The record shows it, the inbox says so, and both names leave the list."""
    someone, conflict = await _conflict(suite)
    office = _office(suite)
    body = {"decision": "changed", "reason": "核对证件原件"}
    ok(await office.post(f"/name-conflicts/{conflict}/decision", json=body), 201)
    assert ok(await someone.client.get("/me"))["name"] == "古丽·买买提江"
    assert ok(await someone.client.get("/me/inbox"))["items"][-1]["kind"] == "name_changed"
    (line,) = ok(await office.get("/name-conflicts"))["items"]
    assert (line["state"], line["stored_name"], line["other_name"]) == ("changed", None, None)
    again = await office.post(f"/name-conflicts/{conflict}/decision", json=body)
    problem(again, 409, "conflict_decided")


async def test_a_kept_name_stays_as_it_is(suite: Suite) -> None:
    """The reason stays in the row and out of the event."""
    someone, conflict = await _conflict(suite)
    body = {"decision": "kept", "reason": "古丽·买买提江系笔误"}
    ok(await _office(suite).post(f"/name-conflicts/{conflict}/decision", json=body), 201)
    assert ok(await someone.client.get("/me"))["name"] == "古丽买买提"
    rows = await suite.sql("registry", "select e::text as row from events e")
    assert all("笔误" not in row["row"] for row in rows)


async def test_another_authority_decides_no_conflict(suite: Suite) -> None:
    """It is not there for it."""
    _, conflict = await _conflict(suite)
    body = {"decision": "kept", "reason": "核对证件原件"}
    answer = await _office(suite, "650421").post(f"/name-conflicts/{conflict}/decision", json=body)
    problem(answer, 404, "not_found")


def test_every_notice_has_words_in_three_languages() -> None:
    """What a person is told is told in Chinese, Uyghur and English."""
    for kind in notices.Kind:
        said = notices.words(kind)
        assert set(said) == {"zh-Hans", "ug", "en"}
        assert all(text and text != kind.value for text in said.values())
