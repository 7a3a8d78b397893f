"""A claim from class to decision through the real services."""

from datetime import date
from typing import Any

from services.claims.submissions.schemas import ALLOWANCE_STATEMENTS, SUBSIDY_STATEMENTS
from tests.claims.submissions import world as claims
from tests.registry import asking
from tests.registry import test_assessments as assessed
from tests.registry import test_certificates as certificates
from tests.registry.world import (
    FIRST_DAY,
    LAST_DAY,
    SIGNER,
    Place,
    Room,
    World,
    ok,
    problem,
    world,
)
from tests.suite import Suite

VERSION = "2019-09-17.1"


def _claim(room: Room, **changes: Any) -> dict[str, Any]:
    commitment = {
        "matter": "claim-training-subsidy",
        "version": VERSION,
        "language": "zh-Hans",
        "statements": list(SUBSIDY_STATEMENTS),
        "signer": SIGNER,
    }
    return {
        "matter": "claim-training-subsidy",
        "class_ids": [str(room.id)],
        "route": "commitment",
        "commitment": commitment,
    } | changes


async def _taught(suite: Suite) -> tuple[World, Room, list[Place]]:
    """Teach a commissioned class to its certificates; one of three people tells nothing."""
    await claims.permit(suite)
    here = await world(suite)
    room = await here.file_class()
    named = {"assessor_id": str(here.assessor.id), "on": LAST_DAY.isoformat()}
    await here.institution.client.post(f"/classes/{room.id}/assessor", json=named)
    places = await here.enrol(room, 3)
    for place in places[:2]:
        said = {"monthly_pension": "none", "public_payroll": "no", "poor_household": "yes"}
        ok(await asking.state(place.person, room.id, **said))
    here.at(FIRST_DAY, 10, 1)
    await suite.settle()
    await here.teach(room, [places] * len(room.sessions))
    here.at(LAST_DAY, 18)
    results = [assessed.result(place) for place in places]
    ok(await assessed.file(here.assessor.client, room, *results), 201)
    here.at(date(2020, 3, 25))
    lines = [certificates.line(place, certificates.number(n)) for n, place in enumerate(places, 1)]
    ok(await certificates.issue(here.assessor.client, room, *lines), 201)
    await suite.settle()
    return here, room, places


async def test_a_class_is_claimed_for_from_its_filing_to_its_decision(suite: Suite) -> None:
    """By commitment, tried first, decided at once; every figure comes from its own service."""
    here, room, places = await _taught(suite)
    await claims.money(suite)
    client = suite.service("claims", here.institution.principal)
    tried = ok(await client.post("/claims?dry_run=true", json=_claim(room)))
    assert tried["by_outcome"] == {"approvable": 2, "not_payable_person": 1}
    assert tried["runs_left_today"] == 19
    assert await claims.lines(suite) == []
    filed = ok(await client.post("/claims", json=_claim(room)), 201)
    assert filed["lines"] == {"approvable": 2, "not_payable_person": 1}
    assert filed["amount_fen"] == 240_000
    again = await client.post("/claims", json=_claim(room))
    assert ok(again, 201)["lines"] == {"not_payable_person": 1}
    said = {"monthly_pension": "none", "public_payroll": "no"}
    ok(await asking.state(places[2].person, room.id, **said))
    last = ok(await client.post("/claims", json=_claim(room)), 201)
    assert last["lines"] == {"approvable": 1}
    nothing = await client.post("/claims", json=_claim(room))
    problem(nothing, 409, "nothing_to_decide")
    seen = ok(await client.get("/claims"))["items"]
    assert [one["id"] for one in seen] == [filed["id"], again.json()["id"], last["id"]]
    [row] = await suite.sql("claims", "select count(*) as n from claim_commitments")
    assert row["n"] == 3


async def test_a_promise_is_the_one_in_force_by_who_may_make_it(suite: Suite) -> None:
    """Version, every condition, the registered signer; another's class is not there."""
    here, room, _ = await _taught(suite)
    client = suite.service("claims", here.institution.principal)
    good = _claim(room)["commitment"]

    async def told(**changes: Any) -> str:
        body = _claim(room, commitment=good | changes)
        answer = await client.post("/claims", json=body)
        return str(answer.json()["code"])

    assert await told(version="2018-01-01.1") == "disclosure_outdated"
    assert await told(statements=["hours"]) == "commitment_incomplete"
    assert await told(signer="别人") == "signer_not_responsible"
    stranger = suite.service("claims", here.other.principal)
    problem(await stranger.post("/claims", json=_claim(room)), 404, "not_found")
    assert await claims.lines(suite) == []


async def test_a_person_claims_the_allowance_from_the_phone(suite: Suite) -> None:
    """With an own commitment, to the own account, whatever the institution did."""
    here, room, places = await _taught(suite)
    await claims.money(suite, fund="employment", purpose="living_allowance")
    rate = {
        "authority": claims.GAOCHANG,
        "fen_per_day": 2_000,
        "from_date": "2020-01-01",
        "document_number": "高人社发〔2020〕示例3号",
    }
    first, second = (suite.service("claims", suite.officer(claims.GAOCHANG)) for _ in range(2))
    entered = ok(await first.post("/allowance-rates", json=rate), 201)
    ok(await second.post(f"/allowance-rates/{entered['id']}/confirmation"), 201)
    body = {
        "class_id": str(room.id),
        "route": "commitment",
        "commitment": {
            "matter": "claim-living-allowance",
            "version": VERSION,
            "language": "ug",
            "statements": list(ALLOWANCE_STATEMENTS),
        },
    }
    me = suite.service("claims", suite.trainee(places[0].trainee_id))
    filed = ok(await me.post("/claims/living-allowance", json=body), 201)
    assert filed["lines"] == {"approvable": 1}
    [line] = ok(await me.get("/me/claim-lines"))["items"]
    assert (line["to_me"], line["own_claim"], line["amount_fen"]) == (
        True,
        True,
        filed["amount_fen"],
    )
    institution = suite.service("claims", here.institution.principal)
    assert ok(await institution.get("/claims"))["items"] == []
    assert (await institution.get(f"/claims/{filed['id']}")).status_code == 404
    stranger = suite.service("claims", suite.trainee(here.institution.id))
    problem(await stranger.post("/claims/living-allowance", json=body), 404, "not_found")


async def test_an_appeal_that_is_right_has_the_line_decided_again(suite: Suite) -> None:
    """The officer reopens it: fresh facts, another decision, the first one kept."""
    here, room, places = await _taught(suite)
    await claims.money(suite)
    client = suite.service("claims", here.institution.principal)
    said = {"monthly_pension": "employees", "public_payroll": "no"}
    ok(await asking.state(places[2].person, room.id, **said))
    ok(await client.post("/claims", json=_claim(room)), 201)
    me = suite.service("claims", suite.trainee(places[2].trainee_id))
    [line] = ok(await me.get("/me/claim-lines"))["items"]
    assert line["state"] == "refused"
    words = {"line_id": line["id"], "text": "我填错了，我没有领取职工养老金。"}
    made = ok(await me.post("/me/appeals", json=words), 201)
    ok(await asking.state(places[2].person, room.id, **(said | {"monthly_pension": "none"})))
    officer = suite.service("claims", suite.officer(claims.GAOCHANG))
    for _ in range(2):
        assert ok(await officer.get(f"/appeals/{made['id']}"))["text"] == words["text"]
    log = ok(await places[2].person.client.get("/me/access-log"))["items"]
    opened = [one for one in log if one["purpose"] == "appeal"]
    assert [(one["what"], one["office"]) for one in opened] == [("appeal", "650402/hrss")]
    body = {"answer": "reopened", "text": "已按更正后的情况重新核定。"}
    ok(await officer.post(f"/appeals/{made['id']}/answer", json=body), 201)
    [line] = ok(await me.get("/me/claim-lines"))["items"]
    assert (line["state"], line["amount_fen"]) == ("approvable", 120_000)
    [row] = await suite.sql(
        "claims", "select path, decision_id from claim_lines where id = $1::uuid", line["id"]
    )
    assert row["path"] == ["refused", "approvable"]
    [appeal] = await suite.sql("claims", "select decision_before, decision_after from appeals")
    assert appeal["decision_after"] == row["decision_id"] != appeal["decision_before"]


async def test_an_exception_has_the_line_decided_on_what_the_registry_says_today(
    suite: Suite,
) -> None:
    """Two officers through the door of the service, with real classes, facts and prices."""
    here, room, places = await _taught(suite)
    await claims.money(suite)
    await suite.sql(
        "claims",
        "insert into slots (trainee_id, slot_key, enrolment_id, state, line_id, at)"
        " values ($1, '2020:skill', gen_random_uuid(), 'taken', gen_random_uuid(), now())"
        " on conflict (trainee_id, slot_key) do update set enrolment_id = excluded.enrolment_id,"
        " state = 'taken', line_id = excluded.line_id",
        places[0].trainee_id,
    )
    client = suite.service("claims", here.institution.principal)
    ok(await client.post("/claims", json=_claim(room)), 201)
    me = suite.service("claims", suite.trainee(places[0].trainee_id))
    [line] = ok(await me.get("/me/claim-lines"))["items"]
    assert [one["code"] for one in line["texts"][0]["reasons"]] == ["kind_used_this_year"]
    body = {
        "line_id": line["id"],
        "slot_key": "2020:skill",
        "reason": "原单位关停，须再次参加培训。",
        "document_number": "高人社例〔2020〕示例2号",
    }
    first, second = (suite.service("claims", suite.officer(claims.GAOCHANG)) for _ in range(2))
    made = ok(await first.post("/cap-exceptions", json=body), 201)
    path = f"/cap-exceptions/{made['id']}/confirmation"
    problem(await first.post(path, json={"agreed": True}), 403, "cap_exception_needs_another")
    assert ok(await second.post(path, json={"agreed": True}), 201)["state"] == "confirmed"
    [line] = ok(await me.get("/me/claim-lines"))["items"]
    assert line["state"] == "approvable"
    assert f"2020:skill+{made['id']}" in line["slots"]
    await suite.sql(
        "claims",
        "delete from slots s where state = 'taken' and not exists"
        " (select 1 from claim_lines l where l.id = s.line_id)",
    )


async def test_dry_runs_are_few(suite: Suite) -> None:
    """Twenty a day: whoever could ask at will would learn by differences."""
    here, room, _ = await _taught(suite)
    client = suite.service("claims", here.institution.principal)
    await suite.sql(
        "claims",
        "insert into dry_runs (organisation_id, day, runs) values ($1, $2, 19)",
        here.institution.id,
        date(2020, 3, 25),
    )
    ok(await client.post("/claims?dry_run=true", json=_claim(room)))
    problem(await client.post("/claims?dry_run=true", json=_claim(room)), 429, "dry_runs_spent")
