"""Wire models of offerings."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from services.institutions import wire
from services.institutions.offerings.models import CodeSource
from shared import routing
from shared.plans.vocabulary import CertificateKind, Kind

Target = Annotated[str, StringConstraints(pattern=r"^[a-z0-9:_-]+$", max_length=60)]
Hours = Annotated[int, Field(ge=1, le=6000)]


class OfferingIn(routing.Body):
    """An entry for the catalogue; without an official code a local one is generated."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "skill",
                    "code_source": "local",
                    "subject_name": "中式烹调师",
                    "level": 5,
                    "hours": 160,
                    "practice_hours": 80,
                    "certificate_kind": "skill_level",
                    "targets": ["m02", "m06"],
                }
            ]
        }
    )

    kind: Annotated[Kind, Field(strict=False)]
    code_source: Annotated[CodeSource, Field(strict=False)]
    subject_name: wire.SubjectName
    subject_code: wire.SubjectCode | None = None
    code_document: wire.Title | None = None
    level: wire.Level | None = None
    hours: Hours
    practice_hours: Annotated[int, Field(ge=0, le=6000)] | None = None
    certificate_kind: Annotated[CertificateKind, Field(strict=False)]
    targets: Annotated[list[Target], Field(min_length=1, max_length=60)] | None = None


class Withdrawal(routing.Body):
    """A decision that an entry leaves the catalogue from a day on."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "from_date": "2021-01-01",
                    "reason": "与劳动者培训就业意愿不符，调出目录",
                    "document_number": "吐人社发〔2020〕示例9号",
                }
            ]
        }
    )

    from_date: wire.Day
    reason: wire.Text
    document_number: wire.Document


class OfferingOut(routing.Out):
    """An entry of the catalogue; `targets` null means every target that takes its kind."""

    id: UUID
    kind: Kind
    subject_code: str
    subject_name: str
    code_source: CodeSource
    code_document: str | None
    level: int | None
    hours: int
    practice_hours: int | None
    certificate_kind: CertificateKind
    targets: list[str] | None
    withdrawn_from: date | None
