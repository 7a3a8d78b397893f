"""WeChat log-ins over HTTP."""

from uuid import UUID

from services.gateway.access import attempts, issuing, parts
from services.gateway.access.wechat import client, operations
from services.gateway.access.wechat.schemas import (
    BindingIn,
    PersonTokenOut,
    TicketIn,
    TicketOut,
    WechatLoginIn,
)
from services.gateway.peers import BindingCodeRefused
from shared import problems, routing
from shared.client import PeerUnavailable
from shared.service import Service

router = routing.router("/v1/wechat", tags=["登录与账号"])


def _token(here: Service, login: UUID, trainee: UUID | None) -> PersonTokenOut:
    principal = issuing.person(login, trainee)
    return PersonTokenOut(
        access_token=issuing.outside(here, principal, ttl_s=issuing.PERSON_S),
        expires_in=issuing.PERSON_S,
        role=principal.role,
        bound=trainee is not None,
    )


@router.post(
    "/login",
    summary="微信小程序登录",
    openapi_extra=routing.NO_KEY,
    responses=problems.responses(
        client.WechatCodeRefused, client.WechatBlocked, client.WechatUnavailable
    ),
)
async def log_in_wechat(body: WechatLoginIn, here: routing.Here) -> PersonTokenOut:
    """Give a token of two hours for what `wx.login` gave; a visitor's until the log-in is bound."""
    access = parts.of(here)
    openid = await access.wechat.openid(body.code)
    login = await operations.meet(here=here, openid=openid, at=access.machine.now())
    return _token(here, login.id, login.trainee_id)


@router.post(
    "/bindings",
    status_code=201,
    summary="用窗口发放的绑定码绑定本人",
    responses=problems.responses(
        BindingCodeRefused,
        operations.LoginBoundElsewhere,
        attempts.TooManyAttempts,
        PeerUnavailable,
    ),
)
async def bind_own_login(
    body: BindingIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> PersonTokenOut:
    """Bind the log-in to the person by an office's code; an older log-in of the person ends."""
    assert by.login is not None
    trainee = await operations.redeem_code(here=here, code=body.code, login=by.login)
    await operations.bind(session, here=here, trainee=trainee, by=by, at=clock.now())
    return _token(here, by.login, trainee)


@router.post(
    "/tickets",
    status_code=201,
    summary="生成打开网页用的一次性凭证",
    openapi_extra=routing.NO_KEY,
)
async def make_ticket(
    session: routing.DbSession, by: routing.Caller, here: routing.Here
) -> TicketOut:
    """Make a ticket that a page in the mini program's web view redeems once within a minute."""
    ticket = await operations.make_ticket(
        session, here=here, by=by, machine=parts.of(here).machine.now()
    )
    return TicketOut(ticket=ticket, expires_in=operations.TICKET_S)


@router.post(
    "/tickets/redemption",
    summary="用一次性凭证登录网页",
    openapi_extra=routing.NO_KEY,
    responses=problems.responses(operations.TicketRefused),
)
async def redeem_ticket(
    body: TicketIn, session: routing.DbSession, here: routing.Here
) -> PersonTokenOut:
    """Give a token of the person for a ticket."""
    login, trainee = await operations.redeem_ticket(
        session, here=here, ticket=body.ticket, machine=parts.of(here).machine.now()
    )
    return _token(here, login, trainee)
