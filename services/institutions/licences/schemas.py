"""Wire models of licences."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from services.institutions import wire
from services.institutions.organisations.models import Role
from services.institutions.organisations.schemas import OneRole
from shared import routing
from shared.plans.vocabulary import Kind


class LicenceIn(routing.Body):
    """A scope: a kind, one subject of it or all, up to a level (1 is the highest) or any."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "role": "institution",
                    "kind": "skill",
                    "subject_code": "L-0001",
                    "level_max": 4,
                    "from_date": "2020-03-02",
                    "to_date": "2023-03-01",
                    "document_number": "鄯人社证〔2020〕示例1号",
                }
            ]
        }
    )

    role: OneRole
    kind: Annotated[Kind, Field(strict=False)]
    subject_code: wire.SubjectCode | None = None
    level_max: wire.Level | None = None
    from_date: wire.Day
    to_date: wire.Day
    document_number: wire.Document


class LicenceEnd(routing.Body):
    """A decision that a licence ends before its time; the day is its last."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "to_date": "2021-06-30",
                    "reason": "机构申请缩小培训范围",
                    "document_number": "鄯人社发〔2021〕示例2号",
                }
            ]
        }
    )

    to_date: wire.Day
    reason: wire.Text
    document_number: wire.Document


class LicenceOut(routing.Out):
    """A licence; both days are included."""

    id: UUID
    organisation_id: UUID
    authority: str
    role: Role
    kind: Kind
    subject_code: str | None
    level_max: int | None
    from_date: date
    to_date: date
    document_number: str
    end_reason: str | None
    end_document: str | None
