"""What must hold after the year, looked at from outside; one that does not fails the demo."""

import asyncio
import os
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import httpx

from services.demo import budget, promises_money
from services.demo.client import FORBIDDEN, PUBLIC
from services.demo.world import World
from shared import launcher

NUMBERS = re.compile(rb"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])")
CHECK_S = 60.0


async def look(world: World, figures: dict[str, Any], data: Path) -> None:
    """Look at all promises that concern the whole year."""
    _own_yes(world, figures)
    _sums(world)
    _sent_twice(world)
    await promises_money.look(world, figures)
    await _pages(world)
    await asyncio.to_thread(_at_rest, world, data)
    await _recount(world, data)


def _own_yes(world: World, figures: dict[str, Any]) -> None:
    """Nobody counts who did not say yes: the sheets hold exactly the confirmed."""
    said_yes = Counter(key for guest in world.guests.values() for key in guest.enrolments)
    for room in world.rooms.values():
        said_yes[room.plan.key] += sum(
            one.fate == "paper" for one in world.crowd.invited.get(room.plan.key, ())
        )
    differing = [
        room.plan.key for room in world.rooms.values() if room.confirmed != said_yes[room.plan.key]
    ]
    world.promise("每班的确认人数恰是本人确认的人数", not differing, differing)
    started = sum(one["started"] or 0 for one in world.seen["progress"]["targets"])
    world.promise(
        "没有确认的人不计入任何进度",
        0 < started <= figures["enrolments_confirmed"],
        f"{started} > {figures['enrolments_confirmed']}",
    )
    after = [one["counts"]["not_confirmed"] for one in world.seen["details"] if one["started_at"]]
    world.promise("开班后，未确认的人数不再存在", not any(one is not None for one in after))


def _sums(world: World) -> None:
    """Progress is the sum of its classes."""
    by_target: dict[str, Counter[str]] = {}
    for one in world.seen["details"]:
        if one["state"] == "accepted":
            sums = by_target.setdefault(one["target"], Counter())
            sums["completed"] += one["counts"]["completed"]
            sums["certified"] += one["counts"]["certified"]
    wrong = []
    for target in world.seen["progress"]["targets"]:
        if target["id"] == budget.BY_CATEGORY or target["withheld"] == "unknown":
            continue
        sums = by_target.get(target["id"], Counter())
        shown = (target["completed"], target["certified"])
        if shown != (sums["completed"], sums["certified"]):
            wrong.append(f"{target['id']} {shown} ≠ {dict(sums)}")
    world.promise("各目标的进度等于各班之和", not wrong, wrong)
    public = {one["id"]: one for one in world.seen["public"]["targets"]}
    same = all(
        public[one["id"]][name] == one[name]
        for one in world.seen["progress"]["targets"]
        for name in ("completed", "certified")
        if one["id"] != budget.BY_CATEGORY  # published in blocks of ended quarters
    )
    world.promise("公众看到的结业、取证人次与审计看到的相同", same)


def _sent_twice(world: World) -> None:
    watch = world.api.watch
    world.promise(
        f"{watch.repeated} 个请求各发两次，回答相同，只办一次",
        watch.repeated > 0 and not watch.repeated_otherwise,
        watch.repeated_otherwise[:3],
    )
    world.promise("花名册中的民族等禁列没有在任何回答中出现", not watch.leaks, watch.leaks[:3])


async def _pages(world: World) -> None:
    """Open the public page as a browser does."""
    page = await world.api.ask(PUBLIC, "GET", world.api.root)
    shown = page.headers.get("content-type", "").startswith("text/html")
    world.promise("公开页面可以打开", page.status == httpx.codes.OK and shown, page.status)


def _at_rest(world: World, data: Path) -> None:
    """Look into the files, logs too: no ID number in clear, no cell of a forbidden column."""
    known = {number.encode() for number in world.crowd.everybody()}
    leaks = []
    for folder in ("logs", "postgres/base", "postgres/pg_wal"):
        for path in sorted((data / folder).rglob("*")):
            if path.is_file():
                content = path.read_bytes()
                found = known & set(NUMBERS.findall(content))
                if found or FORBIDDEN in content:
                    leaks.append(path.relative_to(data).as_posix())
    world.promise("数据库和日志文件里没有明文身份证号，也没有禁列内容", not leaks, leaks[:5])


async def _recount(world: World, data: Path) -> None:
    """Let the suite recount itself from rows: `python -m services check`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "services", "check", str(data)),
        cwd=launcher.ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=dict(os.environ),
    )
    out, _ = await asyncio.wait_for(process.communicate(), CHECK_S)
    text = out.decode(errors="replace")
    world.seen["check"] = text
    world.promise("services check 逐行重算，全部相符", process.returncode == 0, text[-300:])
