"""HTTP of the own account, and of the read that an issue of claims makes."""

from fastapi import Response

from services.registry.accounts import operations, payees, schemas
from services.registry.accounts.operations import Account
from shared import problems, routing

router = routing.router("", tags=["accounts"])


@router.post(
    "/me/bank-account",
    status_code=201,
    summary="填写或者更换本人的收款账户",
    responses=problems.responses(operations.AccountNumberWrong, operations.HolderDiffers),
)
async def set_my_bank_account(
    body: schemas.AccountIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> schemas.AccountOut:
    """Set the account that the caller is paid to; it has to be in the caller's own name."""
    account = await operations.enter(
        session,
        sealer=here.sealer,
        bank=body.bank.strip(),
        number=body.account_number,
        holder=body.holder,
        by=by,
        now=clock.now(),
    )
    return _masked(account)


@router.get(
    "/me/bank-account",
    summary="本人的收款账户（只显示末四位）",
    responses=problems.responses(problems.NotFound),
)
async def get_my_bank_account(
    session: routing.DbSession, by: routing.Caller, here: routing.Here
) -> schemas.AccountOut:
    """Show the caller's account by bank and last four digits. NotFound while there is none."""
    return _masked(await operations.own(session, sealer=here.sealer, by=by))


@router.post(
    "/internal/payees",
    include_in_schema=False,
    summary="制作银行文件或者公示时的收款人（逐人留痕）",
    openapi_extra=routing.NO_KEY,
    responses=problems.responses(problems.NotFound),
)
async def read_payees(
    *,
    body: schemas.PayeesIn,
    response: Response,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> schemas.PayeesOut:
    """Give names and accounts for a bank file, masked names for a notice; logged. NotFound."""
    response.headers["Cache-Control"] = "no-store"
    found = await payees.read(
        session,
        here.sealer,
        trainees=body.trainee_ids,
        purpose=body.purpose,
        issue=body.issue_id,
        office=body.office,
        by=by,
        now=clock.now(),
    )
    return schemas.PayeesOut(payees=[_payee(one) for one in found])


def _masked(account: Account) -> schemas.AccountOut:
    return schemas.AccountOut(
        id=account.id,
        bank=account.bank,
        last_four=account.number[-4:],
        entered_at=account.at,
    )


def _payee(found: payees.Payee) -> schemas.PayeeOut:
    account = found.account
    return schemas.PayeeOut(
        trainee_id=found.trainee_id,
        name=found.name,
        account_id=account.id if account else None,
        bank=account.bank if account else None,
        account_number=account.number if account else None,
        entered_at=account.at if account else None,
        id_first_six=found.id_first_six,
    )
