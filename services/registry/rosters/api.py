"""Rosters: the empty form, the upload, what became of it, and its rows with their marks."""

import asyncio
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from services.registry.rosters import (
    admission,
    answers,
    operations,
    packing,
    queries,
    template,
    uploads,
)
from services.registry.rosters.models import Roster
from services.registry.rosters.schemas import RosterOut, RosterSummary
from shared import pages, problems, routing

router = routing.router("/rosters", tags=["rosters"], body_bytes_max=uploads.BODY_BYTES_MAX)
router.route_class = uploads.Upload
forms = routing.router("/roster-template", tags=["rosters"])

MEDIA_TYPES = {"xlsx": uploads.XLSX, "csv": "text/csv; charset=utf-8", "json": "application/json"}


class TemplateForm(StrEnum):
    """Forms of the template."""

    XLSX = "xlsx"
    CSV = "csv"


class ResultForm(StrEnum):
    """Forms of the result."""

    XLSX = "xlsx"
    CSV = "csv"
    JSON = "json"


def _file(content: bytes, form: str, name: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{form}"',
        "Cache-Control": "no-store",
    }
    return Response(content, media_type=MEDIA_TYPES[form], headers=headers)


@forms.get("", summary="花名册模板", response_class=Response)
async def read_roster_template(
    here: routing.Here,
    form: Annotated[TemplateForm, Query(alias="format")] = TemplateForm.XLSX,
) -> Response:
    """Give the empty roster with its instructions and the meaning of every code."""
    kept: dict[str, bytes] = here.extra.setdefault("roster_templates", {})
    if form not in kept:
        kept[form] = await asyncio.to_thread(_template, form)
    return _file(kept[form], form, "roster-template")


def _template(form: str) -> bytes:
    if form == TemplateForm.CSV:
        return template.csv_text()
    return template.xlsx(catalogue=admission.CATALOGUE)


@router.post(
    "",
    status_code=201,
    summary="上传花名册",
    responses={
        200: {
            "model": RosterOut,
            "description": "同一文件已经上传过，或为试运行 / sent before, or a dry run",
        },
        **problems.responses(
            operations.RosterRefused, problems.BodyTooLarge, problems.Malformed, routing.Busy
        ),
    },
    openapi_extra={"requestBody": uploads.REQUEST_BODY},
)
async def upload_roster(
    *,
    request: Request,
    response: Response,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
    filename: Annotated[
        str | None, Query(max_length=200, description="文件名，仅供调用方使用，不保存")
    ] = None,
    dry_run: Annotated[bool, Query(description="只检查不保存，无需 Idempotency-Key")] = False,
) -> RosterOut:
    """Invite the people of an XLSX, XLS, CSV or JSON roster; the format is found by content.

    The same file again gets its first answer and changes nothing. Raises RosterRefused.
    """
    del filename  # a file's name may name people
    data = await uploads.content(request)
    if dry_run:
        response.status_code = 200
        tried = await operations.rehearse(here=here, data=data, by=by, now=clock.now())
        return answers.whole(tried, dry_run=True)
    roster, fresh = await operations.receive(session, here=here, data=data, by=by, now=clock.now())
    if not fresh:
        response.status_code = 200
    return answers.whole(roster)


@router.get("", summary="已上传的花名册")
async def list_rosters(
    session: routing.DbSession, after: pages.After = None, limit: pages.Limit = 50
) -> pages.Page[RosterSummary]:
    """List the organisation's rosters, oldest first."""
    query = pages.keyset(
        queries.all_rosters(),
        [Roster.at.expression, Roster.id.expression],
        [datetime, UUID],
        after,
        limit,
    )
    rows = (await session.execute(query)).scalars().all()
    return pages.page(rows, limit, lambda row: (row.at, row.id), answers.summary)


@router.get(
    "/{roster_id}", summary="花名册的处理结果", responses=problems.responses(problems.NotFound)
)
async def read_roster(roster_id: UUID, session: routing.DbSession) -> RosterOut:
    """Say what became of a roster. Raises NotFound."""
    return answers.whole(await queries.visible(session, roster_id))


@router.get(
    "/{roster_id}/result",
    summary="花名册结果文件",
    response_class=Response,
    responses=problems.responses(problems.NotFound, operations.ResultErased),
)
async def download_roster_result(
    roster_id: UUID,
    session: routing.DbSession,
    here: routing.Here,
    form: Annotated[ResultForm, Query(alias="format")] = ResultForm.XLSX,
) -> Response:
    """Give each row as it was read, with its marks, until its class starts.

    Raises NotFound, ResultErased.
    """
    roster = await queries.visible(session, roster_id)
    kept = await queries.bundles(session, roster_id)
    if not kept and roster.rows_received:
        raise operations.ResultErased

    def write() -> bytes:
        return answers.result(roster, packing.unbundle(here.sealer, kept), form=form)

    return _file(await asyncio.to_thread(write), form, f"roster-{roster_id}")
