"""What belongs to the person: the own record, who read it, a copy, a correction, the inbox."""

from typing import Any

from services.demo import client
from services.demo.crowd import Fate
from services.demo.world import Guest, World

LOOKING = 12


async def look_at_own_record(world: World) -> None:
    """Let some people look at what is kept about them, and one ask for a correction."""
    many = [
        world.guests[one.person.id_number]
        for one in world.crowd.of("A")
        if one.fate is Fate.CONFIRM and one.person.id_number in world.guests
    ][:LOOKING]
    found = await client.together(*(_look(world, guest) for guest in many))
    world.promise("本人看得到自己的全部记录", all(one["own"] for one in found))
    world.promise("本人看得到谁、为什么看过自己的信息", all(one["reads"] for one in found))
    world.promise("本人可以复制自己的全部信息", all(one["copied"] for one in found))
    world.seen["reads_example"] = found[0]["example"]
    await _correction(world, many[0])
    await client.together(
        *(
            world.api.put(guest.account, "me/language", {"language": language})
            for guest, language in zip(many, ("ug", "en", "zh-Hans"), strict=False)
        )
    )


async def _look(world: World, guest: Guest) -> dict[str, Any]:
    own = await world.api.get(guest.account, "me")
    reads = await world.api.all(guest.account, "me/access-log")
    copy = await world.api.get(guest.account, "me/copy")
    notices = await world.api.all(guest.account, "me/inbox")
    if notices:
        await world.api.post(guest.account, f"me/inbox/{notices[0]['id']}/reading")
    return {
        "own": own["id_number"] == guest.person.id_number,
        "reads": bool(reads) and all(one["purpose"] for one in reads),
        "copied": bool(copy["sections"]),
        "example": [
            {"what": one["what_words"]["zh-Hans"], "why": one["purpose_words"]["zh-Hans"]}
            for one in reads[:3]
        ],
    }


async def _correction(world: World, guest: Guest) -> None:
    """Ask for a correction, out of sight of the institution; the office answers."""
    key = next(iter(guest.enrolments))
    room = world.rooms[key]
    asked = await world.api.post(
        guest.account,
        "me/correction-requests",
        {"field": "phone", "text": "手机号码换了，请更正", "class_id": room.id},
    )
    office = world.office(room.plan.authority)
    path = f"correction-requests/{asked['id']}"
    seen = await world.api.ask(world.teacher(room.plan), "GET", path)
    answer = {"state": "done", "answer": "已更正", "corrected": "13900000000"}
    await world.api.post(office, f"{path}/answer", answer)
    own = await world.api.get(guest.account, "me")
    world.promise("更正申请机构看不到", seen.status in {403, 404}, seen.status)
    world.expect("主管单位答复后，本人记录已更正", own["phone"], "13900000000")


async def gone_from_lists(world: World, wave: str) -> None:
    """See that leavers stand on no list but their own, and cost them nothing."""
    for room in world.of_wave(wave):
        leavers = [one for one in world.crowd.invited[room.plan.key] if one.fate is Fate.LEAVE]
        if not leavers:
            continue
        by = world.teacher(room.plan)
        listed = await world.api.all(by, f"classes/{room.id}/enrolments")
        ids = {one["enrolment_id"] for one in listed}
        guest = world.guests[leavers[0].person.id_number]
        own = await world.api.all(guest.account, "me/enrolments")
        mine = next(one for one in own if one["class_id"] == room.id)
        world.promise(
            "退出的人从机构的名单里消失，本人仍看得到自己的记录",
            mine["enrolment_id"] not in ids and mine["left_at"] is not None,
        )
        return
