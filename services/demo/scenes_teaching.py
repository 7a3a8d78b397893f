"""The weeks of teaching: sheets each day, people who leave, a mistake that is mended."""

from datetime import date

from services.demo import cast, client, crowd
from services.demo.crowd import Fate
from services.demo.world import Room, World

EVENING = 18


async def teach_wave(world: World, wave: str) -> None:
    """Live the days of a wave: each evening every class that met files its sheet."""
    rooms = world.meeting(wave)
    for day in cast.working_days(cast.WAVES[wave], cast.BLOCK_DAYS):
        await world.at(day, EVENING)
        meeting = [room for room in rooms if day in room.days and not _cancelled(room, day)]
        beginning = [room for room in meeting if day == room.days[0]]
        await client.together(*(_sign_in(world, room) for room in beginning))
        await client.together(*(_sheet(world, room, day) for room in meeting))
        await client.together(*(_leave(world, room, day) for room in meeting))
        await client.together(*(_cancel(world, room, day) for room in meeting))


def _cancelled(room: Room, day: date) -> bool:
    return room.plan.key == cast.UNDERTAUGHT and day == room.days[-1]


async def _cancel(world: World, room: Room, day: date) -> None:
    """Let one class do without its last day: what it teaches is less than it was bought for."""
    if room.plan.key == cast.UNDERTAUGHT and day == room.days[-2]:
        await world.api.post(world.teacher(room.plan), f"sessions/{room.sessions[-1]}/cancellation")


async def _sign_in(world: World, room: Room) -> None:
    """Read the sign-in sheet: only who confirmed stands on it."""
    sheet = await world.api.get(world.teacher(room.plan), f"classes/{room.id}/sign-in-sheet")
    room.sheet = {one["enrolment_id"]: one["name"] for one in sheet["people"]}


async def _sheet(world: World, room: Room, day: date) -> None:
    number = room.days.index(day)
    present = [
        enrolment
        for enrolment, name in room.sheet.items()
        if crowd.present(name, room.plan, number)
    ]
    await world.api.post(
        world.teacher(room.plan),
        f"sessions/{room.sessions[number]}/attendance",
        {"present": present},
    )


async def _leave(world: World, room: Room, day: date) -> None:
    """Let those leave who leave: half-way, without a word of why."""
    if room.days.index(day) != len(room.days) // 2:
        return
    for one in world.crowd.invited[room.plan.key]:
        if one.fate is Fate.LEAVE:
            guest = world.guests[one.person.id_number]
            enrolment = guest.enrolments[room.plan.key]
            await world.api.post(guest.account, "me/departures", {"enrolment_id": enrolment})
            room.sheet.pop(enrolment, None)


async def correct(world: World, wave: str) -> None:
    """Ask for a correction of one sheet, and let an officer look at it."""
    room = world.of_wave(wave)[0]
    number, enrolment = _missed(room)
    by = world.teacher(room.plan)
    asked = await world.api.post(
        by,
        "attendance-corrections",
        {
            "session_id": room.sessions[number],
            "enrolment_id": enrolment,
            "present": True,
            "reason": "签到时漏记，有签到表原件",
        },
    )
    path = f"attendance-corrections/{asked['id']}/decision"
    body = {"decision": "approved", "reason": "与签到原件一致"}
    own = await world.api.ask(by, "POST", path, body=body)
    world.expect("机构不能批准自己的考勤更正", own.status, 403)
    decided = await world.api.post(world.office(room.plan.authority), path, body)
    world.expect("考勤更正由主管单位第二人核准", decided["state"], "approved")


def _missed(room: Room) -> tuple[int, str]:
    """Find somebody who was absent once."""
    for number in range(len(room.sessions)):
        for enrolment, name in sorted(room.sheet.items(), key=lambda item: item[1]):
            if not crowd.present(name, room.plan, number):
                return number, enrolment
    raise LookupError(room.plan.key)


async def alter(world: World, wave: str) -> None:
    """Let offices decide about classes: one counts for another target, one did not take place."""
    keys = {plan.key for plan in cast.of_wave(wave)}
    key, target = cast.RETARGETED
    if key in keys:
        room = world.rooms[key]
        await world.api.post(
            world.office(room.plan.authority),
            f"classes/{room.id}/target",
            {"target": target, "reason": "学员均为有转移就业意愿的农村妇女"},
        )
    if cast.VOIDED in keys:
        room = world.rooms[cast.VOIDED]
        await world.api.post(
            world.office(room.plan.authority),
            f"classes/{room.id}/voiding",
            {"reason": "经核查实际授课与备案不符（示例）"},
        )
