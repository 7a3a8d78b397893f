"""Wire models of commissions. Money is whole fen."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from services.institutions import wire
from services.institutions.offerings.schemas import Target
from shared import routing


class CommissionIn(routing.Body):
    """A contract for places of one offering, towards one target, at a price a person."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "authority": "650421",
                    "organisation_id": "01700000-0000-7000-8000-000000000001",
                    "offering_id": "01700000-0000-7000-8000-000000000002",
                    "target": "m06",
                    "places": 200,
                    "price_fen_per_person": 120000,
                    "document_number": "鄯采〔2020〕示例3号",
                    "from_date": "2020-03-02",
                    "to_date": "2020-12-31",
                }
            ]
        }
    )

    authority: wire.Authority
    organisation_id: wire.Id
    offering_id: wire.Id
    target: Target
    places: Annotated[int, Field(ge=1, le=10_000)]
    price_fen_per_person: wire.Fen
    document_number: wire.Document
    from_date: wire.Day
    to_date: wire.Day


class CommissionOut(routing.Out):
    """A commission; both days are included."""

    id: UUID
    authority: str
    organisation_id: UUID
    organisation_name: str
    offering_id: UUID
    target: str
    places: int
    price_fen_per_person: int
    document_number: str
    from_date: date
    to_date: date
    made_at: datetime
