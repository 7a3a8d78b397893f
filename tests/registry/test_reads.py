"""Who reads what a person wrote is noted before, and forgotten when its retention ends."""

from datetime import UTC, date, datetime
from uuid import uuid4

from services.registry.trainees import erasing
from shared import principal as principals
from tests.registry import people
from tests.registry.world import ok, problem, world
from tests.suite import Suite


async def test_an_office_that_opens_an_appeal_is_noted_once_an_issue(suite: Suite) -> None:
    """By the service of claims for that purpose only; another office is another entry."""
    here = await world(suite)
    someone = await people.person(suite)
    issue = str(uuid4())
    body = {"trainee_id": str(someone.id), "what": "appeal", "issue_id": issue}
    claims = suite.service("registry", principals.service("claims", "reading"))
    for office in ("650402/hrss", "650402/hrss", "650400/hrss"):
        ok(await claims.post("/internal/reads", json={**body, "office": office}))
    log = ok(await someone.client.get("/me/access-log"))["items"]
    found = [one for one in log if one["purpose"] == "appeal"]
    assert sorted(one["office"] for one in found) == ["650400/hrss", "650402/hrss"]
    nobody = {**body, "trainee_id": str(uuid4()), "office": "650402/hrss"}
    problem(await claims.post("/internal/reads", json=nobody), 404, "not_found")
    wrong = suite.service("registry", principals.service("claims", "facts"))
    for client in (here.officer, here.institution.client, wrong):
        said = {**body, "office": "650402/hrss"}
        problem(await client.post("/internal/reads", json=said), 403, "forbidden")


async def test_logs_past_their_retention_are_erased_and_no_others(suite: Suite) -> None:
    """Three years by the calendar of Shanghai."""
    await world(suite)
    someone = await people.person(suite)
    await suite.sql("registry", "delete from access_log")
    for day in (datetime(2017, 3, 1, tzinfo=UTC), datetime(2017, 3, 3, tzinfo=UTC)):
        await suite.sql(
            "registry",
            "insert into access_log (id, trainee_id, by_subject, purpose, what, at)"
            " values ($1, $2, 'officer:test', 'binding', 'id_number', $3)",
            *(uuid4(), someone.id, day),
        )
    suite.clock.at = datetime(2020, 3, 2, 4, tzinfo=UTC)
    await suite.settle()
    rows = await suite.sql("registry", "select at from access_log")
    assert [row["at"].date() for row in rows] == [date(2017, 3, 3)]


def test_a_retention_of_years_ends_on_a_day_that_every_year_has() -> None:
    """On a leap day too."""
    found = erasing.before(date(2024, 2, 29), years=3)
    assert found.isoformat() == "2021-02-28T00:00:00+08:00"
