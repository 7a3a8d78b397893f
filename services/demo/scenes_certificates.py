"""After each wave: results by whom the certificate's kind names, certificates, and a check."""

import asyncio

from services.demo import cast, client, crowd, scenes_classes
from services.demo.client import PUBLIC, Account, Refused
from services.demo.world import Room, World

PROVINCE = "65"
PATIENCE, PAUSE_S = 60, 0.5


async def assess_wave(world: World, wave: str) -> None:
    """File results and issue certificates for all classes of a wave that were not voided."""
    rooms = [room for room in world.ending(wave) if room.plan.key != cast.VOIDED]
    await client.together(*(_assess(world, room) for room in rooms))


def issuer(world: World, room: Room) -> Account:
    """Say who assesses: the institution, an independent body, or an officer for a permit."""
    match cast.offering(room.plan.offering).certificate:
        case "completion":
            return world.teacher(room.plan)
        case "permit":
            return world.office(room.plan.authority)
    return world.organisations[room.plan.assessor]


async def closed(world: World, room: Room) -> None:
    """Wait until the class is closed: at once, unless a service was restarted a moment ago."""
    for _ in range(PATIENCE):
        shown = await world.api.get(world.teacher(room.plan), f"classes/{room.id}")
        if shown["closed_at"]:
            return
        await asyncio.sleep(PAUSE_S)
    raise Refused(f"{room.plan.key}: not closed")


async def _assess(world: World, room: Room) -> None:
    by = issuer(world, room)
    await closed(world, room)
    enrolments = await world.api.all(by, f"classes/{room.id}/enrolments")
    on = scenes_classes.assessment_day(room)
    completed = [one for one in enrolments if one["completed"]]
    named = sorted(completed, key=lambda one: room.sheet[one["enrolment_id"]])
    outcomes = [
        (one["enrolment_id"], crowd.exam(room.plan, room.sheet[one["enrolment_id"]]))
        for one in named
    ]
    results = [
        {"enrolment_id": enrolment, "outcome": word, "assessed_on": on.isoformat()}
        for enrolment, word in outcomes
    ]
    if not results:
        return
    await world.api.post(by, f"classes/{room.id}/results", {"results": results})
    passed = [enrolment for enrolment, word in outcomes if word == "passed"]
    if room.plan.key == cast.UNCERTIFIED:
        passed = passed[:-1]  # the assessor has not written the last one yet
    certificates = [
        {"enrolment_id": enrolment, "issued_on": on.isoformat(), **_number(room, at)}
        for at, enrolment in enumerate(passed, start=1)
    ]
    await world.api.post(by, f"classes/{room.id}/certificates", {"certificates": certificates})


def _number(room: Room, at: int) -> dict[str, str]:
    """Write a number in the form of its kind; completion certificates get one from the system."""
    offering = cast.offering(room.plan.offering)
    place = [plan.key for plan in cast.CLASSES].index(room.plan.key)
    match offering.certificate:
        case "skill_level":
            body = f"S0001{PROVINCE}{place:06}20{offering.level}{at:06}"
            return {"number": body}
        case "special_ability":
            return {"number": f"ZX{PROVINCE}2020{place:03}{at:04}"}
        case "permit":
            return {"number": f"TZ{PROVINCE}2020{place:03}{at:04}"}
    return {}


async def check_and_void(world: World, wave: str) -> None:
    """Let anyone check a certificate by number and name, void it, and look again."""
    room = world.of_wave(wave)[0]
    by = issuer(world, room)
    shown = await world.api.get(by, f"classes/{room.id}/certificates")
    first = shown["certificates"][0]
    question = {"number": first["number"], "name": room.sheet[first["enrolment_id"]]}
    good = await world.api.ask(PUBLIC, "POST", "certificate-checks", body=question)
    world.promise("持证人姓名和编号对得上，公众可查证", good.status == 200 and good.data["valid"])
    other = await world.api.ask(
        PUBLIC, "POST", "certificate-checks", body=question | {"name": "张三"}
    )
    world.expect("只知道编号查不到持证人", other.status, 404)
    reason = {"reason": "证书信息打印有误，收回作废"}
    await world.api.post(by, f"certificates/{first['id']}/voiding", reason)
    void = await world.api.ask(PUBLIC, "POST", "certificate-checks", body=question)
    gone = void.status == 404 or not void.data["valid"]
    world.promise("作废的证书查证结果为无效", gone, void.status)
