"""Objections: by anybody, sealed, decided by two, and only their own line waits."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest

from tests.claims.notices import world
from tests.claims.review import world as desk
from tests.registry.world import ok, problem
from tests.suite import Suite

AFTER = datetime(2020, 3, 10, 2, tzinfo=UTC)  # the day after the last of a notice of 2 March


async def _published(suite: Suite, *names: str) -> tuple[world.Scene, world.Json]:
    here = await world.scene(suite)
    await here.subsidy(await here.room(), await here.persons(names or ("王小明", "李小红")))
    return here, await here.publish()


async def test_an_objection_holds_its_line_and_no_other(suite: Suite) -> None:
    """At the end the others become payable, the held one waits."""
    here, notice = await _published(suite)
    await here.object(notice, 1)
    assert await here.state_of(notice, 1) == ["held"]
    assert await here.state_of(notice, 2) == ["noticed"]
    suite.clock.at = AFTER
    await suite.settle()
    assert await here.state_of(notice, 1) == ["held"]
    assert await here.state_of(notice, 2) == ["payable"]


async def test_an_objection_that_is_upheld_voids_the_line_and_frees_money_and_slot(
    suite: Suite,
) -> None:
    """The reservation is released, the slots are free again."""
    here, notice = await _published(suite)
    held, slots = await desk.held_fen(suite), await desk.taken_slots(suite)
    objection = await here.object(notice, 1)
    answer = ok(await here.decided(objection, "upheld"))
    assert answer["state"] == "upheld"
    assert await here.state_of(notice, 1) == ["voided"]
    assert held - await desk.held_fen(suite) == 120_000
    assert slots - await desk.taken_slots(suite) == 2
    suite.clock.at = AFTER
    await suite.settle()
    assert await here.state_of(notice, 2) == ["payable"]


@pytest.mark.parametrize(("over", "state"), [(False, "noticed"), (True, "payable")])
async def test_a_dismissed_objection_lets_its_line_go_on(
    suite: Suite, *, over: bool, state: str
) -> None:
    """Back into the notice while it stands, payable when it is over."""
    here, notice = await _published(suite)
    objection = await here.object(notice, 1)
    if over:
        suite.clock.at = AFTER
        await suite.settle()
    ok(await here.decided(objection, "dismissed"))
    assert await here.state_of(notice, 1) == [state]


async def test_a_line_waits_until_its_last_objection_is_decided(suite: Suite) -> None:
    """Two objections against one number: dismissing one does not let it go."""
    here, notice = await _published(suite)
    one, two = await here.object(notice, 1), await here.object(notice, 1, "重复申报")
    ok(await here.decided(one, "dismissed"))
    assert await here.state_of(notice, 1) == ["held"]
    ok(await here.decided(two, "dismissed"))
    assert await here.state_of(notice, 1) == ["noticed"]


async def test_one_officer_finds_and_another_decides(suite: Suite) -> None:
    """The same person is refused, by the database too; disagreement opens it again."""
    here, notice = await _published(suite)
    objection = await here.object(notice, 1)
    path = f"/objections/{objection['id']}"
    second = desk.officer(suite)
    yes = {"agreed": True}
    problem(await second.post(f"{path}/confirmation", json=yes), 409, "objection_state")
    finding = {"finding": "upheld", "reason": "签到为他人代签"}
    ok(await here.officer.post(f"{path}/finding", json=finding))
    problem(await second.post(f"{path}/finding", json=finding), 409, "objection_state")
    problem(await here.officer.post(f"{path}/confirmation", json=yes), 409, "same_person")
    with pytest.raises(asyncpg.CheckViolationError, match="objection_two_people"):
        await suite.sql(
            "claims",
            "update objections set state = 'upheld', decided_by = found_by, decided_at = now()",
        )
    answer = ok(await second.post(f"{path}/confirmation", json={"agreed": False}))
    assert (answer["state"], answer["finding"], answer["reason"]) == ("open", None, None)
    assert await here.state_of(notice, 1) == ["held"]


async def test_a_finding_alone_changes_nothing(suite: Suite) -> None:
    """Only the second officer's word voids, and the public sees the objection as open."""
    here, notice = await _published(suite)
    objection = await here.object(notice, 1)
    body = {"finding": "upheld", "reason": "签到为他人代签"}
    ok(await here.officer.post(f"/objections/{objection['id']}/finding", json=body))
    await suite.settle()
    assert await here.state_of(notice, 1) == ["held"]
    path = f"/notices/{notice['id']}/objections/{objection['id']}"
    seen = ok(await here.public.get(path))
    assert (seen["state"], seen["reason"]) == ("open", None)


async def test_whoever_objected_learns_outcome_and_reason_by_the_reference(suite: Suite) -> None:
    """And nobody else finds anything."""
    here, notice = await _published(suite)
    objection = await here.object(notice, 1)
    ok(await here.decided(objection, "dismissed"))
    path = f"/notices/{notice['id']}/objections"
    seen = ok(await here.public.get(f"{path}/{objection['id']}"))
    assert (seen["state"], seen["reason"]) == ("dismissed", "已核对签到表和影像")
    problem(await here.public.get(f"{path}/{uuid4()}"), 404, "not_found")


async def test_text_and_contact_lie_sealed_and_open_for_the_office_only(suite: Suite) -> None:
    """Not in the database's bytes, not in an event, not for another authority."""
    here, notice = await _published(suite)
    objection = await here.object(notice, 1, "王小明一直在乌鲁木齐")
    [row] = await suite.sql(
        "claims", "select text_sealed || contact_sealed as sealed from objections"
    )
    assert "王小明".encode() not in bytes(row["sealed"])
    told = await suite.sql("claims", "select data::text as d from events")
    assert not any("王小明" in row["d"] or "0995" in row["d"] for row in told)
    path = f"/objections/{objection['id']}"
    opened = ok(await here.officer.get(path))
    assert (opened["text"], opened["contact"]) == ("王小明一直在乌鲁木齐", "0995-0000000")
    problem(await desk.officer(suite, "650421").get(path), 404, "not_found")
    problem(await here.public.get(path), 401, "unauthenticated")
    assert ok(await desk.officer(suite, "650421").get("/objections"))["items"] == []


async def test_objections_are_taken_until_the_last_day_ends(suite: Suite) -> None:
    """At 23:59 yes, at midnight no, whether the job ran or not."""
    here, notice = await _published(suite)
    path = f"/notices/{notice['id']}/objections"
    body = {"number": 2, "text": "未参加培训"}
    suite.clock.at = datetime(2020, 3, 9, 15, 59, tzinfo=UTC)
    ok(await here.public.post(path, json=body), 201)
    suite.clock.at = datetime(2020, 3, 9, 16, 0, tzinfo=UTC)
    problem(await here.public.post(path, json=body), 409, "notice_over")
    # The end comes before the hold has run: the line is not let through.
    await suite.settle()
    assert await here.state_of(notice, 2) == ["held"]
    assert await here.state_of(notice, 1) == ["payable"]


async def test_an_unknown_notice_or_number_is_not_found(suite: Suite) -> None:
    """And nothing is stored."""
    here, notice = await _published(suite)
    body = {"number": 3, "text": "未参加培训"}
    for path in (notice["id"], str(uuid4())):
        answer = await here.public.post(f"/notices/{path}/objections", json=body)
        problem(answer, 404, "not_found")
    [row] = await suite.sql("claims", "select count(*) as n from objections")
    assert row["n"] == 0


async def test_a_number_takes_twenty_objections(suite: Suite) -> None:
    """More would say nothing more; it cannot be drowned."""
    here, notice = await _published(suite)
    path = f"/notices/{notice['id']}/objections"
    body = {"number": 1, "text": "未参加培训"}
    for _ in range(20):
        ok(await here.public.post(path, json=body), 201)
    problem(await here.public.post(path, json=body), 409, "objections_full")


async def test_an_objection_against_a_count_holds_nobody_and_names_whom_it_voids(
    suite: Suite,
) -> None:
    """Nobody's allowance waits for an anonymous word about a class."""
    here = await world.scene(suite)
    await here.subsidy(await here.room("m16"), await here.persons(["王一明", "王二明"]))
    notice = await here.publish()
    objection = await here.object(notice, 1)
    assert await here.state_of(notice, 1) == ["noticed"] * 2
    path = f"/objections/{objection['id']}"
    body: world.Json = {"finding": "upheld", "reason": "其中一人未到课"}
    problem(await here.officer.post(f"{path}/finding", json=body), 422, "objection_needs_lines")
    body["line_ids"] = [str(uuid4())]
    problem(await here.officer.post(f"{path}/finding", json=body), 422, "objection_needs_lines")
    rows = await suite.sql("claims", "select line_id from notice_lines order by line_id")
    ok(await here.decided(objection, "upheld", line_ids=[str(rows[0]["line_id"])]))
    assert sorted(await here.state_of(notice, 1)) == ["noticed", "voided"]


async def test_a_line_that_is_with_the_bank_is_not_voided_by_an_objection(suite: Suite) -> None:
    """What was sent to the bank is a matter of recovery."""
    here = await world.scene(suite)
    await here.subsidy(await here.room("m16"), await here.persons(["王一明"]))
    notice = await here.publish()
    objection = await here.object(notice, 1)
    suite.clock.at = AFTER
    await suite.settle()
    [row] = await suite.sql("claims", "select line_id from notice_lines")
    await suite.sql("claims", "set session_replication_role = replica")
    await suite.sql("claims", "update claim_lines set state = 'batched', path[4] = 'batched'")
    await suite.sql("claims", "set session_replication_role = origin")
    answer = await here.decided(objection, "upheld", line_ids=[str(row["line_id"])])
    problem(answer, 409, "line_state_conflict")
    await suite.sql("claims", "set session_replication_role = replica")
    await suite.sql("claims", "update claim_lines set state = 'payable', path[4] = 'payable'")
    await suite.sql("claims", "set session_replication_role = origin")


async def test_two_second_officers_at_once_decide_once(suite: Suite) -> None:
    """The other finds it decided; money goes back once."""
    here, notice = await _published(suite)
    objection = await here.object(notice, 1)
    ok(await here.decided(objection, "upheld"))
    again = await desk.officer(suite).post(
        f"/objections/{objection['id']}/confirmation", json={"agreed": True}
    )
    problem(again, 409, "objection_state")
    [row] = await suite.sql("claims", "select count(*) as n from transfers where code = 'release'")
    assert row["n"] == 1
    assert UUID(objection["id"])
