"""The demo: a year of the main job, lived through the public API in about a minute.

Everything is done as its actors would do it, by HTTP and nothing else; the figures are the same on
every run. Exit status 0 only if every promise held.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Coroutine
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import uvloop
from rich.console import Console

from services.demo import (
    budget,
    cast,
    crowd,
    figures,
    promises,
    sandbox,
    scenes_certificates,
    scenes_classes,
    scenes_directory,
    scenes_money,
    scenes_offices,
    scenes_people,
    scenes_rights,
    scenes_rosters,
    scenes_teaching,
    story_money,
    summary,
)
from services.demo.client import Api, Refused
from services.demo.steps import Steps
from services.demo.world import Phases, World
from shared import children, launcher, postgres_bins

POLL_S = 0.2
STEPS_BEFORE, STEPS_A_WAVE, STEPS_AFTER = 6, 6, 3


def main(*, serve: bool, port: int) -> int:
    """Run the demo; serve its pages afterwards unless told not to. Returns the exit status."""
    console = Console(highlight=False)
    try:
        return _run(console, stay=serve, port=port)
    except KeyboardInterrupt:
        console.print("已停止。")
        return 130
    except (launcher.LauncherError, postgres_bins.ClusterError) as error:
        console.print(f"无法启动：{error}", markup=False)
    except (Refused, ExceptionGroup) as error:
        for line in _causes(error):
            console.print(f"办理失败：{line}", markup=False)
    return 1


def _causes(error: BaseException) -> list[str]:
    """Say what a refused request answered; anything else is a bug of the story and shows itself."""
    if isinstance(error, BaseExceptionGroup):
        return [line for one in error.exceptions for line in _causes(one)]
    if not isinstance(error, Refused):
        raise error
    return [str(error)]


def _run(console: Console, *, stay: bool, port: int) -> int:
    began = time.monotonic()
    phases = Phases()
    console.print("启动沙箱：PostgreSQL、四个服务、微信替身 …")
    with sandbox.running(port) as suite:
        phases.seconds["启动"] = time.monotonic() - began
        world = _in_loop(_live(console, suite, phases))
        told: dict[str, Any] = world.seen["figures"]
        summary.show(console, world, told)
        kept = summary.promises(console, world)
        told["seconds"] = round(time.monotonic() - began, 1)
        told["promises_kept"] = kept
        sandbox.FIGURES.write_text(
            json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
        )
        summary.timing(console, world, phases.seconds)
        console.print(f"  共 {told['seconds']} 秒；数字已写入 .data/demo.json。")
        if stay:
            _invite(console, suite)
            sandbox.keep_serving(suite)
    return 0 if kept else 1


def _in_loop(work: Coroutine[Any, Any, World]) -> World:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def _invite(console: Console, suite: launcher.Launcher) -> None:
    """Say where to look; nobody's password or secret is printed."""
    console.print()
    console.print(f"  页面   {suite.url}/        （进度、目录、公开查询，Ctrl-C 结束）")
    console.print(f"  接口   {suite.url}/v1/openapi.json")
    console.print(f"  数据   {sandbox.DATA}（再次运行时清空）")


async def _live(console: Console, suite: launcher.Launcher, phases: Phases) -> World:
    api = Api(children.address(suite.port))
    gathered = crowd.gather()
    world = World(api, gathered, marks=budget.marks(gathered))
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(api.aclose)
        await stack.enter_async_context(_kept_alive(suite))
        total = STEPS_BEFORE + STEPS_A_WAVE * len(cast.WAVES) + STEPS_AFTER + story_money.STEPS
        steps = Steps(console, phases, total=total)
        with steps.bar:
            await _year(world, steps, suite.data)
    return world


@contextlib.asynccontextmanager
async def _kept_alive(suite: launcher.Launcher) -> AsyncIterator[None]:
    """Let the launcher look after its children meanwhile; this is the main thread."""

    async def poll() -> None:
        while True:
            suite.poll()
            await asyncio.sleep(POLL_S)

    task = asyncio.create_task(poll())
    try:
        yield
    finally:
        task.cancel()


async def _year(world: World, steps: Steps, data: Path) -> None:
    await _before(world, steps, data)
    for wave, first in cast.WAVES.items():
        await _wave(world, steps, wave, first)
        if wave in story_money.CLAIMED_AFTER:
            await story_money.CLAIMED_AFTER[wave](world, steps)
    async with steps.step("本人的记录", "本人"):
        await world.at(cast.YEAR_OVER)
        await scenes_rights.look_at_own_record(world)
    async with steps.step("读回数字", "读数"):
        await world.caught_up()
        world.seen["figures"] = await figures.read(world)
    async with steps.step("逐项核对", "核对"):
        await promises.look(world, world.seen["figures"], data)


async def _before(world: World, steps: Steps, data: Path) -> None:
    async with steps.step("首任管理员", "经办"):
        await scenes_offices.first_administrator(world, data)
        await world.at(cast.FIRST_DAY)
    async with steps.step("经办人员", "经办"):
        await scenes_offices.officers(world)
    async with steps.step("机构准入", "目录"):
        await scenes_directory.organisations(world)
    async with steps.step("培训项目", "目录"):
        await scenes_directory.catalogue(world)
    async with steps.step("目录、合同", "目录"):
        await scenes_directory.publish(world)
        await scenes_directory.commissions(world)
    async with steps.step("资金、账户", "资金"):
        await scenes_money.set_up(world)
        await scenes_money.never_for_buildings(world)


async def _wave(world: World, steps: Steps, wave: str, first: date) -> None:
    """Live a wave: file, invite, decide, teach, assess."""
    async with steps.step(f"{wave} 开班备案", "备案"):
        await world.at(first - timedelta(days=21))
        await scenes_classes.file_wave(world, wave)
        if wave == "A":
            await scenes_classes.too_many_at_once(world)
    if wave == story_money.PAID_DURING:
        await story_money.first_payments(world, steps)
    async with steps.step(f"{wave} 花名册", "花名册"):
        await world.at(first - timedelta(days=11))
        await scenes_rosters.upload_wave(world, wave)
    async with steps.step(f"{wave} 本人确认", "本人确认"):
        await world.at(first - timedelta(days=5))
        await scenes_people.decide_wave(world, wave)
        await scenes_people.walk_in(world, wave)
        if wave == "A":
            await scenes_people.nobody_else_can(world, wave)
    async with steps.step(f"{wave} 开班前夕", "授课"):
        await scenes_classes.read_sessions(world, wave)
        await scenes_people.same_to_institutions(world, wave)
    async with steps.step(f"{wave} 授课考勤", "授课"):
        await scenes_teaching.teach_wave(world, wave)
        if wave == "A":
            await scenes_teaching.correct(world, wave)
            await scenes_rights.gone_from_lists(world, wave)
    async with steps.step(f"{wave} 考核发证", "考核发证"):
        last = max(scenes_classes.assessment_day(room) for room in world.ending(wave))
        await world.at(last)
        await scenes_certificates.assess_wave(world, wave)
        await scenes_teaching.alter(world, wave)
        if wave == "A":
            await scenes_certificates.check_and_void(world, wave)
