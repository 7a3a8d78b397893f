"""HTTP of holidays, public notices and objections."""

from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Query
from starlette.responses import Response

from services.claims.notices import (
    gathering,
    holidays,
    objections,
    operations,
    queries,
    rules,
    schemas,
)
from services.claims.review import standins
from services.claims.review.operations import SamePerson
from services.claims.review.standins import Step
from services.claims.submissions import states
from shared import pages, problems, routing

router = routing.router("", tags=["notices"])
CACHE = "public, max-age=0, must-revalidate"
IfNoneMatch = Annotated[str | None, Header(max_length=1000)]
ByAuthority = Annotated[
    str | None, Query(pattern="^[0-9A-Z]{6}$", description="主管单位 / authority")
]
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {
    304: {"description": "If-None-Match 与现状一致 / not modified"}
}


@router.post(
    "/holidays",
    status_code=201,
    summary="登记年度假日",
    responses=problems.responses(holidays.HolidaysOutOfReach, holidays.HolidaysEntered),
)
async def enter_holidays(
    body: schemas.HolidaysIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> schemas.HolidaysOut:
    """Enter a year's holidays by the announcement's number; 403 out of reach, 409 if entered."""
    row = await holidays.enter(session, body=body, plan=here.plan, by=by, at=clock.now())
    return schemas.HolidaysOut.model_validate(row)


@router.get("/holidays", summary="已登记的假日")
async def list_holidays(
    session: routing.DbSession, after: pages.After = None, limit: pages.Limit = 50
) -> pages.Page[schemas.HolidaysOut]:
    """List the announcements by which working days are counted."""
    return await holidays.listed(session, after=after, limit=limit)


@router.post(
    "/notices",
    status_code=201,
    summary="发布公示",
    responses=problems.responses(
        gathering.NothingReviewed, holidays.CalendarMissing, states.LineStateConflict
    ),
)
async def publish_notice(
    body: schemas.NoticeIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> schemas.PublishedOut:
    """Publish an authority's reviewed lines for the notice's working days.

    Names come from the registry by a read for this purpose, masked there and logged for each
    person. 422 says which year's holidays are missing; 409 where nothing is reviewed.
    """
    gathered = await gathering.gather(here, body=body, by=by, on=clock.today())
    return await operations.publish(
        session, gathered=gathered, plan=here.plan, by=by, at=clock.now()
    )


@router.get(
    "/notices",
    summary="公示列表",
    responses={200: {"model": pages.Page[schemas.NoticeOut]}, **NOT_MODIFIED},
)
async def list_notices(
    *,
    session: routing.DbSession,
    authority: ByAuthority = None,
    after: pages.After = None,
    limit: pages.Limit = 50,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """List notices for everyone, also those taken down, with the hash of what was published."""
    found = await queries.notices(session, authority=authority, after=after, limit=limit)
    body = found.model_dump_json().encode()
    return _bytes(body, f'"{sha256(body).hexdigest()[:32]}"', if_none_match)


@router.get(
    "/notices/{notice_id}",
    summary="公示内容",
    responses={
        200: {"model": schemas.NoticeBody},
        **NOT_MODIFIED,
        **problems.responses(problems.NotFound, queries.TakenDown),
    },
)
async def read_notice(
    notice_id: UUID,
    session: routing.DbSession,
    clock: routing.Now,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Serve a notice's bytes as published, with a strong ETag; 410 once it is taken down."""
    body, tag = await queries.body(session, notice_id, on=clock.today())
    return _bytes(body, tag, if_none_match)


@router.get(
    "/notices/{notice_id}/lines",
    summary="公示明细（分页）",
    responses=problems.responses(problems.NotFound, queries.TakenDown),
)
async def list_notice_lines(
    notice_id: UUID,
    session: routing.DbSession,
    clock: routing.Now,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[schemas.ListedLine]:
    """List a notice's lines page by page, for screens that would not take the whole of it."""
    return await queries.lines(session, notice_id, on=clock.today(), after=after, limit=limit)


def _bytes(body: bytes, tag: str, if_none_match: str | None) -> Response:
    headers = {"ETag": tag, "Cache-Control": CACHE}
    if rules.unchanged(tag, if_none_match):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@router.post(
    "/notices/{notice_id}/objections",
    status_code=201,
    summary="对公示提出异议",
    responses=problems.responses(
        problems.NotFound, objections.NoticeOver, objections.ObjectionsFull
    ),
)
async def object_to_notice(
    *,
    notice_id: UUID,
    body: schemas.ObjectionIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> schemas.ObjectionMade:
    """Object to a number of a notice, without a name if so wished; only its line is held.

    409 after the last day; the answer's id is the reference to ask by.
    """
    return await objections.make(
        session, here.sealer, notice=notice_id, body=body, by=by, at=clock.now()
    )


@router.get(
    "/notices/{notice_id}/objections/{objection_id}",
    summary="查询异议处理结果",
    responses=problems.responses(problems.NotFound),
)
async def read_objection_outcome(
    notice_id: UUID, objection_id: UUID, session: routing.DbSession, here: routing.Here
) -> schemas.ObjectionMade:
    """Say what became of an objection, with the reason, to whoever holds its reference."""
    return await queries.outcome(session, here.sealer, notice=notice_id, reference=objection_id)


@router.get("/objections", summary="待处理的公示异议")
async def list_objections(
    *,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[schemas.ObjectionItem]:
    """List objections in reach, oldest first, unopened."""
    await standins.widen(session, by=by, step=Step.REVIEW, on=clock.today())
    return await queries.objections(session, after=after, limit=limit)


@router.get(
    "/objections/{objection_id}",
    summary="查看公示异议",
    responses=problems.responses(problems.NotFound),
)
async def read_objection(
    objection_id: UUID,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> schemas.ObjectionOut:
    """Open an objection: its text and, where one was left, a contact."""
    await standins.widen(session, by=by, step=Step.REVIEW, on=clock.today())
    return await queries.objection(session, here.sealer, objection_id)


@router.post(
    "/objections/{objection_id}/finding",
    summary="登记异议核查意见",
    responses=problems.responses(
        problems.NotFound, objections.ObjectionState, objections.ObjectionNeedsLines
    ),
)
async def find_objection(
    *,
    objection_id: UUID,
    body: schemas.FindingIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> schemas.ObjectionOut:
    """Write what was found and why; it takes effect when a second officer agrees."""
    row = await objections.find(
        session, here.sealer, objection=objection_id, body=body, by=by, at=clock.now()
    )
    return queries.opened(here.sealer, row)


@router.post(
    "/objections/{objection_id}/confirmation",
    summary="复核异议处理",
    responses=problems.responses(
        problems.NotFound, objections.ObjectionState, SamePerson, states.LineStateConflict
    ),
)
async def confirm_objection(
    *,
    objection_id: UUID,
    body: schemas.ConfirmationIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> schemas.ObjectionOut:
    """Decide as the second officer: upheld voids the line and frees money and slot."""
    row = await objections.confirm(
        session, objection=objection_id, agreed=body.agreed, by=by, at=clock.now()
    )
    return queries.opened(here.sealer, row)
