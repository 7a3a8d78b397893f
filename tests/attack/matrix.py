"""Every operation × every wrong caller, while a whole life is lived: nothing is learned or moved.

The operations come from the running apps and their access tables. The part fails if one of them was
not reached in its own cell in this run.
"""

import random

from shared import access
from tests.attack import lives, strangers
from tests.attack.lives.scene import Scene
from tests.attack.watching import Watch
from tests.claims.submissions import world as books
from tests.faults.part import Part, Report, Tools
from tests.gateway import doubles
from tests.registry import world as worlds
from tests.suite import Suite


async def _run(tools: Tools) -> Report:
    suite, chance = tools.suite, random.Random(tools.seed)
    share = tools.many(handful=20, full=100) / 100
    watch = Watch(suite, chance, share=share, several=tools.many(handful=2, full=99))
    wechat = doubles.Wechat()
    try:
        with doubles.cheap(suite), doubles.standing_in(suite, "wechat", wechat):
            await books.permit(suite)
            await strangers.revoke(suite)
            await watch.install(await strangers.gathered(suite))
            world = await worlds.world(suite)
            watch.callers = [*watch.callers, strangers.own(suite, world)]
            await lives.live(Scene(suite, world, secrets=watch.secrets), wechat)
    except AssertionError as error:  # an attack that did something leaves the life no way on
        watch.broken.append(f"the life broke off: {error}")
    finally:
        watch.remove()
    return _report(suite, watch)


def _report(suite: Suite, watch: Watch) -> Report:
    every = {
        (name, route.name) for name, app in suite.apps.items() for route in access.operations(app)
    }
    report = Report(tried=sum(watch.tried.values()), broken=list(dict.fromkeys(watch.broken)))
    report.figures = {f"tried {how}": n for how, n in watch.tried.items()}
    report.figures |= {"operations": len(every), "reached": len(watch.reached)}
    for name, operation in sorted(every - watch.reached):
        report.case(held=False, what=f"{name}.{operation} was never answered 2xx in its own cell")
    return report


PART = Part(
    "matrix", "每项操作对每一种不该有权的人：不泄露、不改动，关掉访问表后只靠行级权限也如此", _run
)
