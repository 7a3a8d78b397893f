"""HTTP of classes."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query

from services.registry import peers
from services.registry.classes import answers, filing, operations, queries, schemas
from services.registry.classes.models import TrainingClass
from shared import client, commitments, pages, problems, routing

router = routing.router("/classes", tags=["classes"], body_bytes_max=512 * 1024)
listed = routing.router("/listed-classes", tags=["classes"])


State = Annotated[
    Literal["submitted", "accepted", "returned", "withdrawn", "voided"] | None,
    Query(description="state"),
]
Authority = Annotated[str | None, Query(max_length=12, description="division code")]
From = Annotated[date | None, Query(alias="from", description="starts on this day or later")]


@router.post(
    "",
    status_code=201,
    summary="培训班开班备案（承诺或提交材料）",
    responses=problems.responses(
        filing.ClassNotFileable,
        filing.OrganisationUnknown,
        *commitments.PROBLEMS,
    ),
)
async def file_class(
    body: schemas.ClassIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> answers.Filed:
    """File a class by commitment (accepted at once) or by documents (submitted).

    Errors: class_not_fileable with every reason, disclosure_outdated, commitment_incomplete,
    signer_not_responsible, translation_unreviewed.
    """
    assert by.organisation is not None  # the access table lets organisations only
    institutions = peers.institutions(here)
    try:
        standing = await institutions.standing(
            organisation_id=by.organisation,
            offering_id=body.offering_id,
            commission_id=body.commission_id,
            on=body.starts_on,
            until=body.ends_on,
        )
        responsible = None
        if body.commitment is not None:
            responsible = await institutions.signer(organisation_id=by.organisation)
    except client.PeerNotFound:
        raise filing.OrganisationUnknown from None
    filed = await filing.file(
        session,
        body=body,
        standing=standing,
        responsible=responsible,
        plan=here.plan,
        sealer=here.sealer,
        sandbox=here.sandbox,
        by=by,
        now=clock.now(),
    )
    return answers.Filed.model_validate(filed)


@router.get("", summary="培训班列表", responses=problems.responses(pages.CursorMalformed))
async def list_classes(
    *,
    session: routing.DbSession,
    after: pages.After = None,
    limit: pages.Limit = 50,
    state: State = None,
    authority: Authority = None,
    starts_from: From = None,
) -> pages.Page[answers.ClassOut]:
    """List the classes in reach by first day."""
    query = queries.all_classes()
    if state is not None:
        query = query.where(TrainingClass.state == state)
    if authority is not None:
        query = query.where(TrainingClass.authority == authority)
    if starts_from is not None:
        query = query.where(TrainingClass.starts_on >= starts_from)
    found = await session.execute(
        pages.keyset(
            query,
            [TrainingClass.starts_on.expression, TrainingClass.id.expression],
            [date, UUID],
            after,
            limit,
        )
    )
    return pages.page(found.scalars().all(), limit, _key, answers.ClassOut.model_validate)


@router.get("/{class_id}", summary="培训班详情", responses=problems.responses(problems.NotFound))
async def get_class(
    class_id: UUID, session: routing.DbSession, clock: routing.Now
) -> answers.ClassDetail:
    """Show a class with its sessions, and to its own side and its authority with counts.

    Errors: not_found.
    """
    found = await queries.visible(session, class_id)
    return answers.detail_out(
        found,
        sessions=await queries.sessions(session, class_id),
        counts=await queries.counts(session, class_id),
        commitment=await queries.commitment(session, class_id),
        documents=await queries.documents(session, class_id),
        started=await queries.has_started(session, found, clock.now()),
    )


@router.post(
    "/{class_id}/decision",
    summary="审核开班备案",
    responses=problems.responses(
        problems.NotFound, operations.ClassState, operations.ClassHasStarted
    ),
)
async def decide_class(
    class_id: UUID,
    body: schemas.DecisionIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
) -> answers.Filed:
    """Accept or return a filing by documents, with the reason.

    Errors: not_found, class_state, class_has_started.
    """
    found = await operations.decide(
        session,
        class_id=class_id,
        decision=body.decision,
        reason=body.reason,
        by=by,
        now=clock.now(),
    )
    return answers.Filed.model_validate(found)


@router.post(
    "/{class_id}/withdrawal",
    summary="撤回培训班（开班前）",
    responses=problems.responses(
        problems.NotFound, operations.ClassState, operations.ClassHasStarted
    ),
)
async def withdraw_class(
    class_id: UUID, session: routing.DbSession, by: routing.Caller, clock: routing.Now
) -> answers.Filed:
    """Withdraw an own class before it starts. Errors: not_found, class_state, class_has_started."""
    found = await operations.withdraw(session, class_id=class_id, by=by, now=clock.now())
    return answers.Filed.model_validate(found)


@router.post(
    "/{class_id}/voiding",
    summary="撤销培训班备案",
    responses=problems.responses(problems.NotFound, operations.ClassState),
)
async def void_class(
    class_id: UUID,
    body: schemas.ReasonIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
) -> answers.Filed:
    """Void an accepted class: it counts no more. Errors: not_found, class_state."""
    found = await operations.void(
        session, class_id=class_id, reason=body.reason, by=by, now=clock.now()
    )
    return answers.Filed.model_validate(found)


@router.post(
    "/{class_id}/target",
    summary="调整培训班计入的目标",
    responses=problems.responses(
        problems.NotFound, operations.ClassState, operations.TargetNotPossible
    ),
)
async def set_class_target(
    *,
    class_id: UUID,
    body: schemas.TargetIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> answers.ClassOut:
    """Count a class, and all counted of it so far, for another target.

    Errors: not_found, class_state, target_not_possible with every reason.
    """
    found = await operations.set_target(
        session,
        class_id=class_id,
        target=body.target,
        reason=body.reason,
        plan=here.plan,
        by=by,
        now=clock.now(),
    )
    return answers.ClassOut.model_validate(found)


@router.post(
    "/{class_id}/release",
    summary="解除培训班的待核状态",
    responses=problems.responses(problems.NotFound, operations.ClassNotHeld),
)
async def release_class(
    class_id: UUID,
    body: schemas.ReasonIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
) -> answers.Filed:
    """Lift the hold of a class after a look, with the reason. Errors: not_found, class_not_held."""
    found = await operations.release(
        session, class_id=class_id, reason=body.reason, by=by, now=clock.now()
    )
    return answers.Filed.model_validate(found)


@router.post(
    "/{class_id}/assessor",
    summary="确定评价机构和评价日期",
    responses=problems.responses(
        problems.NotFound, operations.ClassState, operations.AssessorNotPossible
    ),
)
async def name_assessor(
    *,
    class_id: UUID,
    body: schemas.AssessorIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> answers.ClassOut:
    """Name the listed, licensed, independent body that assesses the class.

    Errors: not_found, class_state, assessor_not_possible.
    """
    # A transaction of its own, over before institutions is asked.
    async with here.database.transaction(by) as reading:
        seen = await queries.visible(reading, class_id)
    standing = await peers.institutions(here).assessor(
        organisation_id=body.assessor_id,
        subject_code=seen.subject_code,
        kind=seen.kind,
        level=seen.level,
        on=body.on,
    )
    found = await operations.name_assessor(
        session,
        class_id=class_id,
        assessor_id=body.assessor_id,
        on=body.on,
        standing=standing,
        by=by,
        now=clock.now(),
    )
    return answers.ClassOut.model_validate(found)


@router.get(
    "/{class_id}/sign-in-sheet",
    summary="签到表（姓名仅限教学使用，查阅留痕）",
    responses=problems.responses(problems.NotFound, operations.ClassState),
)
async def get_sign_in_sheet(
    class_id: UUID,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> answers.SignInSheet:
    """List who has confirmed, by name; every person can see that it was read.

    Errors: not_found, class_state.
    """
    found, people = await operations.sign_in_sheet(
        session, class_id=class_id, sealer=here.sealer, by=by, now=clock.now()
    )
    return answers.SignInSheet(
        class_id=found.id,
        code=found.code,
        name=found.name,
        people=[answers.Person(enrolment_id=one, name=name) for one, name in people],
    )


@listed.get("", summary="可报名的培训班", responses=problems.responses(pages.CursorMalformed))
async def list_listed_classes(
    *,
    session: routing.DbSession,
    clock: routing.Now,
    after: pages.After = None,
    limit: pages.Limit = 50,
    authority: Authority = None,
    kind: Annotated[str | None, Query(max_length=40, description="kind of training")] = None,
) -> pages.Page[answers.ListedClass]:
    """List the classes that anyone may join, with the places left."""
    query = queries.open_classes(clock.now())
    if authority is not None:
        query = query.where(TrainingClass.authority == authority)
    if kind is not None:
        query = query.where(TrainingClass.kind == kind)
    found = await session.execute(
        pages.keyset(
            query,
            [TrainingClass.starts_on.expression, TrainingClass.id.expression],
            [date, UUID],
            after,
            limit,
        )
    )
    return pages.page(found.scalars().all(), limit, _key, answers.listed_out)


def _key(row: TrainingClass) -> tuple[date, UUID]:
    return row.starts_on, row.id
