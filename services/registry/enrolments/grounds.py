"""Grounds that fell: what claims voids and recovers by, told on the internal feed only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.event_types import EventType
from shared import events
from shared import principal as principals

REGISTRY = principals.service("registry", "grounds")
STAYING = text("select 1 from enrolments where id = :id and left_at is null")


class What(StrEnum):
    """What money rested on and does so no longer."""

    CERTIFICATE_VOIDED = "certificate_voided"
    ATTENDANCE_BELOW = "attendance_below"
    DAY_NOT_ATTENDED = "day_not_attended"


@dataclass(frozen=True, slots=True)
class Ground:
    """A ground that fell; `day` is the attended day that is none any more."""

    what: What
    day: date | None = None


async def fall(
    session: AsyncSession, *, enrolment_id: UUID, fallen: Sequence[Ground], at: datetime
) -> None:
    """Tell claims whose ground fell; of who has left nothing is ever told. POLICY 9.2, 9.4.

    Without authority, organisation and author, so that no outside feed shows it.
    """
    if not fallen or (await session.execute(STAYING, {"id": enrolment_id})).first() is None:
        return
    told = [
        events.Event(
            type=EventType.GROUND_FELL,
            subject=f"enrolment:{enrolment_id}",
            data={
                "enrolment_id": str(enrolment_id),
                "ground": one.what,
                "day": one.day.isoformat() if one.day else None,
            },
        )
        for one in fallen
    ]
    await events.append(session, told, by=REGISTRY, at=at)
