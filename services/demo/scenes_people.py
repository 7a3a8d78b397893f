"""The week before each wave: people come to the counter, log in, read, and decide."""

import hashlib
from collections.abc import Sequence
from typing import Any

from services.demo import cast, client, wechat
from services.demo.client import PUBLIC, Account
from services.demo.crowd import Fate, Invitation
from services.demo.people import Person
from services.demo.world import Guest, Room, World

BURST = "mu-business-b"
BURST_MANY = 6  # one more than may confirm from one device within an hour
GUARDIAN = {"name": "监护人", "relation": "父母", "phone": "13800000001"}


async def decide_wave(world: World, wave: str) -> None:
    """Let everybody of a wave do what they will do."""
    many = list(world.crowd.of(wave))
    watched = [one for one in many if one.plan.key == BURST]
    second = [one for one in many if one.fate is Fate.OTHER_ROOM]
    rest = [one for one in many if one not in watched and one not in second]
    await client.together(_burst(world, watched), *(_meet(world, one) for one in rest))
    for one in second:  # after their first yes
        await _two_rooms(world, one)


async def _burst(world: World, many: Sequence[Invitation]) -> None:
    """Let many confirm from one telephone: the class is held until an officer has had a look."""
    if not many:
        return
    borrowed = [one for one in many if one.fate is Fate.CONFIRM][: BURST_MANY + 1]
    room = world.rooms[BURST]
    for one in borrowed[:-1]:
        await _meet(world, one, device="示例：教务处的一部手机")
    guest = await guest_of(world, borrowed[-1].person, room.plan.authority)
    read = await read_invitation(world, guest, room, "zh-Hans")
    body = yes(room, read)
    answer = await world.api.ask(guest.account, "POST", "me/confirmations", body=body)
    world.expect(
        "一部手机替多人确认，培训班即暂停待核", (answer.status, answer.code), (409, "class_held")
    )
    reason = {"reason": "已电话逐人核实，均为本人意愿，手机为借用（示例）"}
    await world.api.post(world.office(room.plan.authority), f"classes/{room.id}/release", reason)
    waiting = [one for one in many if one not in borrowed[:-1]]
    await client.together(*(_meet(world, one) for one in waiting))


async def _meet(world: World, one: Invitation, *, device: str = "") -> None:
    if one.fate is Fate.SILENT:
        return
    if one.fate is Fate.PAPER:
        await _on_paper(world, one)
        return
    guest = await guest_of(world, one.person, one.plan.authority)
    room = world.rooms[one.plan.key]
    read = await read_invitation(world, guest, room, one.language)
    match one.fate:
        case Fate.CONFIRM | Fate.LEAVE:
            await confirm(world, guest, room, read, device=device)
        case Fate.DECLINE:
            body = {"class_id": room.id}
            await world.api.post(guest.account, "me/refusals", body)


async def guest_of(world: World, person: Person, authority: str) -> Guest:
    """Let a person in: a code from the counter, a log-in by WeChat, the two bound together."""
    known = world.guests.get(person.id_number)
    if known is not None:
        return known
    code = await counter(world, person, authority)
    account = Account("学员")
    login = wechat.code_for(hashlib.sha256(person.id_number.encode()).hexdigest()[:20])
    visitor = await world.api.post(PUBLIC, "wechat/login", {"code": login})
    account.token = visitor["access_token"]
    bound = await world.api.post(account, "wechat/bindings", {"code": code})
    account.token = bound["access_token"]
    guest = world.guests[person.id_number] = Guest(person, account)
    return guest


async def counter(world: World, person: Person, authority: str) -> str:
    """Show the card at a counter and get a code; a name that differs is looked at first."""
    office = world.office(authority, "service")
    card = {"id_number": person.id_number, "name": person.name, "phone": person.phone}
    answer = await world.api.ask(office, "POST", "binding-codes", body=card)
    if answer.status == 409:
        world.seen["counter_conflicts"] = world.seen.get("counter_conflicts", 0) + 1
        await _settle_name(world, authority)
        return str((await world.api.post(office, "binding-codes", card))["code"])
    return str(answer.data["code"])


async def _settle_name(world: World, authority: str) -> None:
    """Take the name on the card, which the officer has seen, for the right one."""
    office = world.office(authority)
    for conflict in await world.api.all(office, "name-conflicts"):
        if conflict["state"] != "open":
            continue
        body = {"decision": "changed", "reason": "已核对身份证原件，以证件为准"}
        await world.api.post(office, f"name-conflicts/{conflict['id']}/decision", body)


async def read_invitation(world: World, guest: Guest, room: Room, language: str) -> Any:
    """Read the text, in the language chosen, that says one may refuse and may leave."""
    return await world.api.get(guest.account, f"me/invitations/{room.id}", language=language)


def yes(room: Room, read: Any) -> dict[str, Any]:
    """Say yes to the very text that was shown, with a guardian's consent beside it if under 18."""
    shown = read["texts"][0]
    body = {
        "class_id": room.id,
        "version": shown["version"],
        "language": shown["language"],
        "text_sha256": shown["sha256"],
    }
    return body | ({"guardian": GUARDIAN} if read["guardian_needed"] else {})


async def confirm(world: World, guest: Guest, room: Room, read: Any, *, device: str = "") -> None:
    """Confirm, from one's own telephone unless another was borrowed."""
    telephone = device or hashlib.sha256(guest.person.phone.encode()).hexdigest()
    body = yes(room, read) | {"device": telephone}
    made = await world.api.post(guest.account, "me/confirmations", body)
    guest.enrolments[room.plan.key] = made["enrolment_id"]


async def _two_rooms(world: World, one: Invitation) -> None:
    """Say yes to a second class at the same hour: the database refuses the second seat."""
    guest = world.guests[one.person.id_number]
    room = world.rooms[one.plan.key]
    read = await read_invitation(world, guest, room, one.language)
    answer = await world.api.ask(guest.account, "POST", "me/confirmations", body=yes(room, read))
    world.expect("一个人不能同时坐在两个教室里", (answer.status, answer.code), (409, "time_clash"))


async def _on_paper(world: World, one: Invitation) -> None:
    """Confirm on paper: two officers of two offices; the person is told and may undo it."""
    room = world.rooms[one.plan.key]
    first, second = (world.office(one.plan.authority, name) for name in cast.OFFICES)
    text = await world.api.get(PUBLIC, "matters/confirmation", language="zh-Hans")
    paper = {
        "class_id": room.id,
        "id_number": one.person.id_number,
        "name": one.person.name,
        "version": text["version"],
        "language": "zh-Hans",
        "text_sha256": text["shown"]["sha256"],
        "image_sha256": hashlib.sha256(b"scan").hexdigest(),
    }
    made = await world.api.post(first, "paper-confirmations", paper)
    path = f"paper-confirmations/{made['id']}/second"
    body = {"image_sha256": paper["image_sha256"]}
    alone = await world.api.ask(first, "POST", path, body=body)
    await world.api.post(second, path, body)
    world.promise("纸面确认须两个科室各一人", alone.status in {403, 409}, alone.status)


async def walk_in(world: World, wave: str) -> None:
    """Let some people who are on nobody's list find a listed class and join it."""
    rooms = [room for room in world.of_wave(wave) if room.plan.listed]
    for room in rooms:
        listed = [one["id"] for one in await world.api.all(PUBLIC, "listed-classes")]
        world.promise("公开招收的培训班人人可查", room.id in listed)
        for person in world.crowd.walk_ins:
            guest = await guest_of(world, person, room.plan.authority)
            read = await read_invitation(world, guest, room, "zh-Hans")
            await confirm(world, guest, room, read)


async def nobody_else_can(world: World, wave: str) -> None:
    """Try what must not work: an institution that confirms, and a log-in without a person."""
    room = world.of_wave(wave)[0]
    by = world.teacher(room.plan)
    body = {
        "class_id": room.id,
        "version": "2019-09-17.1",
        "language": "zh-Hans",
        "text_sha256": "0" * 64,
    }
    answer = await world.api.ask(by, "POST", "me/confirmations", body=body)
    world.expect("机构不能代替学员确认", answer.status, 403)
    visitor = Account("访客")
    code = wechat.code_for("nobody")
    visitor.token = (await world.api.post(PUBLIC, "wechat/login", {"code": code}))["access_token"]
    answer = await world.api.ask(visitor, "GET", "me/invitations")
    world.expect("没有绑定本人的微信看不到任何邀请", answer.status, 403)


async def same_to_institutions(world: World, wave: str) -> None:
    """Look with an institution's eyes: who declined, was silent or only read is one number."""
    for room in world.of_wave(wave):
        by = world.teacher(room.plan)
        many = world.crowd.invited[room.plan.key]
        refused = [one.person.name for one in many if one.fate is Fate.DECLINE]
        shown = await world.api.raw(by, f"classes/{room.id}/enrolments")
        text = shown.body.decode()
        named = [name for name in refused if name in text]
        if refused:
            world.promise("谢绝的人在机构的名单里不存在", not named, len(named))
            world.seen["declined_example"] = {
                "class": room.code,
                "not_confirmed": room.not_confirmed,
                "confirmed": room.confirmed,
            }
            return
