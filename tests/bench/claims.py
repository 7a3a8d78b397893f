"""Claims: filed through the public door and decided, against COPY of the very rows they left."""

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from shared.telemetry import Receive, Scope, Send
from tests.bench import measuring
from tests.bench.figures import Figure
from tests.bench.measuring import Copied
from tests.bench.row import Row
from tests.bench.tools import Tools
from tests.claims.submissions import world
from tests.registry import world as worlds
from tests.registry.world import World

CLASSES_MAX = 20
PRICE = 120_000
DOCUMENT = {"title": "培训台账", "number": "示例2020-1", "sha256": "ab" * 32}
Json = dict[str, Any]


@dataclass
class Registry:
    """What the registry answers about the classes at hand, as bytes made before.

    Its own work is not the decision's; what claims makes of its answer is all measured here.
    """

    answer: bytes = b""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the facts of the claim that is being filed."""
        more = True
        while more:
            more = (await receive()).get("more_body", False)
        assert scope["path"] == "/internal/class-facts", scope["path"]
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": self.answer, "more_body": False})


@dataclass(frozen=True)
class Filing:
    """A claim to be filed, and what has to become of its lines."""

    body: Json
    told: bytes
    lines: int
    refused: int
    undecided: int


@dataclass
class Office:
    """An institution that files, and the suite with a registry that answers at once."""

    there: World
    client: httpx.AsyncClient
    registry: Registry
    copied: Copied
    chance: random.Random
    left: dict[str, bytes] = field(default_factory=dict)

    def filing(self, lines: int) -> Filing:
        """Make a claim for classes that nobody has seen: most are paid, one line in nine is not."""
        contract = {
            "commission_id": str(self.there.commission),
            "offering_id": str(self.there.offering),
        }
        classes = [
            world.course(self.there.institution.id, **contract)
            for _ in range(min(CLASSES_MAX, -(-lines // 50)))
        ]
        made, kinds = [], Counter[str]()
        for n in range(lines):
            kind, changes = _person(self.chance.random(), self.chance)
            kinds[kind] += 1
            made.append(world.line(classes[n % len(classes)], attended_on=None, **changes))
        body = {
            "matter": "claim-training-subsidy",
            "class_ids": [one["id"] for one in classes],
            "route": "documents",
            "documents": [DOCUMENT],
        }
        told = json.dumps(world.told(classes, made)).encode()
        return Filing(body, told, lines, kinds["refused"], kinds["undecided"])

    async def file(self, filing: Filing) -> float:
        """File it; return the seconds, after a look at what was decided."""
        self.registry.answer = filing.told
        answers: list[httpx.Response] = []

        async def send() -> None:
            answers.append(await self.client.post("/v1/claims", json=filing.body))

        seconds = await measuring.timed(send)
        answer = answers[0]
        assert answer.status_code == 201, answer.text
        claim = UUID(answer.json()["id"])
        rows = await self.there.suite.sql(
            "claims",
            "select state, count(*) as n, count(transfer_id) as held,"
            " coalesce(sum(amount_fen), 0)::bigint as fen from claim_lines where claim_id = $1"
            " group by state",
            claim,
        )
        found = {row["state"]: (row["n"], row["held"], row["fen"]) for row in rows}
        paid = filing.lines - filing.refused - filing.undecided
        assert found.get("refused", (0,))[0] == filing.refused, found
        assert found.get("undecided", (0,))[0] == filing.undecided, found
        assert found["approvable"] == (paid, paid, paid * PRICE), found
        return seconds

    async def ours(self) -> float:
        """File ten thousand lines in one claim and keep what it left."""
        filing = self.filing(10_000)
        await self.copied.mark()
        seconds = await self.file(filing)
        self.left = await self.copied.left()
        return seconds

    async def limit(self) -> float:
        """COPY the rows of the last claim."""
        return await self.copied.write(self.left)


def _person(at: float, chance: random.Random) -> tuple[str, Json]:
    if at < 0.03:
        return "refused", {"facts": {"pension": world.known("employees")}}
    if at < 0.06:
        return "undecided", {"facts": {"pension": None}}
    if at < 0.11:
        return "refused", {"hours_attended": chance.randrange(4, 31)}
    return "paid", {"hours_attended": chance.choice([40, 40, 40, 39, 38, 37])}


async def _office(tools: Tools) -> Office:
    suite = await tools.memory()
    there = await worlds.world(suite)
    await world.permit(suite)
    await world.money(suite, 10**13)
    client = suite.gateway(there.institution.principal)
    client.timeout = httpx.Timeout(120)
    copied = Copied(await tools.connection(suite, "claims"))
    await copied.prepare()
    await tools.settled(suite, "claims", "institutions")
    return Office(there, client, Registry(), copied, random.Random(53))


async def run_10k(tools: Tools) -> list[Figure]:
    """Measure a claim of 10,000 lines."""
    office, lines = await _office(tools), 10_000
    with tools.in_place_of("registry", office.there.suite, office.registry):
        pair = await measuring.alternate(office.ours, office.limit)
    assert not await world.wrong(office.there.suite)
    return [Figure("claim_decide_10k", lines / pair.ours, lines / pair.limit, "lines/s", 0.50)]


async def run_50(tools: Tools) -> list[Figure]:
    """Measure claims of 50 lines, one after another."""
    office = await _office(tools)
    taken = []
    with tools.in_place_of("registry", office.there.suite, office.registry):
        for n in range(420):
            seconds = await office.file(office.filing(50))
            if n >= 20:
                taken.append(1_000 * seconds)
    p99 = measuring.percentile(taken, 0.99)
    return [Figure("claim_decide_50", p99, 20, "ms p99", 1, at_most=True, travels=False)]


ROWS = (
    Row(("claim_decide_10k",), "a claim of 10,000 lines against COPY of its rows", run_10k),
    Row(("claim_decide_50",), "claims of 50 lines, the slowest of a hundred", run_50),
)
