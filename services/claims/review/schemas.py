"""What reviewers send and read. Money is whole fen."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from shared import routing

TIMED = (datetime, UUID)
LINES_MAX = 2_000
Id = Annotated[UUID, Field(strict=False)]
Day = Annotated[date, Field(strict=False, ge=date(2000, 1, 1), le=date(2099, 12, 31))]
Authority = Annotated[str, StringConstraints(pattern="^[0-9A-Z]{6}$")]
Document = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=2, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=500)]
Word = Literal["reviewed", "refused", "returned"]
FindingWord = Literal["in_order", "shortcoming", "not_provable"]
StepWord = Literal["review", "release"]


class LookIn(routing.Body):
    """What a look at sampled lines found; a note is needed where not all is in order."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"line_ids": ["01700000-0000-7000-8000-000000000001"], "finding": "in_order"}
            ]
        }
    )
    line_ids: list[Id] = Field(min_length=1, max_length=LINES_MAX)
    finding: FindingWord
    note: Words | None = None

    @model_validator(mode="after")
    def _explained(self) -> "LookIn":
        if self.finding != "in_order" and self.note is None:
            raise ValueError("a shortcoming is described")
        return self


class DecisionIn(routing.Body):
    """A decision on a claim's approvable lines, or on those named.

    `about` says whose affair the reason is: an institution reads reasons about teaching only.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"claim_id": "01700000-0000-7000-8000-000000000001", "decision": "reviewed"}
            ]
        }
    )
    claim_id: Id
    line_ids: list[Id] | None = Field(default=None, min_length=1, max_length=LINES_MAX)
    decision: Word
    about: Literal["teaching", "person"] = "teaching"
    reason: Words | None = None
    despite_checks: bool = False

    @model_validator(mode="after")
    def _reasoned(self) -> "DecisionIn":
        if self.reason is None and (self.decision != "reviewed" or self.despite_checks):
            raise ValueError("a refusal, a return and a passed-over check need a reason")
        return self


class DelegationIn(routing.Body):
    """Who stands in for an authority's own step, from when to when, by which document."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "authority": "650422",
                    "stand_in": "650400",
                    "step": "review",
                    "from_date": "2020-03-02",
                    "to_date": "2020-06-30",
                    "document_number": "托人社函〔2020〕示例1号",
                }
            ]
        }
    )
    authority: Authority
    stand_in: Authority
    step: StepWord
    from_date: Day
    to_date: Day
    document_number: Document


class EndingIn(routing.Body):
    """From which day on a delegation does not hold any more, by which document."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"ended_from": "2020-05-06", "document_number": "托人社函〔2020〕示例7号"}]
        }
    )
    ended_from: Day
    document_number: Document


class DelegationOut(routing.Out):
    """A delegation as published; from `ended_from` on it does not hold any more."""

    id: UUID
    authority: str
    stand_in: str
    step: str
    from_date: date
    to_date: date
    document_number: str
    published_at: datetime
    ended_from: date | None
    ending_document: str | None
    ended_at: datetime | None


class QueueItem(routing.Out):
    """A claim with lines that wait for review; `due_on` is null without a calendar of that year."""

    claim_id: UUID
    authority: str
    organisation_id: UUID | None
    matter: str
    route: str
    entered_at: datetime
    due_on: date | None
    overdue: bool
    lines: int
    fen: int
    to_look_at: int
    with_open_checks: int


class CheckOut(routing.Out):
    """An automatic check: what it found, and when."""

    code: str
    label: str
    result: Literal["passed", "failed", "unknown"]
    at: datetime


class ReviewLine(routing.Out):
    """A line on the desk."""

    line_id: UUID
    class_id: UUID
    provision: str
    state: str
    amount_fen: int
    checks: list[CheckOut]
    sampled: bool
    finding: str | None
    looked_at: datetime | None
    note: str | None


class DrawOut(routing.Out):
    """A draw: whoever ranks `line_ids` by SHA-256 of seed and id finds `drawn_ids` again."""

    id: UUID
    claim_id: UUID
    at: datetime
    seed: str
    signals: list[str]
    per_hundred: int
    line_ids: list[UUID]
    drawn_ids: list[UUID]


class DrawsOut(routing.Out):
    """The draws of a claim."""

    draws: list[DrawOut]


class LookOut(routing.Out):
    """How many lines were looked at."""

    lines: int
    finding: str


class DecisionOut(routing.Out):
    """A review decision as its reader may see it."""

    id: UUID
    claim_id: UUID
    authority: str
    decision: str
    about: str
    reason: str | None
    lines: int
    fen: int
    at: datetime


class OverdueItem(routing.Out):
    """Lines of a claim that stand in one step for longer than its working days."""

    authority: str
    step: Literal["review", "notice", "objection", "release"]
    claim_id: UUID
    since: date
    due_on: date
    workdays: int
    source: str
    lines: int
    fen: int


class OverdueOut(routing.Out):
    """What is overdue, oldest first, at most 200; and the years whose holidays nobody entered."""

    items: list[OverdueItem]
    without_calendar: list[dict[str, Any]]
