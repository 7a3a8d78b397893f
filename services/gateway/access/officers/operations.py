"""What is done to officers' accounts, and what they do to come in."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.access import attempts, codes, parts, passwords, second_factor
from services.gateway.access.models import Officer
from services.gateway.access.officers import queries
from services.gateway.access.officers.schemas import OfficerIn
from services.gateway.event_types import EventType
from shared import events, ids
from shared import principal as principals
from shared.principal import Principal
from shared.problems import Conflict, Problem
from shared.service import Service

ACTIVATION_DAYS = 7


class LoginTaken(Problem):
    """Another officer has this log-in name."""

    status = 409
    code = "login_taken"
    title_zh = "登录名已被使用"
    title_en = "The log-in name is taken"


class AuthorityUnknown(Problem):
    """The plan names no such authority."""

    status = 422
    code = "authority_unknown"
    title_zh = "计划中没有该主管单位"
    title_en = "The plan has no such authority"


class ActivationRefused(Problem):
    """Log-in name and activation code do not belong together, or the code has expired."""

    status = 401
    code = "activation_refused"
    title_zh = "登录名或激活码不正确，或激活码已过期"
    title_en = "Log-in name or activation code is wrong, or the code has expired"


class LoginRefused(Problem):
    """Log-in name, password or code is wrong: which of them is not said."""

    status = 401
    code = "login_refused"
    title_zh = "登录名、密码或动态口令不正确"
    title_en = "Log-in name, password or one-time code is wrong"


class LastAdministrator(Conflict):
    """Without an active administrator nobody could invite one."""

    code = "last_administrator"
    title_zh = "至少须保留一名在用的管理员"
    title_en = "At least one active administrator must remain"


@dataclass(frozen=True, slots=True)
class Invited:
    """A new activation code, known here only this once."""

    id: UUID
    activation_code: str
    until: datetime


async def invite(
    session: AsyncSession,
    *,
    here: Service,
    body: OfficerIn,
    by: Principal,
    at: datetime,
    machine: datetime,
) -> Invited:
    """Make an account and its activation code. Raises AuthorityUnknown, LoginTaken."""
    known = {authority.code for authority in here.plan.authorities}
    if not {*body.authorities, body.office.partition("/")[0]} <= known:
        raise AuthorityUnknown
    officer = ids.uuid7()
    invited = Invited(officer, codes.new_code(), machine + timedelta(days=ACTIVATION_DAYS))
    session.add(
        Officer(
            id=officer,
            login=body.login,
            name_sealed=here.sealer.seal(body.name, table="officers", column="name", row=officer),
            role=body.role.value,
            authorities=sorted(set(body.authorities)),
            office=body.office,
            state="invited",
            activation_index=_index(here, invited.activation_code),
            activation_until=invited.until,
            created_by=by.subject,
            created_at=at,
        )
    )
    await session.flush()
    data = {"role": body.role.value, "office": body.office, "authorities": body.authorities}
    await _tell(session, EventType.OFFICER_INVITED, officer, by=by, at=at, data=data)
    return invited


async def renew(
    session: AsyncSession,
    *,
    here: Service,
    officer: UUID,
    by: Principal,
    at: datetime,
    machine: datetime,
) -> Invited:
    """Invite an officer again: the old password, factor and tokens end. Raises NotFound."""
    row = await queries.by_id(session, officer)
    await _require_successor(session, row)
    invited = Invited(officer, codes.new_code(), machine + timedelta(days=ACTIVATION_DAYS))
    row.state, row.password_hash, row.totp_sealed, row.last_totp_step = "invited", None, None, None
    row.activation_index = _index(here, invited.activation_code)
    row.activation_until = invited.until
    await session.flush()
    await parts.of(here).revocations.revoke(session, [f"officer:{officer}"], at=machine)
    await _tell(session, EventType.OFFICER_INVITED, officer, by=by, at=at, data={"again": True})
    return invited


async def suspend(
    session: AsyncSession,
    *,
    here: Service,
    officer: UUID,
    by: Principal,
    at: datetime,
    machine: datetime,
) -> Officer:
    """Shut an account; its tokens are refused at once. Raises NotFound, LastAdministrator."""
    row = await queries.by_id(session, officer)
    if row.state == "suspended":
        return row
    await _require_successor(session, row)
    row.state, row.activation_index, row.activation_until = "suspended", None, None
    await session.flush()
    await parts.of(here).revocations.revoke(session, [f"officer:{officer}"], at=machine)
    await _tell(session, EventType.OFFICER_SUSPENDED, officer, by=by, at=at)
    return row


async def activate(*, here: Service, login: str, code: str, password: str) -> str:
    """Set password and second factor of an invited officer; return the factor's URI.

    May be repeated until the first log-in: a lost answer costs nothing. A wrong code must be
    remembered although it is refused, so the transactions are this function's own.
    Raises PasswordWeak, TooManyAttempts, ActivationRefused.
    """
    access = parts.of(here)
    now = access.machine.now()
    passwords.require_strong(password, login=login)
    await attempts.count(here=here, budget=attempts.ACTIVATION, who=login, now=now)
    hashed = await access.passwords.hash(password)
    secret = second_factor.new_secret()
    async with here.database.transaction(principals.service(here.name, "login")) as session:
        officer = await queries.by_login(session, login)
        wanted = here.sealer.index_all("activation", codes.normal(code))
        if (
            officer is None
            or officer.state != "invited"
            or officer.activation_until is None
            or officer.activation_until <= now
            or officer.activation_index not in wanted
        ):
            raise ActivationRefused
        officer.password_hash, officer.last_totp_step = hashed, None
        officer.totp_sealed = here.sealer.seal(
            secret, table="officers", column="totp", row=officer.id
        )
        await attempts.forget(session, here=here, budget=attempts.ACTIVATION, who=login)
    return second_factor.uri(secret, login=login)


async def log_in(*, here: Service, login: str, password: str, totp: str, at: datetime) -> Officer:
    """Let an officer in by password and a code that was not used yet.

    Every try is counted before it is looked at, in a transaction of its own. Raises
    TooManyAttempts, LoginRefused, Busy.
    """
    access = parts.of(here)
    now = access.machine.now()
    by = principals.service(here.name, "login")
    await attempts.count(here=here, budget=attempts.LOGIN, who=login, now=now)
    async with here.database.transaction(by) as session:
        officer = await queries.by_login(session, login)
    may = officer is not None and officer.state != "suspended"
    hashed = officer.password_hash if officer is not None and may else None
    right = await access.passwords.holds(hashed, password)
    if officer is None or not right or officer.totp_sealed is None or hashed is None:
        raise LoginRefused
    secret = here.sealer.open(officer.totp_sealed, table="officers", column="totp", row=officer.id)
    step = second_factor.step_of(secret, totp, now=now)
    if step is None:
        raise LoginRefused
    fresh = await access.passwords.hash(password) if access.passwords.outdated(hashed) else hashed
    async with here.database.transaction(by) as session:
        await _enter(session, officer, hashed=hashed, fresh=fresh, step=step, now=now)
        await attempts.forget(session, here=here, budget=attempts.LOGIN, who=login)
        if officer.state == "invited":
            await _tell(session, EventType.OFFICER_ACTIVATED, officer.id, by=by, at=at)
    return officer


async def log_out(session: AsyncSession, *, here: Service, by: Principal) -> None:
    """End every token of the caller."""
    access = parts.of(here)
    await access.revocations.revoke(session, [by.subject], at=access.machine.now())


async def _enter(
    session: AsyncSession, officer: Officer, *, hashed: str, fresh: str, step: int, now: datetime
) -> None:
    """Use up the code's step; LoginRefused if it was used, or the account changed meanwhile."""
    used = (
        update(Officer)
        .where(
            Officer.id == officer.id,
            Officer.state == officer.state,
            Officer.password_hash == hashed,
            or_(Officer.last_totp_step.is_(None), Officer.last_totp_step < step),
        )
        .values(
            last_totp_step=step,
            last_login_at=now,
            password_hash=fresh,
            state="active",
            activation_index=None,
            activation_until=None,
        )
        .returning(Officer.id)
    )
    if (await session.execute(used)).first() is None:
        raise LoginRefused


async def _require_successor(session: AsyncSession, row: Officer) -> None:
    administers = row.role == "administrator" and row.state == "active"
    if administers and not await queries.other_administrators(session, row.id):
        raise LastAdministrator


async def _tell(
    session: AsyncSession,
    kind: EventType,
    officer: UUID,
    *,
    by: Principal,
    at: datetime,
    data: dict[str, Any] | None = None,
) -> None:
    event = events.Event(type=kind, subject=f"officer:{officer}", data=data)
    await events.append(session, [event], by=by, at=at)


def _index(here: Service, code: str) -> bytes:
    return here.sealer.index("activation", codes.normal(code))
