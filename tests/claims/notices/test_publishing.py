"""What a notice shows, for how long, and what it never shows."""

import json
from datetime import UTC, datetime
from hashlib import sha256
from uuid import uuid4

import asyncpg
import pytest

from services.claims.notices.schemas import CountedLines, ListedLine
from tests.claims.notices import world
from tests.claims.review import world as desk
from tests.registry.world import ok, problem
from tests.suite import Suite


async def test_names_are_masked_by_shape_and_nothing_else_of_a_person_is_there(
    suite: Suite,
) -> None:
    """Masked name, first six digits, class, amount, line number."""
    here = await world.scene(suite)
    room, persons = await here.room(), await here.persons(world.NAMES)
    await here.subsidy(room, persons)
    notice = await here.publish()
    shown = {line["name"] for line in notice["lines"]}
    assert shown == {"古**·买**", "王**", "欧**", "A** S**"}
    assert {line["id_digits"] for line in notice["lines"]} == {"650402"}
    assert {line["training_class"] for line in notice["lines"]} == {room.code}
    assert {line["amount_fen"] for line in notice["lines"]} == {120_000}
    assert [line["number"] for line in notice["lines"]] == [1, 2, 3, 4]
    assert notice["lines_fen"] == 480_000
    [row] = await suite.sql("claims", "select body from notices")
    plain = bytes(row["body"]).decode()
    for person in persons:
        assert person.name not in plain
        assert person.id_number not in plain
        assert person.id_number[:8] not in plain
        assert str(person.id) not in plain


def test_the_fields_of_a_published_line_are_closed() -> None:
    """Adding one fails here until POLICY 5.4 is met."""
    assert list(ListedLine.model_fields) == [
        *("number", "name", "id_digits", "training_class", "provision", "amount_fen"),
    ]
    assert list(CountedLines.model_fields) == [
        *("number", "training_class", "provision", "people", "amount_fen"),
    ]


async def test_the_read_of_names_is_logged_once_for_each_listed_person(suite: Suite) -> None:
    """The person sees who published what."""
    here = await world.scene(suite)
    [someone] = await here.persons(["王小明"])
    await here.subsidy(await here.room(), [someone])
    await here.publish()
    log = ok(await someone.client.get("/me/access-log"))["items"]
    assert sum("public_notice" in json.dumps(entry) for entry in log) == 1


async def test_allowances_are_published_as_counts_without_reading_a_name(suite: Suite) -> None:
    """Five persons are a count and a sum; nobody's name leaves the registry."""
    here = await world.scene(suite)
    await here.rate()
    room, persons = await here.room(), await here.persons([f"王{n}明" for n in "一二三四五"])
    for someone in persons:
        await here.allowance(room, someone)
    await here.review_all()
    notice = await here.publish()
    assert notice["lines"] == []
    [cell] = notice["counts"]
    assert (cell["training_class"], cell["provision"]) == (room.code, "living_allowance")
    assert (cell["people"], cell["amount_fen"]) == (5, 5 * 10 * 2_000)
    assert (notice["counts_people"], notice["counts_fen"]) == (5, 100_000)
    log = ok(await persons[0].client.get("/me/access-log"))["items"]
    assert not any("public_notice" in json.dumps(entry) for entry in log)


async def test_measure_16_is_published_as_counts_and_small_ones_not_at_all(suite: Suite) -> None:
    """Who was trained as 贫困家庭劳动力 is nobody's to read; fewer than five show no number."""
    here = await world.scene(suite)
    await here.subsidy(await here.room("m16"), await here.persons(["王一明", "王二明"]))
    notice = await here.publish()
    assert notice["lines"] == []
    [cell] = notice["counts"]
    assert (cell["people"], cell["amount_fen"]) == (None, None)
    assert (notice["counts_people"], notice["counts_fen"]) == (None, None)
    [item] = ok(await here.public.get("/notices"))["items"]
    assert not {"lines", "fen"} & set(item)


async def test_a_notice_stands_five_working_days_of_its_region(suite: Suite) -> None:
    """A regional rest day is no working day; the announcement's number is told."""
    here = await world.scene(suite, holidays=False)
    await here.subsidy(await here.room(), await here.persons(["王小明"]))
    await desk.holidays(suite, 2020, "2020-03-04", "2020-03-06")
    notice = await here.publish()
    # From Monday 2 March: 3, 5, 9, 10, 11.
    assert (notice["starts_on"], notice["ends_on"]) == ("2020-03-02", "2020-03-11")
    assert notice["down_on"] == "2020-04-10"
    assert len(notice["holidays"]) == 1


async def test_without_the_regions_holidays_nothing_is_published_and_the_year_is_named(
    suite: Suite,
) -> None:
    """Which year, whose announcement: and nobody's name was read for nothing."""
    here = await world.scene(suite, holidays=False)
    [someone] = await here.persons(["王小明"])
    await here.subsidy(await here.room(), [someone])
    answer = await here.officer.post("/notices", json={"authority": "650402"})
    said = problem(answer, 422, "calendar_missing")
    assert (said["year"], said["missing"], said["authority"]) == (2020, "regional", "650402")
    assert "2020" in said["detail"]
    log = ok(await someone.client.get("/me/access-log"))["items"]
    assert not any("public_notice" in json.dumps(entry) for entry in log)


async def test_holidays_are_entered_once_and_only_by_who_may(suite: Suite) -> None:
    """An authority its own, the municipal office the national ones."""
    body = {"authority": "650402", "year": 2020, "number": "示例1号", "rests": [], "works": []}
    reviewer = desk.officer(suite)
    ok(await reviewer.post("/holidays", json=body), 201)
    problem(await reviewer.post("/holidays", json=body), 409, "holidays_entered")
    other = body | {"authority": "650421"}
    problem(await reviewer.post("/holidays", json=other), 403, "holidays_out_of_reach")
    national = body | {"scope": "national"}
    problem(await reviewer.post("/holidays", json=national), 403, "holidays_out_of_reach")
    ok(
        await desk.officer(suite, "650400").post(
            "/holidays", json=national | {"authority": "650400"}
        ),
        201,
    )
    wrong_year = body | {"number": "示例2号", "rests": ["2021-05-13"]}
    problem(await reviewer.post("/holidays", json=wrong_year), 400, "malformed")


async def test_published_bytes_have_a_strong_tag_and_are_never_rewritten(suite: Suite) -> None:
    """The hash in the list is of the bytes served; the database refuses another body."""
    here = await world.scene(suite)
    await here.subsidy(await here.room(), await here.persons(["王小明"]))
    notice = await here.publish()
    answer = await here.public.get(f"/notices/{notice['id']}")
    [item] = ok(await here.public.get("/notices"))["items"]
    assert sha256(answer.content).hexdigest() == item["sha256"]
    tag = {"If-None-Match": answer.headers["etag"]}
    assert (await here.public.get(f"/notices/{notice['id']}", headers=tag)).status_code == 304
    listed = await here.public.get("/notices")
    tag = {"If-None-Match": listed.headers["etag"]}
    assert (await here.public.get("/notices", headers=tag)).status_code == 304
    with pytest.raises(asyncpg.CheckViolationError, match="rewritten"):
        await suite.sql("claims", "update notices set body = 'x', sha256 = sha256('x')")


async def test_after_the_last_day_the_lines_are_payable_and_not_before(suite: Suite) -> None:
    """The last day belongs to the notice until midnight in Shanghai."""
    here = await world.scene(suite)
    claim = await here.subsidy(await here.room(), await here.persons(["王小明", "李小红"]))
    notice = await here.publish()
    assert notice["ends_on"] == "2020-03-09"
    suite.clock.at = datetime(2020, 3, 9, 15, 59, tzinfo=UTC)
    await suite.settle()
    assert await desk.states(suite, claim) == ["noticed"] * 2
    await here.later(minutes=2)
    assert await desk.states(suite, claim) == ["payable"] * 2


async def test_a_notice_is_taken_down_thirty_days_after_its_end(suite: Suite) -> None:
    """Its body is gone from the database, its hash stays in the list."""
    here = await world.scene(suite)
    await here.subsidy(await here.room(), await here.persons(["王小明"]))
    notice = await here.publish()
    path = f"/notices/{notice['id']}"
    suite.clock.at = datetime(2020, 4, 7, 2, tzinfo=UTC)
    await suite.settle()
    ok(await here.public.get(path))
    suite.clock.at = datetime(2020, 4, 8, 2, tzinfo=UTC)
    # Even before the job runs.
    problem(await here.public.get(path), 410, "notice_taken_down")
    await suite.settle()
    problem(await here.public.get(path), 410, "notice_taken_down")
    [row] = await suite.sql("claims", "select body, length(sha256) as n from notices")
    assert (row["body"], row["n"]) == (None, 32)
    [item] = ok(await here.public.get("/notices"))["items"]
    assert item["taken_down"]


async def test_nothing_reviewed_is_nothing_to_publish(suite: Suite) -> None:
    """Also for an authority out of reach, and a second time."""
    here = await world.scene(suite)
    await here.subsidy(await here.room(), await here.persons(["王小明"]))
    stranger = desk.officer(suite, "650421")
    body = {"authority": "650402"}
    problem(await stranger.post("/notices", json=body), 409, "nothing_to_publish")
    await here.publish()
    problem(await here.officer.post("/notices", json=body), 409, "nothing_to_publish")


async def test_the_same_publication_sent_twice_publishes_once(suite: Suite) -> None:
    """The key answers with the first answer."""
    here = await world.scene(suite)
    await here.subsidy(await here.room(), await here.persons(["王小明"]))
    key = {"Idempotency-Key": f"test-{uuid4()}"}
    body = {"authority": "650402"}
    one = ok(await here.officer.post("/notices", json=body, headers=key), 201)
    two = ok(await here.officer.post("/notices", json=body, headers=key), 201)
    assert one == two
    assert len(ok(await here.public.get("/notices"))["items"]) == 1
