"""Before review: what was wrong is corrected and resent, taken back, or appealed from the phone."""

from dataclasses import replace
from typing import Any

from services.demo import budget, client, crowd, scenes_claims, scenes_registers
from services.demo.client import Account
from services.demo.world import Guest, Room, World

ENOUGH = 0.8


async def resend(world: World) -> None:
    """Correct a forgotten sign-in, certify the person, and resend: refused lines only."""
    keys = (budget.CORRECTED,)
    room = world.rooms[budget.CORRECTED]
    before = await scenes_claims.lines(world, keys)
    refused = [one for one in before if one["state"] in {"refused", scenes_claims.PERSON_WORD}]
    enrolment = await _mend_attendance(world, room, refused)
    await _certify(world, room, enrolment)
    plan = next(one for one in budget.FIRST_ROUND if one.keys == keys)
    filed = await scenes_claims.claim(world, plan)
    after = await scenes_claims.lines(world, keys)
    mine = next(one for one in after if one["enrolment_id"] == enrolment)
    world.promise(
        "更正后重新申领，只重新核定没有通过的明细",
        sum(filed["lines"].values()) == len(refused) and mine["state"] == "approvable",
        f"{filed['lines']} {len(refused)} {mine['state']}",
    )


async def _mend_attendance(world: World, room: Room, refused: list[Any]) -> str:
    """Ask for one day more for somebody who missed one too many; the office agrees."""
    found = {
        room.sheet[one["enrolment_id"]]: one["enrolment_id"]
        for one in refused
        if any(reason["code"] == "attended_too_little" for reason in one["reasons"])
    }
    name = next(one for one in sorted(found) if _nearly(room, one))
    missed = [n for n in range(len(room.days)) if not crowd.present(name, room.plan, n)]
    body = {
        "session_id": room.sessions[missed[0]],
        "enrolment_id": found[name],
        "present": True,
        "reason": "当日签到表漏录，有本人签名原件",
    }
    asked = await world.api.post(world.teacher(room.plan), "attendance-corrections", body)
    path = f"attendance-corrections/{asked['id']}/decision"
    agreed = {"decision": "approved", "reason": "与签到原件一致"}
    await world.api.post(world.office(room.plan.authority), path, agreed)
    return str(found[name])


def _nearly(room: Room, name: str) -> bool:
    there = sum(crowd.present(name, room.plan, n) for n in range(len(room.days)))
    return (there + 1) / len(room.days) >= ENOUGH


async def _certify(world: World, room: Room, enrolment: str) -> None:
    by, on = world.teacher(room.plan), world.today.isoformat()
    result = {"enrolment_id": enrolment, "outcome": "passed", "assessed_on": on}
    await world.api.post(by, f"classes/{room.id}/results", {"results": [result]})
    body = {"certificates": [{"enrolment_id": enrolment, "issued_on": on}]}
    await world.api.post(by, f"classes/{room.id}/certificates", body)


async def take_back(world: World) -> None:
    """Withdraw a claim before it is reviewed, and file it again with documents."""
    plan = next(one for one in budget.FIRST_ROUND if one.keys == (budget.TAKEN_BACK,))
    by = world.teacher(world.rooms[budget.TAKEN_BACK].plan)
    path = f"claims/{world.claims[plan.keys]}"
    taken = await world.api.post(by, f"{path}/withdrawal")
    world.expect("审核开始前可以撤回申领", taken["state"], "withdrawn")
    await scenes_claims.claim(world, replace(plan, route="documents"))


async def appeal(world: World) -> None:
    """Appeal from the phone: one line is reopened, one appeal is dismissed with its reason."""
    mistaken, pensioner = world.marks.mistaken, world.marks.pensioners[budget.PENSIONED[0]]
    assert mistaken is not None
    wronged = world.guests[mistaken.id_number]
    line = await _own_line(world, wronged, "training_subsidy")
    asked = await _ask(world, wronged, line, "我没有办理退休，也没有领取养老金，请核实。")
    office = world.office("650402")
    room = world.rooms[budget.MISTAKEN]
    unseen = await world.api.ask(world.teacher(room.plan), "GET", f"appeals/{asked}")
    await scenes_registers.mend(world, on=world.today)
    await _answer(world, office, asked, "reopened", "经核对名册有误，已更正，重新核定。")
    after = await _own_line(world, wronged, "training_subsidy")
    world.promise(
        "本人手机申诉后，明细按更正的名册重新核定",
        (line["state"], after["state"]) == ("refused", "approvable"),
        f"{line['state']} {after['state']}",
    )
    world.promise("申诉机构看不到", unseen.status in {403, 404}, unseen.status)
    other = world.guests[pensioner.id_number]
    refused = await _own_line(world, other, "training_subsidy")
    asked = await _ask(world, other, refused, "我觉得应该给我补贴。")
    await _answer(world, office, asked, "dismissed", "经核实您按月领取企业职工养老金，维持原决定。")
    answered = (await world.api.all(other.account, "me/appeals"))[0]
    world.expect("申诉被驳回的，本人看得到答复", answered["state"], "dismissed")


async def _own_line(world: World, who: Guest, provision: str) -> Any:
    found = await world.api.all(who.account, "me/claim-lines")
    return next(one for one in found[::-1] if one["provision"] == provision)


async def _ask(world: World, who: Guest, line: Any, words: str) -> str:
    body = {"line_id": line["id"], "text": words}
    return str((await world.api.post(who.account, "me/appeals", body))["id"])


async def _answer(world: World, office: Account, asked: str, word: str, text: str) -> None:
    body = {"answer": word, "text": text}
    await world.api.post(office, f"appeals/{asked}/answer", body)


async def missing_facts(world: World) -> None:
    """Claim before the new lists are in: what nobody has said is asked for, never assumed."""
    await scenes_registers.stating(world)
    await scenes_claims.claim(world, budget.EARLY)
    office = world.office("650402")
    path = f"claims/{world.claims[budget.EARLY.keys]}/lines"
    first = await world.api.all(office, path)
    await scenes_registers.import_lists(world, on=world.today)
    await scenes_claims.claim(world, budget.EARLY)
    path = f"claims/{world.claims[budget.EARLY.keys]}/lines"
    second = await world.api.all(office, path)
    undecided = [one for one in first if one["state"] == "undecided"]
    said = {reason["code"] for one in undecided for reason in one["reasons"]}
    paid = [one for one in first if one["state"] == "approvable"]
    world.promise(
        "缺少事实的明细不作推定，补齐后才核定",
        len(undecided) > 0
        and {"pension", "public_payroll"} <= said
        and not any(one["amount_fen"] for one in undecided)
        and any(one["state"] == "approvable" for one in second),
        f"{len(undecided)} {said}",
    )
    world.promise(
        "名册未到时，本人说明可以作数", 0 < len(paid) <= len(world.marks.stating), len(paid)
    )


async def read_slots(world: World) -> None:
    """Let claimants look at what became of their lines before anybody reviews them."""
    many = [one for one in world.marks.claimants if one.round == 1][:3]
    shown = await client.together(
        *(
            world.api.all(scenes_registers.guest(world, one.invitation).account, "me/claim-lines")
            for one in many
        )
    )
    world.promise(
        "本人看得到自己的每一笔补贴，三种语言",
        all(
            {text["language"] for text in one["texts"]} == {"zh-Hans", "ug", "en"}
            for lines in shown
            for one in lines
        )
        and all(shown),
    )
