"""Public notice: five working days over a holiday, objections by anybody, and the take-down."""

from datetime import date
from typing import Any

from services.demo import budget, cast, client
from services.demo.client import PUBLIC
from services.demo.world import World

LISTED = "training_subsidy"


async def publish(world: World, *, until: date) -> None:
    """Publish what every office has reviewed."""
    made = await client.together(*(_publish(world, code) for code in cast.AUTHORITIES))
    ends = {one["ends_on"] for one in made}
    world.expect(f"公示满 5 个工作日（至 {until:%Y-%m-%d}，假日顺延）", ends, {until.isoformat()})
    world.seen.setdefault("notices", []).extend(made)
    await _public(world)


async def _publish(world: World, authority: str) -> Any:
    return await world.api.post(world.office(authority), "notices", {"authority": authority})


async def _public(world: World) -> None:
    """Read the notices as a passer-by: masked names, no person's situation, allowances counted."""
    names = {who.person.name for who in world.guests.values()}
    shown = await client.together(
        *(world.api.get(PUBLIC, f"notices/{one['id']}") for one in world.seen["notices"][-5:])
    )
    listed = [line for one in shown for line in one["lines"]]
    counted = [cell for one in shown for cell in one["counts"]]
    world.promise(
        "公示名单隐去姓名和身份证号的一部分",
        bool(listed)
        and not any(line["name"] in names or len(line["id_digits"]) > 6 for line in listed),
    )
    least = 5
    world.promise(
        "生活费补贴只公布人数和金额，人数很少的不公布",
        all(line["provision"] == LISTED for line in listed)
        and bool(counted)
        and all(cell["people"] is None or cell["people"] >= least for cell in counted),
        counted[:3],
    )
    for one, body in zip(world.seen["notices"][-5:], shown, strict=True):
        one["body"] = body


async def object_to(world: World) -> None:
    """Let two passers-by object to two numbers of the notice; only those lines wait."""
    notice = next(
        one for one in world.seen["notices"] if one["authority"] == "650402" and "body" in one
    )
    code = world.rooms[budget.LOOKED_INTO].code
    numbers = [line["number"] for line in notice["body"]["lines"] if line["training_class"] == code]
    words = ("这个人上课那几天在外地打工。", "名单里的人我不认识。")
    made = [
        await world.api.post(
            PUBLIC, f"notices/{notice['id']}/objections", {"number": number, "text": text}
        )
        for number, text in zip(numbers[:2], words, strict=True)
    ]
    world.seen["objections"] = [(notice["id"], one["id"]) for one in made]
    await world.at(world.today, 15)
    world.expect("异议只暂停所指的明细", await _held(world), 2)


async def _held(world: World) -> int:
    path = f"claims/{world.claims[(budget.LOOKED_INTO,)]}"
    shown = await world.api.get(world.office("650402"), path)
    return int(shown["lines"].get("held", 0))


async def settle_objections(world: World) -> None:
    """Let one officer find and another decide: one objection is upheld, one dismissed."""
    first, second = world.office("650402"), world.office("650402", "service")
    (_, upheld), (_, dismissed) = world.seen["objections"]
    findings = (
        (upheld, "upheld", "经查当日确不在场，考勤有误，取消该笔补贴（示例）"),
        (dismissed, "dismissed", "经核对考勤、考核、证书记录，参训属实（示例）"),
    )
    for key, finding, reason in findings:
        path = f"objections/{key}"
        await world.api.post(first, f"{path}/finding", {"finding": finding, "reason": reason})
        alone = await world.api.ask(first, "POST", f"{path}/confirmation", body={"agreed": True})
        world.expect("异议须由两名工作人员处理", (alone.status, alone.code), (409, "same_person"))
        await world.api.post(second, f"{path}/confirmation", {"agreed": True})
    told = [
        (await world.api.get(PUBLIC, f"notices/{notice}/objections/{key}"))["state"]
        for notice, key in world.seen["objections"]
    ]
    world.expect("提出异议的人凭编号查得到结果", told, ["upheld", "dismissed"])
    shown = await world.api.get(first, f"claims/{world.claims[(budget.LOOKED_INTO,)]}")
    lines = shown["lines"]
    world.promise(
        "异议成立的明细作废，不成立的继续公示",
        lines.get("voided") == 1 and "held" not in lines,
        lines,
    )


async def over(world: World, *, payable: bool) -> None:
    """See whether the lines are payable: on the notice's last day not yet, on the next they are."""
    shown = await world.api.get(
        world.office("650402"), f"claims/{world.claims[(budget.LOOKED_INTO,)]}"
    )
    lines = shown["lines"]
    words = "公示期满才能拨付" if payable else "公示最后一天还不能拨付"
    world.promise(words, ("payable" in lines, "noticed" in lines) == (payable, not payable), lines)


async def taken_down(world: World) -> None:
    """See that a notice is gone a month after its end, while its hash stays in the list."""
    first = world.seen["notices"][0]
    gone = await world.api.ask(PUBLIC, "GET", f"notices/{first['id']}")
    kept = [one for one in await world.api.all(PUBLIC, "notices") if one["id"] == first["id"]]
    world.promise(
        "公示结束后按期撤下，只留下编号和摘要",
        gone.status == 410 and kept[0]["taken_down"] and kept[0]["sha256"] == first["sha256"],
        gone.status,
    )
