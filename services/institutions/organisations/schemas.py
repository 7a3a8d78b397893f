"""Wire models of organisations: no public shape holds a person's name or phone."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from services.institutions import wire
from services.institutions.organisations.models import Nature, Role, State
from shared import routing

Phone = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=30, pattern=r"^\+?[0-9][0-9 -]{5,27}$"),
]
OneRole = Annotated[Role, Field(strict=False)]
OneState = Annotated[State, Field(strict=False)]


class ResponsiblePerson(routing.Body):
    """The person who answers and signs for the organisation (负责人); stored sealed."""

    name: wire.Name
    phone: Phone


class OrganisationIn(routing.Body):
    """An organisation as its authority registers it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "authority": "650421",
                    "credit_code": "52650421MJX000001X",
                    "name": "鄯善县示例职业技能培训学校",
                    "short_name": "示例培训学校",
                    "nature": "private_school",
                    "address": "鄯善县示例路1号",
                    "roles": ["institution"],
                    "responsible_person": {"name": "示例人", "phone": "13800000000"},
                }
            ]
        }
    )

    authority: wire.Authority
    credit_code: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)]
    name: wire.Name
    short_name: wire.ShortName
    nature: Annotated[Nature, Field(strict=False)]
    address: wire.Address
    roles: Annotated[list[OneRole], Field(min_length=1, max_length=3)]
    responsible_person: ResponsiblePerson


class StandingIn(routing.Body):
    """A decision about a role: its state from a day on, with reason and document number."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "role": "institution",
                    "state": "listed",
                    "from_date": "2020-03-02",
                    "reason": "经现场查验，师资、场地、设备符合条件",
                    "document_number": "鄯人社发〔2020〕示例1号",
                }
            ]
        }
    )

    role: OneRole
    state: OneState
    from_date: wire.Day
    reason: wire.Text
    document_number: wire.Document | None = None


class StandingNow(routing.Out):
    """The state of one role on the day asked for."""

    role: Role
    state: State
    from_date: date


class StandingOut(StandingNow):
    """One entry of a role's history; the newest entry that had begun on a day is what held."""

    number: int
    reason: str
    document_number: str | None
    at: datetime


class OrganisationOut(routing.Out):
    """An organisation as of a day."""

    id: UUID
    authority: str
    credit_code: str
    name: str
    short_name: str
    nature: Nature
    address: str
    roles: list[Role]
    standings: list[StandingNow]


class OrganisationDetail(OrganisationOut):
    """An organisation with its responsible person's name masked."""

    responsible_person: str


class Registered(routing.Out):
    """The key of a new organisation."""

    id: UUID
    roles: list[Role]


class StandingSet(routing.Out):
    """What an organisation's role is from which day."""

    organisation_id: UUID
    role: Role
    state: State
    from_date: date
    number: int
