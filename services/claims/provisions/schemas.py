"""Wire models of provisions."""

from datetime import date

from pydantic import Field

from shared import routing


class SourceOut(routing.Out):
    """Where a number comes from."""

    title: str
    number: str
    article: str


class ParameterOut(routing.Out):
    """One number of a provision, with its unit and its source."""

    id: str
    title: str
    unit: str
    value: object = Field(description="number, text, list or map; shares are exact: 4/5")
    source: SourceOut


class ProvisionOut(routing.Out):
    """A provision as it applies on a day."""

    id: str
    title: str
    title_en: str
    description: str
    decided_on: str
    built: bool
    unset_rates: list[str]
    in_force_from: date
    in_force_until: date | None = Field(description="first day on which it no longer applies")
    hash: str
    parameters: list[ParameterOut]


class ProvisionsOut(routing.Out):
    """The provisions in force on a day."""

    on: date
    plan: str
    plan_hash: str
    provisions: list[ProvisionOut]
