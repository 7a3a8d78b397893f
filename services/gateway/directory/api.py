"""The public search over HTTP."""

from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.directory import answers, catalogue, operations
from services.gateway.directory.schemas import Part, SearchOut
from shared import pages, problems, routing

router = routing.router("/v1/directory", tags=["公开查询"])
Words = Annotated[
    str,
    Query(
        max_length=100,
        description="名称中的字词、全拼或拼音首字母 / part of a name, pinyin, initials",
    ),
]


@router.get(
    "",
    summary="查询机构、项目和培训班",
    response_model=SearchOut,
    responses=problems.responses(pages.CursorMalformed),
)
async def search_directory(
    *,
    request: Request,
    here: routing.Here,
    q: Words = "",
    directory: Annotated[Part | None, Query()] = None,
    kind: Annotated[str | None, Query(max_length=40)] = None,
    authority: Annotated[str | None, Query(max_length=12)] = None,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> Response:
    """Search published editions and classes with places left; 304 to a known ETag."""
    known = await catalogue.of(here).fresh()
    body, etag = operations.search(
        known,
        words=q,
        part=directory,
        kind=kind,
        authority=authority,
        after=after,
        limit=limit,
    )
    known.keep(request.scope["query_string"], answers.kept(request, body, etag))
    return answers.conditional(request, body, etag)
