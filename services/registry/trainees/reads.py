"""Reads of personal data by anybody but the person: each is written down for the person to see."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import ids
from shared.principal import Principal

LOG = text(
    "insert into access_log"
    " (id, trainee_id, by_subject, office, organisation_id, purpose, what, at)"
    " select id, trainee_id, :by, :office, :organisation, :purpose, :what, :at"
    " from unnest(cast(:ids as uuid[]), cast(:trainees as uuid[])) as t(id, trainee_id)"
)


async def log(
    session: AsyncSession,
    *,
    trainees: Sequence[UUID],
    what: str,
    purpose: str,
    by: Principal,
    at: datetime,
) -> None:
    """Write down one read of each person's data, in one statement; nobody logs reading oneself."""
    others = [person for person in dict.fromkeys(trainees) if person != by.trainee]
    if not others:
        return
    await session.execute(
        LOG,
        {
            "ids": ids.uuid7s(len(others)),
            "trainees": others,
            "by": by.subject,
            "office": by.office,
            "organisation": by.organisation,
            "purpose": purpose,
            "what": what,
            "at": at,
        },
    )
