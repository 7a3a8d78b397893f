"""Complaints over HTTP: a person's own, and those to an office."""

from uuid import UUID

from services.gateway.access import parts
from services.gateway.grievances import operations, queries, schemas, showing
from shared import pages, problems, routing
from shared.client import PeerUnavailable
from shared.principal import Principal
from shared.service import Service

mine = routing.router("/v1/me/complaints", tags=["complaints"])
offices = routing.router("/v1/complaints", tags=["complaints"])


@mine.post(
    "",
    status_code=201,
    summary="投诉",
    responses=problems.responses(operations.UnknownAuthority, operations.ComplaintsFull),
)
async def make_complaint(
    body: schemas.ComplaintIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> schemas.OwnComplaintOut:
    """Complain to an authority of the person's choice; no institution and no filing unit sees it.

    It changes nothing about the person's training or money.
    """
    return await operations.make(
        session,
        sealer=here.sealer,
        body=body,
        authorities=[one.code for one in here.plan.authorities],
        by=by,
        at=clock.now(),
    )


@mine.get("", summary="我的投诉")
async def list_my_complaints(
    session: routing.DbSession,
    here: routing.Here,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[schemas.OwnComplaintOut]:
    """List one's own complaints with their answers, oldest first."""
    rows = await queries.page(session, after, limit)
    return pages.page(
        rows,
        limit,
        lambda row: (row.made_at, row.id),
        lambda row: showing.own(row, here.sealer),
    )


@offices.get("", summary="投诉列表")
async def list_complaints(
    session: routing.DbSession, after: pages.After = None, limit: pages.Limit = 50
) -> pages.Page[schemas.ComplaintOut]:
    """List the complaints to the officer's authorities, oldest first; no words."""
    rows = await queries.page(session, after, limit)
    return pages.page(rows, limit, lambda row: (row.made_at, row.id), showing.listed)


@offices.get(
    "/{complaint_id}",
    summary="打开一件投诉",
    responses=problems.responses(problems.NotFound, PeerUnavailable),
)
async def get_complaint(
    complaint_id: UUID, session: routing.DbSession, by: routing.Caller, here: routing.Here
) -> schemas.ComplaintOut:
    """Open one complaint with the person's words, not the person's name; 404 out of reach.

    The person reads in the own access log which office opened it: noted before it is shown.
    """
    await _note(here, complaint_id, by=by)
    found = await operations.find(session, complaint_id=complaint_id)
    return showing.opened(found, here.sealer)


@offices.post(
    "/{complaint_id}/answer",
    status_code=201,
    summary="答复投诉",
    responses=problems.responses(problems.NotFound, operations.ComplaintAnswered, PeerUnavailable),
)
async def answer_complaint(
    *,
    complaint_id: UUID,
    body: schemas.ComplaintAnswerIn,
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
) -> schemas.ComplaintOut:
    """Answer a complaint once, for the person to read."""
    await _note(here, complaint_id, by=by)
    return await operations.answer(
        session,
        sealer=here.sealer,
        complaint_id=complaint_id,
        words=body.text,
        by=by,
        at=clock.now(),
    )


async def _note(here: Service, complaint_id: UUID, *, by: Principal) -> None:
    # Looked up in a transaction of its own: the registry is asked before this one's.
    async with here.database.transaction(by) as looking:
        found = await operations.find(looking, complaint_id=complaint_id)
    peers = parts.of(here).peers
    await peers.note_read(here, found.trainee_id, issue=complaint_id, office=by.office)
