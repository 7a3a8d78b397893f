"""HTTP for peers: never forwarded by the gateway."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from services.institutions import wire
from services.institutions.organisations import queries as organisations
from services.institutions.organisations.models import Organisation, Role
from services.institutions.standing import queries
from services.institutions.standing import terms as classes
from services.institutions.standing.schemas import (
    AssessorAnswer,
    ClassTermsAnswer,
    ClassTermsIn,
    Signer,
    StandingAnswer,
)
from shared import problems, routing
from shared.plans.vocabulary import Kind
from shared.principal import Role as Caller

router = routing.router("/internal", tags=["internal"])

SubjectCode = Annotated[str, Query(max_length=40, pattern=r"^[^\x00-\x1f\x7f]+$")]
Level = Annotated[int | None, Query(ge=1, le=5)]


@router.get(
    "/standing",
    summary="机构能否开展该项目",
    include_in_schema=False,
    responses=problems.responses(problems.NotFound),
)
async def read_standing(
    *,
    organisation_id: UUID,
    session: routing.DbSession,
    clock: routing.Now,
    offering_id: UUID | None = None,
    commission_id: UUID | None = None,
    on: wire.On = None,
) -> StandingAnswer:
    """Say what an organisation may start on a day; 404 unless it is the caller's or in reach."""
    return await queries.standing(
        session,
        organisation_id=organisation_id,
        offering_id=offering_id,
        commission_id=commission_id,
        on=on or clock.today(),
    )


@router.get("/assessors/{organisation_id}", summary="评价机构是否在目录内", include_in_schema=False)
async def read_assessor_listing(
    *,
    organisation_id: UUID,
    subject_code: SubjectCode,
    kind: Kind,
    session: routing.DbSession,
    clock: routing.Now,
    level: Level = None,
    on: wire.On = None,
) -> AssessorAnswer:
    """Say whether an organisation is a listed assessor for a subject; unknown reads not listed."""
    found = await queries.listed(
        session,
        organisation_id=organisation_id,
        role=Role.ASSESSOR,
        kind=kind,
        subject_code=subject_code,
        level=level,
        on=on or clock.today(),
    )
    if found is None:
        return AssessorAnswer(listed=False, licence_covers=False, name=None)
    return AssessorAnswer(
        listed=True, licence_covers=found.licence_number is not None, name=found.name
    )


@router.get(
    "/organisations/{organisation_id}/signer",
    summary="承诺书签署人",
    include_in_schema=False,
    responses=problems.responses(problems.NotFound),
)
async def read_signer(
    organisation_id: UUID, session: routing.DbSession, here: routing.Here
) -> Signer:
    """Name the responsible person who signs the organisation's commitments; never the phone."""
    row = await organisations.find(session, organisation_id)
    name = here.sealer.open(
        row.signer_sealed, table=Organisation.__tablename__, column="signer_sealed", row=row.id
    )
    return Signer(
        organisation_id=row.id,
        organisation_name=row.name,
        credit_code=row.credit_code,
        name=name,
    )


@router.post(
    "/class-terms",
    summary="一批培训班的条件和价格",
    include_in_schema=False,
    openapi_extra=routing.NO_KEY,
    responses=problems.responses(problems.NotFound),
)
async def read_class_terms(
    body: ClassTermsIn, session: routing.DbSession, by: routing.Caller, here: routing.Here
) -> ClassTermsAnswer:
    """Say the terms of an organisation's classes in one answer; 404 out of the caller's reach.

    Who signs is told to the service that compares it with a commitment, and to nobody else.
    """
    return await classes.answer(
        session,
        organisation_id=body.organisation_id,
        questions=[
            classes.Question(one.offering_id, one.commission_id, one.authority, one.on)
            for one in body.classes
        ],
        credit_codes=body.credit_codes,
        sealer=here.sealer if by.role is Caller.SERVICE else None,
    )
