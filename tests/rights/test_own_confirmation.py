"""The database itself keeps nothing for who has not confirmed, or has left. POLICY.md 9.1."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.registry.world import FIRST_DAY, Room, World, world
from tests.suite import Suite

SHEET = (
    "insert into attendance (session_id, enrolment_id, class_id, authority, organisation_id,"
    " trainee_id, present, by_subject, at) select :session, :enrolment, id, authority,"
    " organisation_id, :person, true, 'client:test', :now from training_classes where id = :class"
)
RESULT = (
    "insert into results (id, enrolment_id, class_id, authority, organisation_id, trainee_id,"
    " attempt, outcome, assessed_on, by_subject, at) select gen_random_uuid(), :enrolment, id,"
    " authority, organisation_id, :person, 1, 'passed', starts_on, 'client:test', :now"
    " from training_classes where id = :class"
)
CERTIFICATE = (
    "insert into certificates (id, enrolment_id, class_id, authority, organisation_id,"
    " issuer_name, trainee_id, kind, number_sealed, number_index, name_index, subject_code,"
    " subject_name, issued_on, by_subject, at) select gen_random_uuid(), :enrolment, id,"
    " authority, organisation_id, '示例', :person, 'completion', '\\x00',"
    " decode(repeat('ab', 16), 'hex'), decode(repeat('cd', 16), 'hex'), subject_code,"
    " subject_name, starts_on, 'client:test', :now from training_classes where id = :class"
)
WRITES = {"attendance": SHEET, "results": RESULT, "certificates": CERTIFICATE}


@dataclass(frozen=True)
class Scene:
    """A class; who confirmed, who left before it began, who only was invited."""

    here: World
    room: Room
    confirmed: tuple[UUID, UUID]  # place, person
    left: tuple[UUID, UUID]
    invited: UUID

    async def write(self, table: str, place: UUID, person: UUID) -> None:
        """Write as the owner of the database, whom no row security binds, triggers on."""
        values: dict[str, Any] = {
            "session": self.room.sessions[0],
            "enrolment": place,
            "class": self.room.id,
            "person": person,
            "now": self.here.suite.clock.now(),
        }
        statement = text(WRITES[table])
        used = {name: value for name, value in values.items() if f":{name}" in statement.text}
        by = self.here.institution.principal
        async with self.here.suite.owners["registry"].transaction(by) as session:
            await session.execute(statement, used)


@pytest.fixture
async def scene(suite: Suite) -> Scene:
    """Set the class up on its first day."""
    here = await world(suite)
    room = await here.file_class()
    stays, leaves = await here.enrol(room, 2)
    [invited] = await here.invite(room)
    await here.leave(leaves)
    here.at(FIRST_DAY, 14)
    return Scene(
        here,
        room,
        (stays.enrolment_id, stays.trainee_id),
        (leaves.enrolment_id, leaves.trainee_id),
        invited.id,
    )


@pytest.mark.parametrize("table", WRITES)
async def test_what_is_written_for_who_confirmed_is_kept(scene: Scene, table: str) -> None:
    """The statements are right: only whom they are about is what the others fail for."""
    await scene.write(table, *scene.confirmed)
    assert len(await scene.here.suite.sql("registry", f"select 1 from {table}")) == 1


@pytest.mark.parametrize("table", WRITES)
@pytest.mark.parametrize("who", ["invited", "in another's place", "left"])
async def test_nothing_is_kept_for_who_did_not_confirm_or_left(
    scene: Scene, table: str, who: str
) -> None:
    """Without a place, in the place of somebody else, or after leaving."""
    place, person = {
        "invited": (uuid4(), scene.invited),
        "in another's place": (scene.confirmed[0], scene.invited),
        "left": scene.left,
    }[who]
    with pytest.raises(DBAPIError) as refused:
        await scene.write(table, place, person)
    assert str(getattr(refused.value.orig, "sqlstate", "")).startswith("23")
    assert await scene.here.suite.sql("registry", f"select 1 from {table}") == []


async def test_every_table_of_facts_about_a_place_leads_to_the_place(suite: Suite) -> None:
    """Attendance, results, certificates and whatever comes: a key that only a place can be."""
    rows = await suite.sql(
        "registry",
        "select c.table_name as name, exists (select 1 from pg_constraint k"
        " where k.contype = 'f' and k.conrelid = c.table_name::regclass"
        " and k.confrelid = 'enrolments'::regclass) as led"
        " from information_schema.columns c join information_schema.tables t using (table_name)"
        " where c.table_schema = 'public' and c.column_name = 'enrolment_id'"
        " and t.table_type = 'BASE TABLE'",
    )
    assert len(rows) > 4
    assert [row["name"] for row in rows if not row["led"]] == []


async def test_claims_keep_no_slot_without_a_hold_or_a_line(suite: Suite) -> None:
    """What claims know of a yes is its hold: it has one, or a line that was decided on."""
    statement = (
        "insert into slots (trainee_id, slot_key, enrolment_id, state, at)"
        " values (gen_random_uuid(), 'x', gen_random_uuid(), $1, now())"
    )
    for state in ("held", "taken"):
        with pytest.raises(asyncpg.CheckViolationError):
            await suite.sql("claims", statement, state)


async def test_claims_learn_of_a_yes_and_forget_who_left(scene: Scene) -> None:
    """Confirmed: a hold; left or only invited: nothing at all, in no table."""
    suite = scene.here.suite
    await suite.settle()
    rows = await suite.sql("claims", "select trainee_id from holds")
    assert [row["trainee_id"] for row in rows] == [scene.confirmed[1]]
    tables = await suite.sql("claims", "select tablename from pg_tables where schemaname='public'")
    for row in tables:
        for person in (scene.left[1], scene.invited):
            query = f'select 1 from "{row["tablename"]}" t where t::text like $1'
            assert await suite.sql("claims", query, f"%{person}%") == [], row["tablename"]


async def test_nobody_is_given_a_place_by_a_changed_confirmation(scene: Scene) -> None:
    """The service's own role writes confirmations once and never changes or deletes them."""
    rows = await scene.here.suite.sql(
        "registry",
        "select privilege_type from information_schema.role_table_grants"
        " where table_name = 'confirmations' and grantee like '%\\_app'",
    )
    assert {row["privilege_type"] for row in rows} == {"SELECT", "INSERT"}
