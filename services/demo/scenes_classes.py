"""Before each wave: classes are filed by commitment or by documents, and decided."""

import hashlib
from datetime import date
from typing import Any

from services.demo import cast, client
from services.demo.cast import ClassPlan
from services.demo.client import Refused
from services.demo.world import Room, World

MATTER = "class-filing"
DOCUMENTS = ("教学计划", "教师名单", "场地证明")


async def file_wave(world: World, wave: str) -> None:
    """File a wave's classes one organisation after another, then let the offices decide."""
    plans = cast.of_wave(wave)
    for plan in plans:  # in order: the codes of classes count up
        await _file(world, plan, complete=plan.key != cast.RETURNED)
    await client.together(*(_decide(world, plan) for plan in plans if plan.basis != "commission"))
    if cast.RETURNED in {plan.key for plan in plans}:
        await _refile(world)
    if cast.WITHDRAWN in {plan.key for plan in plans}:
        await _withdraw(world)
    await client.together(*(_assessor(world, plan) for plan in plans if plan.assessor))


async def _file(world: World, plan: ClassPlan, *, complete: bool = True) -> None:
    """File one class; the first filing of one of them lacks a paper."""
    days = cast.days_of(plan)
    body = _body(world, plan, days)
    if plan.basis == "commission":
        body |= {"commission_id": world.commissions[plan.key]}
        body |= {"commitment": await _commitment(world, plan, body)}
    else:
        papers = DOCUMENTS if complete else DOCUMENTS[:1]
        body |= {"documents": [_paper(plan, title) for title in papers]}
        if plan.basis == "agreement":
            body |= {"agreement_number": f"示例协议 {plan.key}"}
    made = await world.api.post(world.teacher(plan), "classes", body)
    world.rooms[plan.key] = Room(plan, made["id"], made["code"], days)


def _body(world: World, plan: ClassPlan, days: list[date]) -> dict[str, Any]:
    offering = cast.offering(plan.offering)
    organisation = cast.organisation(plan.organisation)
    place = f"{organisation.short_name}示例教室"
    return {
        "basis": plan.basis,
        "route": "commitment" if plan.basis == "commission" else "documents",
        "authority": plan.authority,
        "target": plan.target,
        "offering_id": world.offerings[plan.offering],
        "name": f"2020年{organisation.short_name}{offering.subject}{plan.wave}班",
        "place": place,
        "starts_on": days[0].isoformat(),
        "ends_on": days[-1].isoformat(),
        "capacity": plan.places,
        "listed": plan.listed,
        "sessions": [_session(day, offering.subject, place) for day in days],
    }


def _session(day: date, topic: str, place: str) -> dict[str, Any]:
    """Plan eight class hours of 45 minutes, with a break at noon."""
    return {
        "starts_at": f"{day.isoformat()}T10:00:00+08:00",
        "ends_at": f"{day.isoformat()}T17:30:00+08:00",
        "hours": cast.HOURS_A_DAY,
        "topic": topic,
        "place": place,
    }


def _paper(plan: ClassPlan, title: str) -> dict[str, str]:
    digest = hashlib.sha256(f"{plan.key} {title}".encode()).hexdigest()
    return {"title": title, "number": f"示例 {plan.key}", "sha256": digest}


async def _commitment(world: World, plan: ClassPlan, body: dict[str, Any]) -> dict[str, Any]:
    """Read the disclosure made for this class, and promise all of it in the signer's name."""
    question = {name: body[name] for name in ("offering_id", "starts_on", "ends_on", "capacity")}
    question |= {
        "matter": MATTER,
        "commission_id": world.commissions[plan.key],
        "class_name": body["name"],
        "hours": cast.offering(plan.offering).hours,
    }
    shown = await world.api.post(world.teacher(plan), "disclosures", question)
    if not shown["may_commit"]:
        unmet = [one for one in shown["conditions"] if one["state"] != "met"]
        raise Refused(f"{plan.key}: {unmet}")
    return {
        "matter": MATTER,
        "version": shown["version"],
        "language": shown["language"],
        "statements": shown["statements"],
        "signer": cast.organisation(plan.organisation).signer,
    }


async def _decide(world: World, plan: ClassPlan) -> None:
    returned = plan.key == cast.RETURNED and "returned" not in world.seen
    decision = "returned" if returned else "accepted"
    reason = "缺少教师名单和场地证明，请补齐后重新备案" if returned else "材料齐全，符合开班条件"
    room = world.rooms[plan.key]
    await world.api.post(
        world.office(plan.authority),
        f"classes/{room.id}/decision",
        {"decision": decision, "reason": reason},
    )


async def _refile(world: World) -> None:
    """File again what was returned, with all the papers."""
    plan = next(one for one in cast.CLASSES if one.key == cast.RETURNED)
    first = world.rooms[plan.key]
    shown = await world.api.get(world.teacher(plan), f"classes/{first.id}")
    world.expect("退回的备案写明理由", shown["state"], "returned")
    world.seen["returned"] = first.id
    await _file(world, plan)
    await _decide(world, plan)


async def _withdraw(world: World) -> None:
    plan = next(one for one in cast.CLASSES if one.key == cast.WITHDRAWN)
    room = world.rooms.pop(plan.key)
    await world.api.post(world.teacher(plan), f"classes/{room.id}/withdrawal")


async def _assessor(world: World, plan: ClassPlan) -> None:
    """Name who assesses: a listed body that is not the teaching institution."""
    if plan.key == cast.WITHDRAWN:
        return
    room = world.rooms[plan.key]
    await world.api.post(
        world.teacher(plan),
        f"classes/{room.id}/assessor",
        {
            "assessor_id": world.organisations[plan.assessor].id,
            "on": assessment_day(room).isoformat(),
        },
    )


def assessment_day(room: Room) -> date:
    """Assess on the third working day after the last session."""
    return cast.working_days(room.days[-1], 4)[-1]


async def read_sessions(world: World, wave: str) -> None:
    """Read each class back: its sessions, and how many have a place on the eve of the first day."""
    await client.together(*(_read(world, room) for room in world.of_wave(wave)))


async def _read(world: World, room: Room) -> None:
    shown = await world.api.get(world.teacher(room.plan), f"classes/{room.id}")
    room.sessions = [one["id"] for one in shown["sessions"]]
    room.confirmed = shown["counts"]["confirmed"]
    room.not_confirmed = shown["counts"]["not_confirmed"]


async def too_many_at_once(world: World) -> None:
    """Try to file a class that breaks several rules: every reason comes back, none hidden."""
    plan = cast.CLASSES[0]
    days = cast.working_days(cast.WAVES[plan.wave], 3)
    body = _body(world, plan, days) | {
        "basis": "directory",
        "route": "documents",
        "capacity": 60,
        "target": "m01",
        "documents": [_paper(plan, "教学计划")],
    }
    answer = await world.api.ask(world.teacher(plan), "POST", "classes", body=body)
    reasons = answer.data.get("reasons", [])
    world.promise(
        "不能开班时一次说明全部理由",
        answer.status == 422 and len(reasons) >= 3,
        f"{answer.status} {answer.code} {len(reasons)}",
    )
