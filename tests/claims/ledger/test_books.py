"""Balances as of a day, statements, the trial balance, and the use of funds that everyone sees."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from shared.principal import PUBLIC, Principal, Role
from tests.claims.ledger import world
from tests.suite import Suite


async def lived(suite: Suite) -> dict[str, UUID]:
    """Live from winter to summer: in, held, paid, back. Returns transfers by name."""
    suite.clock.at = datetime(2020, 1, 15, 4, tzinfo=UTC)
    await world.received(suite, 1_000)
    wants = [world.want(100), world.want(200), world.want(50)]
    held = await world.reserved(suite, wants)
    first, second, third = (held[each.line_id].transfer_id for each in wants)
    suite.clock.at = datetime(2020, 3, 31, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai
    await world.posted(suite, first)
    suite.clock.at = datetime(2020, 3, 31, 16, 0, tzinfo=UTC)  # midnight: the second quarter
    await world.posted(suite, second)
    suite.clock.at = datetime(2020, 7, 1, 4, tzinfo=UTC)
    await world.released(suite, third)
    await world.received(suite, 500)
    return {"first": first, "second": second, "third": third}


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2020-01-14", (0, 0, 0, 0)),
        ("2020-01-15", (1_000, 350, 0, 650)),
        ("2020-03-30", (1_000, 350, 0, 650)),
        ("2020-03-31", (1_000, 250, 100, 650)),
        ("2020-04-01", (1_000, 50, 300, 650)),
        ("2020-06-30", (1_000, 50, 300, 650)),
        ("2020-07-01", (1_500, 0, 300, 1_200)),
        (None, (1_500, 0, 300, 1_200)),
    ],
)
async def test_a_balance_is_answered_as_of_the_end_of_any_day(
    books: Suite, on: str | None, expected: tuple[int, ...]
) -> None:
    """Whole quarters and broken ones, before the first transfer and after the last."""
    await lived(books)
    assert await world.figures(books, **({"on": on} if on else {})) == expected


async def test_a_statement_tells_what_was_available_after_each_transfer(books: Suite) -> None:
    """Page by page it is the same list, and every page begins where the one before it ended."""
    moves = await lived(books)
    officer = world.client(books)
    [account] = (await officer.get("/accounts")).json()["items"]
    path = f"/accounts/{account['id']}/statement"
    whole = (await officer.get(path)).json()
    assert [(each["code"], each["fen"], each["available_fen"]) for each in whole["items"]] == [
        ("receipt", 1_000, 1_000),
        ("reservation", 100, 900),
        ("reservation", 200, 700),
        ("reservation", 50, 650),
        ("payment", 100, 650),
        ("payment", 200, 650),
        ("release", 50, 700),
        ("receipt", 500, 1_200),
    ]
    assert whole["items"][4]["resolves"] == str(moves["first"])
    paged, after, before = [], None, 0
    while True:
        params = {"limit": 3} | ({"after": after} if after else {})
        page = (await officer.get(path, params=params)).json()
        assert page["before"]["available_fen"] == before
        paged += page["items"]
        after, before = page["next"], page["items"][-1]["available_fen"]
        if after is None:
            break
    assert paged == whole["items"]


async def test_a_statement_begins_on_the_day_asked_for(books: Suite) -> None:
    """What was there before it is said."""
    await lived(books)
    officer = world.client(books)
    [account] = (await officer.get("/accounts")).json()["items"]
    path = f"/accounts/{account['id']}/statement"
    page = (await officer.get(path, params={"since": "2020-04-01"})).json()
    assert [each["code"] for each in page["items"]] == ["payment", "release", "receipt"]
    assert (page["before"]["paid_fen"], page["before"]["available_fen"]) == (100, 650)
    empty = (await officer.get(path, params={"since": "2020-07-02"})).json()
    assert (empty["items"], empty["before"]["available_fen"]) == ([], 1_200)


@pytest.mark.parametrize("on", [None, "2020-03-31", "2019-12-31"])
async def test_debits_equal_credits(books: Suite, on: str | None) -> None:
    """Fund by fund, now by the balances and as of a day by the transfers."""
    await lived(books)
    await world.received(books, 80, fund="employment", purpose="living_allowance")
    params = {"on": on} if on else {}
    trial = (await world.client(books).get("/trial-balance", params=params)).json()
    assert (trial["difference_fen"], set(trial["difference_by_fund"].values())) == (0, {0})
    assert trial["debits_fen"] == {None: 1_880, "2020-03-31": 1_100, "2019-12-31": 0}[on]
    assert len(trial["lines"]) == 6


async def test_the_trial_balance_of_today_is_that_of_the_transfers(books: Suite) -> None:
    """Balances that a trigger keeps equal a recount of all transfers, held fen included."""
    await lived(books)
    await world.reserved(books, [world.want(7)])
    officer = world.client(books)
    now = (await officer.get("/trial-balance", params={"fund": "special", "year": 2020})).json()
    then = (await officer.get("/trial-balance", params={"on": "2020-07-01"})).json()
    assert now["lines"] == then["lines"]
    assert {line["name"]: line["held_fen"] for line in now["lines"]}["available"] == 7


async def test_everyone_sees_the_use_of_funds_by_quarter(books: Suite) -> None:
    """Received, held at the quarter's end, paid; a fund without movement says what it may pay."""
    await lived(books)
    body = (await world.client(books, PUBLIC).get("/funds")).json()
    special, *_ = body["funds"]
    quarters = [tuple(each.values()) for each in special["quarters"]]
    assert quarters == [
        ("2020Q1", 1_000, 250, 100),
        ("2020Q2", 0, 50, 200),
        ("2020Q3", 500, 0, 0),
    ]
    assert (special["received_fen"], special["reserved_fen"], special["paid_fen"]) == (
        1_500,
        0,
        300,
    )
    outside = next(each for each in body["funds"] if each["id"] == "enterprise_education")
    assert (outside["booked_here"], outside["quarters"]) == (False, [])
    assert "兴建、改建办公场所" in [each["name"] for each in special["forbidden"]]
    assert "authority" not in str(body)


async def test_the_use_of_funds_is_sent_again_only_when_it_changed(books: Suite) -> None:
    """A strong ETag: 304 until a fen moves."""
    await world.received(books, 100)
    public = world.client(books, PUBLIC)
    first = await public.get("/funds")
    tag = first.headers["ETag"]
    same = await public.get("/funds", headers={"If-None-Match": tag})
    assert (same.status_code, same.content) == (304, b"")
    await world.reserved(books, [world.want(1)])
    changed = await public.get("/funds", headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag


async def test_accounts_are_seen_within_reach_only(books: Suite) -> None:
    """Lists, statements and trial balances of a county are its offices' and its auditor's."""
    mine = await world.received(books, 1)
    other = await world.received(books, 2, authority=world.SHANSHAN)
    auditor = Principal("officer:auditor", Role.AUDITOR, authorities=(world.GAOCHANG,))
    for by in (world.finance(), books.officer(world.GAOCHANG), auditor):
        client = world.client(books, by)
        items = (await client.get("/accounts")).json()["items"]
        assert [each["id"] for each in items] == [mine["account"]["id"]]
        assert (await client.get("/trial-balance")).json()["debits_fen"] == 1
        answer = await client.get(f"/accounts/{other['account']['id']}/statement")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_accounts_are_nobody_else_s(books: Suite) -> None:
    """Organisations, people and the public see the use of funds and no account."""
    for by in (books.organisation(uuid4()), books.trainee(uuid4())):
        for path in ("/accounts", "/trial-balance", f"/accounts/{uuid4()}/statement"):
            assert (await world.client(books, by).get(path)).status_code == 403
        assert (await world.client(books, by).get("/funds")).status_code == 200
    assert (await world.client(books, PUBLIC).get("/accounts")).status_code == 401


async def test_accounts_are_listed_page_by_page(books: Suite) -> None:
    """By fund, authority, year and purpose; filters narrow."""
    for fund, year in (("special", 2020), ("employment", 2020), ("special", 2021)):
        await world.received(books, 1, fund=fund, year=year)
    officer = world.client(books)
    first = (await officer.get("/accounts", params={"limit": 2})).json()
    rest = (await officer.get("/accounts", params={"limit": 2, "after": first["next"]})).json()
    found = [(each["fund"], each["year"]) for each in first["items"] + rest["items"]]
    assert found == [("employment", 2020), ("special", 2020), ("special", 2021)]
    assert rest["next"] is None
    narrowed = (await officer.get("/accounts", params={"fund": "special", "year": 2021})).json()
    assert len(narrowed["items"]) == 1


async def test_every_operation_is_documented(suite: Suite) -> None:
    """A summary in Chinese and a sentence in English for each."""
    document = suite.apps["claims"].openapi()
    ours = [p for p in document["paths"] if p.startswith(("/funds", "/accounts", "/trial"))]
    assert len(ours) == 6
    for path in ours:
        for operation in document["paths"][path].values():
            assert not operation["summary"].isascii(), path
            assert operation["description"], path
