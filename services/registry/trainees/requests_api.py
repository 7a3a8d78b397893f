"""HTTP of correction requests: the person asks, the authority answers, nobody else sees."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import select

from services.registry.trainees import bindings, requests
from services.registry.trainees.models import CorrectionRequest
from shared import pages, problems, routing

router = routing.router("", tags=["trainees"])


class RequestIn(routing.Body):
    """What is wrong, for the authority of a class of one's own, or for one of the authorities."""

    field: Literal["name", "id_number", "phone", "attendance", "result", "other"] = Field(
        examples=["attendance"]
    )
    text: str = Field(min_length=2, max_length=1000, examples=["3月5日下午我在，记成了缺勤。"])
    authority: str | None = Field(default=None, max_length=12, examples=["650402"])
    class_id: UUID | None = Field(default=None, strict=False, examples=[None])


class AnswerIn(routing.Body):
    """The office's answer; `corrected` is the new name, ID number or phone where granted."""

    state: Literal["done", "refused"] = Field(examples=["done"])
    answer: str = Field(min_length=2, max_length=1000, examples=["已核对签到表，更正为出勤。"])
    corrected: str | None = Field(default=None, max_length=60, examples=[None])


class OwnRequest(routing.Out):
    """A request of one's own, with its answer."""

    id: UUID
    authority: str
    field: str
    text: str
    asked_at: datetime
    state: Literal["open", "done", "refused"]
    answer: str | None
    answered_at: datetime | None


class RequestLine(routing.Out):
    """A request as the office's list shows it: nothing of the person."""

    id: UUID
    authority: str
    field: str
    asked_at: datetime
    state: Literal["open", "done", "refused"]


class RequestDetail(RequestLine):
    """A request opened by the office; the name only while it is open. Every look is logged."""

    name: str | None
    text: str
    answer: str | None


@router.post(
    "/me/correction-requests",
    status_code=201,
    summary="申请更正本人信息",
    responses=problems.responses(requests.AuthorityUnknown),
)
async def ask_correction(
    body: RequestIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> OwnRequest:
    """Ask one authority for a correction, in words that only it and the caller can read."""
    assert by.trainee is not None
    authority = await requests.authority_for(
        session,
        here.plan,
        authority=body.authority,
        class_id=body.class_id,
        person=by.trainee,
    )
    asked = await requests.ask(
        session,
        here.sealer,
        person=by.trainee,
        authority=authority,
        field=requests.Field(body.field),
        words=body.text,
        now=clock.now(),
    )
    return _own(asked)


@router.get("/me/correction-requests", summary="本人的更正申请和答复")
async def list_my_correction_requests(
    session: routing.DbSession,
    here: routing.Here,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[OwnRequest]:
    """List the caller's own requests with their answers."""
    query = pages.keyset(
        select(CorrectionRequest),
        [CorrectionRequest.asked_at.expression, CorrectionRequest.id.expression],
        [datetime, UUID],
        after,
        limit,
    )
    rows = (await session.execute(query)).scalars().all()
    return pages.page(
        rows,
        limit,
        lambda row: (row.asked_at, row.id),
        lambda row: _own(requests.opened(here.sealer, row)),
    )


@router.get("/correction-requests", summary="学员的更正申请")
async def list_correction_requests(
    session: routing.DbSession,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[RequestLine]:
    """List the requests to the caller's authorities; no names, no words."""
    query = pages.keyset(
        select(CorrectionRequest),
        [CorrectionRequest.asked_at.expression, CorrectionRequest.id.expression],
        [datetime, UUID],
        after,
        limit,
    )
    rows = (await session.execute(query)).scalars().all()
    return pages.page(rows, limit, lambda row: (row.asked_at, row.id), _line)


@router.get("/correction-requests/{request_id}", summary="打开一件更正申请（留有记录）")
async def get_correction_request(
    request_id: UUID,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> RequestDetail:
    """Open one request to the caller's authority; the person sees that it was opened. NotFound."""
    found, name = await requests.look(
        session, here.sealer, request_id=request_id, by=by, now=clock.now()
    )
    line = _line(found.row).model_dump()
    return RequestDetail(**line, name=name, text=found.words, answer=found.answer)


@router.post(
    "/correction-requests/{request_id}/answer",
    status_code=201,
    summary="答复更正申请",
    responses=problems.responses(
        requests.RequestAnswered,
        requests.NothingToCorrect,
        requests.NumberTaken,
        requests.PhoneWrong,
        bindings.IdNumberWrong,
        bindings.NameWrong,
    ),
)
async def answer_correction_request(
    *,
    request_id: UUID,
    body: AnswerIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> RequestLine:
    """Answer a request; the person is told. What was recorded in class is corrected there."""
    row = await requests.answer(
        session,
        here.sealer,
        request_id=request_id,
        granted=body.state == "done",
        words=body.answer,
        corrected=body.corrected,
        by=by,
        on=clock.today(),
        now=clock.now(),
    )
    return _line(row)


def _own(found: requests.Request) -> OwnRequest:
    line = _line(found.row).model_dump()
    return OwnRequest(
        **line, text=found.words, answer=found.answer, answered_at=found.row.decided_at
    )


def _line(row: CorrectionRequest) -> RequestLine:
    return RequestLine.model_validate(
        {name: getattr(row, name) for name in RequestLine.model_fields}
    )
