"""HTTP of the preview: an invitation with the slot that it would use."""

import asyncio
from collections.abc import Awaitable
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query

from services.gateway.commitments.schemas import Language
from services.gateway.directory import asking
from shared import problems, routing
from shared.client import PeerNotFound, PeerProblem, PeerUnavailable

router = routing.router("/v1/me/previews", tags=["enrolments"])


class PreviewOut(routing.Out):
    """All that a person sees before confirming; `slots` null where it is not known just now.

    `invitation` is as GET /v1/me/invitations/{class_id}, `slots` as GET /v1/me/slots.
    """

    class_id: UUID
    invitation: dict[str, Any]
    slots: dict[str, Any] | None
    degraded: bool


@router.get(
    "/{class_id}",
    summary="确认以前：培训班、告知文本和补贴名额",
    responses=problems.responses(problems.NotFound),
)
async def preview_class(
    class_id: UUID,
    by: routing.Caller,
    here: routing.Here,
    language: Annotated[Language | None, Query()] = None,
) -> PreviewOut:
    """Show the caller a class with its text and which own slot it would use, free or not and why.

    404 without an invitation to a class that is not listed.
    """
    invitation, slots = await asyncio.gather(
        asking.get(
            here,
            by,
            "registry",
            f"/me/invitations/{class_id}",
            params={"language": language},
            optional=True,
        ),
        _or_none(asking.get(here, by, "claims", "/me/slots", params={"class_id": str(class_id)})),
    )
    if invitation is None:
        raise problems.NotFound
    return PreviewOut(class_id=class_id, invitation=invitation, slots=slots, degraded=slots is None)


async def _or_none(call: Awaitable[Any]) -> Any:
    """Return an answer; None where claims is down, or has not heard of the class yet."""
    try:
        return await call
    except (PeerUnavailable, PeerNotFound, PeerProblem):
        return None
