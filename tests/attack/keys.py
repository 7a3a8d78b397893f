"""Others' keys, filters and cursors at every operation that reads: they lead to nothing of theirs.

After a life every caller who is somebody else asks every operation that reads, with the keys that
are stored under the parameter's own name and with the cursors that the side's own lists gave; once
normally and once with row security alone.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import APIRoute

from shared import access
from shared.principal import Principal, Role
from tests.attack import drawing, lives, pictures, strangers, watching
from tests.attack.drawing import Keys
from tests.attack.lives.scene import Scene, finance
from tests.attack.watching import Step, Watch
from tests.claims.submissions import world as books
from tests.faults.part import Part, Report, Size, Tools
from tests.gateway import doubles
from tests.registry import world as worlds
from tests.registry.world import CITY, GAOCHANG
from tests.suite import SERVICES, Suite

FEED = "read_events"
HANDFUL = 150
EACH = 2  # keys of a name that are tried: any row of the side is as good as another
WORDS = {"authority": GAOCHANG, "q": "甲秘"}


@dataclass
class Asking:
    """Makes the requests of the side's readers, and what others would make of them."""

    suite: Suite
    keys: Keys
    own: Sequence[Principal]

    def paths(self, route: APIRoute) -> Iterator[tuple[str, dict[str, str]]]:
        """Return a route's addresses with stored keys, and the filters that it takes."""
        parameters = get_flat_params(route.dependant)
        names = [one.alias for one in parameters if one.alias in self.keys]
        for values in product(*(self.keys[one][:EACH] for one in names)):
            given = dict(zip(names, values, strict=True))
            taken = {one.alias for one in parameters}
            query = {word: said for word, said in WORDS.items() if word in taken}
            query |= {one: key for one, key in given.items() if f"{{{one}}}" not in route.path}
            path = route.path
            for one, key in given.items():
                path = path.replace(f"{{{one}}}", key)
            if "{" not in path:
                yield path, query

    async def cursors(self, name: str, path: str, query: dict[str, str]) -> list[str]:
        """Return the cursors that the side's own lists give, one row a page."""
        found = []
        for by in self.own:
            client = self._client(name, by)
            answer = await client.get(path, params={**query, "limit": "1"})
            told = answer.json() if answer.is_success and "json" in _kind(answer) else {}
            if isinstance(told, dict) and isinstance(told.get("next"), str):
                found.append(told["next"])
        return sorted(set(found))

    def _client(self, name: str, by: Principal) -> Any:
        return self.suite.gateway(by) if name == "gateway" else self.suite.service(name, by)


def _kind(answer: Any) -> str:
    kind: str = answer.headers.get("content-type", "")
    return kind


async def _run(tools: Tools) -> Report:
    suite, report = tools.suite, Report()
    chance = random.Random(tools.seed)
    watch = Watch(suite, chance, share=0.0)
    wechat = doubles.Wechat()
    budgets = suite.apps["gateway"].state.service.extra["budgets"]
    before = dict(budgets.per_minute)
    budgets.allow(dict.fromkeys(before, 10**8))
    try:
        with doubles.cheap(suite), doubles.standing_in(suite, "wechat", wechat):
            await books.permit(suite)
            await watch.install(await strangers.gathered(suite))
            here = await worlds.world(suite)
            scene = Scene(suite, here, secrets=watch.secrets)
            await lives.live(scene, wechat)
            watch.remove()
            own = [here.institution.principal, suite.officer(GAOCHANG), finance(GAOCHANG)]
            own += [suite.trainee(one.id, login=one.login) for one in scene.persons[:2]]
            asking = Asking(suite, _newest(await drawing.keys(suite), watch.before), own)
            await _asked(tools, watch, asking, report)
    finally:
        watch.remove()
        budgets.allow(before)
    report.broken += list(dict.fromkeys(watch.broken))
    report.tried += sum(watch.tried.values())
    return report


def _newest(found: Keys, before: set[str]) -> Keys:
    """Keep the keys of the side."""
    mine = {name: [key for key in keys if key not in before] for name, keys in found.items()}
    return {name: keys for name, keys in mine.items() if keys}


async def _asked(tools: Tools, watch: Watch, asking: Asking, report: Report) -> None:
    steps = await _steps(asking, report)
    before = await watch._camera.take()
    marks = pictures.ids(before) - watch.before - await _public(asking)
    by, city = tools.suite.officer(GAOCHANG), tools.suite.officer(GAOCHANG, CITY)
    for off in (False, True):
        pairs = [
            (step, one)
            for step in steps
            for one in watch.callers
            # A feed holds what the municipal office did as well: to its own that is no leak.
            if watch._wrong(
                one, watch._row(step), step, city if step.operation == FEED else by, off=off
            )
        ]
        report.figures["pairs, row security alone" if off else "pairs"] = len(pairs)
        if tools.size is not Size.FULL:
            pairs = watch.chance.sample(pairs, min(HANDFUL, len(pairs)))
        with watching._access_off(tools.suite, off=off):
            for step, one in pairs:
                await watch._try(step, one, marks, before, off=off)


async def _steps(asking: Asking, report: Report) -> list[Step]:
    """Return every reader's addresses, with cursors where it is a list; none may be left out."""
    steps: list[Step] = []
    cursors, lacking = 0, set()
    for name in SERVICES:
        for route in access.operations(asking.suite.apps[name]):
            if "GET" not in (route.methods or ()) or route.name in watching.OPEN:
                continue
            addresses = list(asking.paths(route))
            if not addresses and _has_key(route):
                lacking.add(f"{name}.{route.name}")
            paged = "after" in {one.alias for one in get_flat_params(route.dependant)}
            for path, query in addresses:
                steps.append(_step(name, route, path, query))
                for cursor in (await asking.cursors(name, path, query))[:EACH] if paged else ():
                    cursors += 1
                    more = {"after": cursor, "limit": "200"}
                    steps.append(_step(name, route, path, query | more))
    report.figures |= {"addresses": len(steps), "cursors": cursors}
    report.case(held=cursors > 0, what="no list gave a cursor")
    report.case(held=not lacking, what=f"no stored key for {sorted(lacking)}")
    return steps


async def _public(asking: Asking) -> set[str]:
    """Return the identifiers that everybody is told: of directories, notices, classes to join."""
    found: set[str] = set()
    anyone = asking.suite.gateway()
    for name in SERVICES:
        rows = asking.suite.apps[name].state.service.access.rows
        for route in access.operations(asking.suite.apps[name]):
            open_ = Role.PUBLIC in rows[route.name].roles or route.name in watching.OPEN
            if open_ and "GET" in (route.methods or ()):
                outer = "" if name == "gateway" else "/v1"
                for path, query in asking.paths(route):
                    answer = await anyone.get(f"{outer}{path}", params=query)
                    found |= set(pictures.UUID_TEXT.findall(answer.text))
    return found


def _has_key(route: APIRoute) -> bool:
    return any(one.field_info.annotation is UUID for one in route.dependant.path_params)


def _step(name: str, route: APIRoute, path: str, query: dict[str, str]) -> Step:
    url = f"{path}?{urlencode(query)}" if query else path
    return Step(name, route.name, "GET", url, {}, url)


PART = Part("keys", "拿着别人的编号、筛选条件和分页游标去读每一个接口，什么也读不到", _run)
