"""What callers send and read about claims. Money is whole fen."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from shared import routing

Id = Annotated[UUID, Field(strict=False)]
Day = Annotated[date, Field(strict=False)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Sha256 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
Line = StringConstraints(
    strip_whitespace=True, min_length=2, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$"
)
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=2000)]
Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=500)]
Language = Literal["zh-Hans", "ug", "en"]
OfficeLanguage = Literal["zh-Hans", "en"]
CLASSES_MAX = 20
PEOPLE_MAX = 2_000
SUBSIDY_STATEMENTS = (
    *("hours", "attendance", "certificates", "own_confirmation", "no_charge", "payee"),
    *("true_records",),
)
ALLOWANCE_STATEMENTS = ("own_application", "category", "attended", "own_account")


class CommitmentIn(routing.Body):
    """The claimant's own promise, in the version and language that was shown.

    An organisation's names its registered responsible person; a person signs by the own log-in.
    """

    matter: Code
    version: Code
    language: Language
    statements: list[Code] = Field(min_length=1, max_length=50)
    signer: str | None = Field(default=None, min_length=1, max_length=100)


class DocumentIn(routing.Body):
    """A document that the office holds: title, number, SHA-256 of the file."""

    title: str = Field(min_length=1, max_length=200)
    number: str | None = Field(default=None, max_length=100)
    sha256: Sha256


class _Filing(routing.Body):
    """What every claim says: by which of the two ways, and what goes with it."""

    route: Literal["commitment", "documents"]
    commitment: CommitmentIn | None = None
    documents: list[DocumentIn] = Field(default_factory=list, max_length=30)

    @model_validator(mode="after")
    def _belongs_together(self) -> "_Filing":
        by_commitment = self.route == "commitment"
        if by_commitment != (self.commitment is not None):
            raise ValueError("a commitment goes with its route")
        if by_commitment == bool(self.documents):
            raise ValueError("documents go with their route")
        return self


SUBSIDY: dict[str, Any] = {
    "matter": "claim-training-subsidy",
    "class_ids": ["01700000-0000-7000-8000-000000000001"],
    "route": "commitment",
    "commitment": {
        "matter": "claim-training-subsidy",
        "version": "2019-09-17.1",
        "language": "zh-Hans",
        "statements": list(SUBSIDY_STATEMENTS),
        "signer": "阿依古丽·买买提",
    },
}


class ClaimIn(_Filing):
    """A claim of an organisation for classes of its own under one authority."""

    model_config = ConfigDict(json_schema_extra={"examples": [SUBSIDY]})

    matter: Literal["claim-training-subsidy"]
    class_ids: list[Id] = Field(min_length=1, max_length=CLASSES_MAX)
    fee_paid_by: list[Id] = Field(
        default_factory=list, max_length=PEOPLE_MAX, description="本人交了培训费的学员（参训编号）"
    )
    own_fund_fen: int | None = Field(
        default=None,
        ge=0,
        le=10_000_000,
        description="职工教育经费为每名学员承担的金额（转岗培训）",
    )

    @model_validator(mode="after")
    def _signed(self) -> "ClaimIn":
        if self.commitment is not None and self.commitment.signer is None:
            raise ValueError("the registered responsible person signs")
        if len(set(self.class_ids)) != len(self.class_ids):
            raise ValueError("each class once")
        return self


ALLOWANCE: dict[str, Any] = {
    "class_id": "01700000-0000-7000-8000-000000000001",
    "route": "commitment",
    "commitment": {
        "matter": "claim-living-allowance",
        "version": "2019-09-17.1",
        "language": "zh-Hans",
        "statements": list(ALLOWANCE_STATEMENTS),
    },
}


class AllowanceIn(_Filing):
    """A person's own claim of the living allowance for one class."""

    model_config = ConfigDict(json_schema_extra={"examples": [ALLOWANCE]})

    class_id: Id

    @model_validator(mode="after")
    def _own(self) -> "AllowanceIn":
        if self.commitment is not None and self.commitment.signer is not None:
            raise ValueError("a person signs by the own log-in, nobody else for them")
        return self


class ClaimOut(routing.Out):
    """A claim with its lines counted by state, as the caller reads states."""

    id: UUID
    matter: str
    route: str
    state: str
    authority: str
    organisation_id: UUID | None
    class_ids: list[UUID]
    submitted_at: datetime
    lines: dict[str, int]


class FiledOut(ClaimOut):
    """A claim just filed; a dry run has no id and writes nothing."""

    amount_fen: int


class DryRunOut(routing.Out):
    """What would become of the lines, in counts only; reasons about teaching by code."""

    lines: int
    by_outcome: dict[str, int]
    teaching: dict[str, int]
    runs_left_today: int


class SaidOut(routing.Out):
    """One reason, or one thing that is missing, in words, with where it is written."""

    code: str
    text: str
    article: str


class LineOut(routing.Out):
    """A line as an organisation or an office reads it."""

    id: UUID
    claim_id: UUID
    class_id: UUID
    enrolment_id: UUID
    provision: str
    state: str
    amount_fen: int
    fund: str | None
    payee: str | None
    slots: list[str] | None
    reasons: list[SaidOut]
    next_step: str
    waiting_since: datetime | None
    decided_at: datetime
    digest: str | None


class SpokenOut(routing.Out):
    """The reasons in one language; an unreviewed one stands beside the Chinese."""

    language: Language
    reviewed: bool
    reasons: list[SaidOut]
    appeal: str


class OwnLineOut(routing.Out):
    """A line as the person reads it, in every language."""

    id: UUID
    claim_id: UUID
    class_id: UUID
    enrolment_id: UUID
    provision: str
    state: str
    amount_fen: int
    to_me: bool
    slots: list[str]
    texts: list[SpokenOut]
    decided_at: datetime
    own_claim: bool


class AppealIn(routing.Body):
    """Why the person thinks that a decision is wrong."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "line_id": "01700000-0000-7000-8000-000000000003",
                    "text": "我参加了全部课程，3月10日的签到漏记了。",
                }
            ]
        }
    )

    line_id: Id
    text: Words


class AppealAnswerIn(routing.Body):
    """An officer's answer: look again with what is known now, or why the decision stands."""

    answer: Literal["reopened", "dismissed"] = Field(examples=["reopened"])
    text: Words = Field(examples=["已核实签到记录，重新核定。"])


class AppealOut(routing.Out):
    """An appeal; words only for the person, and for an officer who opens one."""

    id: UUID
    line_id: UUID
    authority: str
    state: str
    asked_at: datetime
    answered_at: datetime | None
    text: str | None = None
    answer: str | None = None


class CapExceptionIn(routing.Body):
    """Which cap of which line shall not count this once, why, and by which document."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "line_id": "01700000-0000-7000-8000-000000000003",
                    "slot_key": "2020:skill",
                    "reason": "企业关停后整体转岗，须在同一年度内再次参加技能培训。",
                    "document_number": "高人社例〔2020〕示例1号",
                }
            ]
        }
    )

    line_id: Id
    slot_key: Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z:/#.-]+$", max_length=60)]
    reason: Words
    document_number: Annotated[str, Line]


class AgreementIn(routing.Body):
    """Whether the second officer agrees; if not, the proposal is declined."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"agreed": True}]})

    agreed: bool


class CapExceptionOut(routing.Out):
    """An exception to a cap; only once confirmed does it hold."""

    id: UUID
    line_id: UUID
    authority: str
    slot_key: str
    document_number: str
    reason: str
    state: str
    proposed_at: datetime
    decided_at: datetime | None


class RateIn(routing.Body):
    """The allowance of one authority for an attended day, as its document states it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "authority": "650402",
                    "fen_per_day": 2000,
                    "from_date": "2020-01-01",
                    "document_number": "高人社发〔2020〕示例3号",
                }
            ]
        }
    )

    authority: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{6}$", max_length=6)]
    fen_per_day: int = Field(ge=1, le=1_000_000)
    from_date: Day
    document_number: Annotated[str, Line]


class RateOut(routing.Out):
    """A rate; until a second officer confirms it, it does not hold."""

    id: UUID
    authority: str
    fen_per_day: int
    from_date: date
    document_number: str
    confirmed: bool
    entered_at: datetime
    confirmed_at: datetime | None
