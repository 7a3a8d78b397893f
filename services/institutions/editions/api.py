"""HTTP of editions and of the directories that they make public."""

from typing import Annotated

from fastapi import Header, Path, Query
from starlette.responses import Response

from services.institutions import reach
from services.institutions.editions import operations, queries, rules
from services.institutions.editions.models import Directory
from services.institutions.editions.schemas import (
    DifferenceOut,
    DirectoryOut,
    EditionIn,
    EditionOut,
    Published,
)
from shared import pages, problems, routing

router = routing.router("", tags=["directories"])

Number = Annotated[
    int | None, Query(ge=1, le=100_000, description="版本号，不填为现行版本 / current when absent")
]
Ordinal = Annotated[int, Path(ge=1, le=100_000, description="版本号 / edition number")]
IfNoneMatch = Annotated[str | None, Header(max_length=1000)]
CACHE = "public, max-age=0, must-revalidate"


@router.post(
    "/editions",
    status_code=201,
    summary="发布目录新版本",
    responses=problems.responses(reach.MunicipalOnly, operations.EditionMeanwhile),
)
async def publish_edition(
    body: EditionIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> Published:
    """Publish a directory as it stands today; editions are numbered one by one and never change.

    403 unless the officer acts for the municipal office.
    """
    return await operations.publish(
        session,
        directory=body.directory,
        plan=here.plan,
        on=clock.today(),
        now=clock.now(),
        by=by,
    )


@router.get(
    "/directories/{directory}",
    summary="公开目录",
    responses={
        200: {"model": DirectoryOut},
        304: {"description": "If-None-Match 与现行版本一致 / not modified"},
        **problems.responses(problems.NotFound),
    },
)
async def get_directory(
    directory: Directory,
    session: routing.DbSession,
    edition: Number = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Serve an edition's bytes as published, with a strong ETag; 404 before the first edition."""
    place = await queries.place(session, directory, edition)
    headers = {"ETag": place.tag, "Cache-Control": CACHE}
    if rules.unchanged(place.tag, if_none_match):
        return Response(status_code=304, headers=headers)
    body = await queries.body(session, directory, place.number)
    return Response(body, media_type="application/json", headers=headers)


@router.get("/directories/{directory}/editions", summary="目录版本列表")
async def list_editions(
    directory: Directory,
    session: routing.DbSession,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[EditionOut]:
    """List a directory's editions, newest first."""
    return await queries.page(session, directory, after, limit)


@router.get(
    "/directories/{directory}/editions/{number}/difference",
    summary="目录版本差异",
    responses=problems.responses(problems.NotFound),
)
async def get_edition_difference(
    directory: Directory, number: Ordinal, session: routing.DbSession
) -> DifferenceOut:
    """Show what an edition added, removed and changed against the one before it."""
    return await queries.difference(session, directory, number)
