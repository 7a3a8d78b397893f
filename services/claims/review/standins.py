"""Stand-ins: another authority's officers, by a dated delegation that all can read. POLICY 8.27."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.event_types import EventType
from services.claims.review import schemas
from services.claims.review.models import Delegation
from shared import events, ids, pages, problems
from shared.plans import Plan
from shared.principal import Principal, Role
from shared.problems import Problem

RULE = "POLICY 8.27"
REACH = text("select set_config('zhipei.reach', :reach, true)")


class Step(StrEnum):
    """What may be delegated."""

    REVIEW = "review"
    RELEASE = "release"


ROLE = {Step.REVIEW: Role.OFFICER, Step.RELEASE: Role.FINANCE}


class NotYours(Problem):
    """An office delegates its own steps only: reviewers review, finance releases."""

    status = 403
    code = "delegation_not_yours"
    title_zh = "只能委托本单位的职责：审核由人社、拨付由财政委托"
    title_en = "An office delegates its own step only"


class DelegationWrong(Problem):
    """The dates or the stand-in are not possible."""

    status = 422
    code = "delegation_not_possible"
    title_zh = "代行期限或代行单位不正确：不得追溯，最长一年，代行单位须为本计划的其他主管单位"
    title_en = "Not in the past, at most a year, and to another authority of the plan"


class DelegationEnded(Problem):
    """The delegation was ended before, or its time is over."""

    status = 409
    code = "delegation_ended"
    title_zh = "该代行已经终止或者到期"
    title_en = "This delegation has ended already"


class EndingWrong(Problem):
    """A delegation ends today at the earliest, and before it would have."""

    status = 422
    code = "delegation_ending_not_possible"
    title_zh = "终止日期不得早于今天，也不得晚于原定的最后一天"
    title_en = "It ends today at the earliest, and on its last day at the latest"


async def widen(session: AsyncSession, *, by: Principal, step: Step, on: date) -> Principal:
    """Let a stand-in reach, in this transaction only, the authorities delegated to theirs today.

    Returns the caller with that reach; row security reads the same.
    """
    if by.role is not ROLE[step] or not by.authorities:
        return by
    query = select(Delegation.authority).where(
        Delegation.step == step.value,
        Delegation.stand_in.in_(by.authorities),
        Delegation.from_date <= on,
        Delegation.to_date >= on,
        or_(Delegation.ended_from.is_(None), Delegation.ended_from > on),
    )
    found = set((await session.execute(query)).scalars()) - set(by.authorities)
    if not found:
        return by
    reach = (*by.authorities, *sorted(found))
    await session.execute(REACH, {"reach": ",".join(reach)})
    return replace(by, authorities=reach)


async def publish(
    session: AsyncSession,
    *,
    body: schemas.DelegationIn,
    plan: Plan,
    by: Principal,
    on: date,
    at: datetime,
) -> Delegation:
    """Publish a delegation. Raises NotYours, DelegationWrong."""
    step = Step(body.step)
    if by.role is not ROLE[step] or body.authority not in by.authorities:
        raise NotYours
    known = {each.code for each in plan.authorities}
    if body.stand_in not in known - {body.authority} or not (
        on <= body.from_date <= body.to_date and (body.to_date - body.from_date).days < 366  # noqa: PLR2004
    ):
        raise DelegationWrong
    row = Delegation(
        id=ids.uuid7(),
        authority=body.authority,
        stand_in=body.stand_in,
        step=step.value,
        from_date=body.from_date,
        to_date=body.to_date,
        document_number=body.document_number,
        published_by=by.subject,
        published_at=at,
    )
    session.add(row)
    await session.flush()
    told = events.Event(
        type=EventType.DELEGATION_PUBLISHED,
        subject=f"delegation:{row.id}",
        authority=row.authority,
        data={
            "stand_in": row.stand_in,
            "step": row.step,
            "from": row.from_date.isoformat(),
            "to": row.to_date.isoformat(),
            "document_number": row.document_number,
        },
        rule=RULE,
    )
    await events.append(session, [told], by=by, at=at)
    return row


async def end(
    session: AsyncSession,
    *,
    delegation: UUID,
    body: schemas.EndingIn,
    by: Principal,
    on: date,
    at: datetime,
) -> Delegation:
    """End a delegation early; whoever stood in reaches nothing from that day on.

    Raises NotFound, NotYours, DelegationEnded, EndingWrong.
    """
    row = await session.get(Delegation, delegation)
    if row is None:
        raise problems.NotFound
    if by.role is not ROLE[Step(row.step)] or row.authority not in by.authorities:
        raise NotYours
    query = select(Delegation).where(Delegation.id == delegation, Delegation.ended_from.is_(None))
    if row.to_date < on or not (await session.execute(query.with_for_update())).all():
        raise DelegationEnded
    if not on <= body.ended_from <= row.to_date:
        raise EndingWrong
    row.ended_from, row.ending_document = body.ended_from, body.document_number
    row.ended_by, row.ended_at = by.subject, at
    await session.flush()
    told = events.Event(
        type=EventType.DELEGATION_ENDED,
        subject=f"delegation:{row.id}",
        authority=row.authority,
        data={
            "stand_in": row.stand_in,
            "step": row.step,
            "ended_from": row.ended_from.isoformat(),
            "document_number": row.ending_document,
        },
        rule=RULE,
    )
    await events.append(session, [told], by=by, at=at)
    return row


async def listed(
    session: AsyncSession, *, after: str | None, limit: int
) -> pages.Page[schemas.DelegationOut]:
    """List delegations, oldest first."""
    keys = (Delegation.published_at.expression, Delegation.id.expression)
    query = pages.keyset(select(Delegation), keys, schemas.TIMED, after, limit)
    rows: Sequence[Delegation] = (await session.execute(query)).scalars().all()
    return pages.page(
        rows, limit, lambda row: (row.published_at, row.id), schemas.DelegationOut.model_validate
    )
