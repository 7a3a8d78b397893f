"""HTTP of register lists: officers import them and see which are in force, never who is on them."""

import asyncio
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import Response

from services.registry.registers import files, operations, rules, schemas
from services.registry.registers.models import Register
from shared import pages, problems, routing

BODY_BYTES_MAX = 20 * 1024 * 1024
router = routing.router("/registers", tags=["registers"], body_bytes_max=BODY_BYTES_MAX)

Text100 = Annotated[str, Query(min_length=2, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
EXAMPLE = "身份证号,起始日期,有效期至\n650402199001010015,2020-01-01,2020-12-31\n"
AGAIN: dict[int | str, dict[str, Any]] = {
    200: {"model": schemas.ImportOut, "description": "同一名册已经导入过 / the same list again"}
}
REFUSALS = (
    operations.RegisterCodeUnknown,
    operations.RegisterFromFuture,
    operations.RegisterNotComplete,
    operations.RegisterOlder,
)


@router.post(
    "",
    status_code=201,
    summary="导入名册（不含姓名）",
    responses={**AGAIN, **problems.responses(*REFUSALS)},
)
async def import_register(
    *,
    body: schemas.ImportIn,
    response: Response,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> schemas.ImportOut:
    """Import a list of the caller's authority; a newer one of the same code and source replaces it.

    The same list again answers 200 and changes nothing.
    """
    entered, faults = await operations.import_list(
        session,
        here=here,
        draft=_draft(body),
        rows=body.rows(),
        by=by,
        now=clock.now(),
        today=clock.today(),
    )
    response.status_code = 201 if entered.fresh else 200
    return _answer(entered, len(body.entries), faults)


@router.post(
    "/files",
    status_code=201,
    summary="以 CSV 文件导入名册",
    responses={**AGAIN, **problems.responses(*REFUSALS, files.RegisterFileRefused)},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "text/csv": {
                    "schema": {"type": "string"},
                    "example": EXAMPLE,
                }
            },
        }
    },
)
async def import_register_file(
    *,
    request: Request,
    response: Response,
    code: Annotated[str, Query(max_length=40)],
    source_title: Text100,
    document_number: Text100,
    as_of: date,
    complete: bool = False,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> schemas.ImportOut:
    """Import a list as CSV in UTF-8 or GB 18030; names and all other columns are dropped unread."""
    sheet = await asyncio.to_thread(files.read, await request.body())
    draft = operations.Draft(code, source_title, document_number, as_of, complete)
    entered, faults = await operations.import_list(
        session,
        here=here,
        draft=draft,
        rows=sheet.rows,
        faults=sheet.faults,
        by=by,
        now=clock.now(),
        today=clock.today(),
    )
    response.status_code = 201 if entered.fresh else 200
    return _answer(entered, len(sheet.rows), faults, dropped=sheet.dropped)


@router.get("", summary="已导入的名册（不含人员和人数）")
async def list_registers(
    session: routing.DbSession, after: pages.After = None, limit: pages.Limit = 50
) -> pages.Page[schemas.RegisterOut]:
    """List the lists of the caller's authorities: source, document and day; nobody, no figure."""
    query = pages.keyset(
        select(Register),
        [Register.imported_at.expression, Register.id.expression],
        [datetime, UUID],
        after,
        limit,
    )
    rows = (await session.execute(query)).scalars().all()
    return pages.page(
        rows,
        limit,
        lambda row: (row.imported_at, row.id),
        lambda row: schemas.RegisterOut.model_validate(schemas.told(row)),
    )


def _draft(body: schemas.ListIn) -> operations.Draft:
    return operations.Draft(
        body.code, body.source_title, body.document_number, body.as_of, body.complete
    )


def _answer(
    entered: operations.Entered,
    received: int,
    faults: list[rules.Fault],
    *,
    dropped: tuple[str, ...] = (),
) -> schemas.ImportOut:
    return schemas.ImportOut.model_validate(
        schemas.told(entered.register)
        | {
            "rows_received": received,
            "rows_rejected": len({fault.row for fault in faults}),
            "dropped_columns": list(dropped),
            "faults": [
                schemas.FaultOut(row=one.row, column=one.column, code=one.code)
                for one in faults[: schemas.FAULTS_MAX]
            ],
        }
    )
