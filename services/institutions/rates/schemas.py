"""Wire models of rates. Money is whole fen."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from pydantic import ConfigDict

from services.institutions import wire
from shared import routing


class RateState(StrEnum):
    """Whether an authority has a confirmed rate on a day."""

    SET = "set"
    UNSET = "unset"


class RateIn(routing.Body):
    """A rate of one authority from a day on, as its document states it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "authority": "650421",
                    "fen_per_person": 120000,
                    "from_date": "2020-01-01",
                    "document_number": "鄯人社发〔2019〕示例21号",
                }
            ]
        }
    )

    authority: wire.Authority
    fen_per_person: wire.Fen
    from_date: wire.Day
    document_number: wire.Document


class RateOut(routing.Out):
    """One entered rate; until a second officer confirms it, it does not hold."""

    id: UUID
    authority: str
    offering_id: UUID
    fen_per_person: int
    from_date: date
    document_number: str
    confirmed: bool
    entered_at: datetime
    confirmed_at: datetime | None


class RateNow(routing.Out):
    """The rate that holds for one authority on a day, or `unset`."""

    authority: str
    state: RateState
    fen_per_person: int | None
    from_date: date | None
    document_number: str | None


class RatesOut(routing.Out):
    """What holds on a day for every authority, and the entries that the caller may see."""

    offering_id: UUID
    on: date
    rates: list[RateNow]
    entries: list[RateOut]
