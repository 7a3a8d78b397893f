"""The queue, what is overdue, and who stands in for whom."""

from datetime import UTC, date, datetime, timedelta

from services.claims.review import rules
from shared.workdays import Calendar, Notice
from tests.claims.review import world
from tests.registry.world import ok, problem
from tests.suite import Suite


def delegation(**changes: str) -> dict[str, str]:
    """Fill in a delegation of Gaochang's review to the municipal office."""
    return {
        "authority": "650402",
        "stand_in": "650400",
        "step": "review",
        "from_date": "2020-03-03",
        "to_date": "2020-03-31",
        "document_number": "高人社函〔2020〕示例1号",
    } | changes


async def test_the_queue_shows_what_waits_and_until_when(suite: Suite) -> None:
    """Ten working days from the desk, with what is still to be looked at."""
    await world.holidays(suite)
    claim = await world.on_desk(suite, 2)
    [item] = ok(await world.officer(suite).get("/review-queue"))["items"]
    assert item["claim_id"] == str(claim)
    assert (item["lines"], item["fen"], item["to_look_at"]) == (2, 240_000, 1)
    assert (item["due_on"], item["overdue"]) == ("2020-03-16", False)
    suite.clock.at += timedelta(days=15)
    [item] = ok(await world.officer(suite).get("/review-queue"))["items"]
    assert item["overdue"]


async def test_the_queue_goes_on_page_by_page(suite: Suite) -> None:
    """Each claim once, in the order of its time on the desk."""
    for _ in range(3):
        await world.on_desk(suite)
        suite.clock.at += timedelta(minutes=1)
    reviewer, seen = world.officer(suite), []
    after: dict[str, str] = {}
    while True:
        page = ok(await reviewer.get("/review-queue", params={"limit": 1, **after}))
        seen += [item["entered_at"] for item in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert len(seen) == 3
    assert seen == sorted(seen)


async def test_without_the_years_holidays_the_queue_stands_and_the_clock_says_so(
    suite: Suite,
) -> None:
    """No due day is better than a wrong one."""
    await world.on_desk(suite)
    [item] = ok(await world.officer(suite).get("/review-queue"))["items"]
    assert (item["due_on"], item["overdue"]) == (None, False)
    late = ok(await world.officer(suite).get("/overdue-steps"))
    gap = {"authority": "650402", "year": 2020, "missing": "regional"}
    assert (late["items"], late["without_calendar"]) == ([], [gap])


async def test_a_step_is_overdue_the_day_after_its_last_working_day(suite: Suite) -> None:
    """Review has ten working days, publication after it five, each with its source."""
    await world.holidays(suite)
    claim = await world.on_desk(suite)
    suite.clock.at = datetime(2020, 3, 16, 15, tzinfo=UTC)  # 23:00 of the last day
    assert ok(await world.officer(suite).get("/overdue-steps"))["items"] == []
    suite.clock.at = datetime(2020, 3, 16, 16, 1, tzinfo=UTC)
    [item] = ok(await world.officer(suite).get("/overdue-steps"))["items"]
    assert (item["step"], item["claim_id"]) == ("review", str(claim))
    assert (item["since"], item["due_on"], item["workdays"]) == ("2020-03-02", "2020-03-16", 10)
    assert "POLICY 2.1" in item["source"]
    await world.reviewed(suite, claim)
    assert ok(await world.officer(suite).get("/overdue-steps"))["items"] == []
    suite.clock.at += timedelta(days=8)
    [item] = ok(await world.officer(suite).get("/overdue-steps"))["items"]
    assert item["step"] == "notice"


def test_a_regional_holiday_moves_the_day_from_which_a_step_is_overdue() -> None:
    """古尔邦节 is no working day here."""
    plain = Calendar(region="650402", notices=[Notice("示例1号", "650402", 2020)])
    feast = Notice("示例2号", "650402", 2020, rests=frozenset({date(2020, 7, 31)}))
    local = Calendar(region="650402", notices=[feast])
    assert rules.overdue_before(plain, date(2020, 8, 4), 2) == date(2020, 7, 30)
    assert rules.overdue_before(local, date(2020, 8, 4), 2) == date(2020, 7, 29)


async def test_a_stand_in_reviews_on_the_days_of_the_delegation_only(suite: Suite) -> None:
    """Before its first day and after its last the claim is not even there."""
    claim = await world.on_desk(suite)
    ok(await world.officer(suite).post("/delegations", json=delegation()), 201)
    city = world.officer(suite, "650400")
    body = world.decision(claim, "refused")
    problem(await city.post("/review-decisions", json=body), 404, "not_found")
    suite.clock.at = datetime(2020, 4, 1, 2, tzinfo=UTC)
    problem(await city.post("/review-decisions", json=body), 404, "not_found")
    suite.clock.at = datetime(2020, 3, 31, 2, tzinfo=UTC)
    assert len(ok(await city.get("/review-queue"))["items"]) == 1
    ok(await city.post("/review-decisions", json=body), 201)
    assert await world.states(suite, claim) == ["refused"]
    assert await world.held_fen(suite) == 0


async def test_a_delegation_of_one_step_gives_no_other(suite: Suite) -> None:
    """Who stands in for release reviews nothing; other operations stay closed."""
    claim = await world.on_desk(suite)
    body = delegation(step="release", from_date="2020-03-02")
    ok(await world.client(suite, world.finance()).post("/delegations", json=body), 201)
    city = world.officer(suite, "650400")
    problem(
        await city.post("/review-decisions", json=world.decision(claim, "refused")),
        404,
        "not_found",
    )


async def test_delegations_are_published_to_everybody(suite: Suite) -> None:
    """From whom, to whom, for what, how long, by which document."""
    ok(await world.officer(suite).post("/delegations", json=delegation()), 201)
    public = world.client(suite, suite.organisation("01700000-0000-7000-8000-000000000001"))
    [item] = ok(await public.get("/delegations"))["items"]
    assert {k: item[k] for k in delegation()} == delegation()
    assert "published_by" not in item


async def test_an_office_delegates_its_own_step_to_another_for_a_year_at_most(
    suite: Suite,
) -> None:
    """Nobody takes a step for themselves, and nothing is delegated backwards."""
    reviewer = world.officer(suite)
    for changes in ({"authority": "650421"}, {"step": "release"}):
        problem(
            await reviewer.post("/delegations", json=delegation(**changes)),
            403,
            "delegation_not_yours",
        )
    for changes in (
        {"stand_in": "650402"},
        {"stand_in": "110000"},
        {"from_date": "2020-03-01"},
        {"to_date": "2020-03-01"},
        {"to_date": "2021-04-01"},
    ):
        problem(
            await reviewer.post("/delegations", json=delegation(**changes)),
            422,
            "delegation_not_possible",
        )


async def test_a_delegation_ends_early_and_everybody_reads_from_when(suite: Suite) -> None:
    """From that day on the stand-in reaches nothing; by its own office, dated, once."""
    claim = await world.on_desk(suite)
    made = ok(await world.officer(suite).post("/delegations", json=delegation()), 201)
    path = f"/delegations/{made['id']}/ending"
    city, own = world.officer(suite, "650400"), world.officer(suite)
    suite.clock.at = datetime(2020, 3, 31, 2, tzinfo=UTC)
    assert len(ok(await city.get("/review-queue"))["items"]) == 1
    body = {"ended_from": "2020-03-31", "document_number": "高人社函〔2020〕示例9号"}
    problem(await city.post(path, json=body), 403, "delegation_not_yours")
    finance = world.client(suite, world.finance())
    problem(await finance.post(path, json=body), 403, "delegation_not_yours")
    for wrong in ("2020-03-30", "2099-01-01"):
        answer = await own.post(path, json=body | {"ended_from": wrong})
        problem(answer, 422, "delegation_ending_not_possible")
    unknown = await own.post(f"/delegations/{claim}/ending", json=body)
    problem(unknown, 404, "not_found")
    ended = ok(await own.post(path, json=body), 201)
    assert (ended["ended_from"], ended["to_date"]) == ("2020-03-31", delegation()["to_date"])
    problem(await own.post(path, json=body), 409, "delegation_ended")
    assert ok(await city.get("/review-queue"))["items"] == []
    answer = await city.post("/review-decisions", json=world.decision(claim, "refused"))
    problem(answer, 404, "not_found")
    public = world.client(suite, suite.organisation("01700000-0000-7000-8000-000000000001"))
    [item] = ok(await public.get("/delegations"))["items"]
    assert (item["ended_from"], item["ending_document"]) == tuple(body.values())
    [told] = await suite.sql("claims", "select data from events where type = 'delegation.ended'")
    assert "2020-03-31" in told["data"]
