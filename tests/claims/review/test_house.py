"""Promises about the tables of review and notices: schema, row security, documentation."""

from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine

from services.claims.app import CONSTRAINTS
from services.claims.notices import holidays
from services.claims.notices import models as notices
from services.claims.review import clocks, models, queries, rules
from services.claims.tables import Base
from shared import plans, postgres
from shared.service import Service
from tests.suite import Suite

TABLES = {
    *("delegations", "sample_draws", "review_decisions", "line_reviews"),
    *("holiday_notices", "notices", "notice_lines", "objections"),
}
FUNCTIONS = {
    *("keep_submitter", "note_people", "check_lines", "keep_notice", "object_to"),
    *("objection_outcome", "zp_own_review"),
}


def ours(_: object, name: str | None, kind: str, *__: object) -> bool:
    """Compare columns: constraints, indexes and row security are the SQL script's alone."""
    return kind == "column" or (kind == "table" and name in TABLES)


async def test_the_table_classes_equal_the_migration(suite: Suite) -> None:
    """Columns, types and nullability are the same on both sides."""
    assert {models.LineReview.__tablename__, notices.Notice.__tablename__} <= TABLES

    def compare(connection: Connection) -> list[Any]:
        options = {"compare_type": True, "include_object": ours}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, Base.metadata))

    _, owner = postgres.database_urls(suite.cluster, "claims", suite.prefix)
    engine = create_async_engine(owner)
    async with engine.connect() as connection:
        found = await connection.run_sync(compare)
    await engine.dispose()
    assert found == []


async def test_every_table_has_row_security(suite: Suite) -> None:
    """The app role owns nothing and sees what a policy lets it see."""
    rows = await suite.sql(
        "claims", "select relname from pg_class where relkind = 'r' and relrowsecurity"
    )
    assert {row["relname"] for row in rows} >= TABLES


async def test_definer_functions_are_listed_with_what_they_tell(suite: Suite) -> None:
    """Each stands in the access table."""
    rows = await suite.sql(
        "claims",
        "select proname from pg_proc where prosecdef and pronamespace = 'public'::regnamespace",
    )
    service: Service = suite.apps["claims"].state.service
    there = {row["proname"] for row in rows}
    assert there >= FUNCTIONS
    assert set(service.access.functions) >= FUNCTIONS


async def test_every_named_constraint_that_callers_hit_exists(suite: Suite) -> None:
    """A renamed constraint would turn a problem into a bug."""
    rows = await suite.sql("claims", "select conname from pg_constraint")
    names = {row["conname"] for row in rows}
    ours_ = {name for name in CONSTRAINTS if name.startswith(("review", "release", "look"))}
    assert ours_ | {"holidays_once", "objection_two_people", "sampled_was_looked_at"} <= names


def test_every_check_has_words_for_the_reviewer() -> None:
    """A code without a label would reach the desk."""
    assert set(queries.LABELS) == {str(check) for check in rules.Check}


def test_every_clock_is_a_parameter_with_a_source() -> None:
    """Working days of a step are the plan pack's, never the code's."""
    plan = plans.load(plans.default_directory())
    for each in clocks.clocks(plan.provision("review").on(plan.plan.issued_on)):
        assert each.workdays > 0
        assert "POLICY 2.1" in each.source
    assert plan.provision("public_notice").built
    assert plan.provision("delegation").built
    assert holidays.municipal(plan) == "650400"
