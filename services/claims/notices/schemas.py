"""What is sent and read about holidays, notices and objections. Money is whole fen."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from shared import routing

TIMED = (datetime, UUID)
LINES_MAX = 10_000  # of one notice; its body is then below 2 MB
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
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=2000)]


class HolidaysIn(routing.Body):
    """A year's holidays as announced: rest days and working days moved to weekends.

    A year without regional holidays of its own is entered with two empty lists.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "authority": "650400",
                    "scope": "regional",
                    "year": 2020,
                    "number": "新政办明电〔2020〕示例1号",
                    "rests": ["2020-05-25", "2020-07-31"],
                    "works": [],
                }
            ]
        }
    )
    authority: Authority
    scope: Literal["regional", "national"] = "regional"
    year: int = Field(ge=2000, le=2099)
    number: Document
    rests: list[Day] = Field(max_length=60)
    works: list[Day] = Field(max_length=60)

    @model_validator(mode="after")
    def _of_the_year(self) -> "HolidaysIn":
        if any(day.year != self.year for day in (*self.rests, *self.works)):
            raise ValueError("every day lies in the year")
        if set(self.rests) & set(self.works):
            raise ValueError("no day both rests and works")
        return self


class HolidaysOut(routing.Out):
    """Holidays as entered."""

    id: UUID
    authority: str
    scope: str
    year: int
    number: str
    rests: list[date]
    works: list[date]
    entered_at: datetime


class NoticeIn(routing.Body):
    """Whose reviewed lines are published: all of an authority, or those of some claims.

    A notice holds 10,000 lines at most; what is over is told in `left`, for a further notice.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [{"authority": "650402"}]})
    authority: Authority
    claim_ids: list[Id] | None = Field(default=None, min_length=1, max_length=200)


class NoticeOut(routing.Out):
    """A notice in the list; how many persons stand behind suppressed numbers is not told."""

    id: UUID
    authority: str
    year: int
    number: int
    starts_on: date
    ends_on: date
    down_on: date
    taken_down: bool
    sha256: str


class PublishedOut(NoticeOut):
    """A notice just published, for the officer: `left` reviewed lines wait for a further one."""

    lines: int
    fen: int
    more: bool
    left: int


class ListedLine(routing.Out):
    """One line as published: of the person a masked name and the ID's first digits only."""

    number: int
    name: str
    id_digits: str
    training_class: str
    provision: str
    amount_fen: int


class CountedLines(routing.Out):
    """Lines published only as count and sum of a class; null where small numbers are not shown."""

    number: int
    training_class: str
    provision: str
    people: int | None
    amount_fen: int | None


class NoticeBody(routing.Out):
    """A notice as published; these fields and no others."""

    id: UUID
    authority: str
    authority_name: str
    year: int
    number: int
    starts_on: date
    ends_on: date
    down_on: date
    basis: str
    holidays: list[str]
    how_to_object: str
    how_to_object_en: str
    lines: list[ListedLine]
    lines_fen: int
    counts: list[CountedLines]
    counts_people: int | None
    counts_fen: int | None


class ObjectionIn(routing.Body):
    """An objection against a number of the notice; a contact is welcome and not required."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"number": 12, "text": "该学员班期内一直在外地，未参加培训。"}]
        }
    )
    number: int = Field(ge=1, le=LINES_MAX)
    text: Text
    contact: Annotated[str, StringConstraints(max_length=200)] | None = None


class ObjectionMade(routing.Out):
    """The objection's reference: with it anybody can ask what became of it."""

    id: UUID
    notice_id: UUID
    number: int
    state: Literal["open", "upheld", "dismissed"]
    made_at: datetime
    decided_at: datetime | None = None
    reason: str | None = None


class ObjectionItem(routing.Out):
    """An objection in the officers' list."""

    id: UUID
    notice_id: UUID
    authority: str
    number: int
    line_id: UUID | None
    state: str
    finding: str | None
    made_at: datetime


class ObjectionOut(ObjectionItem):
    """An objection opened."""

    text: str
    contact: str | None
    reason: str | None


class FindingIn(routing.Body):
    """What the first officer found, with reasons; of a counted number also which lines fall."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"finding": "dismissed", "reason": "经查阅签到表和考核记录，情况不属实。"}]
        }
    )
    finding: Literal["upheld", "dismissed"]
    reason: Words
    line_ids: list[Id] | None = Field(default=None, min_length=1, max_length=LINES_MAX)


class ConfirmationIn(routing.Body):
    """Whether the second officer agrees; if not, the objection is open again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"agreed": True}]})
    agreed: bool
