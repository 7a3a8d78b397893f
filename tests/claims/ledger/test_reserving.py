"""Reserve, then pay or release; undo by a mirror. Each once, each exact to the fen."""

import asyncio
from collections import Counter
from uuid import UUID, uuid4

import pytest

from services.claims.ledger import operations
from services.claims.ledger.rules import Code, Reserved
from shared import principal, problems
from tests.claims.ledger import world
from tests.suite import Suite


def only(held: dict[UUID, Reserved]) -> UUID:
    """Return the one transfer of a reservation."""
    [found] = held.values()
    return found.transfer_id


async def reversed_by(
    suite: Suite, *transfers: UUID, code: Code = Code.BANK_RETURN
) -> dict[UUID, UUID]:
    """Undo payments as a finance officer."""
    by = world.finance()
    async with world.acting(suite, by) as session:
        return await operations.reverse(
            session, transfer_ids=transfers, code=code, by=by, at=suite.clock.at
        )


async def test_a_line_is_paid_wholly_by_the_first_fund_that_has_enough(books: Suite) -> None:
    """The order is the plan's; a line is never split, and one that nothing carries waits."""
    await world.received(books, 100)
    await world.received(books, 60, fund="employment")
    wants = [world.want(fen) for fen in (70, 40, 30, 30, 20)]
    held = await world.reserved(books, wants)
    assert [held[w.line_id].fund if w.line_id in held else None for w in wants] == [
        "special",
        "employment",
        "special",
        None,
        "employment",
    ]
    assert await world.figures(books) == (100, 100, 0, 0)
    assert await world.figures(books, "employment") == (60, 60, 0, 0)


async def test_without_an_account_a_line_waits(books: Suite) -> None:
    """Another year's, another county's or another purpose's money is not there for it."""
    await world.received(books, 100)
    wants = [
        world.want(1, year=2021),
        world.want(1, authority=world.SHANSHAN),
        world.want(1, "special", purpose="work_training"),
        world.want(1, "employment"),
    ]
    assert await world.reserved(books, wants) == {}
    assert await world.reserved(books, []) == {}


async def test_what_is_held_is_paid_or_given_back(books: Suite) -> None:
    """A payment spends what was held; a release makes it available again."""
    await world.received(books, 100)
    wants = [world.want(30), world.want(20)]
    held = await world.reserved(books, wants)
    paid, freed = (held[w.line_id].transfer_id for w in wants)
    await world.posted(books, paid)
    assert await world.figures(books) == (100, 20, 30, 50)
    await world.released(books, freed)
    assert await world.figures(books) == (100, 0, 30, 70)


@pytest.mark.parametrize("first", [world.posted, world.released])
@pytest.mark.parametrize("second", [world.posted, world.released])
async def test_a_reservation_is_resolved_once(books: Suite, first: object, second: object) -> None:
    """Whoever comes second is told so, and nothing moves."""
    assert callable(first)
    assert callable(second)
    await world.received(books, 100)
    transfer = only(await world.reserved(books, [world.want(30)]))
    await first(books, transfer)
    before = await world.figures(books)
    with pytest.raises(operations.TransferResolved):
        await second(books, transfer)
    assert await world.figures(books) == before


async def test_of_two_who_resolve_at_once_one_does(books: Suite) -> None:
    """Eight officers post and release the same reservation; the money moves once."""
    await world.received(books, 100)
    transfer = only(await world.reserved(books, [world.want(30)]))
    verbs = (world.posted, world.released) * 4
    answers = await asyncio.gather(
        *(verb(books, transfer) for verb in verbs), return_exceptions=True
    )
    kinds = Counter(type(answer) for answer in answers)
    assert kinds == {dict: 1, operations.TransferResolved: 7}


async def test_one_stranger_among_many_stops_them_all(books: Suite) -> None:
    """A batch moves as a whole or not at all."""
    await world.received(books, 100)
    transfer = only(await world.reserved(books, [world.want(30)]))
    with pytest.raises(problems.NotFound):
        await world.posted(books, transfer, uuid4())
    assert await world.figures(books) == (100, 30, 0, 70)


async def test_money_that_came_back_is_available_again(books: Suite) -> None:
    """A reservation's id stands for its payment, and the line may then be reserved anew."""
    await world.received(books, 100)
    wanted = world.want(30)
    transfer = only(await world.reserved(books, [wanted]))
    await world.posted(books, transfer)
    assert set(await reversed_by(books, transfer)) == {transfer}
    assert await world.figures(books) == (100, 0, 0, 100)
    again = only(await world.reserved(books, [wanted]))
    assert again != transfer
    await world.posted(books, again)
    assert await world.figures(books) == (100, 0, 30, 70)


async def test_a_payment_is_undone_once(books: Suite) -> None:
    """The second reversal is refused, by the reservation's id as by the payment's."""
    await world.received(books, 100)
    transfer = only(await world.reserved(books, [world.want(30)]))
    [payment] = (await world.posted(books, transfer)).values()
    [mirror] = (await reversed_by(books, payment)).values()
    for each in (transfer, payment):
        with pytest.raises(operations.TransferReversed):
            await reversed_by(books, each, code=Code.RECOVERY)
    with pytest.raises(operations.TransferNotPosted):
        await reversed_by(books, mirror)


async def test_what_moved_nothing_is_not_reversed(books: Suite) -> None:
    """A reservation that is held or was released has no payment to undo."""
    await world.received(books, 100)
    wants = [world.want(30), world.want(20)]
    held = await world.reserved(books, wants)
    open_, freed = (held[w.line_id].transfer_id for w in wants)
    await world.released(books, freed)
    for each in (open_, freed):
        with pytest.raises(operations.TransferNotPosted):
            await reversed_by(books, each)


async def test_only_a_reversing_code_reverses(books: Suite) -> None:
    """Calling a reversal a payment is a bug."""
    with pytest.raises(ValueError, match="reverses nothing"):
        await reversed_by(books, uuid4(), code=Code.PAYMENT)


async def test_a_line_has_its_money_once(books: Suite) -> None:
    """The database refuses a second reservation while the first lives, in any fund."""
    await world.received(books, 100)
    await world.received(books, 100, fund="employment")
    wanted = world.want(30, "special")
    await world.reserved(books, [wanted])
    for fund in ("special", "employment"):
        with pytest.raises(Exception, match="line_reserved_once"):
            await world.reserved(books, [wanted._replace(funds=(fund,))])
    assert await world.figures(books) == (100, 30, 0, 70)


async def test_ten_thousand_lines_released_are_reserved_anew(books: Suite) -> None:
    """Rounds are found for all lines together; neither way grows with the square of them."""
    await world.received(books, 10**9)
    wants = [world.want(1 + n % 7) for n in range(10_000)]
    held = await world.reserved(books, wants)
    total = sum(want.fen for want in wants)
    assert await world.figures(books) == (10**9, total, 0, 10**9 - total)
    async with asyncio.timeout(10):
        await world.released(books, *(each.transfer_id for each in held.values()))
        again = await world.reserved(books, wants)
    assert len(again) == 10_000
    rows = await books.sql("claims", "select round, count(*) from transfers group by 1 order by 1")
    assert [tuple(row) for row in rows] == [(0, 20_001), (1, 10_000)]


async def test_parallel_filings_never_overdraw(books: Suite) -> None:
    """32 at once on two funds that cannot carry them all: exact to the fen."""
    await world.received(books, 1_000)
    await world.received(books, 500, fund="employment")
    wants = [[world.want(17 + n), world.want(31 + n)] for n in range(32)]
    answers = await asyncio.gather(*(world.reserved(books, each) for each in wants))
    sums: Counter[str] = Counter()
    for lines, held in zip(wants, answers, strict=True):
        for line in lines:
            if line.line_id in held:
                sums[held[line.line_id].fund] += line.fen
    special, employment = await world.figures(books), await world.figures(books, "employment")
    assert special == (1_000, sums["special"], 0, 1_000 - sums["special"])
    assert employment == (500, sums["employment"], 0, 500 - sums["employment"])
    refused = [
        line.fen
        for lines, held in zip(wants, answers, strict=True)
        for line in lines
        if line.line_id not in held
    ]
    assert refused
    assert max(special[3], employment[3]) < max(refused)


async def test_parallel_equal_lines_take_exactly_what_is_there(books: Suite) -> None:
    """32 lines of 10 fen on 250 fen: 25 are carried, not one more or less."""
    await world.received(books, 250)
    answers = await asyncio.gather(
        *(world.reserved(books, [world.want(10, "special")]) for _ in range(32))
    )
    assert sum(len(each) for each in answers) == 25
    assert await world.figures(books) == (250, 250, 0, 0)


async def test_crossing_orders_do_not_lock_each_other_out(books: Suite) -> None:
    """Half want special first, half employment: accounts are held in one order."""
    await world.received(books, 10_000)
    await world.received(books, 10_000, fund="employment")
    orders = (("special", "employment"), ("employment", "special"))
    wants = [[world.want(5, *orders[(n + m) % 2]) for m in range(4)] for n in range(32)]
    answers = await asyncio.gather(*(world.reserved(books, each) for each in wants))
    assert sum(len(each) for each in answers) == 128


async def test_each_movement_of_an_account_is_told_with_its_hash(books: Suite) -> None:
    """One event for the transfers of an account written together, whatever their number."""
    await world.received(books, 100)
    held = await world.reserved(books, [world.want(1) for _ in range(5)])
    transfers = [each.transfer_id for each in held.values()]
    await world.posted(books, *transfers[:3])
    await world.released(books, *transfers[3:])
    await reversed_by(books, transfers[0])
    rows = await books.sql(
        "claims",
        "select type, data->>'transfers' as n, row_hash, authority from events order by position",
    )
    assert [(row["type"], row["n"]) for row in rows] == [
        ("account.opened", None),
        ("funds.received", "1"),
        ("funds.reserved", "5"),
        ("funds.paid", "3"),
        ("funds.released", "2"),
        ("funds.reversed", "1"),
    ]
    assert all(len(row["row_hash"]) == 32 for row in rows[1:])
    assert {row["authority"] for row in rows} == {"650402"}


async def test_an_office_moves_its_own_authority_s_money_only(books: Suite) -> None:
    """A transfer of another county is not found, and its fund has nothing for others' lines."""
    await world.received(books, 100)
    transfer = only(await world.reserved(books, [world.want(30)]))
    stranger = world.finance(world.SHANSHAN)
    with pytest.raises(problems.NotFound):
        await world.posted(books, transfer, by=stranger)
    assert await world.reserved(books, [world.want(1)], by=stranger) == {}


async def test_a_service_s_job_moves_money_for_lines_that_waited(books: Suite) -> None:
    """When a fund is filled again, the job reserves, pays and releases in the service's name."""
    job = principal.service("claims", "jobs")
    await world.received(books, 100)
    transfer = only(await world.reserved(books, [world.want(30)], by=job))
    await world.posted(books, transfer, by=job)
    other = only(await world.reserved(books, [world.want(30)], by=job))
    await world.released(books, other, by=job)
    assert await world.figures(books) == (100, 0, 30, 70)


async def test_an_empty_list_moves_nothing(books: Suite) -> None:
    """No lines, no statement, no event."""
    assert await world.posted(books) == {}
    assert await world.released(books) == {}
    assert await reversed_by(books) == {}
    assert await books.sql("claims", "select 1 from events") == []


async def test_the_same_transfer_named_twice_moves_once(books: Suite) -> None:
    """A list with a repetition is the list without it."""
    await world.received(books, 100)
    transfer = only(await world.reserved(books, [world.want(30)]))
    assert set(await world.posted(books, transfer, transfer)) == {transfer}
    assert await world.figures(books) == (100, 0, 30, 70)


async def test_a_failed_step_undoes_the_reservation(books: Suite) -> None:
    """What is reserved in a transaction that fails was never reserved."""
    await world.received(books, 100)
    by = books.organisation(uuid4())

    async def fail() -> None:
        async with world.acting(books, by) as session:
            await operations.reserve(session, wants=[world.want(30)], by=by, at=books.clock.at)
            raise problems.Conflict

    with pytest.raises(problems.Conflict):
        await fail()
    assert await world.figures(books) == (100, 0, 0, 100)
