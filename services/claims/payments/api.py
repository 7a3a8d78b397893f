"""HTTP of payment batches and the bank's file."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlalchemy import select
from starlette.responses import Response

from services.claims.payments import exporting, operations, queries
from services.claims.payments.models import Batch, Payment
from services.claims.payments.schemas import BatchDetail, BatchIn, BatchOut, Form, PaymentOut
from shared import client, pages, problems, routing

router = routing.router("/payment-batches", tags=["payments"])
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA_TYPES = {Form.CSV: "text/csv; charset=utf-8", Form.XLSX: XLSX}
FORM = Query(alias="format", description="文件格式 / form of the file")


@router.post(
    "",
    status_code=201,
    summary="建立拨付批次",
    responses=problems.responses(
        problems.NotFound,
        operations.OutOfReach,
        operations.NothingPayable,
        operations.PersonsNotThree,
    ),
)
async def create_payment_batch(
    body: BatchIn, session: routing.DbSession, by: routing.Caller, clock: routing.Now
) -> BatchOut:
    """Let out payable lines of a fund, authority and kind of payee; totals come from the rows.

    Lines that the caller filed or reviewed stay. 409 where nothing is payable, 403 out of reach.
    """
    return await operations.create(session, draft=body, by=by, at=clock.now())


@router.get("", summary="拨付批次列表")
async def list_payment_batches(
    session: routing.DbSession, after: pages.After = None, limit: pages.Limit = 50
) -> pages.Page[BatchOut]:
    """List the batches in reach, oldest first."""
    query = pages.keyset(
        select(Batch),
        [Batch.created_at.expression, Batch.id.expression],
        [datetime, UUID],
        after,
        limit,
    )
    rows = (await session.execute(query)).scalars().all()
    return pages.page(rows, limit, lambda row: (row.created_at, row.id), queries.shape)


@router.get(
    "/{batch_id}",
    summary="拨付批次及各笔结果合计",
    responses=problems.responses(problems.NotFound),
)
async def get_payment_batch(batch_id: UUID, session: routing.DbSession) -> BatchDetail:
    """Show a batch, what became of its rows, and the hashes of its files. NotFound."""
    return await queries.detail(session, await queries.batch(session, batch_id))


@router.get(
    "/{batch_id}/payments",
    summary="拨付批次的明细",
    responses=problems.responses(problems.NotFound),
)
async def list_payments(
    batch_id: UUID,
    session: routing.DbSession,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[PaymentOut]:
    """List a batch's rows in their order with their outcomes, without names and accounts."""
    found = await queries.batch(session, batch_id)
    query = pages.keyset(
        select(Payment).where(Payment.batch_id == batch_id),
        [Payment.row_no.expression],
        [int],
        after,
        limit,
    )
    rows = (await session.execute(query)).scalars().all()
    return pages.page(
        rows, limit, lambda row: (row.row_no,), lambda row: queries.payment(found, row)
    )


@router.post(
    "/{batch_id}/cancellation",
    status_code=201,
    summary="撤销尚未制作银行文件的批次",
    responses=problems.responses(problems.NotFound, exporting.BatchNotOpen),
)
async def cancel_payment_batch(
    batch_id: UUID, session: routing.DbSession, by: routing.Caller, clock: routing.Now
) -> BatchOut:
    """Take a batch back before its file is issued; 409 afterwards."""
    return await operations.cancel(session, batch_id=batch_id, by=by, at=clock.now())


@router.post(
    "/{batch_id}/issue",
    status_code=201,
    summary="制作银行文件（只制作一次）",
    responses=problems.responses(problems.NotFound, exporting.BatchNotOpen, client.PeerUnavailable),
)
async def issue_bank_file(
    *,
    batch_id: UUID,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> BatchDetail:
    """Fetch the accounts, logged for each owner, and issue the file; without account: not sent.

    409 if it was issued before.
    """
    made = await exporting.prepare(here, batch_id=batch_id, by=by)
    return await operations.issue(
        session, here=here, batch_id=batch_id, made=made, by=by, at=clock.now()
    )


@router.get(
    "/{batch_id}/file",
    summary="下载银行文件",
    response_class=Response,
    responses=problems.responses(problems.NotFound, operations.FileNotIssued),
)
async def download_bank_file(
    *,
    batch_id: UUID,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
    form: Annotated[Form, FORM] = Form.CSV,
) -> Response:
    """Give the issued bytes, the same each time; every download is told in the audit trail."""
    code, data = await operations.download(
        session, here=here, batch_id=batch_id, form=form, by=by, at=clock.now()
    )
    headers = {
        "Content-Disposition": f'attachment; filename="{code}.{form.value}"',
        "Cache-Control": "no-store",
    }
    return Response(data, media_type=MEDIA_TYPES[form], headers=headers)
