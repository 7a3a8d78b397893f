"""What must hold of a year's money, looked at from outside; one that does not fails the demo."""

from collections import Counter
from typing import Any

from services.demo import budget, cast, client
from services.demo.client import PUBLIC
from services.demo.world import Guest, World

LIVE = {"waiting", "approvable", "reviewed", "noticed", "held", "payable", "batched", "paid"}
REASONS_MIN = 8
WANTED = {
    *("draws_pension", "on_public_payroll", "kind_used_this_year", "same_occupation_and_level"),
    *("too_few_hours_taught", "attended_too_little", "certificate_voided", "not_staff"),
    *("not_in_allowance_group", "class_not_accepted"),
}
MISSING = {"rate", "day_rate", "certificate", "employer", "categories"}


async def look(world: World, figures: dict[str, Any]) -> None:
    """Look at all promises that concern the year's money."""
    _books(world, figures)
    _decisions(world, figures)
    await _caps(world)
    await _excluded(world)
    await _funds(world, figures)
    _targets(world, figures)
    _by_category(world, figures)


def _books(world: World, figures: dict[str, Any]) -> None:
    reserved, released = figures["fen_reserved"], figures["fen_released"]
    left, paid = figures["fen_open"], figures["fen_paid"]
    world.expect("预留 = 释放 + 在途 + 已付", reserved, released + left + paid)
    world.expect("试算平衡", figures["trial_balance_fen"], 0)
    accounts = world.seen["accounts"]
    world.promise(
        "每个账户：到账 = 可用 + 预留 + 已付，没有负数",
        all(
            one["received_fen"] == one["available_fen"] + one["reserved_fen"] + one["paid_fen"]
            and min(one["available_fen"], one["reserved_fen"], one["paid_fen"]) >= 0
            for one in accounts
        ),
    )
    for name in ("fund", "kind", "provision", "payee", "authority"):
        world.expect(
            "已付金额按各种分法相加都相等", sum(figures[f"fen_paid_by_{name}"].values()), paid
        )
    held = sum(
        line["amount_fen"]
        for line in world.seen["lines"]
        if line["state"] in LIVE - {"waiting", "paid"}
    )
    world.expect("在途的预留恰是未付明细之和", left, held)


def _decisions(world: World, figures: dict[str, Any]) -> None:
    lines = world.seen["lines"]
    refusals, needs = figures["refusals_by_reason"], figures["needs_by_fact"]
    world.promise(
        f"拒付理由 {len(refusals)} 种，每一笔都写明条款",
        len(refusals) >= REASONS_MIN
        and set(refusals) >= WANTED
        and all(
            reason["article"]
            for line in lines
            if line["state"] == "refused"
            for reason in line["reasons"]
        ),
        sorted(WANTED - set(refusals)),
    )
    world.promise("缺少的事实逐项写明", set(needs) >= MISSING, sorted(MISSING - set(needs)))
    world.promise(
        "标准未定的明细不按零计算，未核定不付款",
        not any(line["amount_fen"] for line in lines if line["state"] == "undecided"),
    )
    places = Counter(
        (line["enrolment_id"], line["provision"]) for line in lines if line["state"] in LIVE
    )
    world.expect("同一次参训同一补贴只有一笔", max(places.values()), 1)


async def _caps(world: World) -> None:
    """Count the living lines of everybody who was in two classes or had an earlier payment."""
    twice = [who for who in world.guests.values() if len(who.enrolments) > 1]
    marks = world.marks
    before = [world.guests[one.id_number] for one in (*marks.same_level, *marks.same_year)]
    over = []
    kinds = {room.id: cast.offering(room.plan.offering).kind for room in world.rooms.values()}
    found = await client.together(*(_living(world, who) for who in twice))
    for who, lines in zip(twice, found, strict=True):
        counted = Counter(kinds[line["class_id"]] for line in lines)
        if max(counted[kind] for kind in ("skill", "startup", "language")) > 1:
            over.append(who.enrolments)
    world.promise("没有人一年内同类补贴超过一次", not over and len(twice) > 0, over[:2])
    paid = await client.together(*(_living(world, who) for who in before))
    world.promise("系统启用前领过的计入次数", not any(paid) and len(paid) > 0, paid[:1])


async def _living(world: World, who: Guest) -> list[Any]:
    lines = await world.api.all(who.account, "me/claim-lines")
    return [
        line for line in lines if line["provision"] == budget.TRAINING and line["state"] in LIVE
    ]


async def _excluded(world: World) -> None:
    """See that nobody who is excluded was paid, and that the residents' pension excludes nobody."""
    marks = world.marks
    barred = [*marks.pensioners.values(), *marks.payroll.values()]
    found = await client.together(
        *(_living(world, world.guests[one.id_number]) for one in (*barred, *marks.residents))
    )
    world.promise("领取职工养老金和在编的人没有补贴", not any(found[: len(barred)]))
    world.promise(
        "领取城乡居民养老金的人照样有补贴", all(found[len(barred) :]), [len(one) for one in found]
    )


async def _funds(world: World, figures: dict[str, Any]) -> None:
    """Compare what the public reads of the funds with the books."""
    shown = await world.api.get(PUBLIC, "funds")
    paid = {one["id"]: one["paid_fen"] for one in shown["funds"] if one["paid_fen"]}
    world.expect("公众看到的各项资金已付数与账上相同", paid, figures["fen_paid_by_fund"])
    world.seen["public_funds"] = shown["funds"]


def _targets(world: World, figures: dict[str, Any]) -> None:
    """Compare what progress says was paid with the lines."""
    counted = _paid_by_target(world)
    told = {key: one["paid"] for key, one in figures["targets"].items()}
    known = {key: value for key, value in told.items() if value is not None}
    world.promise(
        "各目标已付人次等于已付明细",
        all(_fits(key, value, counted[key]) for key, value in known.items())
        and sum(known.values()) > 0,
        {key: (value, counted[key]) for key, value in known.items() if value != counted[key]},
    )


def _by_category(world: World, figures: dict[str, Any]) -> None:
    """See that measure 16 counts fewer than its classes hold: one category only."""
    told = figures["targets"][budget.BY_CATEGORY]["paid"]
    lines = _paid_by_target(world)[budget.BY_CATEGORY]
    world.promise("措施 16 只计建档立卡贫困劳动力", 0 < (told or 0) < lines, f"{told} {lines}")


def _fits(target: str, told: int, lines: int) -> bool:
    return told <= lines if target == budget.BY_CATEGORY else told == lines


def _paid_by_target(world: World) -> Counter[str]:
    """Count the paid training subsidies by their classes' targets."""
    target = {one["id"]: one["target"] for one in world.seen["details"]}
    return Counter(
        target[line["class_id"]]
        for line in world.seen["lines"]
        if line["state"] == "paid" and line["provision"] == budget.TRAINING
    )
