"""What runs with the owner's rights is listed in the access table and looks where it should."""

import pytest

from shared.service import Service
from tests.suite import SERVICES, Suite

# Every service's mechanisms: neither tells anything about a row that the caller did not choose.
MECHANISMS = {"note_pending", "stored_answer"}
PATH = "search_path=public, pg_temp"
DEFINERS = (
    "select proname, proconfig, prorettype = 'trigger'::regtype as trigger from pg_proc"
    " where prosecdef and pronamespace = 'public'::regnamespace"
)


@pytest.mark.parametrize("service", SERVICES)
async def test_definer_functions_are_listed_with_what_they_tell(suite: Suite, service: str) -> None:
    """A function past row security without a line in access.toml fails here."""
    rows = await suite.sql(service, DEFINERS)
    here: Service = suite.apps[service].state.service
    asked = {row["proname"] for row in rows if not row["trigger"]} - MECHANISMS
    assert asked - set(here.access.functions) == set()
    assert set(here.access.functions) - {row["proname"] for row in rows} == set()


@pytest.mark.parametrize("service", SERVICES)
async def test_definer_functions_have_a_fixed_search_path(suite: Suite, service: str) -> None:
    """Nobody's temporary table or schema stands in for a table of ours."""
    rows = await suite.sql(service, DEFINERS)
    loose = [r["proname"] for r in rows if PATH not in (r["proconfig"] or [])]
    assert loose == []


@pytest.mark.parametrize("service", SERVICES)
async def test_the_app_role_owns_nothing_and_cannot_pass_row_security(
    suite: Suite, service: str
) -> None:
    """No table, no function, no BYPASSRLS."""
    role = f"{service}_app"
    rows = await suite.sql(
        service,
        "select rolbypassrls or rolsuper or rolcreaterole as strong,"
        " (select count(*) from pg_class where relowner = r.oid)"
        " + (select count(*) from pg_proc where proowner = r.oid) as owned"
        " from pg_roles r where rolname = $1",
        role,
    )
    assert [(row["strong"], row["owned"]) for row in rows] == [(False, 0)]
