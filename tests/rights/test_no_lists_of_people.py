"""No lists of people to be trained: filters, rates and withdrawals. POLICY.md 9.4."""

import ast
import re
import tomllib
from pathlib import Path

from services.gateway.progress import report
from services.gateway.progress.rules import Cell
from shared.principal import Role
from tests.rights import described
from tests.suite import START, Suite

CLOSED = tomllib.loads((Path(__file__).parent / "closed.toml").read_text("utf-8"))
SERVICES = Path(__file__).parents[2] / "services"
PAGE = {"after", "limit"}
# What would choose people by what they are, want or answered.
ABOUT_PERSONS = re.compile(
    r"categor|language|answer|confirm|declin|refus|left|leav|birth|born|age$|^age|sex|gender"
    r"|ethnic|minzu|relig|politic|household|poor|village|town|address|phone|name|number|person"
    r"|trainee|enrol|login|device|score|risk|rank|started|present|absent|attend|completed"
)
COUNTS = {"started", "completed", "certified", "paid", "confirmed", "enrolled", "left", "absent"}


async def test_every_query_parameter_of_every_operation_is_on_the_list(suite: Suite) -> None:
    """A new filter anywhere, inside or outside, is a decision taken in closed.toml."""
    pages = [one for one in described.operations(suite) if one.name.startswith("page_")]
    common = set.intersection(*(set(one.query) for one in pages))
    assert sorted(common) == CLOSED["of_every_page"]["parameters"]
    found: dict[str, dict[str, list[str]]] = {}
    for one in described.operations(suite):
        query = [name for name in one.query if one not in pages or name not in common]
        if query:
            found.setdefault(one.service, {})[one.name] = query
    assert found == CLOSED["parameters"]


async def test_the_public_document_offers_no_other_filter(suite: Suite) -> None:
    """What the gateway publishes has the parameters of the operation behind it."""
    inside = {one.name: one.query for one in described.operations(suite)}
    for name, raw in (await described.public(suite)).items():
        query = sorted(one["name"] for one in raw["parameters"] if one["in"] == "query")
        assert query == inside[name], name


async def test_no_filter_chooses_persons(suite: Suite) -> None:
    """A word of the text's language is the only exception, and each is explained in the list."""
    found = {
        f"{one.name}.{name}"
        for one in described.operations(suite)
        for name in one.query
        if ABOUT_PERSONS.search(name) and not one.name.startswith("page_")
    }
    assert found == set(CLOSED["about_no_person"])


async def test_a_list_about_persons_is_filtered_by_nothing(suite: Suite) -> None:
    """Whoever others read about comes in pages, never by a property."""
    some = 0
    for one in described.operations(suite):
        if one.others() and one.answers & {"trainee_id", "enrolment_id", "stored_name"}:
            some += 1
            told = {name.partition(".")[2] for name in CLOSED["about_no_person"]}
            allowed = PAGE | set(CLOSED["of_lists_of_persons"].get(one.name, ())) | told
            assert set(one.query) <= allowed, one.name
    assert some > 5


async def test_an_organisation_shows_completed_and_certified_only(suite: Suite) -> None:
    """Wherever figures stand beside an organisation, in any answer of any service."""
    found = {}
    for name, schema in described.schemas(suite).items():
        held = {
            field
            for field, what in schema.get("properties", {}).items()
            if field in COUNTS and what.get("type") in {"integer", "number"}
        }
        if "organisation_id" in schema.get("properties", {}) and held:
            found[name] = sorted(held)
    assert found == {
        "gateway.OrganisationProgress": ["certified", "completed"],
        "gateway.OrganisationSums": ["certified", "completed"],
    }
    lines = described.schemas(suite)["gateway.OrganisationLine"]["properties"]
    assert set(lines) == {"target", "quarter", "completed", "certified"}


def test_no_rate_changes_with_who_started(suite: Suite) -> None:
    """The same report with other starters differs in `started` alone."""
    plan, today = suite.apps["gateway"].state.service.plan, START.date()
    target = next(one.id for one in plan.targets if not one.counts_category)
    authority = plan.authorities[0].code
    shown = []
    for started in (900, 300):
        cell = Cell(target, authority, "2019Q4", started, 200, 100, finished=9, running=0)
        known = report.know(
            plan,
            report.Counted([cell], {}, []),
            exact=[one.code for one in plan.authorities],
            categories_exact=[],
            today=today,
            quarter=None,
        )
        shown.append(report.report(plan, known, today=today, quarter=None).model_dump())
    changed = set(_changed(shown[0], shown[1]))
    assert changed == {"started"}
    assert shown[0]["total"]["ratio"] > 0


def _changed(one: object, other: object, key: str = "") -> list[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        return [name for word in one for name in _changed(one[word], other[word], word)]
    if isinstance(one, list) and isinstance(other, list):
        pairs = zip(one, other, strict=True)
        return [name for left, right in pairs for name in _changed(left, right, key)]
    return [] if one == other else [key]


def test_nothing_is_divided_by_or_out_of_who_started() -> None:
    """Neither in Python nor in SQL."""
    found = []
    for path in SERVICES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            divides = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.FloorDiv)
            ratio = isinstance(node, ast.Call) and "ratio" in ast.unparse(node.func)
            if (divides or ratio) and re.search(r"\bstarted\b", ast.unparse(node)):
                found.append(f"{path.name}:{node.lineno}")
    for path in SERVICES.rglob("*.sql"):
        lines = path.read_text("utf-8").splitlines()
        whole = enumerate((line.partition("--")[0] for line in lines), 1)
        divided = re.compile(r"\bstarted\b[^,;]*[^/*]/[^/*]|[^/*]/[^/*,;]*\bstarted\b")
        found += [f"{path.name}:{n}" for n, line in whole if divided.search(line)]
    assert found == []


async def test_withdrawals_are_told_by_authority_and_quarter_only(suite: Suite) -> None:
    """Two answers in the suite tell them, with these fields."""
    named = {
        name: sorted(schema["properties"])
        for name, schema in described.schemas(suite).items()
        if re.search(r"withdrawal|leaver|departure|left|dropout", name.partition(".")[2].lower())
        and schema.get("properties")
    }
    own = {"registry.DepartureIn", "registry.DepartureOut"}
    other = set(CLOSED["withdrawals_of_something_else"])
    assert set(named) - own - other == {
        "registry.WithdrawalOut",
        "gateway.WithdrawalOut",
        "gateway.WithdrawalsOut",
    }
    for name in ("registry.WithdrawalOut", "gateway.WithdrawalOut"):
        assert named[name] == ["authority", "count", "quarter"]
    assert named["gateway.WithdrawalsOut"] == ["items", "suppressed_below"]


async def test_who_left_when_is_told_to_the_person_alone(suite: Suite) -> None:
    """No answer to anybody else has the time of leaving."""
    found = {one.name for one in described.operations(suite) if "left_at" in one.answers}
    roles = {
        role for one in described.operations(suite) if one.name in found for role in one.row.roles
    }
    assert found
    assert roles == {Role.TRAINEE}


async def test_the_database_never_tells_a_small_number_of_leavers(suite: Suite) -> None:
    """Four are null, five are five, whatever threshold the caller names."""
    connection = suite.superuser("registry")
    await connection.execute("set session_replication_role = replica")
    try:
        for authority, many in (("650402", 4), ("650421", 5)):
            await connection.execute(
                "insert into enrolments (id, class_id, authority, organisation_id, trainee_id,"
                " name_sealed, confirmed_at, left_at) select gen_random_uuid(),"
                " gen_random_uuid(), $1, gen_random_uuid(), gen_random_uuid(), '\\x00',"
                " '2020-02-01', '2020-02-02' from generate_series(1, $2)",
                *(authority, many),
            )
    finally:
        await connection.execute("set session_replication_role = origin")
    for threshold in (0, 1, 5):
        async with connection.transaction():
            await connection.execute("select set_config('zhipei.role', 'service', true)")
            rows = await connection.fetch("select * from leavers($1) order by 1", threshold)
        assert [tuple(row) for row in rows] == [
            ("650402", "2020Q1", None),
            ("650421", "2020Q1", 5),
        ]
