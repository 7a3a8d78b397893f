"""Wire models of complaints."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field, StringConstraints

from services.gateway.access.officers.schemas import Authority
from shared import routing

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=2000)]
Contact = Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=100)]


class About(StrEnum):
    """What a complaint is about, as the text that a person confirms lists it."""

    FORCED = "forced"
    CONFIRMED_FOR_ME = "confirmed_for_me"
    KEPT_FROM_LEAVING = "kept_from_leaving"
    CHARGED = "charged"
    PAPERS_KEPT = "papers_kept"
    TEACHING = "teaching"
    MONEY = "money"
    OTHER = "other"


class ComplaintIn(routing.Body):
    """To which authority, about what, in the person's own words; a way back is optional."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "authority": "650402",
                    "about": "papers_kept",
                    "text": "学校收走了我的身份证，说结业以后才还。",
                }
            ]
        }
    )

    authority: Authority
    about: Annotated[About, Field(strict=False)]
    text: Words
    contact: Contact | None = None


class ComplaintAnswerIn(routing.Body):
    """What the office did about it, for the person to read."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"text": "已责令学校当日退还身份证；如仍未退还，请再告诉我们。"}]
        }
    )

    text: Words


class OwnComplaintOut(routing.Out):
    """A complaint as its author reads it."""

    id: UUID
    authority: str
    about: About
    state: str
    made_at: datetime
    answered_at: datetime | None
    text: str
    contact: str | None
    answer: str | None


class ComplaintOut(routing.Out):
    """A complaint as its office reads it; words only where one is opened, never who wrote it."""

    id: UUID
    authority: str
    about: About
    state: str
    made_at: datetime
    answered_at: datetime | None
    text: str | None = None
    contact: str | None = None
    answer: str | None = None
