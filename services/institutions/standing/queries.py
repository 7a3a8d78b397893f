"""Reads behind the answers to peers."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.institutions.commissions.models import Commission
from services.institutions.editions import queries as editions
from services.institutions.editions.models import Directory
from services.institutions.offerings import queries as offerings
from services.institutions.offerings.schemas import OfferingOut
from services.institutions.organisations import queries as organisations
from services.institutions.organisations import rules
from services.institutions.organisations.models import Role, State
from services.institutions.standing.schemas import (
    CommissionNow,
    OfferingNow,
    OrganisationNow,
    StandingAnswer,
)
from shared import problems
from shared.plans.vocabulary import Kind

LISTED = text(
    "select name, authority, licence_number"
    " from listed_organisation(:organisation, :role, :kind, :subject, :level, :on)"
)
COVERING = text("select licence_covering(:organisation, :role, :kind, :subject, :level, :on)")


@dataclass(frozen=True, slots=True)
class Listed:
    """What is public about an organisation listed on a day."""

    name: str
    authority: str
    licence_number: str | None


async def listed(
    session: AsyncSession,
    *,
    organisation_id: UUID,
    role: Role,
    kind: Kind,
    subject_code: str,
    level: int | None,
    on: date,
) -> Listed | None:
    """Return the organisation if it is listed in a role on a day, whoever asks."""
    asked = _asked(
        organisation_id=organisation_id,
        role=role,
        kind=kind,
        subject_code=subject_code,
        level=level,
        on=on,
    )
    row = (await session.execute(LISTED, asked)).one_or_none()
    return Listed(row.name, row.authority, row.licence_number) if row is not None else None


def _asked(
    *,
    organisation_id: UUID,
    role: Role,
    kind: Kind,
    subject_code: str,
    level: int | None,
    on: date,
) -> dict[str, object]:
    return {
        "organisation": organisation_id,
        "role": role.value,
        "kind": kind.value,
        "subject": subject_code,
        "level": level,
        "on": on,
    }


async def standing(
    session: AsyncSession,
    *,
    organisation_id: UUID,
    offering_id: UUID | None,
    commission_id: UUID | None,
    on: date,
) -> StandingAnswer:
    """Answer for an organisation that the caller may see; NotFound otherwise."""
    organisation = await organisations.find(session, organisation_id)
    held = (await organisations.standings(session, [organisation_id], on))[organisation_id]
    states = {entry.role: entry.state for entry in held}
    offering = await _offering(session, offering_id)
    licence = None
    edition = None
    if offering is not None:
        asked = _asked(
            organisation_id=organisation_id,
            role=Role.INSTITUTION,
            kind=offering.kind,
            subject_code=offering.subject_code,
            level=offering.level,
            on=on,
        )
        licence = (await session.execute(COVERING, asked)).scalar_one()
        edition = await editions.holding(session, Directory.OFFERINGS, offering.id, on)
    return StandingAnswer(
        organisation=OrganisationNow(
            id=organisation.id,
            name=organisation.name,
            authority=organisation.authority,
            roles=list(states),
        ),
        listed_institution=states.get(Role.INSTITUTION) is State.LISTED,
        employer=states.get(Role.EMPLOYER) in rules.EMPLOYS,
        licence_covers=licence is not None,
        licence_number=licence,
        offering=_now(offering),
        offering_in_edition=edition,
        commission=await _commission(session, commission_id, organisation_id),
    )


async def _offering(session: AsyncSession, offering_id: UUID | None) -> OfferingOut | None:
    if offering_id is None:
        return None
    try:
        return await offerings.find(session, offering_id)
    except problems.NotFound:
        return None


def _now(offering: OfferingOut | None) -> OfferingNow | None:
    if offering is None:
        return None
    return OfferingNow(
        id=offering.id,
        kind=offering.kind,
        subject_code=offering.subject_code,
        subject_name=offering.subject_name,
        level=offering.level,
        hours=offering.hours,
        certificate_kind=offering.certificate_kind,
        targets=offering.targets,
    )


async def _commission(
    session: AsyncSession, commission_id: UUID | None, organisation_id: UUID
) -> CommissionNow | None:
    row = await session.get(Commission, commission_id) if commission_id else None
    if row is None or row.organisation_id != organisation_id:
        return None
    return CommissionNow.model_validate(
        {name: getattr(row, name) for name in CommissionNow.model_fields}
    )
