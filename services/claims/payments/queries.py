"""Reads of payments: row security shows each caller what is theirs."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.payments import rules, schemas
from services.claims.payments.models import BankFile, BankReturn, Batch, Payment
from services.claims.payments.rules import Known, Outcome, Reason, Why
from services.claims.payments.schemas import BatchState, Form, PayeeKind
from shared import problems
from shared.sealing import Sealer

UNKNOWNS_MAX = 1_000
SENT = text(
    "select p.id, p.line_id, p.row_no, p.fen, p.outcome from payment_lines p"
    " where p.batch_id = :batch and p.outcome is distinct from 'dropped'"
)
SUMS = text(
    "select coalesce(outcome, 'open') as outcome, reason, count(*) as lines,"
    " cast(sum(fen) as bigint) as fen from payment_lines where batch_id = :batch"
    " group by 1, 2 order by 1, 2"
)
FILES = text(
    "select form, sha256, size, issued_at, retained_until from payment_files"
    " where batch_id = :batch order by form"
)
UNKNOWNS = text(
    "select return_id, row_no, why, payment_line_id, row_sealed from bank_return_unknowns"
    " where batch_id = :batch order by return_id, row_no limit :most"
)
STATEMENT = text(
    "select batch_code, class_id, fund, state, lines, fen, on_ from payment_sums()"
    " order by on_ desc, batch_code, class_id, state limit :most"
)
MINE = text(
    "select batch_code, class_id, fund, fen, outcome, reason, on_ from own_payments() limit :most"
)
ROWS_MAX = 2_000


async def batch(session: AsyncSession, batch_id: UUID, *, lock: bool = False) -> Batch:
    """Return a batch in reach, locked if it is to change. Raises NotFound."""
    row = await session.get(Batch, batch_id, with_for_update=lock or None)
    if row is None:
        raise problems.NotFound
    return row


async def sent(session: AsyncSession, found: Batch) -> dict[str, Known]:
    """Return the payments that went into a batch's file, by reference."""
    rows = (await session.execute(SENT, {"batch": found.id})).all()
    return {
        rules.reference(found.code, row.row_no): Known(
            row.id, row.line_id, row.fen, Outcome(row.outcome) if row.outcome else None
        )
        for row in rows
    }


async def detail(session: AsyncSession, found: Batch) -> schemas.BatchDetail:
    """Return a batch with what became of its rows, and its files where the caller may know."""
    sums = (await session.execute(SUMS, {"batch": found.id})).all()
    files = (await session.execute(FILES, {"batch": found.id})).all()
    outcomes: dict[str, tuple[int, int]] = {}
    for row in sums:
        lines, fen = outcomes.get(row.outcome, (0, 0))
        outcomes[row.outcome] = (lines + row.lines, fen + row.fen)
    return schemas.BatchDetail(
        **shape(found).model_dump(),
        outcomes=[
            schemas.OutcomeSum(outcome=word, lines=lines, fen=fen)
            for word, (lines, fen) in outcomes.items()
        ],
        files=[
            schemas.FileOut(
                form=Form(row.form),
                sha256=row.sha256.hex(),
                size=row.size,
                issued_at=row.issued_at,
                retained_until=row.retained_until,
            )
            for row in files
        ],
        dropped={row.reason: row.lines for row in sums if row.outcome == Outcome.DROPPED},
    )


async def issued(session: AsyncSession, batch_id: UUID, form: Form) -> BankFile | None:
    """Return the sealed file of a batch; None before it is issued or out of the caller's reach."""
    key = {"batch": batch_id, "form": form.value}
    query = text("select id from payment_files where batch_id = :batch and form = :form")
    found = (await session.execute(query, key)).scalar_one_or_none()
    return await session.get(BankFile, found) if found else None


async def unknowns(session: AsyncSession, sealer: Sealer, batch_id: UUID) -> schemas.UnknownsOut:
    """Return the rows of a batch's returns that moved nothing, opened."""
    values = {"batch": batch_id, "most": UNKNOWNS_MAX}
    rows = (await session.execute(UNKNOWNS, values)).all()
    return schemas.UnknownsOut(rows=[_unknown(sealer, row) for row in rows])


def _unknown(sealer: Sealer, row: Any) -> schemas.UnknownOut:
    return_id, row_no, why, payment_id, sealed = row
    place = f"{return_id}/{row_no}"
    reference, fen, words = "", "", ""  # erased when its retention was over
    if sealed is not None:
        said = sealer.open(sealed, table="bank_return_unknowns", column="row_sealed", row=place)
        reference, fen, words = said.split("\x1f")
    zh, en = rules.WHY_TEXTS[Why(why)]
    return schemas.UnknownOut(
        return_id=return_id,
        row_no=row_no,
        why=Why(why),
        why_text=zh,
        why_text_en=en,
        payment_id=payment_id,
        reference=reference,
        fen=int(fen) if fen else None,
        said=words,
    )


async def statement(session: AsyncSession) -> schemas.StatementOut:
    """Return an organisation's own payments as sums by batch and class."""
    rows = (await session.execute(STATEMENT, {"most": ROWS_MAX})).all()
    sums: dict[str, int] = {}
    for row in rows:
        sums[row.state] = sums.get(row.state, 0) + row.fen
    return schemas.StatementOut(
        paid_fen=sums.get("paid", 0),
        at_bank_fen=sums.get("at_bank", 0),
        came_back_fen=sums.get("came_back", 0),
        rows=[
            schemas.StatementRow(
                batch_code=row.batch_code,
                class_id=row.class_id,
                fund=row.fund,
                state=row.state,
                lines=row.lines,
                fen=row.fen,
                on=row.on_,
            )
            for row in rows
        ],
    )


async def mine(session: AsyncSession) -> schemas.MyPaymentsOut:
    """Return the caller's own payments."""
    rows = (await session.execute(MINE, {"most": ROWS_MAX})).mappings().all()
    return schemas.MyPaymentsOut(payments=[_my(row) for row in rows])


def _my(row: Mapping[Any, Any]) -> schemas.MyPaymentOut:
    reason = Reason(str(row["reason"])) if row["reason"] else None
    zh, en = rules.TEXTS[reason] if reason else (None, None)
    words = {None: "at_bank", Outcome.PAID.value: "paid"}
    values = {
        **{name: row[name] for name in ("batch_code", "class_id", "fund", "fen")},
        "on": row["on_"],
        "state": words.get(row["outcome"], "came_back"),
        "needs_account": reason in rules.NEEDS_ACCOUNT,
        "text": zh,
        "text_en": en,
    }
    return schemas.MyPaymentOut.model_validate(values)


def shape(row: Batch) -> schemas.BatchOut:
    """Give a batch its public shape."""
    return schemas.BatchOut(
        id=row.id,
        code=row.code,
        authority=row.authority,
        fund=row.fund,
        payee_kind=PayeeKind(row.payee_kind),
        reissue_of=row.reissue_of,
        state=BatchState(row.state),
        created_at=row.created_at,
        lines=row.lines,
        fen=row.fen,
        digest=row.digest.hex(),
        file_lines=row.file_lines,
        file_fen=row.file_fen,
        issued_at=row.issued_at,
        settled_at=row.settled_at,
    )


def payment(found: Batch, row: Payment) -> schemas.PaymentOut:
    """Give an attempt its public shape."""
    reason = Reason(row.reason) if row.reason else None
    return schemas.PaymentOut(
        id=row.id,
        line_id=row.line_id,
        class_id=row.class_id,
        reference=rules.reference(found.code, row.row_no),
        fen=row.fen,
        outcome=Outcome(row.outcome) if row.outcome else None,
        reason=reason,
        reason_text=rules.TEXTS[reason][0] if reason else None,
        outcome_at=row.outcome_at,
    )


def received(row: BankReturn) -> schemas.ReturnOut:
    """Give a return its public shape."""
    return schemas.ReturnOut(
        id=row.id,
        batch_id=row.batch_id,
        form=row.form,
        rows=row.rows,
        paid=row.paid,
        rejected=row.rejected,
        duplicates=row.duplicates,
        unknown=row.unknown,
        paid_fen=row.paid_fen,
        rejected_fen=row.rejected_fen,
        received_at=row.received_at,
    )


def keys(rows: Sequence[Known]) -> list[UUID]:
    """List the claim lines of payments."""
    return [row.line_id for row in rows]
