"""Wire models of matters and disclosures."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from shared import routing

Id = Annotated[UUID, Field(strict=False)]
Day = Annotated[date, Field(strict=False, ge=date(2000, 1, 1), le=date(2099, 12, 31))]
Language = Literal["zh-Hans", "ug", "en"]


class State(StrEnum):
    """What the system knows of a condition."""

    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"


class Said(routing.Out):
    """A sentence in both languages."""

    zh: str
    en: str


class TextOut(routing.Out):
    """A matter's text in one language."""

    language: Language
    version: str
    sha256: str = Field(description="SHA-256 of the text as the plan pack holds it, hex")
    authoritative: bool
    reviewed: bool
    text: str


class ConditionOut(routing.Out):
    """A condition of a matter and where it stands in the law."""

    id: str
    name: Said
    source: str
    answered_by: str


class MatterOut(routing.Out):
    """A matter: what is disclosed and promised, of whom it is asked, which routes it has."""

    id: str
    name: Said
    version: str
    valid_from: date
    asked_of: str
    kinds: list[str]
    routes: list[str]
    commissions_only: bool
    source: str
    languages: list[Language]


class MatterDetail(MatterOut):
    """A matter with its conditions and its text; an unreviewed one beside the authoritative."""

    conditions: list[ConditionOut]
    shown: TextOut
    beside: TextOut | None


class FilingIn(routing.Body):
    """The class that is about to be filed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "matter": "class-filing",
                    "language": "zh-Hans",
                    "commission_id": "01890a5d-ac96-774b-bcce-b302099a8057",
                    "offering_id": "01890a5d-ac96-774b-bcce-b302099a8058",
                    "class_name": "电工初级第一期",
                    "starts_on": "2020-04-06",
                    "ends_on": "2020-04-30",
                    "hours": 160,
                    "capacity": 40,
                }
            ]
        }
    )

    matter: Literal["class-filing"]
    language: Language = "zh-Hans"
    commission_id: Id
    offering_id: Id
    class_name: str = Field(min_length=2, max_length=100)
    starts_on: Day
    ends_on: Day
    hours: int = Field(ge=1, le=6000, description="各课次课时之和 / sum of the sessions' hours")
    capacity: int = Field(ge=1, le=1000)
    outside: bool = Field(default=False, description="在吐鲁番市外培训")


class SubsidyIn(routing.Body):
    """The taught class that its organisation is about to claim for."""

    matter: Literal["claim-training-subsidy"]
    language: Language = "zh-Hans"
    class_id: Id


class AllowanceIn(routing.Body):
    """The own class that a person is about to claim the living allowance for."""

    matter: Literal["claim-living-allowance"]
    language: Language = "zh-Hans"
    class_id: Id


EXAMPLE = {
    "matter": "claim-training-subsidy",
    "language": "zh-Hans",
    "class_id": "01890a5d-ac96-774b-bcce-b302099a8057",
}
DisclosureIn = Annotated[
    FilingIn | SubsidyIn | AllowanceIn, Field(discriminator="matter", examples=[EXAMPLE])
]


class Finding(routing.Out):
    """A condition with what the system knows of it, and why."""

    id: str
    name: Said
    source: str
    answered_by: str
    state: State
    reason: Said


class DisclosureOut(routing.Out):
    """A disclosure made for one class: read it, then choose.

    `conditions` are the matter's own and are what a commitment promises; `checks` is what the
    decision looks at besides. `may_commit` is false where only documents are open. `text_sha256`
    with `version` and `language` is what a commitment refers to; `shown_sha256` is of the text
    with its blanks filled.
    """

    matter: str
    version: str
    language: Language
    reviewed: bool
    text_sha256: str
    shown_sha256: str
    text: str
    beside: str | None = Field(description="审定前的译文与中文并列 / the authoritative text")
    conditions: list[Finding]
    checks: list[Finding]
    routes: list[str]
    may_commit: bool
    degraded: bool
    statements: list[str]
    signer: str | None
    consequences: list[str]
