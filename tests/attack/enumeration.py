"""Asking for what is not yours tells nothing: found, not found and forbidden are one answer.

Bytes are compared request by request while a life is lived; times in full only, as medians with a
wide margin. Whoever guesses on is shut out.
"""

import random
from statistics import median
from time import perf_counter
from uuid import uuid4

import httpx

from services.gateway.surface.budgets import Budgets
from shared.principal import PUBLIC, Principal, Role
from tests.attack import lives, strangers
from tests.attack.lives.scene import Scene
from tests.attack.strangers import Stranger
from tests.attack.watching import OPEN, Step, Watch, same
from tests.claims.submissions import world as books
from tests.faults.part import Part, Report, Size, Tools
from tests.gateway import doubles
from tests.registry import people
from tests.registry import world as worlds
from tests.suite import Suite

MISSES = 4
TIMES_SLOWER, APART_S = 3.0, 0.02
LEAST = 20


class Guessing(Watch):
    """Sends each request with the side's identifiers and with nobody's, and compares."""

    report: Report
    size: Size
    real: list[float]
    nobodys: list[float]

    async def attack(self, step: Step, by: Principal) -> None:
        """Compare as every caller who may call the operation, but for others' things."""
        if by is PUBLIC or step.operation in OPEN or self.chance.random() >= self.share:
            return
        row = self.suite.apps[step.host].state.service.access.rows[step.operation]
        unknown = step.unknown(self.made - self.public)
        if unknown.url == step.url and unknown.kwargs == step.kwargs:
            return
        for one in self.callers:
            if self._wrong(one, row, step, by, off=False) and one.principal.role in row.roles:
                await self._compared(step, unknown, one)

    async def _compared(self, step: Step, unknown: Step, one: Stranger) -> None:
        rounds = 3 if self.size is Size.FULL and step.method == "GET" else 1
        for _ in range(rounds):
            began = perf_counter()
            theirs = await self._send(step, one.principal)
            between = perf_counter()
            nobodys = await self._send(unknown, one.principal)
            if step.method == "GET":
                self.real.append(between - began)
                self.nobodys.append(perf_counter() - between)
            self.report.case(
                held=same(theirs, nobodys),
                what=f"{step.operation} as {one.name}: {theirs.status_code} {theirs.text[:120]}"
                f" | {nobodys.status_code} {nobodys.text[:120]}",
            )

    @property
    def made(self) -> set[str]:
        """Return the identifiers that the side's requests and answers have shown."""
        return self.seen - self.before

    def heard(self, where: tuple[str, str], answer: httpx.Response) -> None:
        """Remember which identifiers there are, and which of them are public."""
        super().heard(where, answer)
        self.remember(answer)


async def _run(tools: Tools) -> Report:
    suite, report = tools.suite, Report()
    share = tools.many(handful=15, full=100) / 100
    watch = Guessing(suite, random.Random(tools.seed), share=share)
    watch.report, watch.size, watch.real, watch.nobodys = report, tools.size, [], []
    wechat = doubles.Wechat()
    try:
        with doubles.cheap(suite), doubles.standing_in(suite, "wechat", wechat):
            await books.permit(suite)
            await watch.install(await strangers.gathered(suite))
            scene = Scene(suite, await worlds.world(suite), secrets=watch.secrets)
            await lives.live(scene, wechat)
    finally:
        watch.remove()
    report.figures["pairs"] = report.tried
    if len(watch.real) >= LEAST:
        one, other = median(watch.real), median(watch.nobodys)
        report.figures |= {"found, ms": round(one * 1e3, 2), "not found, ms": round(other * 1e3, 2)}
        close = abs(one - other) < APART_S or max(one, other) < TIMES_SLOWER * min(one, other)
        report.case(held=close or tools.size is Size.HANDFUL, what="times differ")
    with doubles.cheap(suite):
        await _guessing_ends(suite, report)
    return report


async def _guessing_ends(suite: Suite, report: Report) -> None:
    """Guess codes, certificates, log-ins and keys until the door shuts."""
    budgets: Budgets = suite.apps["gateway"].state.service.extra["budgets"]
    before = dict(budgets.per_minute)
    budgets.allow({"logins": MISSES, "misses": MISSES})
    try:
        login = {"login": "nobody", "password": "a wrong pass phrase", "totp": "000000"}
        check = {"number": "S000165650402205000001", "name": "无此人"}
        officer = suite.gateway(suite.officer("650402"))
        visitor = suite.gateway(Principal(f"visitor:{(key := uuid4())}", Role.VISITOR, login=key))
        someone = await people.person(suite)
        me = suite.gateway(suite.trainee(someone.id, login=someone.login))
        for what, client, method, path, body in (
            ("certificates", officer, "POST", "/v1/certificate-checks", check),
            ("classes", suite.gateway(suite.officer("650402")), "GET", "/v1/classes/{}", None),
            ("invitations", me, "GET", "/v1/me/invitations/{}", None),
            ("binding codes", visitor, "POST", "/v1/wechat/bindings", {"code": "AAAA234567"}),
            ("log-ins", suite.gateway(), "POST", "/v1/officers/login", login),
        ):
            last = 0
            for _ in range(MISSES + 6):
                answer = await client.request(method, path.format(uuid4()), json=body)
                last = answer.status_code
            held = last == httpx.codes.TOO_MANY_REQUESTS and "retry-after" in answer.headers
            report.case(held=held, what=f"guessing {what} goes on: {last}")
    finally:
        budgets.allow(before)


PART = Part("enumeration", "别人的、没有的、无权的回答一模一样，猜不出来，猜多了就关门", _run)
