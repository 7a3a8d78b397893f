"""Officers' accounts over HTTP."""

from uuid import UUID

from services.gateway.access import attempts, issuing, parts
from services.gateway.access.models import Officer
from services.gateway.access.officers import operations, queries
from services.gateway.access.officers.schemas import (
    ActivatedOut,
    ActivationIn,
    InvitedOut,
    LoginIn,
    OfficerIn,
    OfficerOut,
    OfficerRole,
    OfficerTokenOut,
)
from services.gateway.access.passwords import PasswordWeak
from shared import pages, problems, routing
from shared.service import Service

router = routing.router("/v1/officers", tags=["登录与账号"])


def _out(here: Service, row: Officer) -> OfficerOut:
    return OfficerOut(
        id=row.id,
        login=row.login,
        name=here.sealer.open(row.name_sealed, table="officers", column="name", row=row.id),
        role=OfficerRole(row.role),
        authorities=row.authorities,
        office=row.office,
        state=row.state,
        created_at=row.created_at,
        last_login_at=row.last_login_at,
    )


@router.post(
    "",
    status_code=201,
    summary="邀请经办人员",
    responses=problems.responses(operations.LoginTaken, operations.AuthorityUnknown),
)
async def invite_officer(
    body: OfficerIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> InvitedOut:
    """Make an officer's account; the activation code is shown this once and lives seven days."""
    invited = await operations.invite(
        session,
        here=here,
        body=body,
        by=by,
        at=clock.now(),
        machine=parts.of(here).machine.now(),
    )
    return InvitedOut.model_validate(invited)


@router.get("", summary="经办人员列表")
async def list_officers(
    session: routing.DbSession,
    here: routing.Here,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[OfficerOut]:
    """List the accounts, oldest first."""
    rows = await queries.page(session, after, limit)
    return pages.page(
        rows, limit, lambda row: (row.created_at, row.id), lambda row: _out(here, row)
    )


@router.post(
    "/activation",
    summary="用激活码设置密码与动态口令",
    openapi_extra=routing.NO_KEY,
    responses=problems.responses(
        operations.ActivationRefused, PasswordWeak, attempts.TooManyAttempts, routing.Busy
    ),
)
async def activate_officer(body: ActivationIn, here: routing.Here) -> ActivatedOut:
    """Choose a password and receive the second factor; repeatable until the first log-in."""
    uri = await operations.activate(
        here=here, login=body.login, code=body.code, password=body.password
    )
    return ActivatedOut(totp_uri=uri)


@router.post(
    "/login",
    summary="经办人员登录",
    openapi_extra=routing.NO_KEY,
    responses=problems.responses(operations.LoginRefused, attempts.TooManyAttempts, routing.Busy),
)
async def log_officer_in(body: LoginIn, here: routing.Here, clock: routing.Now) -> OfficerTokenOut:
    """Give a token of one hour for log-in name, password and a one-time code.

    Five wrong tries at a name within fifteen minutes shut it until they have passed.
    """
    officer = await operations.log_in(
        here=here, login=body.login, password=body.password, totp=body.totp, at=clock.now()
    )
    return OfficerTokenOut(
        access_token=issuing.outside(here, issuing.officer(officer), ttl_s=issuing.OFFICER_S),
        expires_in=issuing.OFFICER_S,
        role=OfficerRole(officer.role),
        authorities=officer.authorities,
        office=officer.office,
    )


@router.post("/logout", status_code=204, summary="退出登录", openapi_extra=routing.NO_KEY)
async def log_officer_out(
    session: routing.DbSession, by: routing.Caller, here: routing.Here
) -> None:
    """End every token of the caller."""
    await operations.log_out(session, here=here, by=by)


@router.post(
    "/{officer_id}/suspension",
    summary="停用账号",
    responses=problems.responses(problems.NotFound, operations.LastAdministrator),
)
async def suspend_officer(
    officer_id: UUID,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> OfficerOut:
    """Shut an account; its tokens are refused within seconds."""
    row = await operations.suspend(
        session,
        here=here,
        officer=officer_id,
        by=by,
        at=clock.now(),
        machine=parts.of(here).machine.now(),
    )
    return _out(here, row)


@router.post(
    "/{officer_id}/invitation",
    status_code=201,
    summary="重新邀请（遗失口令、更换手机或恢复账号）",
    responses=problems.responses(problems.NotFound, operations.LastAdministrator),
)
async def invite_officer_again(
    officer_id: UUID,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> InvitedOut:
    """Give a new activation code: the old password, second factor and tokens end."""
    invited = await operations.renew(
        session,
        here=here,
        officer=officer_id,
        by=by,
        at=clock.now(),
        machine=parts.of(here).machine.now(),
    )
    return InvitedOut.model_validate(invited)
