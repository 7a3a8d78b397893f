"""Who passes, refuses and returns lines, and what becomes of money and slots."""

from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.claims.submissions import states as line_states
from services.claims.submissions.states import State
from tests.claims.review import world
from tests.claims.submissions import world as claims
from tests.registry.world import ok, problem
from tests.suite import Suite


async def test_passed_lines_are_reviewed_and_keep_their_money(suite: Suite) -> None:
    """The reviewer's name stands in the row, the reservation stays."""
    claim = await world.on_desk(suite, 3)
    held = await world.held_fen(suite)
    reviewer = suite.officer("650402")
    await world.look(suite, claim)
    answer = ok(
        await world.client(suite, reviewer).post("/review-decisions", json=world.decision(claim)),
        201,
    )
    assert (answer["lines"], answer["fen"]) == (3, 360_000)
    assert await world.states(suite, claim) == ["reviewed"] * 3
    assert await world.held_fen(suite) == held > 0
    rows = await suite.sql("claims", "select distinct reviewed_by from line_reviews")
    assert [row["reviewed_by"] for row in rows] == [reviewer.subject]


@pytest.mark.parametrize("word", ["refused", "returned"])
async def test_refused_and_returned_lines_give_back_money_and_slots(
    suite: Suite, word: str
) -> None:
    """Nothing stays reserved or taken for a line that does not go on."""
    claim = await world.on_desk(suite, 2)
    assert await world.taken_slots(suite) == 4
    body = world.decision(claim, word)
    ok(await world.officer(suite).post("/review-decisions", json=body), 201)
    assert await world.states(suite, claim) == [word] * 2
    assert (await world.held_fen(suite), await world.taken_slots(suite)) == (0, 0)


async def test_a_claim_all_of_whose_lines_were_returned_is_returned(suite: Suite) -> None:
    """The claimant corrects it and files again."""
    claim = await world.on_desk(suite, 2)
    rows = await suite.sql("claims", "select id from claim_lines order by id")
    for row, after in zip(rows, ("decided", "returned"), strict=True):
        body = world.decision(claim, "returned", line_ids=[str(row["id"])])
        ok(await world.officer(suite).post("/review-decisions", json=body), 201)
        [found] = await suite.sql("claims", "select state from claims")
        assert found["state"] == after


async def test_a_refusal_without_a_reason_is_malformed(suite: Suite) -> None:
    """So is passing over a check without one."""
    claim = await world.on_desk(suite)
    for word, more in (("refused", {}), ("returned", {}), ("reviewed", {"despite_checks": True})):
        body = {"claim_id": str(claim), "decision": word} | more
        problem(await world.officer(suite).post("/review-decisions", json=body), 400, "malformed")


async def test_nobody_reviews_what_they_submitted(suite: Suite) -> None:
    """The operation refuses, and the database would."""
    claim = await world.on_desk(suite)
    reviewer = suite.officer("650402")
    await suite.sql("claims", "update claim_lines set submitted_by = $1", reviewer.subject)
    await suite.sql("claims", "update line_reviews set submitted_by = ''")
    answer = await world.client(suite, reviewer).post(
        "/review-decisions", json=world.decision(claim, "refused")
    )
    problem(answer, 409, "same_person")
    with pytest.raises(asyncpg.CheckViolationError, match="reviewer_is_not_submitter"):
        await suite.sql("claims", "update line_reviews set reviewed_by = $1", reviewer.subject)


async def test_the_releaser_is_a_third_person_by_the_database(suite: Suite) -> None:
    """Who reviewed cannot release, whatever office they also hold."""
    claim = await world.on_desk(suite)
    await world.reviewed(suite, claim)
    [row] = await suite.sql("claims", "select reviewed_by, submitted_by from line_reviews")
    for subject in (row["reviewed_by"], row["submitted_by"]):
        with pytest.raises(asyncpg.CheckViolationError, match="releaser_is_a_third"):
            await suite.sql("claims", "update line_reviews set released_by = $1", subject)


async def test_whoever_moves_a_line_to_reviewed_is_its_reviewer(suite: Suite) -> None:
    """No way round the desk: the trigger writes the name and the sample still holds."""
    claim = await world.on_desk(suite)
    [row] = await suite.sql("claims", "select id from claim_lines")
    reviewer = suite.officer("650402")
    database = claims.service(suite).database

    async def advance() -> None:
        async with database.transaction(reviewer) as session:
            await line_states.advance(
                session,
                line_ids=[row["id"]],
                to=State.REVIEWED,
                by=reviewer,
                at=suite.clock.now(),
                rule="审核",
            )

    with pytest.raises(Exception, match="sampled_was_looked_at"):
        await advance()
    await world.look(suite, claim)
    await advance()
    [found] = await suite.sql("claims", "select reviewed_by from line_reviews")
    assert found["reviewed_by"] == reviewer.subject


async def test_an_open_check_stops_passing_until_it_is_answered_for(suite: Suite) -> None:
    """The reason is stored with the decision; without it nothing moves."""
    claim = await world.on_desk(suite)
    await world.look(suite, claim)
    body = world.decision(claim, despite_checks=False)
    problem(await world.officer(suite).post("/review-decisions", json=body), 409, "checks_open")
    assert await world.states(suite, claim) == ["approvable"]
    ok(await world.officer(suite).post("/review-decisions", json=world.decision(claim)), 201)
    [row] = await suite.sql("claims", "select despite_checks from review_decisions")
    assert row["despite_checks"]


async def test_a_line_that_is_not_checked_yet_is_not_on_the_desk(suite: Suite) -> None:
    """Automatic checks come before a decision."""
    claim = await world.filed(suite)
    answer = await world.officer(suite).post("/review-decisions", json=world.decision(claim))
    problem(answer, 409, "not_on_desk")


async def test_a_line_decided_again_is_checked_again_before_it_is_reviewed(suite: Suite) -> None:
    """Checks and looks are of the decision that they saw."""
    claim = await world.on_desk(suite)
    await world.look(suite, claim)
    officer = suite.officer("650402")
    [row] = await suite.sql("claims", "select id from claim_lines")
    suite.clock.at += timedelta(seconds=1)
    for to in (State.UNDECIDED, State.APPROVABLE):
        async with claims.service(suite).database.transaction(officer) as session:
            await line_states.advance(
                session, line_ids=[row["id"]], to=to, by=officer, at=suite.clock.now(), rule="审核"
            )
    answer = await world.officer(suite).post("/review-decisions", json=world.decision(claim))
    problem(answer, 409, "not_on_desk")
    await suite.settle()
    await world.reviewed(suite, claim)
    assert await world.states(suite, claim) == ["reviewed"]


async def test_officers_of_another_authority_find_no_claim(suite: Suite) -> None:
    """Row security is the filter: it looks as if there were none."""
    claim = await world.on_desk(suite)
    stranger = world.officer(suite, "650421")
    problem(await stranger.post("/review-decisions", json=world.decision(claim)), 404, "not_found")
    assert ok(await stranger.get("/review-queue"))["items"] == []
    assert ok(await stranger.get(f"/claims/{claim}/review-lines"))["items"] == []
    problem(await stranger.get(f"/claims/{claim}/approval-sheet"), 404, "not_found")


async def test_an_institution_reads_reasons_about_teaching_and_no_other(suite: Suite) -> None:
    """A reason about a person is the office's and the person's."""
    institution = suite.organisation(uuid4())
    claim = await world.on_desk(suite, 2, by=institution)
    rows = await suite.sql("claims", "select id from claim_lines order by id")
    for row, about in zip(rows, ("teaching", "person"), strict=True):
        body = world.decision(
            claim, "refused", about=about, reason=f"理由{about}", line_ids=[str(row["id"])]
        )
        ok(await world.officer(suite).post("/review-decisions", json=body), 201)
    own = ok(await world.client(suite, institution).get("/review-decisions"))["items"]
    assert [each["reason"] for each in own] == ["理由teaching"]
    assert len(ok(await world.officer(suite).get("/review-decisions"))["items"]) == 2
    [line] = await suite.sql(
        "claims", "select trainee_id from claim_lines where id = $1", rows[1]["id"]
    )
    person = suite.trainee(line["trainee_id"])
    mine = ok(await world.client(suite, person).get("/review-decisions"))["items"]
    assert [each["reason"] for each in mine] == ["理由person"]


async def test_reasons_and_notes_lie_sealed(suite: Suite) -> None:
    """What an officer typed is not readable in the database."""
    claim = await world.on_desk(suite)
    await world.look(suite, claim, "shortcoming")
    body = world.decision(claim, "refused", reason="某某未到课")
    ok(await world.officer(suite).post("/review-decisions", json=body), 201)
    [one] = await suite.sql("claims", "select reason_sealed from review_decisions")
    [two] = await suite.sql("claims", "select note_sealed from line_reviews")
    assert "某某".encode() not in one["reason_sealed"]
    assert "签到表".encode() not in two["note_sealed"]


async def test_two_officers_deciding_at_once_decide_once(suite: Suite) -> None:
    """The second finds the lines gone from the desk."""
    claim = await world.on_desk(suite, 2)
    await world.look(suite, claim)
    one = await world.officer(suite).post("/review-decisions", json=world.decision(claim))
    two = await world.officer(suite).post("/review-decisions", json=world.decision(claim))
    assert (one.status_code, two.status_code) == (201, 409)
    [row] = await suite.sql("claims", "select count(*) as n from review_decisions")
    assert row["n"] == 1


async def test_the_approval_sheet_adds_up_and_names_nobody(suite: Suite) -> None:
    """Figures, checks, looks and decisions; no person, no enrolment, no fact."""
    claim = await world.on_desk(suite, 3)
    await world.reviewed(suite, claim)
    answer = await world.client(suite, world.finance()).get(f"/claims/{claim}/approval-sheet")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    page = answer.text
    for word in ("补贴资金审核审批表", "¥3,600.00", "审核通过", "高昌区", "资金已足额预留"):
        assert word in page
    rows = await suite.sql("claims", "select id, trainee_id, enrolment_id from claim_lines")
    for row in rows:
        for key in row.values():
            assert isinstance(key, UUID)
            assert str(key) not in page
