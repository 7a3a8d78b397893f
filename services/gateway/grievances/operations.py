"""Complaints are made, opened and answered; their words are sealed at rest. POLICY 9.6."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.event_types import EventType
from services.gateway.grievances import showing
from services.gateway.grievances.models import Complaint
from services.gateway.grievances.schemas import ComplaintIn, ComplaintOut, OwnComplaintOut
from shared import events, ids, problems
from shared.principal import Principal
from shared.problems import Problem
from shared.sealing import Sealer

RULE = "POLICY 9.6"
TABLE = Complaint.__tablename__
OPEN_AT_ONCE = 20
OPEN = text("select count(*) from complaints where trainee_id = zp_trainee() and state = 'open'")


class UnknownAuthority(Problem):
    """The authority is none of the plan's."""

    status = 422
    code = "unknown_authority"
    title_zh = "没有这个主管单位；可选的主管单位见 GET /v1/labels 的 authority"
    title_en = "There is no such authority; GET /v1/labels lists them under authority"


class ComplaintsFull(Problem):
    """So many of the person's complaints wait that another one helps nobody."""

    status = 409
    code = "complaints_full"
    title_zh = "您已有 20 件投诉正在办理，请等答复后再提交；紧急情况请打主管单位电话"
    title_en = "20 of your complaints are waiting for an answer; if it is urgent, please telephone"


class ComplaintAnswered(Problem):
    """The complaint has its answer."""

    status = 409
    code = "complaint_answered"
    title_zh = "该投诉已经答复"
    title_en = "This complaint has been answered"


async def make(
    session: AsyncSession,
    *,
    sealer: Sealer,
    body: ComplaintIn,
    authorities: Collection[str],
    by: Principal,
    at: datetime,
) -> OwnComplaintOut:
    """Keep a person's complaint, sealed. Raises UnknownAuthority, ComplaintsFull."""
    if body.authority not in authorities:
        raise UnknownAuthority
    if (await session.execute(OPEN)).scalar_one() >= OPEN_AT_ONCE:
        raise ComplaintsFull
    assert by.trainee is not None
    key = ids.uuid7()
    contact = body.contact
    row = Complaint(
        id=key,
        trainee_id=by.trainee,
        authority=body.authority,
        about=body.about.value,
        text_sealed=sealer.seal(body.text, table=TABLE, column="text_sealed", row=key),
        contact_sealed=contact
        and sealer.seal(contact, table=TABLE, column="contact_sealed", row=key),
        state="open",
        made_at=at,
    )
    session.add(row)
    await session.flush()
    await events.append(session, [_event(EventType.COMPLAINT_MADE, row)], by=by, at=at)
    return showing.own(row, sealer)


async def find(session: AsyncSession, *, complaint_id: UUID) -> Complaint:
    """Return a complaint in the caller's reach. Raises NotFound."""
    row: Complaint | None = await session.get(Complaint, complaint_id)
    if row is None:
        raise problems.NotFound
    return row


async def answer(
    session: AsyncSession,
    *,
    sealer: Sealer,
    complaint_id: UUID,
    words: str,
    by: Principal,
    at: datetime,
) -> ComplaintOut:
    """Answer a complaint once, sealed. Raises NotFound, ComplaintAnswered."""
    row: Complaint | None = await session.scalar(
        select(Complaint).where(Complaint.id == complaint_id).with_for_update()
    )
    if row is None:
        raise problems.NotFound
    if row.state != "open":
        raise ComplaintAnswered
    row.state, row.answered_by, row.answered_at = "answered", by.subject, at
    row.answer_sealed = sealer.seal(words, table=TABLE, column="answer_sealed", row=row.id)
    await session.flush()
    await events.append(session, [_event(EventType.COMPLAINT_ANSWERED, row)], by=by, at=at)
    return showing.opened(row, sealer)


def _event(kind: EventType, row: Complaint) -> events.Event:
    # Neither the person nor what it is about: whoever reads events learns only that there is one.
    return events.Event(
        type=kind,
        subject=f"complaint:{row.id}",
        authority=row.authority,
        data={"state": row.state},
        rule=RULE,
    )
