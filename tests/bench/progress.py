"""The report of the whole plan, exact, over a million enrolments."""

from time import perf_counter

from tests.bench import measuring
from tests.bench.figures import Figure
from tests.bench.row import Row
from tests.bench.tools import Tools

CLASSES = 20_000
A_CLASS = 50
ORGANISATIONS = 200
# Classes spread over targets, authorities, quarters and organisations as they come.
FILL = (
    "insert into progress_cells as c (target, authority, quarter, organisation_id, started,"
    " completed, certified, finished, running)"
    " select t.name, a.code, q.name, md5((n % $4)::text)::uuid, count(*) * $5, count(*) * $5 - 5,"
    " count(*) * $5 - 10, count(*) * $5 - 5, 0"
    " from generate_series(0, $6::bigint - 1) n"
    " join unnest($1::text[]) with ordinality t(name, i)"
    "  on t.i = 1 + (n * 7919) % cardinality($1::text[])"
    " join unnest($2::text[]) with ordinality a(code, i)"
    "  on a.i = 1 + (n * 104729) % cardinality($2::text[])"
    " join unnest($3::text[]) with ordinality q(name, i)"
    "  on q.i = 1 + (n * 1299709 / 7) % cardinality($3::text[])"
    " group by 1, 2, 3, 4"
)
COUNTED = "select sum(started)::bigint as n from progress_cells where target = any($1)"
QUARTERS = [f"{year}Q{n}" for year in (2019, 2020) for n in (1, 2, 3, 4)]


async def run(tools: Tools) -> list[Figure]:
    """Measure GET /v1/progress for an officer who sees exact figures, one after another."""
    suite = await tools.memory()
    plan = suite.apps["gateway"].state.service.plan
    authorities = [one.code for one in plan.authorities]
    targets = [one.id for one in plan.targets]
    await suite.sql(
        "gateway", FILL, targets, authorities, QUARTERS, ORGANISATIONS, A_CLASS, CLASSES
    )
    [held] = await suite.sql("gateway", "select sum(started)::bigint as n from progress_cells")
    assert held["n"] == CLASSES * A_CLASS
    await tools.settled(suite, "gateway")
    client = suite.gateway(suite.officer(*authorities))
    taken = []
    for _ in range(60):
        began = perf_counter()
        answer = await client.get("/v1/progress")
        taken.append(1_000 * (perf_counter() - began))
        assert answer.status_code == 200, answer.text
    # What a category is counted by is no class's own: it is told apart from the total.
    own = [one.id for one in plan.targets if one.counts_category is None]
    [counted] = await suite.sql("gateway", COUNTED, own)
    assert answer.json()["total"]["started"] == counted["n"] > 0.9 * CLASSES * A_CLASS
    figure = measuring.median(taken[10:])
    return [Figure("progress_report", figure, 20, "ms", 1, at_most=True, travels=False)]


ROWS = (Row(("progress_report",), "the whole plan over a million enrolments", run),)
