"""Promises about the claims database as a whole."""

from services.claims.app import CONSTRAINTS
from services.claims.tables import Base
from shared.service import Service
from tests import schema
from tests.suite import Suite

# Written and read by statements alone.
STATEMENTS = {
    *("classes_seen", "holds", "slots", "claim_locks", "claim_staging", "dry_runs"),
    *("claim_classes", "claim_commitments", "claim_documents", "claim_decisions"),
    *("decision_reasons_teaching", "decision_reasons_person", "allowance_days"),
}


async def test_the_table_classes_equal_the_migration(suite: Suite) -> None:
    """Columns, types and nullability are the same on both sides; no table is forgotten."""
    without = await schema.tables_of(suite, "claims") - set(Base.metadata.tables)
    assert without == STATEMENTS
    found = await schema.differences(suite, "claims", Base.metadata, without_class=STATEMENTS)
    assert found == []


async def test_every_named_constraint_that_callers_hit_exists(suite: Suite) -> None:
    """A renamed constraint would turn a problem into a bug."""
    rows = await suite.sql(
        "claims",
        "select conname as name from pg_constraint"
        " union select indexname from pg_indexes where schemaname = 'public'"
        " union select (regexp_matches(prosrc, 'constraint = ''([a-z_]+)''', 'g'))[1] from pg_proc",
    )
    assert set(CONSTRAINTS) - {row["name"] for row in rows} == set()


async def test_definer_functions_are_those_of_the_access_table(suite: Suite) -> None:
    """Each is listed with what it tells, and has a fixed search path."""
    rows = await suite.sql(
        "claims",
        "select proname, proconfig from pg_proc where prosecdef"
        " and pronamespace = 'public'::regnamespace"
        " and proname not in ('note_pending', 'stored_answer')",
    )
    service: Service = suite.apps["claims"].state.service
    assert {row["proname"] for row in rows} == set(service.access.functions)
    assert all("search_path=public, pg_temp" in row["proconfig"] for row in rows)


async def test_every_table_has_row_security(suite: Suite) -> None:
    """Only what is between COPY and statement carries none."""
    rows = await suite.sql(
        "claims",
        "select relname from pg_class where relkind = 'r' and not relrowsecurity"
        " and relnamespace = 'public'::regnamespace",
    )
    assert {row["relname"] for row in rows} - schema.MECHANISMS == {"claim_staging"}
