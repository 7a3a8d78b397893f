"""Wire models of clients."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator

from services.gateway.access.officers.schemas import Authority, Office
from shared import routing


class ClientKind(StrEnum):
    """Whose system a client is."""

    ORGANISATION = "organisation"
    COUNTY = "county"


class ClientIn(routing.Body):
    """A new client: an organisation's, or a county's."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "高昌区某职业培训学校教务系统",
                    "role": "organisation",
                    "organisation_id": "01711f3a-6b00-7c1e-9d0e-2f6f6b1d0a11",
                },
                {
                    "name": "鄯善县人社局业务系统",
                    "role": "county",
                    "authorities": ["650421"],
                    "office": "650421/hrss",
                },
            ]
        }
    )

    name: Annotated[str, Field(min_length=1, max_length=100)]
    role: Annotated[ClientKind, Field(strict=False)]
    organisation_id: Annotated[UUID | None, Field(strict=False)] = None
    authorities: Annotated[list[Authority], Field(max_length=20, default_factory=list)]
    office: Office | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.role is ClientKind.ORGANISATION:
            if self.organisation_id is None or self.authorities or self.office:
                raise ValueError("an organisation's client names its organisation_id only")
        elif self.organisation_id is not None or not self.authorities or self.office is None:
            raise ValueError("a county's client names authorities and office only")
        return self


class RotationIn(routing.Body):
    """How long the secret before stays good."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"overlap_hours": 24}]})

    overlap_hours: Annotated[int, Field(ge=0, le=168)] = 24


class ClientOut(routing.Out):
    """A client without its secret."""

    id: UUID
    name: str
    role: ClientKind
    organisation_id: UUID | None
    authorities: list[str]
    office: str | None
    state: str
    created_at: datetime
    previous_secret_until: datetime | None


class SecretOut(routing.Out):
    """The client's identifier and secret: shown once, kept as an index only."""

    client_id: UUID
    client_secret: str
    previous_secret_until: datetime | None = None
