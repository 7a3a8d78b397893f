"""Automatic checks and samples."""

import json
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from services.claims.review import rules
from services.claims.review.rules import Shares, Signal
from tests.claims.review import world
from tests.claims.submissions import world as claims
from tests.registry.world import ok, problem
from tests.suite import Suite


async def _checks(suite: Suite) -> list[dict[str, str]]:
    rows = await suite.sql("claims", "select checks::text as c from line_reviews order by line_id")
    return [{each["code"]: each["result"] for each in json.loads(row["c"])} for row in rows]


async def test_a_line_in_order_passes_every_check(suite: Suite) -> None:
    """Decision, money, slots, class, place, hours and certificate: each with its time."""
    institution, told = await world.taught(suite)
    kind = {"certificate_kind": "skill_level"}
    for line in told["lines"]:
        line["certificate"] = claims.line(told["classes"][0] | kind)["certificate"]
    await world.filed_of(suite, institution, told["classes"][0], told["lines"])
    await suite.settle()
    found = await _checks(suite)
    assert len(found) == 2
    for checks in found:
        assert set(checks) == set(rules.Check)
        # The certificate was made up above, so the registry has none: the check says so.
        assert checks.pop("certificate_as_decided") == "failed"
        assert set(checks.values()) == {"passed"}
    [row] = await suite.sql("claims", "select checks->0->>'at' as at from line_reviews limit 1")
    assert row["at"] == suite.clock.now().isoformat()


async def test_hours_that_changed_since_the_decision_are_found(suite: Suite) -> None:
    """What the registry says today is compared with what was decided on."""
    institution, told = await world.taught(suite, 1)
    line = told["lines"][0]
    line["certificate"] = claims.line(told["classes"][0])["certificate"]
    line["attended_days"] += 1
    await world.filed_of(suite, institution, told["classes"][0], [line])
    await suite.settle()
    [checks] = await _checks(suite)
    assert (checks["hours_as_decided"], checks["place_stands"]) == ("failed", "passed")


async def test_what_the_registry_does_not_know_is_unknown_not_passed(suite: Suite) -> None:
    """A person has to answer for it."""
    await world.on_desk(suite)
    [checks] = await _checks(suite)
    assert {checks[each] for each in rules.OF_REGISTRY} == {"unknown"}
    [row] = await suite.sql("claims", "select checks_open from line_reviews")
    assert set(row["checks_open"]) == set(rules.OF_REGISTRY)


async def test_a_decision_somebody_changed_does_not_rederive(suite: Suite) -> None:
    """The stored facts lead to another amount than the line has."""
    await world.filed(suite)
    await suite.sql("claims", "set session_replication_role = replica")
    await suite.sql("claims", "update claim_lines set amount_fen = amount_fen + 1")
    await suite.sql("claims", "set session_replication_role = origin")
    await suite.settle()
    [checks] = await _checks(suite)
    assert (checks["decision_whole"], checks["money_reserved"]) == ("failed", "failed")
    assert checks["decision_rederives"] == "passed"
    await suite.sql("claims", "update claim_lines set amount_fen = amount_fen - 1")


async def test_a_draw_is_repeated_from_its_seed(suite: Suite) -> None:
    """Whoever ranks the lines by the hash of seed and id finds the same sample."""
    claim = await world.on_desk(suite, 12)
    [draw] = ok(await world.officer(suite).get(f"/claims/{claim}/sample-draws"))["draws"]
    seed, lines = bytes.fromhex(draw["seed"]), [UUID(each) for each in draw["line_ids"]]
    assert len(lines) == 12
    ranked = sorted(lines, key=lambda each: sha256(seed + each.bytes).digest())
    assert sorted(ranked[: len(draw["drawn_ids"])]) == [UUID(d) for d in draw["drawn_ids"]]
    rows = await suite.sql("claims", "select line_id from line_reviews where sampled order by 1")
    assert [str(row["line_id"]) for row in rows] == draw["drawn_ids"]
    # A new organisation: ten in a hundred, and ten more.
    assert (draw["signals"], draw["per_hundred"]) == (["organisation_new"], 20)
    assert len(draw["drawn_ids"]) == 3


def test_risk_speaks_of_claims_classes_and_organisations_only() -> None:
    """No signal is a person's, and none can be added without this list. POLICY 9.5."""
    assert {str(signal) for signal in Signal} == {
        *("organisation_new", "organisation_findings", "commitment_route", "large_claim"),
    }
    assert rules.share((), Shares(10, 10)) == 10
    assert rules.share(tuple(Signal) * 5, Shares(10, 10)) == 100


def test_a_sample_has_at_least_one_line_and_a_persons_claim_is_drawn_by_chance() -> None:
    """Of three one, of eleven two at ten in a hundred; single lines about as often as that."""
    lines = [uuid4() for _ in range(3)]
    assert len(rules.draw(b"s" * 32, lines, 10, at_least=1)) == 1
    assert len(rules.draw(b"s" * 32, [uuid4() for _ in range(11)], 10, at_least=1)) == 2
    drawn = [rules.draw(uuid4().bytes, [uuid4()], 10, at_least=0) for _ in range(3_000)]
    assert 150 < sum(map(len, drawn)) < 480


async def test_a_shortcoming_raises_the_next_claims_share(suite: Suite) -> None:
    """Findings are remembered for the organisation."""
    institution = suite.organisation(uuid4())
    first = await world.on_desk(suite, by=institution)
    await world.look(suite, first, "shortcoming")
    suite.clock.at += timedelta(hours=1)
    second = await world.on_desk(suite, by=institution)
    [draw] = ok(await world.officer(suite).get(f"/claims/{second}/sample-draws"))["draws"]
    assert draw["signals"] == ["organisation_findings", "organisation_new"]


async def test_a_sampled_line_passes_only_after_a_look_that_found_it_in_order(
    suite: Suite,
) -> None:
    """Unseen or with a shortcoming it is refused or returned."""
    claim = await world.on_desk(suite)
    reviewer = world.officer(suite)
    body = world.decision(claim)
    problem(await reviewer.post("/review-decisions", json=body), 409, "sample_not_in_order")
    await world.look(suite, claim, "shortcoming")
    problem(await reviewer.post("/review-decisions", json=body), 409, "sample_not_in_order")
    ok(await reviewer.post("/review-decisions", json=world.decision(claim, "refused")), 201)
    assert await world.states(suite, claim) == ["refused"]


async def test_a_shortcoming_is_described_and_only_sampled_lines_are_looked_at(
    suite: Suite,
) -> None:
    """A look at what nobody drew is no sample."""
    claim = await world.on_desk(suite, 4)
    rows = await suite.sql("claims", "select line_id from line_reviews where not sampled")
    body: dict[str, Any] = {"line_ids": [str(rows[0]["line_id"])], "finding": "shortcoming"}
    reviewer = world.officer(suite)
    problem(await reviewer.post("/review-looks", json=body), 400, "malformed")
    body["note"] = "无签到"
    problem(await reviewer.post("/review-looks", json=body), 409, "not_on_desk")
    body["line_ids"] = [str(uuid4())]
    problem(await reviewer.post("/review-looks", json=body), 404, "not_found")
    assert await world.states(suite, claim) == ["approvable"] * 4


async def test_the_desk_is_filled_once(suite: Suite) -> None:
    """The job repeats nothing; a second run finds nothing due."""
    await world.on_desk(suite, 2)
    suite.clock.at += timedelta(hours=1)
    await suite.settle()
    [row] = await suite.sql("claims", "select count(*) as n from sample_draws")
    assert row["n"] == 1
