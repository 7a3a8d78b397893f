"""HTTP of the bank's returns and of payments that come back later."""

import asyncio
from typing import Any
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from services.claims.payments import queries, reading, returning, uploads
from services.claims.payments.schemas import BounceIn, PaymentOut, ReturnOut, UnknownsOut
from shared import problems, routing

router = routing.router("", tags=["payments"], body_bytes_max=uploads.BODY_BYTES_MAX)
_BYTES: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
REQUEST_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "text/csv": _BYTES,
        uploads.FORM: uploads.FORM_BODY,
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": _BYTES,
        "application/json": {
            "schema": {
                "type": "array",
                "maxItems": reading.ROWS_MAX,
                "items": {
                    "type": "object",
                    "required": ["reference", "outcome", "fen"],
                    "properties": {
                        "reference": {"type": "string", "maxLength": 40},
                        "outcome": {"type": "string", "enum": ["paid", "rejected"]},
                        "fen": {"type": "integer", "minimum": 1},
                        "reason": {"type": "string", "maxLength": 200},
                    },
                },
            },
            "example": [
                {"reference": "K7M2Q9XAB3-000001", "outcome": "paid", "fen": 120000},
                {
                    "reference": "K7M2Q9XAB3-000002",
                    "outcome": "rejected",
                    "fen": 120000,
                    "reason": "账户已销户",
                },
            ],
        },
    },
}


@router.post(
    "/payment-batches/{batch_id}/returns",
    status_code=201,
    summary="导入银行回盘",
    responses={
        200: {"model": ReturnOut, "description": "同一文件已经导入过 / imported before"},
        **problems.responses(
            problems.NotFound,
            returning.NotAtBank,
            reading.ReturnUnreadable,
            reading.ReturnTooLarge,
            problems.BodyTooLarge,
            problems.Malformed,
        ),
    },
    openapi_extra={"requestBody": REQUEST_BODY},
)
async def import_bank_return(
    *,
    batch_id: UUID,
    request: Request,
    response: Response,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> ReturnOut:
    """Book what the bank says, whole or in pieces: paid lines are posted, rejected ones go back.

    Each payment has one outcome; what is not exactly ours is held as unknown and moves nothing.
    """
    data = await uploads.content(request)
    form, rows = await asyncio.to_thread(reading.read, data)
    answer, fresh = await returning.receive(
        session,
        here=here,
        batch_id=batch_id,
        data=data,
        form=form,
        rows=rows,
        by=by,
        at=clock.now(),
    )
    if not fresh:
        response.status_code = 200
    return answer


@router.get(
    "/payment-batches/{batch_id}/unknown-rows",
    summary="回盘中无法认定的行",
    responses=problems.responses(problems.NotFound),
)
async def list_unknown_return_rows(
    batch_id: UUID, session: routing.DbSession, here: routing.Here
) -> UnknownsOut:
    """List the rows that moved nothing and why: other amounts or references, contradictions."""
    await queries.batch(session, batch_id)
    return await queries.unknowns(session, here.sealer, batch_id)


@router.post(
    "/payments/{payment_id}/bounce",
    status_code=201,
    summary="登记已支付款项的银行退汇",
    responses=problems.responses(problems.NotFound, returning.NotPaid),
)
async def bounce_payment(
    *,
    payment_id: UUID,
    body: BounceIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
) -> PaymentOut:
    """Undo a confirmed payment that the bank gave back: reversed, held anew, payable again."""
    return await returning.bounce(
        session,
        payment_id=payment_id,
        reason=body.reason,
        document_number=body.document_number,
        by=by,
        at=clock.now(),
    )
