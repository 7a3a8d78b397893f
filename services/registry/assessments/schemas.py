"""What callers send and read about results and certificates."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from shared import routing
from shared.standards.certificates import Kind

PER_REQUEST_MAX = 50  # a class has no more places
EXAMPLE_ID = "01912f3e-7c00-7000-8000-000000000001"

Id = Annotated[UUID, Field(strict=False)]
Day = Annotated[date, Field(strict=False, ge=date(2000, 1, 1), le=date(2099, 12, 31))]


class Outcome(StrEnum):
    """How an attempt ended."""

    PASSED = "passed"
    FAILED = "failed"
    ABSENT = "absent"


class ResultIn(routing.Body):
    """One trainee's result."""

    enrolment_id: Id
    outcome: Annotated[Outcome, Field(strict=False)]
    score: int | None = Field(None, ge=0, le=100)
    assessed_on: Day


class ResultsIn(routing.Body):
    """Results of one class: all are filed, or none."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "results": [
                        {
                            "enrolment_id": EXAMPLE_ID,
                            "outcome": "passed",
                            "score": 86,
                            "assessed_on": "2020-04-10",
                        }
                    ]
                }
            ]
        }
    )
    results: list[ResultIn] = Field(min_length=1, max_length=PER_REQUEST_MAX)


class ResultOut(routing.Out):
    """One attempt."""

    id: UUID
    enrolment_id: UUID
    attempt: int
    outcome: Outcome
    score: int | None
    assessed_on: date


class ResultsOut(routing.Out):
    """The results that were filed."""

    class_id: UUID
    results: list[ResultOut]


class CertificateIn(routing.Body):
    """One certificate; a completion certificate gets its number here."""

    enrolment_id: Id
    number: str | None = Field(None, min_length=1, max_length=40)
    issued_on: Day


class CertificatesIn(routing.Body):
    """Certificates of one class: all are issued, or none."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "certificates": [
                        {
                            "enrolment_id": EXAMPLE_ID,
                            "number": "S000165650402020205000123",
                            "issued_on": "2020-04-20",
                        }
                    ]
                }
            ]
        }
    )
    certificates: list[CertificateIn] = Field(min_length=1, max_length=PER_REQUEST_MAX)


class IssuedOut(routing.Out):
    """One certificate as it was issued; `number` where it was given here."""

    id: UUID
    enrolment_id: UUID
    number: str | None


class CertificatesIssuedOut(routing.Out):
    """The certificates that were issued."""

    class_id: UUID
    certificates: list[IssuedOut]


class CertificateOut(routing.Out):
    """One certificate of a class; `number` for its issuer and the authority only."""

    id: UUID
    enrolment_id: UUID
    kind: Kind
    number: str | None
    issued_on: date
    issuer_name: str
    state: Literal["valid", "voided"]


class CertificatesOut(routing.Out):
    """The certificates of a class, in the order of their issue."""

    class_id: UUID
    certificates: list[CertificateOut]


class VoidIn(routing.Body):
    """Why a certificate is void. The holder may read it; name nobody in it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "证书编号登记错误"}]})
    reason: str = Field(min_length=2, max_length=500)


class VoidedOut(routing.Out):
    """A voided certificate."""

    id: UUID
    state: Literal["voided"] = "voided"
    voided_at: datetime


class CheckIn(routing.Body):
    """What stands on a certificate: both must be right."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"number": "PX6504022020000001K", "name": "示例甲"}]}
    )
    number: str = Field(min_length=1, max_length=40)
    name: str = Field(min_length=1, max_length=100)


class CheckOut(routing.Out):
    """What a certificate certifies, to whoever knows its number and its holder's name."""

    valid: bool
    kind: Kind
    subject_name: str
    level: int | None
    issued_on: date
    issuer_name: str


class MyCertificateOut(routing.Out):
    """One of the person's own certificates."""

    id: UUID
    class_id: UUID
    authority: str
    kind: Kind
    number: str
    subject_name: str
    level: int | None
    issued_on: date
    issuer_name: str
    state: Literal["valid", "voided"]
    void_reason: str | None


class MyCertificatesOut(routing.Out):
    """All of the person's certificates, newest first."""

    items: list[MyCertificateOut]
