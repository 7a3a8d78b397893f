"""What callers send about classes."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field, StringConstraints, model_validator

from services.registry.classes import facts
from shared import routing
from shared.clock import SHANGHAI

Id = Annotated[UUID, Field(strict=False)]
Day = Annotated[date, Field(strict=False, ge=date(2000, 1, 1), le=date(2099, 12, 31))]
Instant = Annotated[AwareDatetime, Field(strict=False)]
Place = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Topic = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Why = Annotated[str, StringConstraints(min_length=2, max_length=500)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=60)]
Sha256 = Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]
SESSIONS_MAX = 400
BASES = {"commission": "commission_id", "agreement": "agreement_number"}

EXAMPLE: dict[str, Any] = {
    "basis": "commission",
    "route": "commitment",
    "authority": "650402",
    "commission_id": "01700000-0000-7000-8000-000000000001",
    "target": "m06",
    "offering_id": "01700000-0000-7000-8000-000000000002",
    "name": "2020葡乡职校育婴员五级1结业证",
    "place": "高昌区培训中心201室",
    "starts_on": "2020-03-09",
    "ends_on": "2020-03-20",
    "capacity": 40,
    "listed": True,
    "sessions": [
        {
            "starts_at": "2020-03-09T10:00:00+08:00",
            "ends_at": "2020-03-09T13:00:00+08:00",
            "hours": 4,
            "topic": "婴儿日常照料",
            "place": "高昌区培训中心201室",
        }
    ],
    "commitment": {
        "matter": "class-filing",
        "version": "2019-09-17.1",
        "language": "zh-Hans",
        "statements": [
            *("listed", "offering", "licence", "commission", "hours", "duration", "size"),
            *("place", "teaching", "records", "own_confirmation", "no_charge", "no_holding"),
        ],
        "signer": "阿依古丽·买买提",
    },
}


class SessionIn(routing.Body):
    """A planned session: instants with offset, class hours of 45 minutes."""

    starts_at: Instant = Field(examples=["2020-03-10T10:00:00+08:00"])
    ends_at: Instant = Field(examples=["2020-03-10T13:00:00+08:00"])
    hours: int = Field(ge=1, le=12, description="课时，每课时 45 分钟", examples=[4])
    topic: Topic = Field(examples=["面团调制"])
    place: Place = Field(examples=["高昌区培训中心201室"])

    def planned(self) -> facts.Planned:
        """Return the session as the rules see it."""
        return facts.Planned(
            self.starts_at.astimezone(SHANGHAI), self.ends_at.astimezone(SHANGHAI), self.hours
        )


class CommitmentIn(routing.Body):
    """The organisation's own promise, in the version and language that was shown."""

    matter: Code
    version: Code
    language: Literal["zh-Hans", "ug", "en"]
    statements: list[Code] = Field(min_length=1, max_length=50)
    signer: str = Field(min_length=1, max_length=100, description="本单位登记的负责人姓名")


class DocumentIn(routing.Body):
    """A document that the office holds: title, number, SHA-256 of the file."""

    title: str = Field(min_length=1, max_length=200)
    number: str | None = Field(default=None, max_length=100)
    sha256: Sha256


class ClassIn(routing.Body):
    """A class to be filed, by commitment or by documents as the organisation chooses."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    basis: Literal["commission", "directory", "agreement"]
    route: Literal["commitment", "documents"]
    authority: str = Field(min_length=6, max_length=12)
    commission_id: Id | None = None
    agreement_number: str | None = Field(default=None, min_length=1, max_length=100)
    target: Code
    offering_id: Id
    name: str = Field(min_length=2, max_length=100)
    place: Place
    outside: bool = Field(default=False, description="在吐鲁番市外培训")
    starts_on: Day
    ends_on: Day
    capacity: int = Field(ge=1, le=1000)
    listed: bool = Field(default=False, description="公开招收，任何人可自行报名")
    sessions: list[SessionIn] = Field(min_length=1, max_length=SESSIONS_MAX)
    commitment: CommitmentIn | None = None
    documents: list[DocumentIn] = Field(default_factory=list, max_length=30)

    @model_validator(mode="after")
    def _belongs_together(self) -> "ClassIn":
        for basis, needed in BASES.items():
            if (self.basis == basis) != (getattr(self, needed) is not None):
                raise ValueError(f"{needed} goes with basis {basis}, and only with it")
        by_commitment = self.route == "commitment"
        if by_commitment and self.basis != "commission":
            raise ValueError("only a commissioned class is filed by commitment")
        if by_commitment != (self.commitment is not None):
            raise ValueError("a commitment goes with its route")
        if by_commitment == bool(self.documents):
            raise ValueError("documents go with their route")
        if self.ends_on < self.starts_on:
            raise ValueError("the class ends before it starts")
        return self

    def filing(self) -> facts.Filing:
        """Return the filing as the rules see it, sessions in order of time."""
        return facts.Filing(
            basis=self.basis,
            authority=self.authority,
            target=self.target,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            capacity=self.capacity,
            outside=self.outside,
            sessions=tuple(one.planned() for one in self.in_order()),
        )

    def in_order(self) -> list[SessionIn]:
        """Sort the sessions by time."""
        return sorted(self.sessions, key=lambda one: one.starts_at)


class DecisionIn(routing.Body):
    """An officer's decision on a filing, with its reason."""

    decision: Literal["accepted", "returned"] = Field(examples=["accepted"])
    reason: Why = Field(examples=["材料齐全，符合开班条件"])


class ReasonIn(routing.Body):
    """Why."""

    reason: Why = Field(examples=["经核查未实际授课"])


class TargetIn(routing.Body):
    """The target that the class shall count for."""

    target: Code = Field(examples=["m06"])
    reason: Why = Field(examples=["学员均为新生代农民工"])


class AssessorIn(routing.Body):
    """Who assesses, and on which day."""

    assessor_id: Id = Field(examples=["01700000-0000-7000-8000-000000000002"])
    on: Day = Field(examples=["2020-03-23"])
