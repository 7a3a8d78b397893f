"""Caps and money under many claims at once."""

import asyncio
from collections import Counter
from uuid import UUID, uuid4

from sqlalchemy import text

from services.claims.submissions import operations
from shared import principal as principals
from shared.database import Database
from shared.problems import Problem
from tests.claims.submissions import world
from tests.suite import Suite


async def test_two_hundred_claims_for_one_person_never_pass_a_cap(suite: Suite) -> None:
    """Against two copies of the service, one line takes the slot and all others say why not."""
    await world.money(suite)
    person = uuid4()
    here = world.service(suite)
    copies = [here.database, Database(str(here.database.engine.url.render_as_string(False)))]

    async def claim(n: int) -> str:
        institution = suite.organisation(uuid4())
        assert institution.organisation is not None
        one = world.course(institution.organisation, subject_code=f"L-{n % 7:04d}")
        facts = world.told(one, [world.line(one, person)])
        result = await world.file(suite, institution, facts, database=copies[n % 2])
        return next(iter(result.filed.lines))

    try:
        limit = asyncio.Semaphore(20)

        async def slowly(n: int) -> str:
            async with limit:
                return await claim(n)

        found = Counter(await asyncio.gather(*(slowly(n) for n in range(200))))
    finally:
        await copies[1].close()
    assert found == {"approvable": 1, "refused": 199}
    slots = await suite.sql("claims", "select slot_key from slots where trainee_id = $1", person)
    assert len(slots) == 2
    assert set(await world.reasons(suite)) <= {
        "kind_used_this_year",
        "same_occupation_and_level",
    }


async def test_the_same_class_claimed_twenty_times_at_once_has_its_lines_once(
    suite: Suite,
) -> None:
    """One claim decides; the others find nothing left, and store nothing."""
    await world.money(suite)
    institution = suite.organisation(uuid4())
    assert institution.organisation is not None
    one = world.course(institution.organisation)
    facts = world.told(one, [world.line(one) for _ in range(10)])

    async def claim() -> str:
        try:
            await world.file(suite, institution, facts)
        except Problem as problem:
            return problem.code
        return "filed"

    found = Counter(await asyncio.gather(*(claim() for _ in range(12))))
    assert found == {"filed": 1, operations.NothingToDecide.code: 11}
    assert Counter(row["state"] for row in await world.lines(suite)) == {"approvable": 10}


async def test_a_person_in_two_classes_of_one_claim_gets_one_slot(suite: Suite) -> None:
    """Of two classes of one kind and year in one claim, the earlier line is owed."""
    await world.money(suite)
    institution = suite.organisation(uuid4())
    assert institution.organisation is not None
    person = uuid4()
    first = world.course(institution.organisation)
    second = world.course(institution.organisation, starts_on="2020-05-11", subject_code="L-0002")
    facts = world.told([second, first], [world.line(second, person), world.line(first, person)])
    facts["lines"][0]["certificate"]["issued_on"] = "2020-06-01"
    await world.file(suite, institution, facts)
    found = {row["class_id"]: row["state"] for row in await world.lines(suite)}
    assert found == {UUID(first["id"]): "approvable", UUID(second["id"]): "refused"}
    assert await world.reasons(suite) == ["kind_used_this_year"]


async def test_claims_at_once_never_spend_more_than_there_is(suite: Suite) -> None:
    """Twenty claims want money for ten: ten are owed, ten wait."""
    await world.money(suite, 10 * 120_000)

    async def claim() -> str:
        institution = suite.organisation(uuid4())
        assert institution.organisation is not None
        one = world.course(institution.organisation)
        result = await world.file(suite, institution, world.told(one, [world.line(one)]))
        return next(iter(result.filed.lines))

    found = Counter(await asyncio.gather(*(claim() for _ in range(14))))
    assert found == {"approvable": 10, "waiting": 4}


async def test_a_hold_that_comes_in_while_a_claim_is_filed_keeps_its_slot(suite: Suite) -> None:
    """Who held the slot first has it: the claim waits for the hold's commit and loses."""
    await world.money(suite)
    here, person, place = world.service(suite), uuid4(), uuid4()
    institution = suite.organisation(uuid4())
    assert institution.organisation is not None
    one = world.course(institution.organisation)
    facts = world.told(one, [world.line(one, person)])
    async with here.database.transaction(principals.service("claims", "reader")) as session:
        await session.execute(
            text(
                "insert into slots (trainee_id, slot_key, enrolment_id, state, hold, at)"
                " values (:person, '2020:skill', :place, 'held', gen_random_uuid(), now())"
            ),
            {"person": person, "place": place},
        )
        filing = asyncio.create_task(world.file(suite, institution, facts))
        waiting = "select count(*) as n from pg_locks where not granted"
        while not (await suite.sql("claims", waiting))[0]["n"]:
            assert not filing.done()
            await asyncio.sleep(0.01)
    result = await filing
    assert "approvable" not in result.filed.lines
    slots = await suite.sql(
        "claims", "select slot_key, enrolment_id from slots where trainee_id = $1", person
    )
    assert [(row["slot_key"], row["enrolment_id"]) for row in slots] == [("2020:skill", place)]
    await suite.sql("claims", "delete from slots")  # its hold was never told
