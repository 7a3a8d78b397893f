"""Contrary decisions on a claim at once: one of them happens, and its money with it."""

import asyncio
from uuid import uuid4

from tests.claims.review import world as desk
from tests.suite import Suite


async def test_two_reviewers_at_once_decide_a_claim_once(suite: Suite) -> None:
    """Passed by one or refused by the other, never both; money and slots as it ended."""
    for _ in range(4):
        claim = await desk.on_desk(suite, 3)
        await desk.look(suite, claim)
        passing, refusing = desk.decision(claim), desk.decision(claim, "refused")
        answers = await asyncio.gather(
            *(
                desk.officer(suite).post("/review-decisions", json=body)
                for body in (passing, refusing, passing)
            )
        )
        assert sorted(one.status_code for one in answers) == [201, 409, 409], answers
        [state] = set(await desk.states(suite, claim))
        assert state == ("refused" if answers[1].status_code == 201 else "reviewed")


async def test_a_withdrawal_and_a_review_at_once_end_as_one_of_them(suite: Suite) -> None:
    """The claimant takes it back or the officer passes it; held money follows."""
    for _ in range(4):
        before = await desk.held_fen(suite)
        by = suite.organisation(uuid4())
        claim = await desk.filed(suite, 2, by=by)
        await suite.settle()
        await desk.look(suite, claim)
        withdrawn, passed = await asyncio.gather(
            desk.client(suite, by).post(f"/claims/{claim}/withdrawal"),
            desk.officer(suite).post("/review-decisions", json=desk.decision(claim)),
        )
        assert sorted((withdrawn.is_success, passed.is_success)) == [False, True]
        [state] = set(await desk.states(suite, claim))
        assert state == ("withdrawn" if withdrawn.is_success else "reviewed")
        held = await desk.held_fen(suite) - before
        assert held == (0 if withdrawn.is_success else 240_000)
