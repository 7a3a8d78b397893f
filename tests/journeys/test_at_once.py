"""The same or contrary things asked at once, through the public door: one of them happens."""

import asyncio
from uuid import uuid4

import httpx

from services.claims.submissions.schemas import SUBSIDY_STATEMENTS
from tests.journeys import life, money, stage
from tests.registry import world as worlds
from tests.suite import Suite


async def _claimed(suite: Suite) -> tuple[life.Life, dict[str, object]]:
    taught = await life.be_taught(stage.MemoryStage(suite))
    promised = money.promise("claim-training-subsidy", SUBSIDY_STATEMENTS, signer=worlds.SIGNER)
    body = {"matter": "claim-training-subsidy", "class_ids": [taught.classes["A"]["id"]]}
    return taught, body | promised


async def test_a_claim_sent_many_times_at_once_is_filed_once(suite: Suite) -> None:
    """With one key one answer for all; with other keys the others find nothing to decide."""
    taught, body = await _claimed(suite)
    school = suite.gateway(taught.client("A").principal)
    key = {"Idempotency-Key": f"journey-{uuid4()}"}
    answers = await asyncio.gather(
        *(school.post("/v1/claims", json=body, headers=key) for _ in range(6)),
        *(school.post("/v1/claims", json=body) for _ in range(4)),
    )
    same = [one for one in answers[:6] if one.status_code == httpx.codes.CREATED]
    assert same
    assert len({one.content for one in same}) == 1
    others = [one for one in answers if not one.is_success]
    assert {one.json()["code"] for one in others} <= {"nothing_to_decide", "request_in_progress"}
    # What was refused is decided once more by each further claim; what is owed is owed once.
    fens = {one.json()["id"]: one.json()["amount_fen"] for one in answers if one.is_success}
    assert sum(fens.values()) == 240_000
    owed = "select amount_fen from claim_lines where state = 'approvable'"
    assert [row["amount_fen"] for row in await suite.sql("claims", owed)] == [120_000] * 2


async def test_two_second_officers_at_once_decide_an_objection_once(suite: Suite) -> None:
    """One agrees and one does not: the objection ends as one of them said."""
    on = stage.MemoryStage(suite)
    taught = await life.be_taught(on)
    await money.claim(taught)
    await money.review(taught)
    made = await taught.officer().post("/notices", {"authority": life.AUTHORITY})
    text = {"number": 1, "text": "该学员班期内一直在外地，未参加培训。"}
    path = f"/notices/{made['id']}/objections"
    objection = await taught.client("B").post(path, text)
    found = {"finding": "upheld", "reason": "经查阅签到表和考核记录，情况属实。"}
    path = f"/objections/{objection['id']}"
    await on.at(on.moved[-1])
    await taught.officer().post(f"{path}/finding", found)
    answers = await asyncio.gather(
        *(
            suite.gateway(taught.officer().principal).post(
                f"/v1{path}/confirmation", json={"agreed": agreed}
            )
            for agreed in (True, False)
        )
    )
    assert sorted(one.is_success for one in answers) == [False, True]
    await on.at(on.moved[-1])
    [row] = await suite.sql("claims", "select state from objections")
    assert row["state"] == ("upheld" if answers[0].is_success else "open")
