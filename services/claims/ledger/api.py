"""HTTP of funds, their accounts and the trial balance."""

from datetime import date
from hashlib import sha256
from typing import Annotated
from uuid import UUID

from fastapi import Header, Query
from starlette.responses import Response

from services.claims.ledger import operations, queries, rules
from services.claims.ledger.schemas import (
    AccountOut,
    CorrectionIn,
    FundsOut,
    ReceiptIn,
    ReceiptOut,
    StatementOut,
    TrialOut,
)
from shared import pages, problems, routing

router = routing.router("", tags=["funds"])
CACHE = "public, max-age=0, must-revalidate"
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)

ByFund = Annotated[str | None, Query(max_length=60, description="只看此资金 / of this fund only")]
ByYear = Annotated[int | None, Query(ge=2000, le=2099, description="业务年度 / business year")]
AsOf = Annotated[
    date | None,
    Query(
        ge=FIRST_DAY,
        le=LAST_DAY,
        description="此日终了时的状态，不填为此刻 / as of the end of this day; now when absent",
    ),
]
Since = Annotated[
    date | None,
    Query(ge=FIRST_DAY, le=LAST_DAY, description="自此日起 / from this day on"),
]
IfNoneMatch = Annotated[str | None, Header(max_length=1000)]


@router.post(
    "/funds/receipts",
    status_code=201,
    summary="登记资金到账或期初余额",
    responses=problems.responses(
        operations.OutOfReach,
        operations.FundUnknown,
        operations.PurposeNotPermitted,
        operations.ReceiptExists,
    ),
)
async def receive_funds(
    body: ReceiptIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> ReceiptOut:
    """Enter money that came in by document number, for one fund, authority, year and purpose.

    422 with the fund's permitted and the plan's forbidden uses for any other purpose, 409 for the
    same document, 403 out of reach.
    """
    return await operations.receive(
        session,
        plan=here.plan,
        fund=body.fund,
        authority=body.authority,
        year=body.year,
        purpose=body.purpose,
        fen=body.fen,
        document_number=body.document_number,
        code=rules.Code.OPENING if body.opening else rules.Code.RECEIPT,
        by=by,
        at=clock.now(),
    )


@router.post(
    "/funds/receipts/{transfer_id}/correction",
    status_code=201,
    summary="冲正一笔到账登记",
    responses=problems.responses(
        problems.NotFound, operations.TransferReversed, operations.FundsInsufficient
    ),
)
async def correct_receipt(
    *,
    transfer_id: UUID,
    body: CorrectionIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> ReceiptOut:
    """Undo an entry by a reversing transfer; 409 if it was undone or its money is reserved."""
    return await operations.correct_receipt(
        session,
        plan=here.plan,
        transfer_id=transfer_id,
        reason=body.reason,
        by=by,
        at=clock.now(),
    )


@router.get(
    "/funds",
    summary="资金使用情况公开",
    responses={
        200: {"model": FundsOut},
        304: {"description": "If-None-Match 与现状一致 / not modified"},
    },
)
async def list_funds(
    session: routing.DbSession,
    clock: routing.Now,
    here: routing.Here,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Show to everyone what each fund may pay, and its use by quarter, with a strong ETag."""
    found = await queries.use(session, plan=here.plan, today=clock.today())
    body = found.model_dump_json().encode()
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": CACHE}
    if rules.unchanged(tag, if_none_match):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@router.get("/accounts", summary="资金账户列表")
async def list_fund_accounts(
    *,
    session: routing.DbSession,
    here: routing.Here,
    fund: ByFund = None,
    year: ByYear = None,
    on: AsOf = None,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[AccountOut]:
    """List the accounts in reach with what they hold, now or as of the end of a day."""
    return await queries.accounts(
        session, plan=here.plan, fund=fund, year=year, on=on, after=after, limit=limit
    )


@router.get(
    "/accounts/{account_id}/statement",
    summary="资金账户流水",
    responses=problems.responses(problems.NotFound),
)
async def read_fund_statement(
    account_id: UUID,
    session: routing.DbSession,
    since: Since = None,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> StatementOut:
    """List an account's transfers, oldest first, with what was there before and after each."""
    return await queries.statement(session, account_id, since=since, after=after, limit=limit)


@router.get("/trial-balance", summary="试算平衡")
async def read_trial_balance(
    session: routing.DbSession, fund: ByFund = None, year: ByYear = None, on: AsOf = None
) -> TrialOut:
    """Add up all debits and credits in reach: from the balances now, from the transfers by day."""
    return await queries.trial(session, fund=fund, year=year, on=on)
