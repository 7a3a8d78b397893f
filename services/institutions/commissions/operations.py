"""Make commissions."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.institutions import reach
from services.institutions.commissions import queries, rules
from services.institutions.commissions.models import Commission
from services.institutions.commissions.schemas import CommissionIn, CommissionOut
from services.institutions.event_types import EventType
from services.institutions.offerings import queries as offerings
from services.institutions.offerings.schemas import OfferingOut
from services.institutions.organisations.models import Role
from services.institutions.refusals import Finding, Refused
from services.institutions.standing import queries as standing
from shared import events, ids, problems
from shared.plans import Plan
from shared.principal import Principal
from shared.problems import Problem


class CommissionNotPossible(Refused):
    """The commission is not one that may be made."""

    code = "commission_not_possible"
    title_zh = "不符合项目制委托的条件"
    title_en = "The commission is not possible like this"


class CommissionExists(Problem):
    """The authority has a commission of this document and offering."""

    status = 409
    code = "commission_exists"
    title_zh = "该文号下此项目的委托已录入"
    title_en = "A commission of this document and offering exists already"


async def make(
    session: AsyncSession, *, draft: CommissionIn, plan: Plan, now: datetime, by: Principal
) -> CommissionOut:
    """Commission places of an offering from an institution listed on the first day."""
    reach.require(by, draft.authority)
    offering = await _offering(session, draft)
    listed = await standing.listed(
        session,
        organisation_id=draft.organisation_id,
        role=Role.INSTITUTION,
        kind=offering.kind,
        subject_code=offering.subject_code,
        level=offering.level,
        on=draft.from_date,
    )
    facts = rules.Facts(
        kind=offering.kind,
        hours=offering.hours,
        targets=offering.targets,
        withdrawn_from=offering.withdrawn_from,
        listed=listed is not None,
        licence_covers=listed is not None and listed.licence_number is not None,
    )
    found = rules.check(
        facts, plan, target=draft.target, from_date=draft.from_date, to_date=draft.to_date
    )
    if found or listed is None:
        raise CommissionNotPossible(found)
    row = _row(draft, listed, now, by)
    session.add(row)
    await session.flush()
    await events.append(session, [_event(row)], by=by, at=now)
    return queries.shape(row)


async def _offering(session: AsyncSession, draft: CommissionIn) -> OfferingOut:
    try:
        return await offerings.find(session, draft.offering_id)
    except problems.NotFound:
        unknown = Finding(rules.CommissionReason.OFFERING_UNKNOWN)
        raise CommissionNotPossible([unknown]) from None


def _row(draft: CommissionIn, listed: standing.Listed, now: datetime, by: Principal) -> Commission:
    return Commission(
        id=ids.uuid7(),
        authority=draft.authority,
        organisation_id=draft.organisation_id,
        organisation_authority=listed.authority,
        organisation_name=listed.name,
        offering_id=draft.offering_id,
        target=draft.target,
        places=draft.places,
        price_fen_per_person=draft.price_fen_per_person,
        document_number=draft.document_number,
        from_date=draft.from_date,
        to_date=draft.to_date,
        made_by=by.subject,
        made_at=now,
    )


def _event(row: Commission) -> events.Event:
    return events.Event(
        type=EventType.COMMISSION_MADE,
        subject=f"commission:{row.id}",
        authority=row.authority,
        organisation=row.organisation_id,
        data={
            "offering_id": str(row.offering_id),
            "target": row.target,
            "places": row.places,
            "price_fen_per_person": row.price_fen_per_person,
            "from_date": row.from_date.isoformat(),
            "to_date": row.to_date.isoformat(),
            "document_number": row.document_number,
        },
        rule="五(二)",
    )
