"""Reads of the ledger; row security decides which accounts."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.ledger import rules
from services.claims.ledger.models import Account, Transfer
from services.claims.ledger.rules import Code, Key, Standing, Sub
from services.claims.ledger.schemas import (
    AccountOut,
    BalanceOut,
    EntryOut,
    Figures,
    FundOut,
    FundsOut,
    NamedOut,
    QuarterOut,
    StatementOut,
    TrialOut,
)
from shared import clock, pages, problems
from shared.plans import Plan, vocabulary
from shared.plans.records import Fund

# What a transfer changes of its account's figures, the same as the trigger keeps in `turnover`.
EFFECT = (
    "case when t.debit = 'source' then t.fen when t.credit = 'source' then -t.fen else 0 end"
    " as received, case t.code when 'reservation' then t.fen when 'payment' then -t.fen"
    " when 'release' then -t.fen else 0 end as held,"
    " case when t.code = 'payment' then t.fen when t.debit = 'paid' then -t.fen else 0 end as paid"
)
# Whole quarters from the turnover, the broken one from its transfers: before (until, first).
FIGURES = text(
    "select x.account_id, sum(x.received)::bigint as received, sum(x.held)::bigint as held,"
    " sum(x.paid)::bigint as paid from (select q.account_id, q.received, q.held, q.paid"
    "  from turnover q where q.account_id = any(cast(:ids as uuid[]))"
    "  and (cast(:quarter as text) is null or q.quarter < :quarter)"
    f" union all select t.account_id, {EFFECT} from transfers t"
    "  where t.account_id = any(cast(:ids as uuid[])) and t.at >= cast(:begins as timestamptz)"
    "  and (t.at, t.id) < (cast(:until as timestamptz), cast(:first as uuid))) x group by 1"
)
NOBODY = UUID(int=0)
LAST = datetime(9999, 1, 1, tzinfo=UTC)
LEFT = text(
    "select * from lock_funds(cast(:funds as text[]), cast(:authorities as text[]),"
    " cast(:years as integer[]), cast(:purposes as text[]))"
)
STANDINGS = text("select * from lock_transfers(cast(:ids as uuid[]))")
TRIAL = (
    "select a.id, a.fund, a.authority, a.year, a.purpose, s.name, {} from subaccounts s"
    " join accounts a on a.id = s.account_id{} where (cast(:fund as text) is null"
    " or a.fund = :fund) and (cast(:year as integer) is null or a.year = :year)"
    " order by a.fund, a.authority, a.year, a.purpose, s.name"
)
TRIAL_NOW = text(TRIAL.format("s.debits, s.credits, s.held", ""))
TRIAL_THEN = text(
    TRIAL.format(
        "x.debits, x.credits, x.held",
        " cross join lateral (select"
        " coalesce(sum(t.fen) filter (where t.debit = s.name"
        "  and t.code not in ('reservation', 'release')), 0)::bigint as debits,"
        " coalesce(sum(t.fen) filter (where t.credit = s.name"
        "  and t.code not in ('reservation', 'release')), 0)::bigint as credits,"
        " coalesce(sum(case t.code when 'reservation' then t.fen when 'payment' then -t.fen"
        "  when 'release' then -t.fen else 0 end) filter (where t.debit = s.name), 0)::bigint"
        " as held from transfers t where t.account_id = a.id"
        " and t.at < cast(:until as timestamptz)) x",
    )
)


def begins(day: date) -> datetime:
    """Return the instant at which a business day begins."""
    return datetime.combine(day, time(), clock.SHANGHAI)


def ends(day: date) -> datetime:
    """Return the instant at which a business day is over."""
    return begins(day + timedelta(days=1))


async def lock_funds(session: AsyncSession, keys: Sequence[Key]) -> dict[Key, tuple[UUID, int]]:
    """Hold the accounts of these keys, and say the id and what is left of those that exist."""
    funds, authorities, years, purposes = zip(*keys, strict=True) if keys else ((), (), (), ())
    columns = {"funds": funds, "authorities": authorities, "years": years, "purposes": purposes}
    rows = await session.execute(LEFT, {name: list(column) for name, column in columns.items()})
    return {
        Key(row.fund, row.authority, row.year, row.purpose): (row.account_id, row.fen)
        for row in rows
    }


async def lock_transfers(session: AsyncSession, ids: Sequence[UUID]) -> list[Standing]:
    """Hold the accounts of these transfers, and say what became of each; NotFound for strangers."""
    wanted = {*ids}
    rows = (await session.execute(STANDINGS, {"ids": list(wanted)})).all()
    if len(rows) != len(wanted):
        raise problems.NotFound
    return [Standing(*row) for row in rows]


async def account_of(session: AsyncSession, key: Key) -> Account | None:
    """Return the account of a key, if it was opened and the caller may see it."""
    query = select(Account).where(
        Account.fund == key.fund,
        Account.authority == key.authority,
        Account.year == key.year,
        Account.purpose == key.purpose,
    )
    return (await session.execute(query)).scalar_one_or_none()


async def corrections(session: AsyncSession, account_id: UUID, document_number: str) -> int:
    """Count how often a document's entry in an account was undone."""
    query = select(Transfer.id).where(
        Transfer.account_id == account_id,
        Transfer.document_number == document_number,
        Transfer.code == Code.CORRECTION.value,
    )
    return len((await session.execute(query)).scalars().all())


async def figures(
    session: AsyncSession,
    account_ids: Sequence[UUID],
    *,
    until: datetime | None = None,
    first: UUID = NOBODY,
) -> dict[UUID, Figures]:
    """Say what accounts hold now, or held before an instant and, at it, before a transfer."""
    quarter, since = None, LAST  # now: all of the turnover, none of the transfers
    if until is not None:
        quarter = rules.quarter(clock.business_day(until))
        since = begins(rules.first_day(quarter))
    rows = await session.execute(
        FIGURES,
        {
            "ids": list(account_ids),
            "quarter": quarter,
            "begins": since,
            "until": until or LAST,
            "first": first,
        },
    )
    found = {row.account_id: _figures(row.received, row.held, row.paid) for row in rows}
    return {key: found.get(key) or _figures(0, 0, 0) for key in account_ids}


def _figures(received: int, held: int, paid: int) -> Figures:
    return Figures(
        received_fen=received,
        reserved_fen=held,
        paid_fen=paid,
        available_fen=received - held - paid,
    )


def shape(plan: Plan, account: Account, held: Figures) -> AccountOut:
    """Give an account its wire shape; a fund or use that the plan no longer has keeps its word."""
    fund = next((each.name.zh for each in plan.funds if each.id == account.fund), account.fund)
    return AccountOut(
        **held.model_dump(),
        id=account.id,
        fund=account.fund,
        fund_name=fund,
        authority=account.authority,
        year=account.year,
        purpose=account.purpose,
        purpose_name=purpose_name(account.purpose),
    )


def purpose_name(purpose: str) -> str:
    """Say a purpose in the plan's words."""
    return vocabulary.PURPOSE_ZH[vocabulary.Purpose(purpose)]


async def accounts(
    session: AsyncSession,
    *,
    plan: Plan,
    fund: str | None,
    year: int | None,
    on: date | None,
    after: str | None,
    limit: int,
) -> pages.Page[AccountOut]:
    """Return a page of accounts by fund, authority, year and purpose, now or as of a day's end."""
    query: Select[Account] = select(Account)
    if fund is not None:
        query = query.where(Account.fund == fund)
    if year is not None:
        query = query.where(Account.year == year)
    columns = (Account.fund, Account.authority, Account.year, Account.purpose)
    query = pages.keyset(
        query, [each.expression for each in columns], [str, str, int, str], after, limit
    )
    rows = (await session.execute(query)).scalars().all()
    held = await figures(session, [row.id for row in rows], until=ends(on) if on else None)
    return pages.page(
        rows,
        limit,
        lambda row: (row.fund, row.authority, row.year, row.purpose),
        lambda row: shape(plan, row, held[row.id]),
    )


async def statement(
    session: AsyncSession, account_id: UUID, *, since: date | None, after: str | None, limit: int
) -> StatementOut:
    """Return a page of an account's transfers with what was available after each; NotFound."""
    if await session.get(Account, account_id) is None:
        raise problems.NotFound
    query: Select[Transfer] = select(Transfer).where(Transfer.account_id == account_id)
    if since is not None:
        query = query.where(Transfer.at >= begins(since))
    query = pages.keyset(
        query, [Transfer.at.expression, Transfer.id.expression], [datetime, UUID], after, limit
    )
    rows = (await session.execute(query)).scalars().all()
    until, first = (rows[0].at, rows[0].id) if rows else (None, NOBODY)
    before = (await figures(session, [account_id], until=until, first=first))[account_id]
    left = before.available_fen
    items = {}
    for row in rows:
        left += rules.effect(Code(row.code), Sub(row.debit), Sub(row.credit), row.fen)
        items[row.id] = _entry(row, left)
    page = pages.page(rows, limit, lambda row: (row.at, row.id), lambda row: items[row.id])
    return StatementOut(account_id=account_id, before=before, items=page.items, next=page.next)


def _entry(row: Transfer, left: int) -> EntryOut:
    return EntryOut(
        id=row.id,
        at=row.at,
        code=Code(row.code),
        debit=Sub(row.debit),
        credit=Sub(row.credit),
        fen=row.fen,
        line_id=row.line_id,
        document_number=row.document_number,
        resolves=row.resolves,
        reverses=row.reverses,
        available_fen=left,
    )


async def trial(
    session: AsyncSession, *, fund: str | None, year: int | None, on: date | None
) -> TrialOut:
    """Return the trial balance from the balances, or as of a day's end from the transfers."""
    values: dict[str, Any] = {"fund": fund, "year": year}
    if on is None:
        rows = (await session.execute(TRIAL_NOW, values)).all()
    else:
        rows = (await session.execute(TRIAL_THEN, {**values, "until": ends(on)})).all()
    debits, credits_ = sum(row.debits for row in rows), sum(row.credits for row in rows)
    by_fund: dict[str, int] = {}
    for row in rows:
        by_fund[row.fund] = by_fund.get(row.fund, 0) + row.debits - row.credits
    return TrialOut(
        on=on,
        debits_fen=debits,
        credits_fen=credits_,
        difference_fen=debits - credits_,
        difference_by_fund=by_fund,
        lines=[_balance(row) for row in rows],
    )


def _balance(row: Any) -> BalanceOut:
    return BalanceOut(
        account_id=row.id,
        fund=row.fund,
        authority=row.authority,
        year=row.year,
        purpose=row.purpose,
        name=Sub(row.name),
        debits_fen=row.debits,
        credits_fen=row.credits,
        held_fen=row.held,
    )


async def use(session: AsyncSession, *, plan: Plan, today: date) -> FundsOut:
    """Return every fund of the plan with its use by quarter up to today's, all authorities."""
    moved: dict[str, dict[str, Any]] = {}
    for row in await session.execute(text("select * from fund_use()")):
        moved.setdefault(row.fund, {})[row.quarter] = row
    funds = [_fund(each, moved.get(each.id, {}), today) for each in plan.funds]
    return FundsOut(plan=plan.plan.number, funds=funds)


def _fund(fund: Fund, moved: dict[str, Any], today: date) -> FundOut:
    found = []
    held = 0
    last = max([rules.quarter(today), *moved])
    for name in rules.quarters(min(moved), last) if moved else []:
        row = moved.get(name)
        held += row.held if row else 0
        found.append(
            QuarterOut(
                quarter=name,
                received_fen=row.received if row else 0,
                reserved_fen=held,
                paid_fen=row.paid if row else 0,
            )
        )
    return FundOut(
        id=fund.id,
        name=fund.name.zh,
        name_en=fund.name.en,
        booked_here=not fund.external,
        permitted=[NamedOut(id=p.value, name=purpose_name(p.value)) for p in fund.permitted],
        forbidden=[NamedOut(id=each.id, name=each.zh) for each in fund.forbidden],
        source=str(fund.source),
        received_fen=sum(each.received_fen for each in found),
        reserved_fen=held,
        paid_fen=sum(each.paid_fen for each in found),
        quarters=found,
    )
