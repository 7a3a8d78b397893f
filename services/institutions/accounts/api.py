"""HTTP of organisations' accounts."""

from uuid import UUID

from fastapi import Response

from services.institutions.accounts import operations, queries
from services.institutions.accounts.schemas import (
    AccountConfirmationIn,
    AccountIn,
    AccountOut,
    AccountsOut,
    PayingIn,
    PayingsOut,
)
from services.institutions.organisations import queries as organisations
from shared import problems, routing

router = routing.router("", tags=["organisation accounts"])


@router.post(
    "/organisations/{organisation_id}/accounts",
    status_code=201,
    summary="机构填写或更换收款账户",
    responses=problems.responses(
        problems.NotFound, operations.AccountNumberWrong, operations.HolderDiffers
    ),
)
async def enter_organisation_account(
    *,
    organisation_id: UUID,
    body: AccountIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> AccountOut:
    """Enter the caller's own account; it is paid to once an officer has confirmed it.

    422 for a number that cannot be one, or a holder other than the organisation.
    """
    return await operations.enter(
        session,
        sealer=here.sealer,
        organisation_id=organisation_id,
        draft=body,
        now=clock.now(),
        by=by,
    )


@router.get(
    "/organisations/{organisation_id}/accounts",
    summary="机构的收款账户及其历史（只显示末四位）",
    responses=problems.responses(problems.NotFound),
)
async def list_organisation_accounts(
    organisation_id: UUID, session: routing.DbSession, here: routing.Here
) -> AccountsOut:
    """List an organisation's accounts by bank and last four digits, newest first. NotFound."""
    await organisations.find(session, organisation_id)
    rows = await queries.history(session, organisation_id)
    return AccountsOut(accounts=[queries.shape(here.sealer, row) for row in rows])


@router.post(
    "/organisation-accounts/{account_id}/confirmation",
    status_code=201,
    summary="复核确认机构的收款账户",
    responses=problems.responses(
        problems.NotFound,
        operations.AccountNotWaiting,
        operations.SecondPersonNeeded,
        operations.AccountDiffers,
    ),
)
async def confirm_organisation_account(
    *,
    account_id: UUID,
    body: AccountConfirmationIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> AccountOut:
    """Confirm an account as an officer of its authority, typing the number from the papers."""
    return await operations.confirm(
        session,
        sealer=here.sealer,
        account_id=account_id,
        number=body.account_number,
        now=clock.now(),
        by=by,
    )


@router.post(
    "/internal/organisation-accounts",
    include_in_schema=False,
    summary="制作银行文件时的收款机构（逐户留痕）",
    openapi_extra=routing.NO_KEY,
    responses=problems.responses(problems.NotFound),
)
async def read_organisation_accounts(
    *,
    body: PayingIn,
    response: Response,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> PayingsOut:
    """Give names and whole accounts for a bank file; each read is an event. NotFound."""
    response.headers["Cache-Control"] = "no-store"
    payees = await operations.read(
        session,
        sealer=here.sealer,
        organisation_ids=body.organisation_ids,
        purpose=body.purpose.value,
        issue_id=body.issue_id,
        now=clock.now(),
        by=by,
    )
    return PayingsOut(payees=payees)
