"""Make a batch's file before it is issued: its rows by COPY, its accounts from their owners."""

import asyncio
import io
from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.payments import bank_file, payees, queries, rules
from services.claims.payments.models import Batch
from services.claims.payments.payees import Account
from services.claims.payments.rules import Planned, Reason
from services.claims.payments.schemas import BatchState, Form, PayeeKind
from shared.principal import Principal
from shared.problems import Problem
from shared.service import Service

PAYEES = text(
    "select distinct p.payee_id from payment_lines p where p.batch_id = :batch"
    " and p.outcome is null and not exists"
    " (select 1 from lost_grounds g where g.line_id = p.line_id and g.withdrawn_at is null)"
)
# Rows that may have to stay out: without account, without ground, or sent before.
DOUBTFUL = text(
    "select p.id, p.line_id, p.payee_id, p.fen, g.line_id is not null as lost,"
    " b.reason as before_reason, b.account_ref as before_account"
    " from payment_lines p left join payment_lines b on b.id = p.previous"
    " left join lost_grounds g on g.line_id = p.line_id and g.withdrawn_at is null"
    " where p.batch_id = :batch and p.outcome is null"
    " and (p.payee_id <> all(cast(:known as uuid[])) or g.line_id is not null"
    " or p.previous is not null) order by p.row_no"
)
ROWS = (
    "select lpad(p.row_no::text, 6, '0'), p.payee_id,"
    " p.fen / 100 || '.' || lpad((p.fen % 100)::text, 2, '0')"
    " from payment_lines p where p.batch_id = $1 and p.outcome is null and p.id <> all($2::uuid[])"
    " order by p.row_no"
)


class BatchNotOpen(Problem):
    """The file was issued, or the batch was cancelled."""

    status = 409
    code = "batch_not_open"
    title_zh = "该批次已制作银行文件或已撤销"
    title_en = "The batch's file was issued already, or the batch was cancelled"


class Made(NamedTuple):
    """A batch's files before they are stored, with the rows that stay out and why."""

    digest: bytes
    accounts: Mapping[UUID, Account]
    dropped: list[tuple[Planned, Reason]]
    files: dict[Form, bytes]


async def prepare(here: Service, *, batch_id: UUID, by: Principal) -> Made:
    """Fetch the accounts and build both forms; no transaction is held meanwhile. BatchNotOpen."""
    async with here.database.transaction(by) as session:
        found = await queries.batch(session, batch_id)
        if found.state != BatchState.CREATED:
            raise BatchNotOpen
        paid = (await session.execute(PAYEES, {"batch": batch_id})).scalars().all()
    accounts = await payees.fetch(
        here,
        kind=PayeeKind(found.payee_kind),
        payee_ids=paid,
        issue_id=batch_id,
        office=f"{found.authority}/finance",
    )
    async with here.database.transaction(by) as session:
        dropped = await _dropped(session, batch_id, accounts)
        out = [row.id for row, _ in dropped]
        plain = await copied(session, batch_id, out) if len(out) < found.lines else b""
    files = await asyncio.to_thread(_build, found, plain, accounts, dropped) if plain else {}
    return Made(found.digest, accounts, dropped, files)


async def _dropped(
    session: AsyncSession, batch_id: UUID, accounts: Mapping[UUID, Account]
) -> list[tuple[Planned, Reason]]:
    values = {"batch": batch_id, "known": list(accounts)}
    rows = [Planned(*row) for row in (await session.execute(DOUBTFUL, values)).all()]
    found = []
    for row in rows:
        account = accounts.get(row.payee_id)
        if reason := rules.dropped(row, account.ref if account else None):
            found.append((row, reason))
    return found


async def copied(session: AsyncSession, batch_id: UUID, out: list[UUID]) -> bytes:
    """COPY a batch's rows, but for those that stay out: row, payee, yuan, tabs between."""
    connection = await (await session.connection()).get_raw_connection()
    driver = connection.driver_connection
    assert driver is not None
    stream = io.BytesIO()
    await driver.copy_from_query(ROWS, batch_id, out, output=stream)
    return stream.getvalue()


def _build(
    found: Batch,
    plain: bytes,
    accounts: Mapping[UUID, Account],
    dropped: list[tuple[Planned, Reason]],
) -> dict[Form, bytes]:
    owners = {
        str(key): bank_file.Owner(one.name, one.number, one.bank) for key, one in accounts.items()
    }
    rows = bank_file.rows(plain)
    totals = bank_file.Totals(
        found.code,
        len(rows),
        rules.yuan(found.fen - sum(row.fen for row, _ in dropped)),
        found.digest.hex(),
    )
    return {
        Form.CSV: bank_file.csv_bytes(found.code, plain, owners),
        Form.XLSX: bank_file.xlsx_bytes(found.code, rows, owners, totals),
    }
