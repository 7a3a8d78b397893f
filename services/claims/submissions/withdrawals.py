"""Take a claim back before its review begins. POLICY 3."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.event_types import EventType
from services.claims.ledger import operations as ledger
from services.claims.submissions import queries, states
from services.claims.submissions.states import State
from shared import events
from shared.principal import Principal
from shared.problems import Problem

WITHDRAW = text("update claims set state = 'withdrawn' where id = :id")
OF_CLAIM = text(
    "select id, state, transfer_id from claim_lines where claim_id = :id order by id for update"
)
RELEASE = text("select release_slots(cast(:lines as uuid[]))")


class ClaimUnderReview(Problem):
    """A line of the claim is past the point at which the claimant alone could take it back."""

    status = 409
    code = "claim_under_review"
    title_zh = "审核已经开始，不能撤回"
    title_en = "The review has begun; the claim cannot be withdrawn any more"


async def withdraw(session: AsyncSession, *, claim_id: UUID, by: Principal, at: datetime) -> None:
    """Take a claim back before its review begins: money and slots are free again.

    Raises NotFound, ClaimUnderReview.
    """
    claim = await queries.claim(session, claim_id)
    lines = (await session.execute(OF_CLAIM, {"id": claim_id})).all()
    open_states = {*states.BEFORE_REVIEW, State.WITHDRAWN}
    if claim.state == "withdrawn" or any(line.state not in open_states for line in lines):
        raise ClaimUnderReview
    moving = [line for line in lines if line.state not in states.DEAD]
    transfers = [line.transfer_id for line in moving if line.transfer_id is not None]
    await session.execute(RELEASE, {"lines": [line.id for line in moving]})
    await states.advance(
        session,
        line_ids=[line.id for line in moving],
        to=State.WITHDRAWN,
        by=by,
        at=at,
        rule="POLICY 3",
    )
    await session.execute(WITHDRAW, {"id": claim_id})
    told = events.Event(
        type=EventType.CLAIM_WITHDRAWN,
        subject=f"claim:{claim_id}",
        authority=claim.authority,
        organisation=claim.organisation_id,
        data={"lines": len(moving)},
        rule="POLICY 3",
    )
    await events.append(session, [told], by=by, at=at)
    if transfers:
        await ledger.release(session, transfer_ids=transfers, by=by, at=at)
