"""Review: the queue, looks at sampled lines, decisions with reasons, a return for correction."""

from typing import Any

from services.demo import budget, cast, client, scenes_claims
from services.demo.client import Account
from services.demo.world import World


async def review(world: World) -> None:
    """Let every office work through its queue; one claim goes back, one line is refused."""
    await client.together(*(_office(world, code) for code in cast.AUTHORITIES))


async def _office(world: World, authority: str) -> None:
    office = world.office(authority)
    waiting = await world.api.all(office, "review-queue")
    await client.together(*(_claim(world, office, one) for one in waiting))


async def _claim(world: World, office: Account, queued: Any) -> None:
    claim = queued["claim_id"]
    lines = await world.api.all(office, f"claims/{claim}/review-lines")
    sampled = sorted(one["line_id"] for one in lines if one["sampled"])
    open_checks = [
        check["code"] for one in lines for check in one["checks"] if check["result"] != "passed"
    ]
    world.promise("自动核验逐笔有结果，全部通过", not open_checks, f"{claim} {open_checks[:5]}")
    if claim == world.claims.get((budget.SENT_BACK,)) and "sent_back" not in world.seen:
        await _send_back(world, office, claim)
        return
    if claim == world.claims.get((budget.LOOKED_INTO,)):
        await _refuse_one(world, office, claim, sampled)
        sampled = sampled[1:]
    if sampled:
        body = {"line_ids": sampled, "finding": "in_order"}
        await world.api.post(office, "review-looks", body)
    await world.api.post(office, "review-decisions", {"claim_id": claim, "decision": "reviewed"})


async def _send_back(world: World, office: Account, claim: str) -> None:
    """Return a claim for correction; the institution files it again."""
    world.seen["sent_back"] = claim
    body = {
        "claim_id": claim,
        "decision": "returned",
        "reason": "第三次课的签到表缺教师签名，请补齐后重新申领",
    }
    await world.api.post(office, "review-decisions", body)
    by = world.teacher(world.rooms[budget.SENT_BACK].plan)
    shown = await world.api.get(by, f"claims/{claim}")
    told = await world.api.all(by, "review-decisions")
    world.promise(
        "退回补正的申领写明理由，资金和名额随即释放",
        shown["state"] == "returned" and any("教师签名" in (one["reason"] or "") for one in told),
        shown["state"],
    )
    plan = next(one for one in budget.FIRST_ROUND if one.keys == (budget.SENT_BACK,))
    await scenes_claims.claim(world, plan)


async def _refuse_one(world: World, office: Account, claim: str, sampled: list[str]) -> None:
    """Look at a sampled line that does not stand: it cannot pass, and is refused with a reason."""
    unseen = await world.api.ask(
        office, "POST", "review-decisions", body={"claim_id": claim, "decision": "reviewed"}
    )
    world.expect(
        "抽中的明细没有核查，整件不能通过",
        (unseen.status, unseen.code),
        (409, "sample_not_in_order"),
    )
    look = {
        "line_ids": sampled[:1],
        "finding": "shortcoming",
        "note": "电话核实，实操考核当日本人不在场（示例）",
    }
    await world.api.post(office, "review-looks", look)
    refusal = {
        "claim_id": claim,
        "line_ids": sampled[:1],
        "decision": "refused",
        "about": "teaching",
        "reason": "实操考核记录与实际不符",
    }
    refused = await world.api.post(office, "review-decisions", refusal)
    world.expect(
        "抽查不实的明细在审核中被拒", (refused["decision"], refused["lines"]), ("refused", 1)
    )
    world.seen["refused_line"] = sampled[0]


async def draw_again(world: World) -> None:
    """Let the auditor draw a sample again from its seed, and print an approval sheet."""
    auditor = world.officers["auditor"]
    claim = world.claims[(budget.LOOKED_INTO,)]
    [drawn, *_] = (await world.api.get(auditor, f"claims/{claim}/sample-draws"))["draws"]
    again = client.ranked(drawn["seed"], drawn["line_ids"])[: len(drawn["drawn_ids"])]
    world.expect("任何人按种子都能重新抽出同样的样本", sorted(again), sorted(drawn["drawn_ids"]))
    sheet = await world.api.raw(auditor, f"claims/{claim}/approval-sheet")
    text = sheet.body.decode()
    world.promise(
        "审批表可以打印", "<table" in text and "审" in text, sheet.headers.get("content-type")
    )
