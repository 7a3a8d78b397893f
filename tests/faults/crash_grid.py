"""The crash grid: a life broken at sampled points ends with the figures of a life unbroken."""

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from tests.faults import invariants, points
from tests.faults.part import Part, Report, Tools
from tests.faults.points import MAY_BREAK, Breaking, Point, Tracer
from tests.journeys import figures, life, real_suite
from tests.journeys.stage import MemoryStage

A_LIFE = 8  # points that are broken in one life, each in a step of its own
REAL_LIVES = 2
VICTIMS = ("claims", "postgres", "registry", "claims", "gateway", "postgres", "institutions")
Plan = dict[Point, Breaking]


async def run(tools: Tools) -> Report:
    """Trace a life, then live it again and again, each time broken at other points."""
    report = Report()
    chance = random.Random(tools.seed)
    seen = await _trace(tools, report)
    plans = _plans(seen, chance, tools.many(handful=A_LIFE, full=20 * A_LIFE))
    for plan in plans[: tools.many(handful=1, full=len(plans))]:
        await _broken_life(tools, report, plan)
    for n in range(tools.many(handful=0, full=REAL_LIVES)):
        await _killed_life(tools, report, chance.randrange(1 << 30) + n)
    return report


async def _trace(tools: Tools, report: Report) -> list[Point]:
    on = MemoryStage(tools.suite)
    with Tracer(tools.suite, on, {}).listening() as tracer:
        told = await life.live(on)
    report.case(held=told == figures.ENDING, what="the life without faults ends otherwise")
    counts = Counter(point.where for point in tracer.seen)
    report.figures |= {f"{where}s in a life": counts[where] for where in points.Where}
    report.figures["steps in a life"] = on.step
    report.figures["broken points"] = 0
    await tools.suite.clean()
    return tracer.seen


def _plans(seen: Sequence[Point], chance: random.Random, how_many: int) -> list[Plan]:
    """Draw as many points of each kind of breaking, and share them out among lives."""
    ways = [(where, breaking) for where, ways in MAY_BREAK.items() for breaking in ways]
    drawn: dict[Breaking, list[Point]] = defaultdict(list)
    for n in range(how_many):
        where, breaking = ways[n % len(ways)]
        drawn[breaking].append(chance.choice([one for one in seen if one.where is where]))
    pairs = [(point, breaking) for breaking, some in drawn.items() for point in some]
    chance.shuffle(pairs)
    plans: list[Plan] = []
    for point, breaking in pairs:
        room = (
            plan
            for plan in plans
            if len(plan) < A_LIFE and all(other.step != point.step for other in plan)
        )
        plan = next(room, None)
        if plan is None:
            plans.append(plan := {})
        plan[point] = breaking
    return plans


async def _broken_life(tools: Tools, report: Report, plan: Mapping[Point, Breaking]) -> None:
    on = MemoryStage(tools.suite)
    tracer = Tracer(tools.suite, on, plan)
    wrong = []
    try:
        with tracer.listening():
            told = await life.live(on)
        wrong = figures.differing(told, figures.ENDING)
    except Exception as error:  # noqa: BLE001 - a life that cannot be lived did not hold
        wrong = [f"{type(error).__name__}: {error}"[:400]]
    wrong += await invariants.broken(tools.suite)
    for point, breaking in tracer.broken:
        where = f"{breaking} at {point.where} {point.n} of step {point.step}"
        report.case(held=not wrong, what=f"{where}: {'; '.join(wrong)[:300]}")
        report.figures[breaking] = int(report.figures.get(breaking, 0)) + 1
    broken = int(report.figures["broken points"]) + len(tracer.broken)
    report.figures["broken points"] = broken
    missed = len(plan) - len(tracer.broken)
    report.figures["points not reached"] = int(report.figures.get("points not reached", 0)) + missed
    await tools.suite.clean()


async def _killed_life(tools: Tools, report: Report, seed: int) -> None:
    """Live it on real processes that are killed -9 in the middle of requests."""
    with real_suite.running(tools.folder / f"real-{seed}") as suite:
        async with suite.looked_after():
            with suite.killing(seed, every=7, victims=VICTIMS):
                told = await life.live(suite)
        wrong = figures.differing(told, figures.ENDING)
        if real_suite.check(suite.data):
            wrong.append("the check found rows that do not agree")
    for name in suite.killed:
        report.case(held=not wrong, what=f"kill -9 {name}: {'; '.join(wrong)[:300]}")
        report.figures[f"kill -9 {name}"] = int(report.figures.get(f"kill -9 {name}", 0)) + 1


PART = Part(
    "crash_grid",
    "whatever breaks wherever, a life ends with the same figures once its clients have retried",
    run,
)
