"""What a line says after its decision: in review, in the queue for money, after an objection."""

from typing import Any
from uuid import UUID, uuid4

from shared.principal import Principal
from tests.claims.review import world
from tests.claims.submissions import world as claims
from tests.registry.world import ok
from tests.suite import Suite

Json = dict[str, Any]
WHY = "签到表缺第三次课，影像对不上"


async def _desk(suite: Suite, people: int = 1) -> tuple[UUID, Principal, list[Json]]:
    """Bring a claim to the desk; return it with its institution and lines."""
    institution = suite.organisation(uuid4())
    claim = await world.filed(suite, people, by=institution)
    await suite.settle()
    return claim, institution, await claims.lines(suite)


async def _own(suite: Suite, line: Json) -> Json:
    """Return the line as the person reads it."""
    me = suite.service("claims", suite.trainee(line["trainee_id"]))
    [found] = ok(await me.get("/me/claim-lines"))["items"]
    own: Json = found
    return own


async def _inside(suite: Suite, claim: UUID, by: Principal) -> list[Json]:
    """Return a claim's lines as its institution reads them."""
    found = ok(await suite.service("claims", by).get(f"/claims/{claim}/lines"))["items"]
    lines: list[Json] = found
    return lines


async def test_a_refusal_in_review_tells_the_person_why_and_what_can_be_done(suite: Suite) -> None:
    """The officer's words, the office, the day and the way to appeal, in every language."""
    claim, institution, lines = await _desk(suite)
    body = world.decision(claim, "refused", reason=WHY)
    ok(await world.officer(suite).post("/review-decisions", json=body), 201)
    own = await _own(suite, lines[0])
    assert own["state"] == "refused"
    for said in own["texts"]:
        [reason] = said["reasons"]
        assert reason["code"] == "refused_in_review"
        assert WHY in reason["text"]
        assert "2020-03-02" in reason["text"]
        assert "POLICY" in reason["article"]
        assert "60" in said["appeal"]
    assert "高昌区人力资源和社会保障局" in own["texts"][0]["reasons"][0]["text"]
    [line] = await _inside(suite, claim, institution)
    assert (line["state"], line["reasons"][0]["code"]) == ("refused", "refused_in_review")
    assert WHY in line["reasons"][0]["text"]
    assert "60" in line["next_step"]


async def test_a_review_about_the_person_reads_like_any_other_matter_of_the_persons(
    suite: Suite,
) -> None:
    """Refused or sent back: one word, no amount, no fund, no reason, and the same claim state."""
    for word in ("refused", "returned"):
        claim, institution, lines = await _desk(suite, 2)
        mine = [one for one in lines if one["claim_id"] == claim]
        named = [str(mine[0]["id"])]
        body = world.decision(claim, word, about="person", reason=WHY, line_ids=named)
        ok(await world.officer(suite).post("/review-decisions", json=body), 201)
        found = {one["id"]: one for one in await _inside(suite, claim, institution)}
        hidden, other = found.pop(named[0]), next(iter(found.values()))
        assert [one["code"] for one in hidden["reasons"]] == ["not_payable_person"]
        assert (hidden["state"], hidden["amount_fen"]) == ("not_payable_person", 0)
        assert hidden["fund"] is hidden["payee"] is hidden["slots"] is None
        assert WHY not in str(hidden)
        assert (other["state"], other["reasons"]) == ("approvable", [])
        seen = ok(await suite.service("claims", institution).get(f"/claims/{claim}"))
        assert seen["lines"] == {"approvable": 1, "not_payable_person": 1}
        own = await _own(suite, mine[0])
        assert WHY in own["texts"][0]["reasons"][0]["text"]


async def test_a_returned_claims_state_does_not_tell_refused_from_undecided(suite: Suite) -> None:
    """With a pensioner or with an unknown beside it, the claim is returned the same way."""
    words = []
    for pension in (claims.known("employees"), None):
        institution = suite.organisation(uuid4())
        assert institution.organisation is not None
        of = claims.course(institution.organisation)
        await claims.money(suite)
        lines = [claims.line(of), claims.line(of, facts={"pension": pension})]
        result = await claims.file(suite, institution, claims.told(of, lines))
        await suite.settle()
        body = world.decision(result.claim_id, "returned", reason=WHY)
        ok(await world.officer(suite).post("/review-decisions", json=body), 201)
        client = suite.service("claims", institution)
        seen = ok(await client.get(f"/claims/{result.claim_id}"))
        words.append((seen["state"], seen["lines"]))
    assert words[0] == words[1] == ("returned", {"not_payable_person": 1, "returned": 1})


async def test_an_appeal_that_changed_nothing_is_not_seen_by_the_institution(suite: Suite) -> None:
    """The time of a decision that an appeal brought about would tell that there was one."""
    claim, institution, lines = await _desk(suite)
    before = await _inside(suite, claim, institution)
    await suite.sql(
        "claims",
        "update claim_lines set decided_at = decided_at + interval '3 days' where id = $1",
        lines[0]["id"],
    )
    assert await _inside(suite, claim, institution) == before


async def test_a_line_that_waits_says_since_when_and_behind_how_many(suite: Suite) -> None:
    """Amount, authority, place in the queue: to the person, the institution and the office."""
    institution = suite.organisation(uuid4())
    assert institution.organisation is not None
    of = claims.course(institution.organisation)
    people = [claims.line(of) for _ in range(3)]
    result = await claims.file(suite, institution, claims.told(of, people))
    assert result.filed.lines == {"waiting": 3}
    rows = sorted(await claims.lines(suite), key=lambda row: row["id"])
    for before, row in enumerate(rows):
        for said in (await _own(suite, row))["texts"]:
            [reason] = said["reasons"]
            assert reason["code"] == "waiting_for_money"
            assert "¥1,200.00" in reason["text"]
            assert "2020-03-02" in reason["text"]
            assert f" {before} " in reason["text"]
            assert reason["article"].endswith("五(四)")
    for line in await _inside(suite, result.claim_id, institution):
        assert line["reasons"][0]["code"] == "waiting_for_money"
        assert line["next_step"]


async def test_an_unset_rate_says_which_authority_enters_it(suite: Suite) -> None:
    """Undecided, never nothing: by whom, how, and where the plan asks for it."""
    institution = suite.organisation(uuid4())
    assert institution.organisation is not None
    of = claims.course(institution.organisation, basis="directory", commission_id=None)
    facts = claims.told(of, [claims.line(of)])
    prices = claims.terms(facts, rate=None)
    result = await claims.file(suite, institution, facts, prices=prices)
    assert result.filed.lines == {"undecided": 1}
    [row] = await claims.lines(suite)
    zh, _, en = (await _own(suite, row))["texts"]
    assert "高昌区人力资源和社会保障局" in zh["reasons"][0]["text"]
    assert "不会按零处理" in zh["reasons"][0]["text"]
    assert "the authority of Gaochang District" in en["reasons"][0]["text"]
    assert zh["reasons"][0]["article"].startswith("吐政办〔2019〕53号")
    assert zh["appeal"]
    [line] = await _inside(suite, result.claim_id, institution)
    assert "高昌区人力资源和社会保障局" in line["reasons"][0]["text"]
    assert line["next_step"]
