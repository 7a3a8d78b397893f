"""HTTP of what payees see of their money, and of what is to be recovered."""

from datetime import datetime
from uuid import UUID

from services.claims.payments import queries, recovering
from services.claims.payments.models import LostGround
from services.claims.payments.schemas import (
    GroundBackIn,
    GroundBackOut,
    LostIn,
    LostOut,
    MyPaymentsOut,
    StatementOut,
    ToRecoverOut,
)
from services.claims.submissions import states
from shared import pages, problems, routing

router = routing.router("", tags=["payments"])


@router.get("/payment-statement", summary="本机构的拨付对账单")
async def read_payment_statement(session: routing.DbSession) -> StatementOut:
    """Show an organisation what it was paid, by batch and class: sums, never a person's state."""
    return await queries.statement(session)


@router.get("/me/payments", summary="本人的补贴发放情况")
async def list_my_payments(session: routing.DbSession) -> MyPaymentsOut:
    """Show the caller's own payments and, where one came back, what to do."""
    return await queries.mine(session)


@router.post(
    "/to-recover",
    status_code=201,
    summary="登记发放依据已不成立的明细",
    responses=problems.responses(problems.NotFound, states.LineStateConflict),
)
async def note_lost_ground(
    body: LostIn, session: routing.DbSession, by: routing.Caller, clock: routing.Now
) -> LostOut:
    """Note lines whose ground fell: paid ones are to be recovered, the others are never sent."""
    return await recovering.note(
        session,
        line_ids=body.line_ids,
        reason=body.reason,
        document_number=body.document_number,
        by=by,
        at=clock.now(),
    )


@router.post(
    "/to-recover/{line_id}/withdrawal",
    status_code=201,
    summary="撤销依据不成立的登记",
    responses=problems.responses(
        problems.NotFound, recovering.ClassStaysVoided, recovering.GroundNeedsAnother
    ),
)
async def withdraw_lost_ground(
    line_id: UUID,
    body: GroundBackIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
) -> GroundBackOut:
    """Withdraw the entry of a line whose ground came back; the entry stays in history.

    By another than who noted it. A line that was voided meanwhile needs an appeal to be reopened.
    """
    return await recovering.withdraw(
        session,
        line_id=line_id,
        reason=body.reason,
        document_number=body.document_number,
        by=by,
        at=clock.now(),
    )


@router.get("/to-recover", summary="待追回的已付明细")
async def list_to_recover(
    session: routing.DbSession, after: pages.After = None, limit: pages.Limit = 50
) -> pages.Page[ToRecoverOut]:
    """List the paid lines in reach whose ground fell, oldest first."""
    query = pages.keyset(
        recovering.to_recover(),
        [LostGround.noted_at.expression, LostGround.line_id.expression],
        [datetime, UUID],
        after,
        limit,
    )
    rows = (await session.execute(query)).scalars().all()
    return pages.page(rows, limit, lambda row: (row.noted_at, row.line_id), recovering.shape)
