"""Wire models of officers."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from services.gateway.access import issuing, passwords
from shared import routing

LoginName = Annotated[str, Field(pattern="^[a-z][a-z0-9._-]{2,39}$", max_length=40)]
Authority = Annotated[str, Field(pattern="^[0-9A-Z]{6}$", max_length=6)]
Office = Annotated[str, Field(pattern="^[0-9A-Z]{6}/[a-z_]{2,30}$", max_length=40)]
Password = Annotated[str, Field(min_length=1, max_length=passwords.LENGTH_MAX)]
OTP_DIGITS = "^[0-9]{6}$"


class OfficerRole(StrEnum):
    """What an officer may be."""

    OFFICER = "officer"
    FINANCE = "finance"
    DEPARTMENT = "department"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class OfficerIn(routing.Body):
    """A new officer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "login": "gulnar",
                    "name": "古丽娜尔",
                    "role": "officer",
                    "authorities": ["650402"],
                    "office": "650402/hrss",
                }
            ]
        }
    )

    login: LoginName
    name: Annotated[str, Field(min_length=1, max_length=100)]
    role: Annotated[OfficerRole, Field(strict=False)]
    authorities: Annotated[list[Authority], Field(max_length=20, default_factory=list)]
    office: Office


class ActivationIn(routing.Body):
    """The activation code and the password that the officer chose."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "login": "gulnar",
                    "code": "7K2M-QX9D-4HTA-PB3E",
                    "password": "葡萄沟的风 2020 吹过来",
                }
            ]
        }
    )

    login: LoginName
    code: Annotated[str, Field(min_length=8, max_length=40)]
    password: Password


class LoginIn(routing.Body):
    """Password and the six digits of the authenticator app."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"login": "gulnar", "password": "葡萄沟的风 2020 吹过来", "totp": "492039"}
            ]
        }
    )

    login: LoginName
    password: Password
    totp: Annotated[str, Field(pattern=OTP_DIGITS, max_length=6)]


class OfficerOut(routing.Out):
    """An officer's account."""

    id: UUID
    login: str
    name: str
    role: OfficerRole
    authorities: list[str]
    office: str
    state: str
    created_at: datetime
    last_login_at: datetime | None


class InvitedOut(routing.Out):
    """The account and its activation code: shown once, kept as an index only."""

    id: UUID
    activation_code: str
    until: datetime


class ActivatedOut(routing.Out):
    """What the authenticator app reads; the first log-in activates the account."""

    totp_uri: str


class OfficerTokenOut(issuing.TokenOut):
    """A token and what it is good for."""

    role: OfficerRole
    authorities: list[str]
    office: str
