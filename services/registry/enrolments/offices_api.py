"""HTTP of places for those who teach, assess and answer for a class; and of papers at a counter."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from fastapi import Response

from services.registry.classes import queries as classes
from services.registry.enrolments import paper, queries, refusals, schemas
from services.registry.enrolments.models import Enrolment, PaperConfirmation
from services.registry.trainees import bindings, reads
from shared import pages, problems, routing
from shared.principal import Role

router = routing.router("", tags=["enrolments"])


class SignedOut(routing.Out):
    """A paper that two offices have signed; whether it counts is the person's."""

    id: UUID
    state: Literal["signed"] = "signed"


@router.get("/classes/{class_id}/enrolments", summary="本班已确认的学员")
async def list_class_enrolments(
    *,
    class_id: UUID,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[schemas.ClassEnrolment]:
    """List who holds a place, never who left; names for the class's institution and assessor.

    Each name read is logged for its person.
    """
    await classes.visible(session, class_id)
    query = pages.keyset(
        queries.of_class(class_id),
        [Enrolment.confirmed_at.expression, Enrolment.id.expression],
        [datetime, UUID],
        after,
        limit,
    )
    rows = (await session.execute(query)).scalars().all()
    states = await queries.certificate_states(session, class_id)
    named = by.role is Role.ORGANISATION
    if named:
        people = [row.trainee_id for row in rows[:limit]]
        await reads.log(
            session, trainees=people, what="name", purpose="teaching", by=by, at=clock.now()
        )

    def item(row: Any) -> schemas.ClassEnrolment:
        name = None
        if named:
            name = here.sealer.open(
                row.name_sealed, table="enrolments", column="name_sealed", row=row.id
            )
        return schemas.ClassEnrolment.model_validate(
            {
                "enrolment_id": row.id,
                "name": name,
                "hours_attended": row.hours_attended,
                "completed": row.completed,
                "certificate": states.get(row.id, "none"),
            }
        )

    return pages.page(rows, limit, lambda row: (row.confirmed_at, row.id), item)


@router.post(
    "/paper-confirmations",
    status_code=201,
    summary="登记学员本人签字的纸面确认书（第一名工作人员）",
    response_model=schemas.PaperOut,
    responses=problems.responses(
        *refusals.PROBLEMS.values(),
        refusals.AlreadyConfirmed,
        refusals.PaperPending,
        bindings.NameDiffers,
        bindings.IdNumberWrong,
        bindings.NameWrong,
    ),
)
async def register_paper(
    body: schemas.PaperIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> schemas.PaperOut | Response:
    """Register a paper the person signed; it counts only after a second office has looked."""
    card = bindings.card(number=body.id_number, name=body.name, phone=None, on=clock.today())
    row = await paper.first(
        session,
        class_id=body.class_id,
        card=card,
        said=body.said(),
        image_sha256=body.image_sha256,
        guardian=body.guardian.plain() if body.guardian else None,
        by=by,
        here=here,
        clock=clock,
    )
    if row is None:
        # Answered, not raised: what was noted for the authority stays.
        return problems.answer(bindings.NameDiffers())
    return _paper(row)


@router.post(
    "/paper-confirmations/{paper_id}/second",
    status_code=201,
    summary="核对纸面确认书（另一科室的第二名工作人员）",
    responses=problems.responses(
        *refusals.PROBLEMS.values(),
        refusals.AlreadyConfirmed,
        paper.PaperSigned,
        refusals.PaperDiffers,
        refusals.SameOffice,
        refusals.ClassFull,
        refusals.TimeClash,
    ),
)
async def second_paper(
    *,
    paper_id: UUID,
    body: schemas.SecondIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> SignedOut:
    """Sign a paper for a second office; where it counts, the person is told and may leave.

    The answer is the same whatever the person has said since.
    """
    await paper.second(
        session, paper_id=paper_id, image_sha256=body.image_sha256, by=by, here=here, clock=clock
    )
    return SignedOut(id=paper_id)


@router.get("/paper-confirmations", summary="等待第二科室核对的纸面确认书")
async def list_papers(
    session: routing.DbSession,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[schemas.PaperOut]:
    """List the papers in reach that wait for a second officer; no names."""
    query = pages.keyset(
        queries.pending_papers(),
        [PaperConfirmation.first_at.expression, PaperConfirmation.id.expression],
        [datetime, UUID],
        after,
        limit,
    )
    rows = (await session.execute(query)).scalars().all()
    return pages.page(rows, limit, lambda row: (row.first_at, row.id), _paper)


def _paper(row: PaperConfirmation) -> schemas.PaperOut:
    return schemas.PaperOut(
        id=row.id,
        class_id=row.class_id,
        authority=row.authority,
        image_sha256=row.image_sha256.hex(),
        first_office=row.first_office,
        first_at=row.first_at,
    )
