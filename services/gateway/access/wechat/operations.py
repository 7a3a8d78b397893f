"""How a person comes in from WeChat, is bound, and goes over to a page."""

from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.access import attempts, codes, parts
from services.gateway.access.models import Ticket, WechatLogin
from services.gateway.event_types import EventType
from shared import events, ids
from shared import principal as principals
from shared.client import PeerUnavailable
from shared.principal import Principal
from shared.problems import Conflict, Problem
from shared.service import Service

TICKET_S = 60
BIND = text("select bound, replaced from bind_login(:trainee, :at)")
REDEEM = text("select login_id, trainee_id from redeem_ticket(:ticket, :at)")


class LoginBoundElsewhere(Conflict):
    """This WeChat log-in is another person's already: one log-in, one person."""

    code = "login_bound_elsewhere"
    title_zh = "该微信已绑定其他人员，一个微信只能绑定一人"
    title_en = "This WeChat log-in is bound to another person"


class TicketRefused(Problem):
    """The ticket is unknown, used or older than a minute."""

    status = 401
    code = "ticket_refused"
    title_zh = "链接已失效，请从小程序重新打开"
    title_en = "The ticket was used or has expired; open the page from the mini program again"


async def meet(*, here: Service, openid: str, at: datetime) -> WechatLogin:
    """Return the log-in of a WeChat account, made at its first visit."""
    login = ids.uuid7()
    wanted = here.sealer.index_all("openid", openid)
    find = select(WechatLogin).where(WechatLogin.openid_index.in_(wanted))
    fresh = {
        "id": login,
        "openid_sealed": here.sealer.seal(
            openid, table="wechat_logins", column="openid", row=login
        ),
        "openid_index": wanted[0],
        "created_at": at,
    }
    async with here.database.transaction(principals.service(here.name, "login")) as session:
        found: WechatLogin | None = await session.scalar(find)
        if found is None:
            await session.execute(insert(WechatLogin).values(fresh).on_conflict_do_nothing())
            found = (await session.scalars(find)).one()
    return found


async def redeem_code(*, here: Service, code: str, login: UUID) -> UUID:
    """Ask the registry whose code it is; five wrong codes an hour.

    Raises TooManyAttempts, BindingCodeRefused, PeerUnavailable.
    """
    access = parts.of(here)
    typed = codes.normal(code)
    who = str(login)
    await attempts.count(here=here, budget=attempts.BINDING, who=who, now=access.machine.now())
    # The same code of the same log-in is the same request, whoever lost the answer.
    key = f"binding-{sha256(f'{login} {typed}'.encode()).hexdigest()[:32]}"
    try:
        return await access.peers.redeem(here, code=typed, login=login, key=key)
    except PeerUnavailable:
        await attempts.give_back(here=here, budget=attempts.BINDING, who=who)
        raise


async def bind(
    session: AsyncSession,
    *,
    here: Service,
    trainee: UUID,
    by: Principal,
    at: datetime,
) -> None:
    """Link the caller's log-in to the person; the person's older log-in ends.

    Raises LoginBoundElsewhere.
    """
    access = parts.of(here)
    machine = access.machine.now()
    bound, replaced = (await session.execute(BIND, {"trainee": trainee, "at": machine})).one()
    if not bound:
        raise LoginBoundElsewhere
    if replaced is not None:
        access.revocations.note(f"login:{replaced}", machine)
    event = events.Event(
        type=EventType.LOGIN_BOUND,
        subject=f"login:{by.login}",
        data={"replaced_another": replaced is not None},
    )
    await events.append(session, [event], by=by, at=at)


async def make_ticket(
    session: AsyncSession, *, here: Service, by: Principal, machine: datetime
) -> str:
    """Make a ticket of the caller's log-in, good for a minute."""
    assert by.login is not None
    ticket = codes.new_secret()
    session.add(
        Ticket(
            ticket_index=here.sealer.index("ticket", ticket),
            login_id=by.login,
            until=machine + timedelta(seconds=TICKET_S),
        )
    )
    await session.flush()
    return ticket


async def redeem_ticket(
    session: AsyncSession, *, here: Service, ticket: str, machine: datetime
) -> tuple[UUID, UUID]:
    """Use a ticket up; return its log-in and person. Raises TicketRefused."""
    values = {"ticket": list(here.sealer.index_all("ticket", ticket)), "at": machine}
    found = (await session.execute(REDEEM, values)).one_or_none()
    if found is None:
        raise TicketRefused
    return found.login_id, found.trainee_id
