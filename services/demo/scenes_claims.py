"""Claims: by organisations for their classes, by persons for their own allowance."""

import hashlib
from collections import Counter
from typing import Any

from services.demo import budget, cast, client, scenes_money, scenes_registers
from services.demo.budget import Claimant, ClaimPlan
from services.demo.client import PUBLIC, Answer
from services.demo.world import Room, World

SUBSIDY, ALLOWANCE = "claim-training-subsidy", "claim-living-allowance"
PERSON_WORD = "not_payable_person"
TELLING = ("养老金", "在编", "贫困", "困难人员", "次数", "名额")


async def claim_round(world: World, plans: tuple[ClaimPlan, ...]) -> None:
    """Claim a round: one claim after another at each authority, so that who waits is the same."""
    by_authority: dict[str, list[ClaimPlan]] = {}
    for plan in plans:
        authority = world.rooms[plan.keys[0]].plan.authority
        by_authority.setdefault(authority, []).append(plan)
    await client.together(*(_in_turn(world, many) for many in by_authority.values()))


async def _in_turn(world: World, plans: list[ClaimPlan]) -> None:
    for plan in plans:
        if plan.keys == (budget.TRIED,):
            await _try(world, plan)
        else:
            await claim(world, plan)


async def claim(world: World, plan: ClaimPlan) -> Any:
    """File one claim and keep its id."""
    filed = (await _send(world, plan)).data
    world.claims[plan.keys] = filed["id"]
    return filed


async def _send(world: World, plan: ClaimPlan, **params: str) -> Answer:
    rooms = [world.rooms[key] for key in plan.keys]
    by = world.teacher(rooms[0].plan)
    body = await _body(world, plan, rooms)
    answer = await world.api.ask(by, "POST", "claims", body=body, params=params)
    return world.api.good(answer, by, "POST", "claims")


async def _body(world: World, plan: ClaimPlan, rooms: list[Room]) -> dict[str, Any]:
    body: dict[str, Any] = {
        "matter": SUBSIDY,
        "class_ids": [room.id for room in rooms],
        "route": plan.route,
    }
    if plan.own_fund_fen is not None:
        body["own_fund_fen"] = plan.own_fund_fen
    if plan.route == "documents":
        digest = hashlib.sha256(" ".join(plan.keys).encode()).hexdigest()
        paper = {"title": "培训补贴申请表及名册", "number": f"示例 {plan.keys[0]}"}
        return body | {"documents": [paper | {"sha256": digest}]}
    signer = cast.organisation(rooms[0].plan.organisation).signer
    return body | {"commitment": await _promise(world, SUBSIDY, "zh-Hans") | {"signer": signer}}


async def _promise(world: World, matter: str, language: str) -> dict[str, Any]:
    """Read the matter's text, and accept each of its conditions."""
    key = f"{matter} {language}"
    if key not in world.seen:
        world.seen[key] = await world.api.get(PUBLIC, f"matters/{matter}", language=language)
    shown = world.seen[key]
    return {
        "matter": matter,
        "version": shown["version"],
        "language": language,
        "statements": [one["id"] for one in shown["conditions"]],
    }


async def _try(world: World, plan: ClaimPlan) -> None:
    """Try a claim out before filing it: counts only, and nothing stays."""
    by = world.teacher(world.rooms[plan.keys[0]].plan)
    before = len(await world.api.all(by, "claims"))
    tried = (await _send(world, plan, dry_run="true")).data
    after = len(await world.api.all(by, "claims"))
    filed = await claim(world, plan)
    world.promise(
        "试算只给人数，不留下申领，结果与正式申领一致",
        before == after and tried["by_outcome"] == filed["lines"],
        f"{before} {after} {tried['by_outcome']} {filed['lines']}",
    )


async def allowances(world: World, turn: int) -> None:
    """Let persons claim their own allowance from the phone, each in an own language."""
    many = [one for one in world.marks.claimants if one.round == turn]
    await client.together(*(_allowance(world, one) for one in many))
    if turn == 1:
        await _not_for_others(world, many[0])


async def _allowance(world: World, one: Claimant) -> None:
    who, room = scenes_registers.guest(world, one.invitation), world.rooms[one.invitation.plan.key]
    body = {
        "class_id": room.id,
        "route": "commitment",
        "commitment": await _promise(world, ALLOWANCE, one.invitation.language),
    }
    await world.api.post(who.account, "claims/living-allowance", body)


async def _not_for_others(world: World, one: Claimant) -> None:
    """Let an institution try to claim the allowance of its trainee."""
    room = world.rooms[one.invitation.plan.key]
    body = {
        "class_id": room.id,
        "route": "commitment",
        "commitment": await _promise(world, ALLOWANCE, "zh-Hans"),
    }
    by = world.teacher(room.plan)
    answer = await world.api.ask(by, "POST", "claims/living-allowance", body=body)
    world.expect("机构不能替学员申领生活费补贴", answer.status, 403)


async def lines(world: World, keys: tuple[str, ...]) -> list[Any]:
    """Read a claim's lines as its organisation does."""
    by = world.teacher(world.rooms[keys[0]].plan)
    found: list[Any] = await world.api.all(by, f"claims/{world.claims[keys]}/lines")
    return found


async def as_institutions_see(world: World) -> None:
    """Look with an institution's eyes: whatever is about a person is one word."""
    seen = await lines(world, (budget.TRIED,))
    person = world.marks.pensioners[budget.TRIED]
    enrolment = world.guests[person.id_number].enrolments[budget.TRIED]
    mine = next(one for one in seen if one["enrolment_id"] == enrolment)
    masked = [one for one in seen if one["state"] == PERSON_WORD]
    said = " ".join(reason["text"] for one in seen for reason in one["reasons"])
    world.promise(
        "涉及个人的理由，机构只看到同一个词",
        mine in masked
        and len({reason["code"] for one in masked for reason in one["reasons"]}) == 1
        and not any(word in said for word in TELLING)
        and all(one["slots"] is None for one in seen),
        f"{mine['state']} {len(masked)} {said[:200]}",
    )
    own = await world.api.all(world.guests[person.id_number].account, "me/claim-lines")
    told = own[0]["texts"][0]["reasons"][0]
    world.promise(
        "领取养老金的人看到的理由写明条款",
        told["code"] == "draws_pension" and "五(二)" in told["article"],
        f"{told['code']} {told['article']}",
    )
    world.seen["pension_text"] = told


async def money_waits(world: World) -> None:
    """See lines wait for an empty fund, and get theirs when money has come in."""
    office = world.office(budget.REFILLED)
    before = await _states(world, office)
    await scenes_money.receive(world, budget.REFILL)
    await world.at(world.today, 15)
    after = await _states(world, office)
    world.promise(
        "资金不足时明细排队等待，资金到账后依次预留",
        before["waiting"] > 0 and after["waiting"] == 0,
        f"{before['waiting']} {after['waiting']}",
    )
    world.seen["waited"] = before["waiting"]


async def _states(world: World, by: client.Account) -> Counter[str]:
    found: Counter[str] = Counter()
    for one in await world.api.all(by, "claims"):
        found.update(one["lines"])
    return found
