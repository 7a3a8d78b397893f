"""Grant licences and end them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.institutions.event_types import EventType
from services.institutions.licences import queries, rules
from services.institutions.licences.models import Licence
from services.institutions.licences.schemas import LicenceEnd, LicenceIn, LicenceOut
from services.institutions.offerings.models import Subject
from services.institutions.organisations import queries as organisations
from services.institutions.refusals import Refused
from shared import events, ids
from shared.principal import Principal
from shared.problems import Problem


class LicenceNotPossible(Refused):
    """The licence cannot be granted, or cannot end, like this."""

    code = "licence_not_possible"
    title_zh = "资质范围不符合规定"
    title_en = "The licence is not possible like this"


class LicenceOverlaps(Problem):
    """The organisation has a licence of the same scope on some of these days."""

    status = 409
    code = "licence_overlaps"
    title_zh = "同一范围的资质有效期重叠"
    title_en = "A licence of the same scope covers some of these days"


async def grant(
    session: AsyncSession,
    *,
    organisation_id: UUID,
    draft: LicenceIn,
    now: datetime,
    by: Principal,
) -> LicenceOut:
    """Grant a scope to an organisation in a role that it is registered in."""
    organisation = await organisations.find(session, organisation_id)
    entry = await organisations.newest(session, organisation_id, draft.role)
    known = draft.subject_code is None or await session.get(Subject, draft.subject_code) is not None
    found = rules.grant(
        role=draft.role,
        held={draft.role} if entry else (),
        subject_known=known,
        from_date=draft.from_date,
        to_date=draft.to_date,
    )
    if found:
        raise LicenceNotPossible(found)
    row = Licence(
        id=ids.uuid7(),
        authority=organisation.authority,
        organisation_id=organisation_id,
        role=draft.role.value,
        kind=draft.kind.value,
        subject_code=draft.subject_code,
        level_max=draft.level_max,
        from_date=draft.from_date,
        to_date=draft.to_date,
        document_number=draft.document_number,
        granted_by=by.subject,
        granted_at=now,
    )
    session.add(row)
    await session.flush()
    await events.append(session, [_event(EventType.LICENCE_GRANTED, row)], by=by, at=now)
    return queries.shape(row)


async def end(
    session: AsyncSession,
    *,
    licence_id: UUID,
    decision: LicenceEnd,
    on: date,
    now: datetime,
    by: Principal,
) -> LicenceOut:
    """Set an earlier last day of a licence."""
    row = await queries.lock(session, licence_id)
    found = rules.end(
        from_date=row.from_date, to_date=row.to_date, last_day=decision.to_date, on=on
    )
    if found:
        raise LicenceNotPossible(found)
    row.to_date = decision.to_date
    row.ended_by, row.ended_at = by.subject, now
    row.end_reason, row.end_document = decision.reason, decision.document_number
    await session.flush()
    happened = _event(EventType.LICENCE_ENDED, row, decision.reason)
    await events.append(session, [happened], by=by, at=now)
    return queries.shape(row)


def _event(kind: EventType, row: Licence, reason: str | None = None) -> events.Event:
    return events.Event(
        type=kind,
        subject=f"licence:{row.id}",
        authority=row.authority,
        organisation=row.organisation_id,
        data={
            "role": row.role,
            "kind": row.kind,
            "subject_code": row.subject_code,
            "level_max": row.level_max,
            "from_date": row.from_date.isoformat(),
            "to_date": row.to_date.isoformat(),
            "document_number": row.end_document or row.document_number,
        },
        rule="六(三)",
        reason=reason,
    )
