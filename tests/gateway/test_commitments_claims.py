"""Disclosures of the two claims: what is known of a class or an own place, before choosing."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from services.claims.submissions.schemas import ALLOWANCE_STATEMENTS, SUBSIDY_STATEMENTS
from services.gateway.commitments import allowance, subsidy
from shared import plans
from tests.claims.submissions import world as claims
from tests.gateway import outage
from tests.registry import asking, people
from tests.registry import test_assessments as assessed
from tests.registry import test_certificates as certificates
from tests.registry.world import FIRST_DAY, LAST_DAY, SIGNER, Place, Room, World, ok, world
from tests.suite import Suite

PLAN = plans.load(plans.default_directory())
SUBSIDY, ALLOWANCE = "claim-training-subsidy", "claim-living-allowance"
PERSONAL = ("pension", "养老", "payroll", "贫困", "低保", "名额", "slot", "status")


async def taught(suite: Suite, *, certified: int = 3) -> tuple[World, Room, list[Place]]:
    """Teach a commissioned class of three to the end; give some their certificates."""
    here = await world(suite)
    room = await here.file_class()
    named = {"assessor_id": str(here.assessor.id), "on": LAST_DAY.isoformat()}
    await here.institution.client.post(f"/classes/{room.id}/assessor", json=named)
    places = await here.enrol(room, 3)
    here.at(FIRST_DAY, 10, 1)
    await suite.settle()
    await here.teach(room, [places] * len(room.sessions))
    here.at(LAST_DAY, 18)
    results = [assessed.result(place) for place in places]
    ok(await assessed.file(here.assessor.client, room, *results), 201)
    here.at(date(2020, 3, 25))
    some = list(enumerate(places, 1))[:certified]
    lines = [certificates.line(place, certificates.number(n)) for n, place in some]
    ok(await certificates.issue(here.assessor.client, room, *lines), 201)
    await suite.settle()
    return here, room, places


async def disclose(suite: Suite, by: Any, matter: str, room: Any, **changes: Any) -> Any:
    """Ask through the gateway."""
    body = {"matter": matter, "class_id": str(room)} | changes
    return await suite.gateway(by).post("/v1/disclosures", json=body)


def states(answer: Any, part: str = "conditions") -> dict[str, str]:
    """Return the state of each condition."""
    return {one["id"]: one["state"] for one in answer[part]}


async def test_a_class_to_be_claimed_for_is_told_by_its_counts(suite: Suite) -> None:
    """Text, hash, every condition; counts of the class, and no word about a person's status."""
    here, room, _ = await taught(suite, certified=2)
    answer = ok(await disclose(suite, here.institution.principal, SUBSIDY, room.id))
    assert answer["text_sha256"] == PLAN.matter(SUBSIDY).text("zh-Hans").sha256
    assert SIGNER in answer["text"]
    assert "{{" not in answer["text"]
    assert states(answer) == {
        "hours": "met",
        "attendance": "met",
        "certificates": "unmet",
        "own_confirmation": "unknown",
        "no_charge": "unknown",
        "payee": "unmet",
        "true_records": "unknown",
    }
    assert states(answer, "checks") == dict.fromkeys(
        ("class_closed", "places", "standing", "price"), "met"
    )
    (why,) = (one for one in answer["conditions"] if one["id"] == "certificates")
    assert why["reason"]["zh"].startswith("3 人中 2 人取得规定的证书")
    told = [one["reason"] for one in answer["conditions"] + answer["checks"]]
    assert not any(word in f"{said['zh']}{said['en']}" for said in told for word in PERSONAL)
    assert answer["routes"] == ["commitment", "documents"]
    assert answer["may_commit"]
    assert answer["statements"] == list(SUBSIDY_STATEMENTS)
    assert len(answer["consequences"]) == 5


async def test_what_the_disclosure_names_is_what_claims_accepts(suite: Suite) -> None:
    """A commitment made of it files the claim."""
    await claims.permit(suite)
    here, room, _ = await taught(suite)
    answer = ok(await disclose(suite, here.institution.principal, SUBSIDY, room.id))
    parts = ("matter", "version", "language", "statements", "signer")
    body = {
        "matter": SUBSIDY,
        "class_ids": [str(room.id)],
        "route": "commitment",
        "commitment": {name: answer[name] for name in parts},
    }
    gateway = suite.gateway(here.institution.principal)
    ok(await gateway.post("/v1/claims", json=body), 201)


async def test_a_class_before_its_end_is_not_judged(suite: Suite) -> None:
    """What can still become true is unknown, with the reason."""
    here = await world(suite)
    room = await here.file_class()
    await here.enrol(room, 1)
    answer = ok(await disclose(suite, here.institution.principal, SUBSIDY, room.id))
    assert {states(answer)[name] for name in ("hours", "attendance", "certificates")} == {"unknown"}
    assert states(answer, "checks")["class_closed"] == "unknown"


async def test_each_matter_is_disclosed_to_whom_it_is_asked_of(suite: Suite) -> None:
    """Another's class is not there; an officer gets none; a stranger's own place neither."""
    here, room, places = await taught(suite)
    person, school = suite.trainee(places[0].person.id), here.institution.principal
    refused = {
        403: [(person, SUBSIDY), (school, ALLOWANCE), (suite.officer("650402"), SUBSIDY)],
        404: [
            (here.other.principal, SUBSIDY),
            (suite.trainee((await people.person(suite)).id), ALLOWANCE),
        ],
    }
    for status, asked in refused.items():
        for by, matter in asked:
            assert (await disclose(suite, by, matter, room.id)).status_code == status
    assert (await disclose(suite, school, SUBSIDY, uuid4())).status_code == 404
    assert (await disclose(suite, school, "confirmation", room.id)).status_code == 400


async def test_a_person_is_told_days_group_account_and_rate(suite: Suite) -> None:
    """What is missing is said with what to do; nothing closes the own commitment."""
    _, room, places = await taught(suite)
    place = places[0]
    answer = ok(
        await disclose(suite, suite.trainee(place.person.id), ALLOWANCE, room.id, language="ug")
    )
    assert states(answer) == {
        "own_application": "unknown",
        "category": "unknown",
        "attended": "met",
        "own_account": "unmet",
    }
    assert states(answer, "checks") == {"class_closed": "met", "rate": "unmet"}
    assert answer["may_commit"]
    assert answer["statements"] == list(ALLOWANCE_STATEMENTS)
    assert "{{" not in answer["text"] + answer["beside"]
    ok(await asking.state(place.person, room.id, poor_household="yes"))
    rate = {
        "authority": claims.GAOCHANG,
        "fen_per_day": 2_000,
        "from_date": "2020-01-01",
        "document_number": "高人社发〔2020〕示例3号",
    }
    first, second = (suite.service("claims", suite.officer(claims.GAOCHANG)) for _ in range(2))
    entered = ok(await first.post("/allowance-rates", json=rate), 201)
    ok(await second.post(f"/allowance-rates/{entered['id']}/confirmation"), 201)
    answer = ok(await disclose(suite, suite.trainee(place.person.id), ALLOWANCE, room.id))
    assert states(answer)["category"] == "met"
    assert states(answer, "checks")["rate"] == "met"
    (days,) = (one for one in answer["conditions"] if one["id"] == "attended")
    assert days["reason"]["zh"] == "您已出勤 10 天。"


@pytest.mark.parametrize("down", ["institutions", "registry", "claims"])
async def test_what_cannot_be_asked_is_unknown_and_said_so(suite: Suite, down: str) -> None:
    """Never met by silence; an organisation's commitment waits, documents are open."""
    here, room, places = await taught(suite)
    with outage.outage(suite, down):
        school = ok(await disclose(suite, here.institution.principal, SUBSIDY, room.id))
        person = ok(await disclose(suite, suite.trainee(places[0].person.id), ALLOWANCE, room.id))
    assert school["degraded"] == (down != "claims")
    assert school["may_commit"] == (down == "claims")
    assert person["degraded"] == (down != "institutions")
    assert school["routes"] == person["routes"] == ["commitment", "documents"]
    if down == "registry":
        assert "met" not in set(states(school).values()) | set(states(person).values())


def test_every_condition_that_a_service_answers_is_looked_at() -> None:
    """A condition added to a matter is not silently unknown."""
    for matter, looked in ((SUBSIDY, subsidy.CONDITIONS), (ALLOWANCE, allowance.CONDITIONS)):
        known = PLAN.matter(matter).conditions
        assert {one.id for one in known if one.answered_by != "applicant"} <= set(looked)
        assert set(looked) <= {one.id for one in known}
