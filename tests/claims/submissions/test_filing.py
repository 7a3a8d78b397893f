"""What becomes of the lines of a claim."""

from uuid import UUID, uuid4

import asyncpg
import pytest

from services.claims.submissions import operations, states
from tests.claims.submissions import world
from tests.suite import Suite


async def test_a_line_that_is_owed_is_stored_with_slots_money_and_decision(suite: Suite) -> None:
    """Amount, fund, payee, slots and digest stand in the row; the money is held."""
    institution = suite.organisation(uuid4())
    assert institution.organisation is not None
    one = world.course(institution.organisation)
    await world.money(suite)
    result = await world.file(suite, institution, world.told(one, [world.line(one)]))
    assert result.filed.lines == {"approvable": 1}
    [row] = await world.lines(suite)
    assert (row["state"], row["amount_fen"], row["fund"]) == ("approvable", 120_000, "special")
    assert row["slot_keys"] == ["2020:skill", "L-0001/5"]
    assert (row["payee_kind"], row["payee_id"]) == ("institution", institution.organisation)
    assert row["path"] == ["approvable"]
    [held] = await suite.sql(
        "claims", "select fen, code, line_id from transfers where line_id is not null"
    )
    assert (held["fen"], held["code"], held["line_id"]) == (120_000, "reservation", row["id"])
    slots = await suite.sql("claims", "select slot_key, state, line_id from slots order by 1")
    assert [(s["slot_key"], s["state"], s["line_id"]) for s in slots] == [
        ("2020:skill", "taken", row["id"]),
        ("L-0001/5", "taken", row["id"]),
    ]


async def test_a_line_without_money_waits_and_gets_its_turn_when_money_comes(
    suite: Suite,
) -> None:
    """The queue is dated; the job holds the money and moves the line."""
    institution = suite.organisation(uuid4())
    assert institution.organisation is not None
    one = world.course(institution.organisation)
    result = await world.file(suite, institution, world.told(one, [world.line(one)]))
    assert result.filed.lines == {"waiting": 1}
    [row] = await world.lines(suite)
    assert row["waiting_since"] == suite.clock.now()
    await suite.settle()
    assert [each["state"] for each in await world.lines(suite)] == ["waiting"]
    await world.money(suite)
    await suite.settle()
    [row] = await world.lines(suite)
    assert (row["state"], row["fund"], row["waiting_since"]) == ("approvable", "special", None)
    assert row["path"] == ["waiting", "approvable"]


async def test_new_lines_wait_behind_those_that_wait_already(suite: Suite) -> None:
    """Nobody overtakes: a smaller claim does not take money while an older one waits."""
    institution = suite.organisation(uuid4())
    assert institution.organisation is not None
    first, second = (world.course(institution.organisation) for _ in range(2))
    await world.file(suite, institution, world.told(first, [world.line(first)]))
    await world.money(suite, 120_000)
    result = await world.file(suite, institution, world.told(second, [world.line(second)]))
    assert result.filed.lines == {"waiting": 1}
    await suite.settle()
    assert [row["state"] for row in await world.lines(suite)] == ["approvable", "waiting"]


async def test_a_claim_sent_again_decides_refused_and_undecided_lines_only(suite: Suite) -> None:
    """What is under way stays; an undecided line gives way to the new one."""
    institution = suite.organisation(uuid4())
    assert institution.organisation is not None
    one = world.course(institution.organisation)
    await world.money(suite)
    good, short, unknown = (world.line(one) for _ in range(3))
    short["hours_attended"] = 10
    unknown["facts"]["pension"] = None
    facts = world.told(one, [good, short, unknown])
    first = await world.file(suite, institution, facts)
    assert first.filed.lines == {"approvable": 1, "refused": 1, "undecided": 1}
    short["hours_attended"] = 40
    second = await world.file(suite, institution, facts)
    assert second.filed.lines == {"approvable": 1, "undecided": 1}
    found = {(row["enrolment_id"], row["state"]) for row in await world.lines(suite)}
    assert found == {
        (UUID(good["enrolment_id"]), "approvable"),
        (UUID(short["enrolment_id"]), "refused"),
        (UUID(short["enrolment_id"]), "approvable"),
        (UUID(unknown["enrolment_id"]), "withdrawn"),
        (UUID(unknown["enrolment_id"]), "undecided"),
    }
    unknown["facts"]["pension"] = world.known("none")
    await world.file(suite, institution, facts)
    with pytest.raises(operations.NothingToDecide):
        await world.file(suite, institution, facts)


async def test_reasons_about_teaching_and_about_a_person_are_kept_apart(suite: Suite) -> None:
    """Each reason is in exactly one of the two tables."""
    institution = suite.organisation(uuid4())
    assert institution.organisation is not None
    one = world.course(institution.organisation)
    pensioner = world.line(one, hours_attended=8, facts={"pension": world.known("employees")})
    await world.file(suite, institution, world.told(one, [pensioner]))
    assert await world.reasons(suite, "person") == ["draws_pension"]
    assert await world.reasons(suite, "teaching") == ["attended_too_little"]


async def test_another_organisations_class_is_not_there(suite: Suite) -> None:
    """A class of another reads as no class at all."""
    institution = suite.organisation(uuid4())
    one = world.course(uuid4())
    with pytest.raises(operations.problems.NotFound):
        await world.file(suite, institution, world.told(one, [world.line(one)]))


async def test_equal_facts_are_decided_once(suite: Suite) -> None:
    """Thirty people who did the same share a stored decision."""
    institution = suite.organisation(uuid4())
    assert institution.organisation is not None
    one = world.course(institution.organisation)
    await world.money(suite)
    people = [world.line(one) for _ in range(30)]
    people[0]["hours_attended"] = 36
    await world.file(suite, institution, world.told(one, people))
    [count] = await suite.sql("claims", "select count(*) as n from claim_decisions")
    assert count["n"] == 2
    assert len({row["digest"] for row in await world.lines(suite)}) == 1


async def test_the_database_refuses_a_way_that_no_line_goes(suite: Suite) -> None:
    """What the code's table says is what the database's says, and both refuse."""
    rows = await suite.sql(
        "claims",
        "select a as before, b as after from unnest($1::text[]) a, unnest($1::text[]) b"
        " where line_may(a, b)",
        [str(state) for state in states.State],
    )
    kept = {(row["before"], row["after"]) for row in rows}
    assert kept == {
        (str(before), str(after)) for before, ways in states.TRANSITIONS.items() for after in ways
    }
    institution = suite.organisation(uuid4())
    officer = suite.officer(world.GAOCHANG)
    assert institution.organisation is not None
    one = world.course(institution.organisation)
    await world.money(suite)
    await world.file(suite, institution, world.told(one, [world.line(one)]))
    [row] = await world.lines(suite)
    async with world.service(suite).database.transaction(officer) as session:
        with pytest.raises(states.LineStateConflict):
            await states.advance(
                session,
                line_ids=[row["id"]],
                to=states.State.PAID,
                by=officer,
                at=suite.clock.now(),
                rule="五(一)",
            )
    with pytest.raises(Exception, match="no line goes this way"):
        await suite.sql("claims", "update claim_lines set state = 'paid'")


async def test_an_officer_of_another_authority_moves_nothing(suite: Suite) -> None:
    """A line out of reach is a conflict, and stays."""
    institution = suite.organisation(uuid4())
    stranger = suite.officer("650421")
    assert institution.organisation is not None
    one = world.course(institution.organisation)
    await world.money(suite)
    await world.file(suite, institution, world.told(one, [world.line(one)]))
    [row] = await world.lines(suite)
    async with world.service(suite).database.transaction(stranger) as session:
        with pytest.raises(states.LineStateConflict):
            await states.advance(
                session,
                line_ids=[row["id"]],
                to=states.State.REVIEWED,
                by=stranger,
                at=suite.clock.now(),
                rule="五(一)",
            )


async def test_lines_are_moved_together_or_not_at_all(suite: Suite) -> None:
    """One line that is not there stops the one that is, and nothing is told."""
    institution = suite.organisation(uuid4())
    officer = suite.officer(world.GAOCHANG)
    assert institution.organisation is not None
    one = world.course(institution.organisation)
    await world.money(suite)
    await world.file(suite, institution, world.told(one, [world.line(one)]))
    [row] = await world.lines(suite)
    with pytest.raises(states.LineStateConflict):
        async with world.service(suite).database.transaction(officer) as session:
            await states.advance(
                session,
                line_ids=[row["id"], uuid4()],
                to=states.State.RETURNED,
                by=officer,
                at=suite.clock.now(),
                rule="五(一)",
            )
    assert [each["state"] for each in await world.lines(suite)] == ["approvable"]


async def test_the_database_keeps_one_living_line_of_a_place(suite: Suite) -> None:
    """A second line by hand, for the same person's training, is refused."""
    institution = suite.organisation(uuid4())
    assert institution.organisation is not None
    one = world.course(institution.organisation)
    await world.money(suite)
    await world.file(suite, institution, world.told(one, [world.line(one)]))
    with pytest.raises(asyncpg.UniqueViolationError, match="line_live_once"):
        await suite.sql(
            "claims",
            "insert into claim_lines select (jsonb_populate_record(l,"
            " jsonb_build_object('id', gen_random_uuid()))).* from claim_lines l",
        )
