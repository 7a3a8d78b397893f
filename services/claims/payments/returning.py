"""Take in the bank's return: one outcome a payment, in one transaction with the ledger."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.event_types import EventType
from services.claims.ledger import operations as ledger
from services.claims.ledger.rules import Code, Want
from services.claims.payments import queries, rules, schemas, telling
from services.claims.payments.models import BankReturn, Batch, Payment
from services.claims.payments.rules import Judged, Outcome, Reason, Row, Why
from services.claims.payments.schemas import BatchState
from services.claims.submissions import states
from services.claims.submissions.states import State
from shared import events, ids, problems
from shared.principal import Principal
from shared.problems import Problem
from shared.service import Service

TABLE = BankReturn.__tablename__
DECIDE = text(
    "update payment_lines p set outcome = n.outcome, reason = n.reason, outcome_at = :at,"
    " return_id = :return_id"
    " from unnest(cast(:ids as uuid[]), cast(:outcomes as text[]), cast(:reasons as text[]))"
    " as n(id, outcome, reason) where p.id = n.id and p.outcome is null"
)
HOLD = text(
    "insert into bank_return_unknowns (return_id, row_no, batch_id, authority, why,"
    " payment_line_id, row_sealed)"
    " select :return_id, n.row_no, :batch, :authority, n.why, n.payment, n.sealed"
    " from unnest(cast(:rows as integer[]), cast(:whys as text[]), cast(:payments as uuid[]),"
    " cast(:sealed as bytea[])) as n(row_no, why, payment, sealed)"
)
# Every row this will move, in one pass and in the order of ids, before any of them is moved.
LOCK = text(
    "select id from claim_lines where id = any(cast(:ids as uuid[])) order by id for update"
)
OPEN = text(
    "select exists (select 1 from payment_lines where batch_id = :batch and outcome is null)"
)
LINE = text(
    "select l.authority, l.fund, l.year, l.purpose, l.amount_fen, l.transfer_id"
    " from claim_lines l where l.id = :line"
)
REBOOK = text("update claim_lines set transfer_id = :transfer where id = :line")


class NotAtBank(Problem):
    """A return is for a batch whose file was issued."""

    status = 409
    code = "batch_not_at_bank"
    title_zh = "该批次没有交银行的文件，不能导入回盘"
    title_en = "The batch was never sent to the bank, so nothing can come back"


class NotPaid(Problem):
    """Only a payment that the bank confirmed can be given back."""

    status = 409
    code = "payment_not_paid"
    title_zh = "该笔未确认支付或已登记退汇"
    title_en = "The payment was not confirmed, or was given back already"


async def receive(
    session: AsyncSession,
    *,
    here: Service,
    batch_id: UUID,
    data: bytes,
    form: str,
    rows: Sequence[Row],
    by: Principal,
    at: datetime,
) -> tuple[schemas.ReturnOut, bool]:
    """Book what the bank says of a batch; say whether the file was new.

    The same file again gets its first answer. Raises NotFound, NotAtBank.
    """
    found = await queries.batch(session, batch_id, lock=True)
    if found.state not in {BatchState.ISSUED, BatchState.SETTLED} or not found.file_lines:
        raise NotAtBank
    digest = sha256(data).digest()
    query = select(BankReturn).where(BankReturn.batch_id == batch_id, BankReturn.sha256 == digest)
    if before := (await session.execute(query)).scalar_one_or_none():
        return queries.received(before), False
    judged = rules.judge(rows, await queries.sent(session, found))
    moving = [*judged.paid, *(each for each, _ in judged.rejected)]
    await session.execute(LOCK, {"ids": sorted(queries.keys(moving))})
    stored = _stored(
        here=here,
        found=found,
        data=data,
        form=form,
        rows=len(rows),
        judged=judged,
        by=by,
        at=at,
    )
    session.add(stored)
    await session.flush()
    if judged.unknown:
        await session.execute(HOLD, _held(here, stored, judged.unknown))
    await _decide(session, stored, judged, at)
    if not (await session.execute(OPEN, {"batch": batch_id})).scalar_one() and (
        found.state == BatchState.ISSUED
    ):
        found.state, found.settled_at = BatchState.SETTLED.value, at
        await session.flush()
    await _book(session, found, stored, judged, by=by, at=at)
    return queries.received(stored), True


def _stored(
    *,
    here: Service,
    found: Batch,
    data: bytes,
    form: str,
    rows: int,
    judged: Judged,
    by: Principal,
    at: datetime,
) -> BankReturn:
    key = ids.uuid7()
    return BankReturn(
        id=key,
        batch_id=found.id,
        authority=found.authority,
        sha256=sha256(data).digest(),
        bytes_sealed=here.sealer.seal(data, table=TABLE, column="bytes_sealed", row=key),
        form=form,
        rows=rows,
        paid=len(judged.paid),
        rejected=len(judged.rejected),
        duplicates=judged.duplicates,
        unknown=len(judged.unknown),
        paid_fen=sum(each.fen for each in judged.paid),
        rejected_fen=sum(each.fen for each, _ in judged.rejected),
        received_by=by.subject,
        received_at=at,
        retained_until=telling.retained_until(here, at),
    )


def _held(
    here: Service, stored: BankReturn, unknown: Sequence[tuple[Row, Why, UUID | None]]
) -> dict[str, object]:
    said = [
        "\x1f".join(
            part.replace("\x1f", " ")
            for part in (row.reference, "" if row.fen is None else str(row.fen), row.said)
        )
        for row, _, _ in unknown
    ]
    return {
        "return_id": stored.id,
        "batch": stored.batch_id,
        "authority": stored.authority,
        "rows": [row.row_no for row, _, _ in unknown],
        "whys": [why.value for _, why, _ in unknown],
        "payments": [payment for _, _, payment in unknown],
        "sealed": here.sealer.seal_many(
            said,
            table="bank_return_unknowns",
            column="row_sealed",
            rows=[f"{stored.id}/{row.row_no}" for row, _, _ in unknown],
        ),
    }


async def _decide(session: AsyncSession, stored: BankReturn, judged: Judged, at: datetime) -> None:
    decided = [
        *((each.id, Outcome.PAID.value, None) for each in judged.paid),
        *((each.id, Outcome.REJECTED.value, reason.value) for each, reason in judged.rejected),
    ]
    if decided:
        keys, outcomes, reasons = (list(column) for column in zip(*decided, strict=True))
        values = {"ids": keys, "outcomes": outcomes, "reasons": reasons}
        await session.execute(DECIDE, {**values, "return_id": stored.id, "at": at})


async def _book(
    session: AsyncSession,
    found: Batch,
    stored: BankReturn,
    judged: Judged,
    *,
    by: Principal,
    at: datetime,
) -> None:
    """Move the lines and, last, the money: the ledger holds its accounts to the end."""
    back = [each for each, _ in judged.rejected]
    await states.advance(
        session, line_ids=queries.keys(back), to=State.PAYABLE, by=by, at=at, rule=rules.BOOKS
    )
    moved = await states.advance(
        session, line_ids=queries.keys(judged.paid), to=State.PAID, by=by, at=at, rule=rules.BOOKS
    )
    told = telling.event(
        EventType.BANK_RETURN_IMPORTED,
        found,
        **{
            "return_id": str(stored.id),
            "sha256": stored.sha256.hex(),
            **{name: getattr(stored, name) for name in ("paid", "rejected", "duplicates")},
            **{name: getattr(stored, name) for name in ("unknown", "paid_fen", "rejected_fen")},
            "reasons": rules.by_reason(reason for _, reason in judged.rejected),
        },
    )
    await events.append(session, [told], by=by, at=at)
    transfers = [line.transfer_id for line in moved if line.transfer_id is not None]
    await ledger.post(session, transfer_ids=transfers, by=by, at=at)


async def bounce(
    session: AsyncSession,
    *,
    payment_id: UUID,
    reason: Reason,
    document_number: str,
    by: Principal,
    at: datetime,
) -> schemas.PaymentOut:
    """Undo a payment that the bank gave back later: reversed, reserved anew, payable again.

    Raises NotFound, NotPaid.
    """
    row = await session.get(Payment, payment_id)
    if row is None:
        raise problems.NotFound
    found = await queries.batch(session, row.batch_id, lock=True)
    await session.refresh(row, with_for_update=True)
    if row.outcome != Outcome.PAID:
        raise NotPaid
    row.outcome, row.reason, row.outcome_at = Outcome.BOUNCED.value, reason.value, at
    row.document_number = document_number
    await session.flush()
    await states.advance(
        session, line_ids=[row.line_id], to=State.PAYABLE, by=by, at=at, rule=rules.BOOKS
    )
    told = telling.event(
        EventType.PAYMENT_BOUNCED,
        found,
        row_no=row.row_no,
        payment_fen=row.fen,
        bank_reason=reason.value,
        document_number=document_number,
    )
    await events.append(session, [told], by=by, at=at)
    await _rebook(session, row.line_id, by=by, at=at)
    return queries.payment(found, row)


async def _rebook(session: AsyncSession, line_id: UUID, *, by: Principal, at: datetime) -> None:
    """Give the money back to its account and hold it again for the line, in one transaction."""
    line = (await session.execute(LINE, {"line": line_id})).one()
    await ledger.reverse(
        session, transfer_ids=[line.transfer_id], code=Code.BANK_RETURN, by=by, at=at
    )
    want = Want(
        line_id=line_id,
        authority=line.authority,
        year=line.year,
        purpose=line.purpose,
        funds=(line.fund,),
        fen=line.amount_fen,
    )
    held = await ledger.reserve(session, wants=[want], by=by, at=at)
    await session.execute(REBOOK, {"line": line_id, "transfer": held[line_id].transfer_id})
