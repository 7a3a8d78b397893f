"""Seeded lives: random people do random things while random things break; all is recounted.

A seed draws who does what, and what breaks; it repeats the same actions, not the same interleaving.
"""

import csv
import io
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import httpx

from services.claims.submissions.schemas import ALLOWANCE_STATEMENTS, SUBSIDY_STATEMENTS
from tests.faults import invariants
from tests.faults.part import Part, Report, Tools
from tests.faults.points import MAY_BREAK, Breaking, Point, Tracer
from tests.journeys import life, money
from tests.journeys.life import Life
from tests.journeys.stage import MemoryStage
from tests.registry import world as worlds

ACTIONS = 60
BREAKS = 25
AUTHORITY = life.AUTHORITY
WORDS = "经核对原始材料，情况如实。"
PAPER = {"reason": WORDS, "document_number": "高人社核〔2020〕示例5号"}
Json = dict[str, Any]
Act = Callable[["Random"], Awaitable[httpx.Response | None]]


@dataclass(slots=True)
class Random:
    """One random life: whatever is drawn takes one number, however long the list is."""

    life: Life
    chance: random.Random
    now: datetime
    did: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)

    def pick(self, some: Sequence[Any]) -> Any:
        """Draw one, or None of none."""
        place = self.chance.random()
        return some[int(place * len(some))] if some else None

    async def items(self, path: str, name: str = "items") -> list[Json]:
        """Read a list as a finance officer."""
        found: list[Json] = (await self.life.finance().get(path))[name]
        return found


async def _claim(of: Random) -> httpx.Response:
    name = of.pick("AB")
    body = {"matter": "claim-training-subsidy", "class_ids": [of.life.classes[name]["id"]]}
    said = money.promise("claim-training-subsidy", SUBSIDY_STATEMENTS, signer=worlds.SIGNER)
    papers = {"route": "documents", "documents": [life.PAPER]}
    return await of.life.client(name).ask("/claims", body | of.pick((said, papers)))


async def _allowance(of: Random) -> httpx.Response:
    me = of.pick(of.life.people)
    own = money.promise("claim-living-allowance", ALLOWANCE_STATEMENTS)
    own["class_id"] = of.life.classes["A"]["id"]
    return await me.caller.ask("/claims/living-allowance", own)


async def _account(of: Random) -> httpx.Response:
    me = of.pick(of.life.people)
    number = of.pick((money.CARD, money.PASSBOOK))
    account = {"bank": "示例银行高昌支行", "account_number": number, "holder": me.name}
    return await me.caller.ask("/me/bank-account", account)


async def _withdraw(of: Random) -> httpx.Response | None:
    name = of.pick("AB")
    claim = of.pick((await of.life.client(name).get("/claims"))["items"])
    if claim is None:
        return None
    return await of.life.client(name).ask(f"/claims/{claim['id']}/withdrawal")


async def _review(of: Random) -> httpx.Response | None:
    officer = of.life.officer()
    claim = of.pick((await officer.get("/review-queue"))["items"])
    word = of.pick(("reviewed", "reviewed", "reviewed", "refused", "returned"))
    if claim is None:
        return None
    lines = (await officer.get(f"/claims/{claim['claim_id']}/review-lines"))["items"]
    if drawn := [line["line_id"] for line in lines if line["sampled"]]:
        await of.life.officer().ask("/review-looks", {"line_ids": drawn, "finding": "in_order"})
    body = {"claim_id": claim["claim_id"], "decision": word, "reason": WORDS}
    return await of.life.officer().ask("/review-decisions", body)


async def _publish(of: Random) -> httpx.Response:
    return await of.life.officer().ask("/notices", {"authority": AUTHORITY})


async def _object(of: Random) -> httpx.Response | None:
    notice = of.pick(await of.items("/notices"))
    number = of.pick((1, 2, 3))
    if notice is None:
        return None
    text = {"number": number, "text": "该学员班期内一直在外地，未参加培训。"}
    return await of.life.client("B").ask(f"/notices/{notice['id']}/objections", text)


async def _find(of: Random) -> httpx.Response | None:
    objection = of.pick((await of.life.officer().get("/objections"))["items"])
    finding, agreed = of.pick(("upheld", "dismissed", "dismissed")), of.pick((True, True, False))
    if objection is None:
        return None
    path = f"/objections/{objection['id']}"
    await of.life.officer().ask(f"{path}/finding", {"finding": finding, "reason": WORDS})
    return await of.life.officer().ask(f"{path}/confirmation", {"agreed": agreed})


async def _batch(of: Random) -> httpx.Response:
    fund, kind = of.pick(money.BATCHES)
    body: Json = {"authority": AUTHORITY, "fund": fund, "payee_kind": kind}
    before = of.pick([None, *await of.items("/payment-batches")])
    most = of.pick((1, 2, 100))
    if before is not None:
        body |= {"reissue_of": before["id"], **{k: before[k] for k in ("fund", "payee_kind")}}
    return await of.life.finance().ask("/payment-batches", body | {"lines_max": most})


async def _settle_batch(of: Random) -> httpx.Response | None:
    batch = of.pick([b for b in await of.items("/payment-batches") if b["state"] == "created"])
    word = of.pick(("issue", "issue", "issue", "cancellation"))
    if batch is None:
        return None
    return await of.life.finance().ask(f"/payment-batches/{batch['id']}/{word}")


async def _return(of: Random) -> httpx.Response | None:
    batch = of.pick([b for b in await of.items("/payment-batches") if b["file_lines"]])
    draws = [of.chance.random() for _ in range(6)]
    if batch is None:
        return None
    text = await of.life.finance().text(f"/payment-batches/{batch['id']}/file")
    rows = list(csv.reader(io.StringIO(text)))[1:]
    told = []
    for row, draw in zip(rows, draws, strict=False):
        fen = int(row[4].replace(".", ""))
        outcome = "paid" if draw < 0.6 else "rejected"  # most are paid
        told.append({"reference": row[0], "outcome": outcome, "fen": fen, "reason": "户名不符"})
    return await of.life.finance().ask(f"/payment-batches/{batch['id']}/returns", told[:4])


async def _bounce(of: Random) -> httpx.Response | None:
    batch = of.pick([b for b in await of.items("/payment-batches") if b["file_lines"]])
    place = of.chance.random()
    if batch is None:
        return None
    payments = await of.items(f"/payment-batches/{batch['id']}/payments")
    paid = payments[int(place * len(payments))]
    slip = {"reason": "bank_fault", "document_number": "示例退汇单2020-17"}
    return await of.life.finance().ask(f"/payments/{paid['id']}/bounce", slip)


async def _appeal(of: Random) -> httpx.Response | None:
    me, word = of.pick(of.life.people), of.pick(("reopened", "dismissed"))
    line = of.pick((await me.caller.get("/me/claim-lines"))["items"])
    if line is None:
        return None
    asked = await me.caller.ask("/me/appeals", {"line_id": line["id"], "text": WORDS})
    if asked.is_error:
        return asked
    answer = {"answer": word, "text": WORDS}
    return await of.life.officer().ask(f"/appeals/{asked.json()['id']}/answer", answer)


async def _lose_ground(of: Random) -> httpx.Response | None:
    claim = of.pick(await of.items("/claims"))
    place = of.chance.random()
    if claim is None or place < 0.5:  # seldom, or nothing is ever paid
        return None
    lines = await of.items(f"/claims/{claim['id']}/lines")
    line = lines[int(place * len(lines))]
    return await of.life.finance().ask("/to-recover", PAPER | {"line_ids": [line["id"]]})


async def _wait(of: Random) -> None:
    of.now += timedelta(hours=of.pick((1, 26, 50, 100, 200)))
    await of.life.stage.at(of.now)


MENU: tuple[tuple[Act, int], ...] = (
    (_claim, 6),
    (_allowance, 4),
    (_account, 3),
    (_withdraw, 1),
    (_review, 8),
    (_publish, 5),
    (_object, 1),
    (_find, 2),
    (_batch, 8),
    (_settle_batch, 8),
    (_return, 7),
    (_bounce, 2),
    (_appeal, 2),
    (_lose_ground, 1),
    (_wait, 8),
)


def _plan(chance: random.Random, first: int, actions: int) -> dict[Point, Breaking]:
    """Draw what breaks: in some step after the first, some statement, commit or send."""
    plan = {}
    for _ in range(BREAKS):
        where = chance.choice(list(MAY_BREAK))
        point = Point(first + chance.randrange(3 * actions), where, chance.randrange(1, 7))
        plan[point] = chance.choice(MAY_BREAK[where])
    return plan


async def one(tools: Tools, report: Report, seed: int, actions: int) -> list[str]:
    """Live one random life; return what was done, in order."""
    chance = random.Random(seed)
    on = MemoryStage(tools.suite)
    taught = await life.be_taught(on)
    of = Random(taught, chance, on.moved[-1])
    tracer = Tracer(tools.suite, on, _plan(random.Random(seed + 1), on.step, actions))
    acts = [act for act, weight in MENU for _ in range(weight)]
    wrong = []
    with tracer.listening():
        for _ in range(actions):
            act = chance.choice(acts)
            name = act.__name__.strip("_")
            try:
                answer = await act(of)
            except Exception as error:  # noqa: BLE001 - whoever is refused is told, not crashed
                wrong.append(f"{name}: {type(error).__name__}: {error}"[:300])
                break
            told = "–"
            if answer is not None:
                told = "done" if answer.is_success else str(answer.json().get("code"))
            of.did.append(f"{name} {told}")
            if answer is not None:
                of.answers[f"{name} {'done' if told == 'done' else 'refused'}"] += 1
    await on.at(of.now + timedelta(days=1))
    wrong += await invariants.broken(tools.suite)
    report.case(held=not wrong, what=f"seed {seed} after {len(of.did)} actions: {wrong}"[:900])
    for what, n in (*of.answers.items(), ("faults", len(tracer.broken))):
        report.figures[what] = int(report.figures.get(what, 0)) + n
    await tools.suite.clean()
    return of.did


async def run(tools: Tools) -> Report:
    """Live as many lives as there is time for; live the first one twice."""
    report = Report()
    actions = tools.many(handful=25, full=ACTIONS)
    first = await one(tools, report, tools.seed, actions)
    if tools.many(handful=0, full=1):
        again = await one(tools, report, tools.seed, actions)
        report.case(held=again == first, what="a seed did not repeat its actions")
    for n in range(1, tools.many(handful=1, full=30)):
        await one(tools, report, tools.seed + 1000 * n, actions)
    report.figures["actions of the first life"] = sha256("\n".join(first).encode()).hexdigest()[:16]
    return report


PART = Part(
    "seeded_lives",
    "whatever random people do while random things break, every recount agrees",
    run,
)
