"""HTTP for services that open what a person wrote: it is noted for the person first."""

from typing import Annotated, Literal
from uuid import UUID, uuid5

from pydantic import Field

from services.registry.facts import queries
from shared import problems, routing

router = routing.router("/internal", tags=["internal"])
Key = Annotated[UUID, Field(strict=False)]


class ReadIn(routing.Body):
    """Whose words an office opens, and on what issue."""

    trainee_id: Key
    what: Literal["appeal", "complaint"]
    issue_id: Key
    office: str | None = Field(max_length=40)


class NotedOut(routing.Out):
    """The read stands in the person's log."""

    issue_id: UUID


@router.post(
    "/reads",
    include_in_schema=False,
    summary="其他服务的工作人员打开本人材料的留痕",
    openapi_extra=routing.NO_KEY,
    responses=problems.responses(problems.NotFound),
)
async def note_read(
    body: ReadIn, session: routing.DbSession, by: routing.Caller, clock: routing.Now
) -> NotedOut:
    """Note for a person that an office opens what they wrote: one entry an issue and office.

    NotFound for a person who is not (any more) there.
    """
    if await queries.number_of(session, body.trainee_id) is None:
        raise problems.NotFound
    await queries.log(
        session,
        {body.trainee_id: body.office},
        what=body.what,
        purpose=body.what,
        issue=uuid5(body.issue_id, body.office or ""),
        by=by,
        at=clock.now(),
    )
    return NotedOut(issue_id=body.issue_id)
