"""Promises about the service as a whole: schema, row security, documentation."""

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from services.institutions.app import CONSTRAINTS
from services.institutions.event_types import EventType
from services.institutions.tables import Base
from shared import postgres, principal
from shared.service import Service
from tests.institutions import world
from tests.suite import Suite

# Columns that hold personal data of organisations' people, all sealed. The list is closed.
PERSONAL = {
    *(("organisations", "signer_sealed"), ("organisations", "signer_phone_sealed")),
    *(("organisation_accounts", "bank_sealed"), ("organisation_accounts", "number_sealed")),
}
PUBLIC_TABLES = {"editions", "edition_entries", "counters"}
# What every service's mechanisms bring along.
MECHANISMS = {
    *("idempotency", "events", "event_pending", "event_batches", "event_sequence"),
    *("feed_cursors", "leases", "plan_packs", "alembic_version"),
}


def ours(_: object, name: str | None, kind: str, *__: object) -> bool:
    """Compare the service's own tables; expressions in indexes are the SQL script's alone."""
    return not (kind == "table" and name in MECHANISMS) and kind != "index"


async def test_the_table_classes_equal_the_migration(suite: Suite) -> None:
    """Columns, types, nullability, keys and uniqueness are the same on both sides."""

    def compare(connection: Connection) -> list[Any]:
        options = {"compare_type": True, "include_object": ours}
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, Base.metadata))

    _, owner = postgres.database_urls(suite.cluster, "institutions", suite.prefix)
    engine = create_async_engine(owner)
    async with engine.connect() as connection:
        found = await connection.run_sync(compare)
    await engine.dispose()
    assert found == []


async def test_every_named_constraint_that_callers_hit_exists(suite: Suite) -> None:
    """A renamed constraint would turn a problem into a bug."""
    rows = await suite.sql(
        "institutions",
        "select conname as name from pg_constraint"
        " union select indexname from pg_indexes where schemaname = 'public'",
    )
    assert set(CONSTRAINTS) - {row["name"] for row in rows} == set()


async def test_every_table_with_an_owner_has_row_security(suite: Suite) -> None:
    """Only what is published, and the counter, carry none."""
    rows = await suite.sql(
        "institutions",
        "select relname from pg_class where relkind = 'r' and not relrowsecurity"
        " and relnamespace = 'public'::regnamespace",
    )
    assert {row["relname"] for row in rows} - MECHANISMS == PUBLIC_TABLES


async def test_definer_functions_are_those_of_the_access_table(suite: Suite) -> None:
    """Each is listed with what it tells, and has a fixed search path."""
    rows = await suite.sql(
        "institutions",
        "select proname, proconfig from pg_proc where prosecdef"
        " and pronamespace = 'public'::regnamespace"
        " and proname not in ('note_pending', 'stored_answer')",
    )
    service: Service = suite.apps["institutions"].state.service
    assert {row["proname"] for row in rows} == set(service.access.functions)
    assert all(row["proconfig"] == ["search_path=public, pg_temp"] for row in rows)


async def test_without_a_principal_there_are_no_rows(suite: Suite) -> None:
    """Row security fails closed for a connection that did not say who asks."""
    key = await world.listed(suite)
    offering = await world.offered(suite)
    await world.created(world.client(suite), "/commissions", world.commission(key, offering["id"]))
    service: Service = suite.apps["institutions"].state.service
    async with service.database.engine.connect() as connection:
        counts = await connection.execute(
            text(
                "select (select count(*) from organisations), (select count(*) from standings),"
                " (select count(*) from licences), (select count(*) from subjects),"
                " (select count(*) from offerings), (select count(*) from rates),"
                " (select count(*) from commissions), (select count(*) from"
                " directory_organisations('institution', '2020-03-02'))"
            )
        )
        assert set(counts.one()) == {0}


async def test_row_security_holds_where_an_operation_would_forget(suite: Suite) -> None:
    """An officer's session cannot write for another county, whatever the code does."""
    service: Service = suite.apps["institutions"].state.service
    key = await world.registered(suite)
    async with service.database.session(suite.officer("650402")) as session:
        with pytest.raises(Exception, match="row-level security"):
            await session.execute(
                text(
                    "insert into standings (id, authority, organisation_id, role, number, state,"
                    " from_date, reason, by_subject, at) values (gen_random_uuid(), '650421',"
                    " cast(:key as uuid), 'employer', 1, 'applied', '2020-03-02', '测试',"
                    " zp_subject(), '2020-03-02')"
                ),
                {"key": key},
            )


async def test_every_event_type_can_be_reached_and_its_data_names_nobody(suite: Suite) -> None:
    """The closed list is what one round through the service writes."""
    officer = world.client(suite)
    key = await world.listed(suite)
    offering = (await world.offered(suite))["id"]
    await world.created(officer, "/commissions", world.commission(key, offering))
    rate = {"authority": "650421", "fen_per_person": 1, "from_date": "2020-01-01"}
    rate["document_number"] = "示例7号"
    made = await world.created(officer, f"/offerings/{offering}/rates", rate)
    await world.created(world.client(suite), f"/rates/{made['id']}/confirmation", {})
    licences = (await officer.get(f"/organisations/{key}/licences")).json()["items"]
    decision = {"reason": "示例理由", "document_number": "示例8号"}
    ending = {**decision, "to_date": "2020-06-30"}
    await world.created(officer, f"/licences/{licences[0]['id']}/ending", ending)
    withdrawal = {**decision, "from_date": "2020-06-30"}
    await world.created(world.municipal(suite), f"/offerings/{offering}/withdrawal", withdrawal)
    await world.published(suite, "institutions")
    account = {"bank": "示例银行", "account_number": "65001612340", "holder": "示例培训学校1"}
    path = f"/organisations/{key}/accounts"
    entered = await world.created(world.own(suite, key), path, account)
    path = f"/organisation-accounts/{entered['id']}/confirmation"
    await world.created(officer, path, {"account_number": "65001612340"})
    issue = suite.service("institutions", principal.service("claims", "bank_file"))
    body = {"organisation_ids": [key], "purpose": "bank_file"}
    await issue.post("/internal/organisation-accounts", json=body)
    assert set(await world.events(suite)) == {kind.value for kind in EventType}
    await suite.settle()
    feed = suite.service("institutions", principal.service("registry", "feed"))
    page = (await feed.get("/internal/events")).text
    assert "示例人" not in page
    assert "13800000000" not in page


async def test_the_personal_columns_are_a_closed_list(suite: Suite) -> None:
    """Adding a sealed column fails here until POLICY 9 is met."""
    rows = await suite.sql(
        "institutions",
        "select table_name, column_name from information_schema.columns"
        " where table_schema = 'public' and column_name ~ '(sealed|phone|id_number|person_name)'",
    )
    assert {(row["table_name"], row["column_name"]) for row in rows} == PERSONAL


async def test_every_operation_is_documented_with_examples(suite: Suite) -> None:
    """A summary in Chinese, a sentence in English, an example for each body."""
    document = suite.apps["institutions"].openapi()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], path
            assert not operation["summary"].isascii(), path
            assert operation["description"], path
            if "requestBody" in operation:
                schema = operation["requestBody"]["content"]["application/json"]["schema"]
                model = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
                assert model["examples"], (method, path)


async def test_the_examples_are_accepted(suite: Suite) -> None:
    """What the documentation shows is what the service takes."""
    schemas = suite.apps["institutions"].openapi()["components"]["schemas"]
    example = {
        name: schema["examples"][0] for name, schema in schemas.items() if "examples" in schema
    }
    officer = world.client(suite)
    offering = await world.created(officer, "/offerings", example["OfferingIn"])
    made = await world.created(officer, "/organisations", example["OrganisationIn"])
    path = f"/organisations/{made['id']}"
    await world.created(officer, f"{path}/licences", example["LicenceIn"])
    await world.created(officer, f"{path}/standings", example["StandingIn"])
    await world.created(officer, f"/offerings/{offering['id']}/rates", example["RateIn"])
    keys = {"organisation_id": made["id"], "offering_id": offering["id"]}
    await world.created(officer, "/commissions", {**example["CommissionIn"], **keys})
    await world.created(world.municipal(suite), "/editions", example["EditionIn"])
