"""Matters and disclosures: exact text, what is met, what is not, and never a false commitment."""

from datetime import date
from hashlib import sha256
from typing import Any

import pytest

from services.gateway.commitments import disclosure, rules
from services.gateway.commitments.rules import Facts, Planned
from services.gateway.commitments.schemas import State
from shared import plans
from tests.gateway import outage
from tests.registry.world import FIRST_DAY, LAST_DAY, SIGNER, World, commitment, ok, world
from tests.suite import Suite

PLAN = plans.load(plans.default_directory())
MATTER = PLAN.matter("class-filing")
FILED = ("listed", "offering", "licence", "commission", "hours", "duration", "size", "place")


def body(there: World, **changes: Any) -> dict[str, Any]:
    """Ask for the disclosure of a class that is in order."""
    return {
        "matter": "class-filing",
        "language": "zh-Hans",
        "commission_id": str(there.commission),
        "offering_id": str(there.offering),
        "class_name": "面点师五级第一期",
        "starts_on": FIRST_DAY.isoformat(),
        "ends_on": LAST_DAY.isoformat(),
        "hours": 40,
        "capacity": 30,
    } | changes


async def disclose(suite: Suite, there: World, **changes: Any) -> Any:
    """Ask as the institution."""
    client = suite.gateway(there.institution.principal)
    return ok(await client.post("/v1/disclosures", json=body(there, **changes)))


def states(answer: Any) -> dict[str, str]:
    """Return the state of each condition."""
    return {one["id"]: one["state"] for one in answer["conditions"]}


async def test_the_matters_and_their_texts_are_public(suite: Suite) -> None:
    """Version, hash, review state and scope; an unreviewed text beside the Chinese one."""
    gateway = suite.gateway()
    listed = ok(await gateway.get("/v1/matters"))
    assert {one["id"] for one in listed} == {matter.id for matter in PLAN.matters}
    chinese = ok(await gateway.get("/v1/matters/class-filing"))
    assert chinese["shown"]["sha256"] == sha256(chinese["shown"]["text"].encode()).hexdigest()
    assert chinese["beside"] is None
    assert chinese["commissions_only"]
    uyghur = ok(await gateway.get("/v1/matters/confirmation?language=ug"))
    assert not uyghur["shown"]["reviewed"]
    assert uyghur["beside"]["authoritative"]
    assert (await gateway.get("/v1/matters/nothing")).status_code == 404
    assert (await gateway.get("/v1/matters/confirmation?language=fr")).status_code == 400


async def test_a_class_in_order_may_be_committed_to(suite: Suite) -> None:
    """Every condition that a service knows is met; the rest is for the applicant to promise."""
    there = await world(suite)
    answer = await disclose(suite, there)
    assert {name: states(answer)[name] for name in FILED} == dict.fromkeys(FILED, "met")
    assert set(states(answer).values()) == {"met", "unknown"}
    assert answer["may_commit"]
    assert not answer["degraded"]
    assert answer["routes"] == ["commitment", "documents"]
    assert answer["signer"] == SIGNER
    assert SIGNER in answer["text"]
    assert "面点师五级第一期" in answer["text"]
    assert "{{" not in answer["text"]
    assert answer["shown_sha256"] == sha256(answer["text"].encode()).hexdigest()
    assert answer["text_sha256"] == MATTER.text("zh-Hans").sha256


async def test_what_the_disclosure_names_is_what_the_registry_accepts(suite: Suite) -> None:
    """A commitment made of it files the class, and the registry stores the same text."""
    there = await world(suite)
    answer = await disclose(suite, there)
    promise = commitment(
        version=answer["version"],
        language=answer["language"],
        statements=answer["statements"],
        signer=answer["signer"],
    )
    room = await there.file_class(commitment=promise)
    seen = ok(await there.officer.get(f"/classes/{room.id}"))
    assert seen["commitment"]["text_sha256"] == answer["text_sha256"]


@pytest.mark.parametrize(
    ("changes", "unmet"),
    [
        ({"hours": 39}, "hours"),
        ({"capacity": 51}, "size"),
        ({"outside": True}, "place"),
        ({"starts_on": "2021-03-09", "ends_on": "2021-03-20"}, "commission"),
        ({"offering_id": "01890a5d-ac96-774b-bcce-b302099a8057"}, "offering"),
    ],
)
async def test_what_is_not_met_is_said_with_its_reason(
    suite: Suite, changes: dict[str, Any], unmet: str
) -> None:
    """No commitment is open while a known condition is not met."""
    there = await world(suite)
    answer = await disclose(suite, there, **changes)
    (why,) = (one for one in answer["conditions"] if one["id"] == unmet)
    assert why["state"] == "unmet"
    assert why["reason"]["zh"]
    assert why["reason"]["en"]
    assert not answer["may_commit"]


async def test_places_that_other_classes_plan_are_not_there_twice(suite: Suite) -> None:
    """The commission has 100 places; 90 are planned."""
    there = await world(suite)
    for _ in range(3):
        await there.file_class(name="另一个班")
    answer = await disclose(suite, there)
    assert states(answer)["commission"] == "unmet"


@pytest.mark.parametrize("down", ["institutions", "registry"])
async def test_a_peer_that_is_down_never_leads_to_a_commitment(suite: Suite, down: str) -> None:
    """What could not be asked is unknown, the answer says so, and only documents are open."""
    there = await world(suite)
    with outage.outage(suite, down):
        answer = await disclose(suite, there)
    assert answer["degraded"]
    assert not answer["may_commit"]
    assert states(answer)["commission"] == "unknown"
    if down == "institutions":
        assert "met" not in {states(answer)[name] for name in ("listed", "offering", "licence")}


async def test_an_unreviewed_language_comes_beside_the_chinese_text(suite: Suite) -> None:
    """Both are filled."""
    there = await world(suite)
    answer = await disclose(suite, there, language="ug")
    assert not answer["reviewed"]
    assert SIGNER in answer["beside"]
    assert "{{" not in answer["text"] + answer["beside"]


async def test_only_an_organisation_is_given_a_disclosure(suite: Suite) -> None:
    """It is about their own class; no idempotency key is asked for."""
    there = await world(suite)
    client = suite.gateway(suite.officer("650402"))
    assert (await client.post("/v1/disclosures", json=body(there))).status_code == 403
    own = suite.gateway(there.institution.principal)
    reversed_days = body(there, starts_on="2020-03-20", ends_on="2020-03-09")
    assert (await own.post("/v1/disclosures", json=reversed_days)).status_code == 422
    unknown = body(there) | {"ethnicity": "x"}
    assert (await own.post("/v1/disclosures", json=unknown)).status_code == 400


@pytest.mark.parametrize("language", ["zh-Hans", "en", "ug"])
def test_the_consequences_are_the_text_s_own_words(language: str) -> None:
    """Five of them, in every language."""
    found = disclosure.consequences(MATTER.text(language))
    assert len(found) == 5
    assert all(one in MATTER.text(language).body_markdown.replace("**", "") for one in found)


def test_every_condition_that_a_service_answers_has_a_check() -> None:
    """A condition added to the matter is not silently unknown."""
    answered = {one.id for one in MATTER.conditions if one.answered_by != "applicant"}
    assert answered == set(rules.CHECKS)


def test_nothing_known_is_nothing_met() -> None:
    """Only what needs no peer is decided."""
    planned = Planned(date(2020, 3, 9), date(2020, 3, 20), 40, 30, outside=True)
    facts = Facts(planned, None, None, None, None, 50)
    found = {one.id: rules.decide(one, facts)[0] for one in MATTER.conditions}
    assert {name for name, state in found.items() if state is not State.UNKNOWN} == {"size"}
