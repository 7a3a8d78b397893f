"""HTTP of earlier benefits: an officer imports them; each person sees the own, nobody a list."""

from starlette.responses import Response

from services.registry.benefits import operations, schemas
from services.registry.registers import operations as registers
from services.registry.registers import schemas as wire
from services.registry.registers.schemas import FaultOut, ImportOut
from shared import problems, routing

BODY_BYTES_MAX = 20 * 1024 * 1024
mine = routing.router("/me/benefits", tags=["registers"])
router = routing.router("/benefits", tags=["registers"], body_bytes_max=BODY_BYTES_MAX)


@router.post(
    "",
    status_code=201,
    summary="导入系统启用前的补贴和证书记录（只计次数）",
    responses={
        200: {"model": ImportOut, "description": "同一清单已经导入过 / the same list again"},
        **problems.responses(registers.RegisterFromFuture, registers.RegisterOlder),
    },
)
async def import_benefits(
    *,
    body: schemas.BenefitsIn,
    response: Response,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> ImportOut:
    """Import what people received earlier; it fills caps and counts in no progress.

    A newer list of the same source replaces it; the same list again answers 200, changes nothing.
    """
    entered, faults = await operations.import_benefits(
        session,
        here=here,
        source_title=body.source_title,
        document_number=body.document_number,
        as_of=body.as_of,
        rows=body.rows(),
        by=by,
        now=clock.now(),
        today=clock.today(),
    )
    response.status_code = 201 if entered.fresh else 200
    return ImportOut.model_validate(
        wire.told(entered.register)
        | {
            "rows_received": len(body.entries),
            "rows_rejected": len({fault.row for fault in faults}),
            "dropped_columns": [],
            "faults": [
                FaultOut(row=one.row, column=one.column, code=one.code)
                for one in faults[: wire.FAULTS_MAX]
            ],
        }
    )


@mine.get("", summary="本人在系统启用前的补贴记录", responses=problems.responses(problems.NotFound))
async def list_my_earlier_benefits(
    session: routing.DbSession, by: routing.Caller, here: routing.Here
) -> schemas.OwnBenefitsOut:
    """List what imported lists say that the caller received before the system was there."""
    return schemas.OwnBenefitsOut(items=await operations.own(session, sealer=here.sealer, by=by))
