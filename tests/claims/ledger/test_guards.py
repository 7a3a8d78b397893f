"""What the database refuses whatever the code does, and what the checks find whoever did it."""

from typing import Any
from uuid import uuid4

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine

from services.claims.app import CONSTRAINTS
from services.claims.ledger import models, operations
from services.claims.tables import Base
from shared import postgres
from shared.principal import Principal
from tests.claims.ledger import world
from tests.suite import Suite

TABLES = {"fund_purposes", "accounts", "subaccounts", "turnover", "transfers"}
FUNCTIONS = {
    *("keep_balances", "open_subaccounts", "lock_funds", "lock_transfers", "past_rounds"),
    "fund_use",
}
# One transfer by hand, as whoever got hold of the app role would write it.
INSERT = (
    "insert into transfers (id, batch, account_id, authority, debit, credit, fen, code, line_id,"
    " resolves, reverses, document_number, by_subject, at, hash)"
    " select gen_random_uuid(), gen_random_uuid(), a.id, {authority}, {debit}, {credit}, {fen},"
    " {code}, {line}, {resolves}, {reverses}, {document}, zp_subject(), '2020-03-02',"
    " sha256('x') from accounts a"
)
FIELDS = {
    "authority": "a.authority",
    "debit": "'available'",
    "credit": "'paid'",
    "fen": "1",
    "code": "'reservation'",
    "line": "gen_random_uuid()",
    "resolves": "null",
    "reverses": "null",
    "document": "null",
}


async def run(suite: Suite, statement: str, by: Principal | None = None) -> None:
    """Run a statement as the app role, for a principal."""
    async with world.acting(suite, by or world.finance()) as session:
        await session.execute(text(statement))


async def run_all(suite: Suite, statements: list[str]) -> None:
    """Run statements as a finance officer, in one transaction."""
    async with world.acting(suite, world.finance()) as session:
        for statement in statements:
            await session.execute(text(statement))


def by_hand(**changed: str) -> str:
    """Write the insert of one transfer."""
    return INSERT.format(**{**FIELDS, **changed})


@pytest.mark.parametrize(
    "statement",
    [
        "update transfers set fen = fen - 1",
        "delete from transfers",
        "truncate transfers",
        "update subaccounts set credits = credits + 1",
        "delete from subaccounts",
        "insert into subaccounts select * from subaccounts",
        "update turnover set received = 0",
        "update accounts set purpose = 'living_allowance'",
        "delete from accounts",
        "update fund_purposes set purpose = 'office_buildings'",
        "delete from fund_purposes",
        "alter table transfers disable trigger balances",
        "alter table subaccounts drop constraint balance_not_negative",
        "set session_replication_role = replica",
    ],
)
async def test_what_is_booked_cannot_be_changed_by_the_app(books: Suite, statement: str) -> None:
    """The app role adds transfers and nothing else; it owns nothing and switches nothing off."""
    await world.received(books, 100)
    with pytest.raises(Exception, match=r"permission denied|must be owner"):
        await run(books, statement)
    assert await world.figures(books) == (100, 0, 0, 100)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"fen": "101"}, "balance_not_negative"),
        ({"fen": "9223372036854775807"}, "out of range|balance_not_negative"),
        ({"fen": "0"}, "transfers_fen_check"),
        ({"fen": "-5"}, "transfers_fen_check"),
        ({"code": "'gift'"}, "transfer_form"),
        ({"debit": "'paid'", "credit": "'available'"}, "transfer_form"),
        ({"debit": "'source'"}, "transfer_form"),
        ({"line": "null"}, "transfer_form"),
        ({"authority": "'650421'"}, "row-level security"),
        ({"code": "'payment'", "resolves": "gen_random_uuid()"}, "answers to no equal one"),
        (
            {
                "code": "'recovery'",
                "debit": "'paid'",
                "credit": "'available'",
                "reverses": "gen_random_uuid()",
            },
            "answers to no equal one",
        ),
    ],
)
async def test_a_transfer_by_hand_is_refused_where_it_is_wrong(
    books: Suite, changed: dict[str, str], refusal: str
) -> None:
    """More than there is, of the wrong form, for a stranger, or in answer to nothing."""
    await world.received(books, 100)
    with pytest.raises(Exception, match=refusal):
        await run(books, by_hand(**changed))
    assert await world.figures(books) == (100, 0, 0, 100)


async def test_a_payment_by_hand_pays_what_was_reserved_and_not_more(books: Suite) -> None:
    """The fen, the line and the round of the reservation, once."""
    await world.received(books, 100)
    wanted = world.want(30)
    [held] = (await world.reserved(books, [wanted])).values()
    payment = {"code": "'payment'", "resolves": f"'{held.transfer_id}'"}
    line = {"line": f"'{wanted.line_id}'"}
    for wrong in ({**line, "fen": "31"}, {"fen": "30"}):
        with pytest.raises(Exception, match="answers to no equal one"):
            await run(books, by_hand(**payment, **wrong))
    await world.posted(books, held.transfer_id)
    with pytest.raises(Exception, match=r"transfer_resolved_once|line_reserved_once"):
        await run(books, by_hand(**payment, **line, fen="30"))
    with pytest.raises(Exception, match="transfer_resolved_once"):
        await run(books, by_hand(**payment | line | {"code": "'release'", "fen": "30"}))
    assert await world.figures(books) == (100, 0, 30, 70)


async def test_money_comes_back_once_by_hand_too(books: Suite) -> None:
    """Under another code, a second reversal of a payment or a receipt still meets the first."""
    entered = await world.received(books, 100)
    [held] = (await world.reserved(books, [world.want(30)])).values()
    [payment] = (await world.posted(books, held.transfer_id)).values()
    line = f"(select line_id from transfers where id = '{payment}')"
    back = {"debit": "'paid'", "credit": "'available'", "line": line, "fen": "30"}
    out = {"debit": "'available'", "credit": "'source'", "line": "null", "fen": "100"}
    await world.received(books, 100)
    # By hand the hash does not fit, so nothing of this may stay.
    for target, sides in ((payment, back), (entered["transfer_id"], out)):
        row = {"reverses": f"'{target}'", **sides}
        both = [by_hand(**row, code=code) for code in ("'recovery'", "'correction'")]
        with pytest.raises(Exception, match="transfer_reversed_once"):
            await run_all(books, both)
    assert await world.figures(books) == (200, 0, 30, 170)


async def test_a_transfer_with_another_authority_finds_no_account(books: Suite) -> None:
    """An officer of two counties cannot book one's money under the other's name."""
    await world.received(books, 100)
    both = world.finance(world.GAOCHANG, world.SHANSHAN)
    with pytest.raises(Exception, match="no sub-account of its authority"):
        await run(books, by_hand(authority="'650421'"), both)


async def test_nobody_enters_money_but_finance(books: Suite) -> None:
    """An organisation's or a 人社 officer's session cannot, whatever the code would do."""
    await world.received(books, 100)
    [account] = await books.sql("claims", "select id from accounts")
    receipt = by_hand(
        debit="'source'", credit="'available'", code="'receipt'", line="null", document="'x'"
    )
    told = f"from (values ('{account['id']}'::uuid, '650402')) a (id, authority)"
    for by in (books.officer(world.GAOCHANG), books.organisation(uuid4())):
        with pytest.raises(Exception, match="row-level security"):
            await run(books, receipt.replace("from accounts a", told), by)


async def test_a_forbidden_use_has_no_account_by_hand_either(books: Suite) -> None:
    """No person's session can permit a use, and without it no account opens."""
    officer = world.finance()
    permit = "insert into fund_purposes values ('special', 'office_buildings', repeat('a', 64))"
    with pytest.raises(Exception, match="row-level security"):
        await run(books, permit, officer)
    opening = (
        "insert into accounts values (gen_random_uuid(), 'special', '650402', 2020,"
        " 'office_buildings', zp_subject(), '2020-03-02')"
    )
    with pytest.raises(Exception, match="purpose_permitted"):
        await run(books, opening, officer)


async def test_without_a_principal_there_is_nothing(books: Suite) -> None:
    """Row security fails closed for a connection that did not say who asks."""
    await world.received(books, 100)
    async with world.service(books).database.engine.connect() as connection:
        counts = await connection.execute(
            text(
                "select (select count(*) from accounts), (select count(*) from subaccounts),"
                " (select count(*) from turnover), (select count(*) from transfers),"
                " (select count(*) from fund_purposes), (select count(*) from fund_use()),"
                " (select count(*) from lock_funds(array['special'], array['650402'],"
                " array[2020], array['training_subsidy']))"
            )
        )
        assert set(counts.one()) == {0}


async def lived(suite: Suite) -> None:
    """Leave one of each kind in the books."""
    await world.permit(suite)
    await world.received(suite, 1_000)
    await world.received(suite, 1_000, fund="employment")
    wants = [world.want(10 + n) for n in range(6)]
    held = [each.transfer_id for each in (await world.reserved(suite, wants)).values()]
    await world.posted(suite, *held[:2])
    await world.released(suite, held[2])
    assert await world.wrong(suite) == {}


@pytest.mark.parametrize(
    "statement",
    [
        "update transfers set fen = fen + 1 where code = 'payment'",
        "update transfers set fen = fen - 1 where code = 'reservation'",
        "update transfers set line_id = gen_random_uuid() where code = 'payment'",
        "update transfers set document_number = 'x' where code = 'receipt'",
        "update transfers set by_subject = 'officer:other' where code = 'release'",
        "update transfers set at = at + interval '100 days' where code = 'payment'",
        "update transfers set hash = sha256('x') where code = 'receipt'",
        "update transfers set batch = gen_random_uuid() where code = 'receipt'",
        "delete from transfers where code = 'release'",
        "delete from transfers where id = (select max(id::text)::uuid from transfers)",
        (
            "insert into transfers select gen_random_uuid(), batch, account_id, authority, debit,"
            " credit, fen, code, gen_random_uuid(), round, null, null, document_number, by_subject,"
            " at, hash from transfers where code = 'reservation' limit 1"
        ),
        "update subaccounts set credits = credits + 1 where name = 'available'",
        "update subaccounts set debits = debits + 1, credits = credits + 1 where name = 'paid'",
        "update subaccounts set held = held - 1 where held > 0",
        "delete from subaccounts where name = 'paid'",
        "update turnover set paid = paid + 1, held = held - 1 where paid > 0",
        "delete from turnover",
        "update accounts set authority = '650421'",
        "update accounts set purpose = 'office_buildings' where fund = 'special'",
        "delete from events where type = 'funds.paid'",
        "update events set data = data || '{\"fen\": 1}' where type = 'funds.received'",
    ],
)
async def test_tampering_as_superuser_is_found(suite: Suite, statement: str) -> None:
    """One edit past every guard, with triggers and keys off, breaks an invariant."""
    await lived(suite)
    await suite.sql("claims", "set session_replication_role = replica")
    try:
        await suite.sql("claims", statement)
    finally:
        await suite.sql("claims", "reset session_replication_role")
    assert await world.wrong(suite)


async def test_a_forged_row_with_a_fitting_hash_is_found_by_its_event(suite: Suite) -> None:
    """Even a careful forger of a transfer and its balances meets the sealed event."""
    await lived(suite)
    one = "(select id from transfers where code = 'receipt' order by id limit 1)"
    for statement in (
        "set session_replication_role = replica",
        f"update transfers set fen = fen + 1 where id = {one}",
        (
            "update transfers t set hash = transfer_hash(batch_hash(t.batch, t.account_id,"
            " t.authority, t.debit, t.credit, t.code, t.document_number, t.by_subject, t.at),"
            f" t.id, t.fen, t.line_id, t.round, null) where id = {one}"
        ),
        (
            "update subaccounts s set debits = debits + (name = 'source')::int,"
            " credits = credits + (name = 'available')::int"
            f" where account_id = (select account_id from transfers where id = {one})"
            " and name <> 'paid'"
        ),
        (
            "update turnover set received = received + 1"
            f" where account_id = (select account_id from transfers where id = {one})"
        ),
        "reset session_replication_role",
    ):
        await suite.sql("claims", statement)
    assert list(await world.wrong(suite)) == ["资金：每批转账与其事件所载摘要一致，无增无减"]


async def test_the_table_classes_equal_the_migration(suite: Suite) -> None:
    """Columns, types, nullability, keys and uniqueness are the same on both sides."""
    assert {m.__tablename__ for m in vars(models).values() if hasattr(m, "__tablename__")} == TABLES

    def ours(item: Any, name: str | None, kind: str, *_: object) -> bool:
        table = name if kind == "table" else item.table.name
        return table in TABLES and kind not in {"index", "foreign_key_constraint"}

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


async def test_every_named_constraint_that_callers_hit_exists(suite: Suite) -> None:
    """A renamed constraint would turn a problem into a bug."""
    rows = await suite.sql(
        "claims",
        "select conname as name from pg_constraint"
        " union select indexname from pg_indexes where schemaname = 'public'",
    )
    ours = {n for n, kind in CONSTRAINTS.items() if kind.__module__ == operations.__name__}
    assert len(ours) == 6
    assert ours - {row["name"] for row in rows} == set()


async def test_every_table_of_the_ledger_has_row_security(suite: Suite) -> None:
    """And the app role owns none of them."""
    rows = await suite.sql(
        "claims",
        "select relname, relrowsecurity, relowner::regrole::text as owner from pg_class"
        " where relkind = 'r' and relname = any ($1)",
        list(TABLES),
    )
    assert {row["relname"] for row in rows if row["relrowsecurity"]} == TABLES
    assert {row["owner"] for row in rows} == {"claims_owner"}


async def test_the_ledger_s_definer_functions_say_what_they_tell(suite: Suite) -> None:
    """Each is listed in the access table and has a fixed search path."""
    rows = await suite.sql(
        "claims",
        "select proname, proconfig from pg_proc where prosecdef and proname = any ($1)",
        list(FUNCTIONS),
    )
    assert {row["proname"] for row in rows} == FUNCTIONS
    assert set(world.service(suite).access.functions) >= FUNCTIONS
    assert all(row["proconfig"][0] == "search_path=public, pg_temp" for row in rows)


async def test_the_permitted_uses_are_there_after_a_start(books: Suite) -> None:
    """A second start changes nothing; enterprises' own money is not among them."""
    query = "select fund, purpose from fund_purposes order by 1, 2"
    before = await books.sql("claims", query)
    await world.permit(books)
    assert await books.sql("claims", query) == before
    assert "enterprise_education" not in {row["fund"] for row in before}
