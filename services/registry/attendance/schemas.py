"""What callers send and get about sessions, sheets and corrections."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.registry.classes import schemas
from shared import routing

Id = Annotated[UUID, Field(strict=False)]
ID_EXAMPLE = "01700000-0000-7000-8000-000000000003"
PEOPLE_MAX = 200


class MoveIn(routing.Body):
    """When and where a session takes place instead."""

    starts_at: schemas.Instant = Field(examples=["2020-03-10T10:00:00+08:00"])
    ends_at: schemas.Instant = Field(examples=["2020-03-10T13:00:00+08:00"])
    place: schemas.Place = Field(examples=["高昌区培训中心201室"])


class SheetIn(routing.Body):
    """Who was present; everybody else of the class was absent."""

    present: list[Id] = Field(max_length=PEOPLE_MAX, examples=[[ID_EXAMPLE]])


class SheetOut(routing.Out):
    """A filed sheet, in persons."""

    session_id: UUID
    present: int
    absent: int


class CorrectionIn(routing.Body):
    """What the sheet should have said of one person, and why."""

    session_id: Id = Field(examples=[ID_EXAMPLE])
    enrolment_id: Id = Field(examples=[ID_EXAMPLE])
    present: bool = Field(examples=[True])
    reason: schemas.Why = Field(examples=["签到时漏记"])


class CorrectionDecisionIn(routing.Body):
    """An officer's decision on a correction, with its reason."""

    decision: Literal["approved", "returned"] = Field(examples=["approved"])
    reason: schemas.Why = Field(examples=["与签到原件一致"])


class CorrectionOut(routing.Out):
    """A correction; `state` is asked, approved or returned."""

    id: UUID
    session_id: UUID
    enrolment_id: UUID
    class_id: UUID
    present: bool
    reason: str
    state: str
    asked_at: datetime
    decided_at: datetime | None
    decision_reason: str | None
