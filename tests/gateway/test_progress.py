"""Progress: the registry's events added up once, shown to each as far as their reach goes."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.gateway.progress import queries
from services.registry.reporting import queries as recount
from shared import principal
from shared.principal import Principal, Role
from tests.registry.world import ok, world
from tests.suite import Suite

GAOCHANG, SHANSHAN = "650402", "650421"
INSERT = (
    "insert into progress_cells (target, authority, quarter, organisation_id, started, completed,"
    " certified, finished, running) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
)


async def put(suite: Suite, *cells: tuple[str, str, str, int, int], running: int = 0) -> UUID:
    """Write cells of one organisation: target, authority, quarter, started, finished."""
    organisation = uuid4()
    for target, authority, quarter, started, finished in cells:
        figures = (started, finished, finished, finished, running)
        await suite.sql("gateway", INSERT, target, authority, quarter, organisation, *figures)
    return organisation


async def read(suite: Suite, by: Principal | None = None, **params: str) -> Any:
    """Read the report as somebody."""
    return ok(await suite.gateway(by).get("/v1/progress", params=params))


def line(report: Any, target: str) -> Any:
    """Return a target's line."""
    return next(one for one in report["targets"] if one["id"] == target)


async def test_the_22_targets_add_up_to_the_goal(suite: Suite) -> None:
    """An empty plan shows its goals and zeros; nothing is made up."""
    report = await read(suite)
    assert len(report["targets"]) == 22
    assert sum(one["goal"] for one in report["targets"]) == report["total"]["goal"] == 105_000
    assert sum(one["goal"] for one in report["blocks"]) == 105_000
    assert report["total"] | {"completed": 0, "certified": 0, "ratio": 0.0} == report["total"]
    assert report["cells"] == []


async def test_measure_16_counts_no_class_and_measure_17_has_no_line(suite: Suite) -> None:
    """Who sits in a class of 16 need not be whom it counts; 17 is schooling without a number."""
    await put(suite, ("m16", GAOCHANG, "2019Q4", 30, 25))
    report = await read(suite)
    assert line(report, "m16")["completed"] is None
    assert line(report, "m16")["withheld"] == "small_or_running"
    assert report["total"]["completed"] == 0
    assert report["total"]["without"] == ["m16"]
    assert [one["number"] for one in report["without_target"]] == [17]


async def test_a_report_sums_targets_authorities_and_quarters(suite: Suite) -> None:
    """Lines, blocks, authorities and total agree; a quarter shows its own."""
    await put(suite, ("m01", GAOCHANG, "2019Q4", 30, 30), ("m02", SHANSHAN, "2019Q4", 20, 20))
    await put(suite, ("m01", GAOCHANG, "2020Q1", 10, 8), running=1)
    report = await read(suite)
    assert line(report, "m01")["completed"] == 38
    assert line(report, "m01")["ratio"] == 0.0038
    assert report["total"]["completed"] == 58
    assert {one["code"]: one["completed"] for one in report["authorities"]}[GAOCHANG] == 38
    assert {one["id"]: one["completed"] for one in report["blocks"]}["enterprises"] == 58
    assert report["quarters"] == ["2019Q4", "2020Q1"]
    only = await read(suite, quarter="2019Q4")
    assert (only["total"]["completed"], only["total"]["started"]) == (50, 50)


async def test_the_public_is_not_told_how_few_did_not_finish(suite: Suite) -> None:
    """A small gap hides the starters of its cell and of what would give it away."""
    await put(
        suite,
        ("m01", GAOCHANG, "2019Q4", 33, 30),
        ("m02", GAOCHANG, "2019Q4", 30, 20),
        ("m01", SHANSHAN, "2019Q4", 40, 30),
    )
    report = await read(suite, quarter="2019Q4")
    cells = {(one["target"], one["authority"]): one for one in report["cells"]}
    assert cells["m01", GAOCHANG]["started"] is cells["m02", GAOCHANG]["started"] is None
    assert cells["m01", SHANSHAN]["started"] == 40
    assert line(report, "m01")["started"] is None
    assert report["total"]["started"] == 103
    assert cells["m01", GAOCHANG]["completed"] == 30


@pytest.mark.parametrize("role", [Role.OFFICER, Role.FINANCE, Role.AUDITOR, Role.DEPARTMENT])
async def test_who_answers_for_an_authority_sees_its_starters(suite: Suite, role: Role) -> None:
    """Their own authority exactly; another's like everybody else."""
    await put(suite, ("m01", GAOCHANG, "2019Q4", 33, 30), ("m01", SHANSHAN, "2019Q4", 22, 20))
    by = Principal(f"{role}:{uuid4()}", role, authorities=(GAOCHANG,), office=f"{GAOCHANG}/hrss")
    report = await read(suite, by)
    cells = {one["authority"]: one for one in report["cells"]}
    assert cells[GAOCHANG]["started"] == 33
    assert cells[SHANSHAN]["started"] is None
    assert report["total"]["started"] is None
    assert report["exact_for"] == [GAOCHANG]


async def test_an_organisation_is_shown_without_its_starters(suite: Suite) -> None:
    """Completed and certified only, whoever asks, and no rate."""
    organisation = await put(suite, ("m01", GAOCHANG, "2019Q4", 33, 30))
    for by in (None, suite.organisation(organisation), suite.officer(GAOCHANG)):
        answer = ok(await suite.gateway(by).get(f"/v1/progress/organisations/{organisation}"))
        assert (answer["completed"], answer["certified"]) == (30, 30)
        assert "started" not in str(answer)
    listed = ok(await suite.gateway().get("/v1/progress/organisations"))
    assert [one["organisation_id"] for one in listed["items"]] == [str(organisation)]


async def test_organisations_are_listed_page_by_page(suite: Suite) -> None:
    """Each is met once."""
    keys = [str(await put(suite, ("m01", GAOCHANG, "2019Q4", 9, 9))) for _ in range(5)]
    seen: list[str] = []
    after: str | None = None
    while True:
        query = httpx.QueryParams({"limit": 2} | ({"after": after} if after else {}))
        page = ok(await suite.gateway().get("/v1/progress/organisations", params=query))
        seen += [one["organisation_id"] for one in page["items"]]
        after = page["next"]
        if after is None:
            break
    assert seen == sorted(keys)


async def test_a_known_report_costs_a_304(suite: Suite) -> None:
    """The ETag changes with the figures only."""
    gateway = suite.gateway()
    first = await gateway.get("/v1/progress")
    tag = {"If-None-Match": first.headers["etag"]}
    assert (await gateway.get("/v1/progress", headers=tag)).status_code == 304
    await put(suite, ("m01", GAOCHANG, "2019Q4", 9, 9))
    assert (await gateway.get("/v1/progress", headers=tag)).status_code == 200


async def test_a_quarter_has_its_form(suite: Suite) -> None:
    """Anything else is refused by name."""
    assert (await suite.gateway().get("/v1/progress?quarter=2020-1")).status_code == 400


async def test_a_taught_class_is_counted_once_and_a_recount_agrees(suite: Suite) -> None:
    """From sheets to the report, through the feed, whatever is read twice."""
    there = await world(suite)
    room = await there.completion_class()
    people = await there.enrol(room, 9)
    await there.teach(room, [people] + [people[:7]] * 19, by=there.employer)
    there.at(date(2020, 5, 4))
    await suite.settle()
    await suite.settle()
    everywhere = suite.officer(GAOCHANG, SHANSHAN, "650422", "650400", "6504L1")
    report = await read(suite, everywhere)
    assert line(report, "m01") | {"started": 9, "completed": 7} == line(report, "m01")
    gateway, registry = (suite.apps[name].state.service for name in ("gateway", "registry"))
    async with gateway.database.transaction(principal.service("gateway", "check")) as session:
        stored = await queries.stored_cells(session)
    async with registry.database.transaction(principal.service("registry", "check")) as session:
        expected = await recount.expected_cells(session)
    assert stored == expected != {}
    rows = await suite.sql("gateway", "select sum(running) as n from progress_cells")
    assert rows[0]["n"] == 0


async def test_withdrawals_are_counts_of_ended_quarters(suite: Suite) -> None:
    """By authority and quarter, small numbers null, the running quarter not at all."""
    there = await world(suite)
    room = await there.file_class()
    for place in await there.enrol(room, 6):
        await there.leave(place)
    url = "/v1/progress/withdrawals"
    assert ok(await suite.gateway().get(url))["items"] == []
    suite.clock.at = datetime(2020, 4, 1, 4, tzinfo=UTC)
    (found,) = ok(await suite.gateway().get(url))["items"]
    assert found == {"authority": GAOCHANG, "quarter": "2020Q1", "count": 6}
    await suite.sql(
        "registry",
        "update enrolments set left_at = null where id in (select id from enrolments limit 2)",
    )
    (found,) = ok(await suite.gateway().get(url))["items"]
    assert found["count"] is None
