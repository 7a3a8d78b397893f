"""Complaints: from the phone to an office, out of sight of the institution. POLICY 9.6."""

from typing import Any
from uuid import uuid4

import httpx

from shared.principal import Principal, Role
from tests.gateway import doubles
from tests.registry import people
from tests.registry.world import GAOCHANG, world
from tests.suite import Suite

WORDS = "学校收走了我的身份证，说结业以后才还。"
BODY = {"authority": GAOCHANG, "about": "papers_kept", "text": WORDS}


def ok(answer: httpx.Response, status: int = 200) -> Any:
    """Return the JSON of an answer that has this status."""
    assert answer.status_code == status, answer.text
    return answer.json()


async def complained(suite: Suite, **other: str) -> tuple[people.Person, httpx.AsyncClient, Any]:
    """Return a person with their client at the gateway and a complaint that they made."""
    someone = await people.person(suite)
    me = suite.gateway(suite.trainee(someone.id, login=someone.login))
    return someone, me, ok(await me.post("/v1/me/complaints", json=BODY | other), 201)


async def test_a_complaint_is_answered_by_the_office_that_it_was_sent_to(suite: Suite) -> None:
    """The person reads the answer, and which office opened it: one entry however often."""
    await world(suite)
    someone, me, made = await complained(suite, contact="139 0000 0000")
    office = suite.gateway(suite.officer(GAOCHANG, office=f"{GAOCHANG}/hrss"))
    listed = next(
        one for one in ok(await office.get("/v1/complaints"))["items"] if one["id"] == made["id"]
    )
    assert listed["text"] is None
    opened = ok(await office.get(f"/v1/complaints/{made['id']}"))
    assert (opened["text"], opened["contact"], opened["answer"]) == (WORDS, "139 0000 0000", None)
    assert "trainee_id" not in opened
    said = {"text": "已责令学校当日退还。"}
    ok(await office.post(f"/v1/complaints/{made['id']}/answer", json=said), 201)
    again = await office.post(f"/v1/complaints/{made['id']}/answer", json=said)
    assert (again.status_code, again.json()["code"]) == (409, "complaint_answered")
    own = ok(await me.get("/v1/me/complaints"))["items"]
    assert [(one["state"], one["answer"]) for one in own] == [("answered", said["text"])]
    log = ok(await someone.client.get("/me/access-log"))["items"]
    assert [one["office"] for one in log if one["purpose"] == "complaint"] == [f"{GAOCHANG}/hrss"]


async def test_nobody_but_its_author_and_its_office_knows_of_a_complaint(suite: Suite) -> None:
    """Roles that do not answer get 403, other offices and other people find nothing."""
    here = await world(suite)
    _, _, made = await complained(suite)
    path = f"/v1/complaints/{made['id']}"
    by = (
        here.institution.principal,
        Principal(f"officer:{uuid4()}", Role.FINANCE, authorities=(GAOCHANG,)),
        Principal(f"officer:{uuid4()}", Role.AUDITOR, authorities=(GAOCHANG,)),
        doubles.administrator(),
    )
    for who in by:
        client = suite.gateway(who)
        for answer in (await client.get(path), await client.get("/v1/complaints")):
            assert answer.status_code == 403, answer.text
    elsewhere = suite.gateway(suite.officer("650421"))
    assert (await elsewhere.get(path)).status_code == 404
    answer = await elsewhere.post(f"{path}/answer", json={"text": "与我无关"})
    assert answer.status_code == 404
    assert made["id"] not in (await elsewhere.get("/v1/complaints")).text
    other = await people.person(suite)
    stranger = suite.gateway(suite.trainee(other.id, login=other.login))
    assert ok(await stranger.get("/v1/me/complaints"))["items"] == []


async def test_a_complaint_is_sealed_and_its_event_names_nobody(suite: Suite) -> None:
    """At rest no word can be read; the event says that there is one, to which authority."""
    await world(suite)
    _, _, made = await complained(suite)
    [row] = await suite.sql(
        "gateway", "select text_sealed from complaints where id::text = $1", made["id"]
    )
    assert WORDS.encode() not in row["text_sealed"]
    [event] = await suite.sql(
        "gateway",
        "select data::text as data from events where subject = $1",
        f"complaint:{made['id']}",
    )
    assert "open" in event["data"]
    assert "papers" not in event["data"]


async def test_an_authority_that_is_not_there_is_refused_with_what_to_do(suite: Suite) -> None:
    """The refusal names where the authorities are listed."""
    someone = await people.person(suite)
    me = suite.gateway(suite.trainee(someone.id, login=someone.login))
    answer = await me.post("/v1/me/complaints", json=BODY | {"authority": "110101"})
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_authority")
