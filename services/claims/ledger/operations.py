"""Receive, reserve, release, post and reverse: three statements, whatever the number of lines.

Each holds the accounts it touches until the transaction ends, in the order of their ids: call one
of them, once, as the last step of a transaction.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.event_types import EventType
from services.claims.ledger import queries, rules, writing
from services.claims.ledger.models import Account, FundPurpose
from services.claims.ledger.rules import Code, Key, Reserved, Standing, Sub, Want
from services.claims.ledger.schemas import ReceiptOut
from services.claims.ledger.writing import Movement
from shared import events, ids, problems
from shared.plans import Plan
from shared.plans.records import Fund
from shared.principal import Principal
from shared.problems import Problem


class OutOfReach(Problem):
    """The authority named in the request is not one of the officer's."""

    status = 403
    code = "authority_out_of_reach"
    title_zh = "该主管单位不在您的管辖范围内"
    title_en = "This authority is not within your reach"


class FundUnknown(Problem):
    """The plan has no such fund, or one that is not booked here."""

    status = 422
    code = "fund_unknown"
    title_zh = "计划中没有此项资金，或其不在本系统核算"
    title_en = "The plan has no such fund, or it is not booked here"


class PurposeNotPermitted(Problem):
    """The fund may not pay this, so there is no account for it. 五(四)."""

    status = 422
    code = "purpose_not_permitted"
    title_zh = "该资金不得用于此用途"
    title_en = "The fund may not be used for this purpose"


class ReceiptExists(Problem):
    """The document's money was entered into this account before."""

    status = 409
    code = "receipt_exists"
    title_zh = "该文号的资金已登记到此账户"
    title_en = "This document's money is in the account already"


class FundsInsufficient(Problem):
    """The money is reserved or paid, or was never there."""

    status = 409
    code = "funds_insufficient"
    title_zh = "账户可用余额不足"
    title_en = "Not enough is available in the account"


class LineReserved(Problem):
    """The line has money already."""

    status = 409
    code = "line_reserved"
    title_zh = "该明细已预留或已支付资金"
    title_en = "The line has its money reserved or paid already"


class TransferResolved(Problem):
    """The reservation was paid or released before, or was none."""

    status = 409
    code = "transfer_resolved"
    title_zh = "该预留已支付或已释放"
    title_en = "The reservation was paid or released already"


class TransferNotPosted(Problem):
    """Only what moved money can be reversed."""

    status = 409
    code = "transfer_not_posted"
    title_zh = "该笔未入账，不能冲正"
    title_en = "The transfer moved no money, so nothing can be reversed"


class TransferReversed(Problem):
    """The transfer was undone before."""

    status = 409
    code = "transfer_reversed"
    title_zh = "该笔已冲正"
    title_en = "The transfer was reversed already"


async def permit(session: AsyncSession, *, plan: Plan) -> None:
    """Write the uses that the plan permits its funds, at the start; those that are there stay."""
    rows = [
        {"fund": fund.id, "purpose": purpose.value, "plan_hash": plan.hash}
        for fund in plan.funds
        if not fund.external
        for purpose in fund.permitted
    ]
    await session.execute(insert(FundPurpose).values(rows).on_conflict_do_nothing())


async def receive(
    session: AsyncSession,
    *,
    plan: Plan,
    fund: str,
    authority: str,
    year: int,
    purpose: str,
    fen: int,
    document_number: str,
    by: Principal,
    at: datetime,
    code: Code = Code.RECEIPT,
) -> ReceiptOut:
    """Enter fen that came in, under the document's number; opens the account where there is none.

    Raises OutOfReach, FundUnknown, PurposeNotPermitted, ReceiptExists.
    """
    if authority not in by.authorities:
        raise OutOfReach
    paying = next((each for each in plan.funds if each.id == fund), None)
    if paying is None or paying.external:
        raise FundUnknown
    if rules.permitted(paying, purpose) is None:
        raise _not_permitted(plan, paying, purpose)
    key = Key(fund, authority, year, purpose)
    account = await queries.account_of(session, key) or await _open(session, key, by=by, at=at)
    movement = Movement(
        account_id=account.id,
        authority=authority,
        debit=Sub.SOURCE,
        credit=Sub.AVAILABLE,
        code=code,
        document_number=document_number,
        keys=[ids.uuid7()],
        fens=[fen],
        rounds=[await queries.corrections(session, account.id, document_number)],
    )
    await writing.write(session, [movement], by=by, at=at)
    return await _receipt(session, plan, account, movement)


def _not_permitted(plan: Plan, fund: Fund, purpose: str) -> PurposeNotPermitted:
    permitted = [{"id": p.value, "name": queries.purpose_name(p.value)} for p in fund.permitted]
    forbidden = [{"id": use.id, "name": use.zh} for use in fund.forbidden]
    uses = "、".join(each["name"] for each in permitted)
    never = "、".join(each["name"] for each in forbidden)
    return PurposeNotPermitted(
        f"{fund.name.zh}只能用于：{uses}。《{plan.plan.title}》（{plan.plan.number}）{rules.BOOKS}"
        f"规定不得：{never}。",
        f"{fund.name.en} pays only: {', '.join(each['id'] for each in permitted)}."
        f" Forbidden by {rules.BOOKS}: {', '.join(each['id'] for each in forbidden)}.",
        fund=fund.id,
        purpose=purpose,
        permitted=permitted,
        forbidden=forbidden,
        article=rules.BOOKS,
        source=str(fund.source),
    )


async def _open(session: AsyncSession, key: Key, *, by: Principal, at: datetime) -> Account:
    values = {**key._asdict(), "id": ids.uuid7(), "opened_by": by.subject, "opened_at": at}
    made = await session.execute(
        insert(Account).values(values).on_conflict_do_nothing().returning(Account.id)
    )
    if (account_id := made.scalar_one_or_none()) is not None:
        event = events.Event(
            type=EventType.ACCOUNT_OPENED,
            subject=f"account:{account_id}",
            authority=key.authority,
            data={"fund": key.fund, "year": key.year, "purpose": key.purpose},
            rule=rules.BOOKS,
        )
        await events.append(session, [event], by=by, at=at)
    account = await queries.account_of(session, key)
    assert account is not None
    return account


async def _receipt(
    session: AsyncSession, plan: Plan, account: Account, movement: Movement
) -> ReceiptOut:
    held = await queries.figures(session, [account.id])
    return ReceiptOut(
        transfer_id=movement.keys[0],
        code=movement.code,
        fen=movement.fens[0],
        document_number=movement.document_number or "",
        account=queries.shape(plan, account, held[account.id]),
    )


async def correct_receipt(
    session: AsyncSession,
    *,
    plan: Plan,
    transfer_id: UUID,
    reason: str,
    by: Principal,
    at: datetime,
) -> ReceiptOut:
    """Undo an entry of money that came in; the document may then be entered again.

    Raises NotFound, TransferReversed; FundsInsufficient where the money is no longer there.
    """
    [entry] = await queries.lock_transfers(session, [transfer_id])
    if entry.code not in rules.INCOMING:
        raise problems.NotFound
    [movement] = _reversals([entry], Code.CORRECTION)
    await writing.write(session, [movement], by=by, at=at, reason=reason)
    account = await session.get_one(Account, entry.account_id)
    return await _receipt(session, plan, account, movement)


async def reserve(
    session: AsyncSession, *, wants: Sequence[Want], by: Principal, at: datetime
) -> dict[UUID, Reserved]:
    """Hold money for lines: each wholly from the first of its funds with enough left, in order.

    A line that is missing in the answer has no money and waits. LineReserved: it has some already.
    """
    left = await queries.lock_funds(session, rules.candidates(wants))
    drawn = rules.allocate(wants, {key: fen for key, (_, fen) in left.items()})
    movements = [
        Movement(
            account_id=left[each.key][0],
            authority=each.key.authority,
            debit=Sub.AVAILABLE,
            credit=Sub.PAID,
            code=Code.RESERVATION,
            keys=ids.uuid7s(len(each.lines)),
            fens=each.fens,
            lines=[*each.lines],
        )
        for each in drawn
    ]
    await writing.write(session, movements, by=by, at=at)
    return {
        line: Reserved(key, each.key.fund)
        for each, movement in zip(drawn, movements, strict=True)
        for line, key in zip(each.lines, movement.keys, strict=True)
    }


async def release(
    session: AsyncSession,
    *,
    transfer_ids: Sequence[UUID],
    by: Principal,
    at: datetime,
    reason: str | None = None,
) -> dict[UUID, UUID]:
    """Give reserved money back to what is available. TransferResolved if any was resolved."""
    return await _resolve(session, transfer_ids, Code.RELEASE, by=by, at=at, reason=reason)


async def post(
    session: AsyncSession, *, transfer_ids: Sequence[UUID], by: Principal, at: datetime
) -> dict[UUID, UUID]:
    """Book reserved money as paid. TransferResolved if any was paid or released before."""
    return await _resolve(session, transfer_ids, Code.PAYMENT, by=by, at=at, reason=None)


async def reverse(
    session: AsyncSession,
    *,
    transfer_ids: Sequence[UUID],
    code: Code,
    by: Principal,
    at: datetime,
    reason: str | None = None,
) -> dict[UUID, UUID]:
    """Undo what was booked, by a mirrored transfer; a reservation's id stands for its payment.

    Raises TransferNotPosted, TransferReversed; FundsInsufficient for a receipt that is used.
    """
    if code not in rules.REVERSING:
        raise ValueError(f"{code} reverses nothing")
    if not transfer_ids:
        return {}
    found = await queries.lock_transfers(session, transfer_ids)
    movements = _reversals(found, code)
    await writing.write(session, movements, by=by, at=at, reason=reason)
    made = _made(movements)
    return {each.id: made[undone] for each in found if (undone := rules.moved(each))}


async def _resolve(
    session: AsyncSession,
    transfer_ids: Sequence[UUID],
    code: Code,
    *,
    by: Principal,
    at: datetime,
    reason: str | None,
) -> dict[UUID, UUID]:
    if not transfer_ids:
        return {}
    found = await queries.lock_transfers(session, transfer_ids)
    if done := [each.id for each in found if not rules.open_reservation(each)]:
        raise TransferResolved(transfers=_some(done))
    movements = writing.answering([(each, each.id) for each in found], code)
    await writing.write(session, movements, by=by, at=at, reason=reason)
    return _made(movements)


def _reversals(found: Sequence[Standing], code: Code) -> list[Movement]:
    booked = [(each, undone) for each in found if (undone := rules.moved(each))]
    if len(booked) < len(found):
        raise TransferNotPosted(transfers=_some(e.id for e in found if not rules.moved(e)))
    if gone := [each.id for each in found if each.reversed_by is not None]:
        raise TransferReversed(transfers=_some(gone))
    return writing.answering(booked, code)


def _made(movements: Iterable[Movement]) -> dict[UUID, UUID]:
    return {
        answered: key
        for movement in movements
        for answered, key in zip(movement.answers, movement.keys, strict=True)
    }


def _some(transfers: Iterable[UUID]) -> list[str]:
    return [str(each) for each in sorted(transfers)[:20]]
