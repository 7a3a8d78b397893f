"""HTTP for claims: what a decision needs. Never forwarded by the gateway."""

from services.registry.facts import operations, schemas
from shared import problems, routing

router = routing.router("/internal", tags=["internal"])


@router.post(
    "/class-facts",
    include_in_schema=False,
    summary="核定所需的事实（不含身份）",
    openapi_extra=routing.NO_KEY,
    responses=problems.responses(problems.NotFound),
)
async def read_class_facts(
    body: schemas.ClassFactsIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> schemas.FactsOut:
    """Answer for all places of up to fifty classes; logged once a person and claim. NotFound."""
    return await operations.of_classes(
        session,
        class_ids=body.class_ids,
        claim=body.claim_id,
        claimant=body.claimant_id,
        by=by,
        here=here,
        now=clock.now(),
    )


@router.post(
    "/person-facts",
    include_in_schema=False,
    summary="本人事项核定所需的事实（不含身份）",
    openapi_extra=routing.NO_KEY,
    responses=problems.responses(problems.NotFound),
)
async def read_person_facts(
    body: schemas.PersonFactsIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> schemas.FactsOut:
    """Answer for one person's own places with the days attended; logged once a claim. NotFound."""
    return await operations.of_person(
        session,
        person=body.trainee_id,
        class_ids=body.class_ids,
        claim=body.claim_id,
        by=by,
        here=here,
        now=clock.now(),
    )
