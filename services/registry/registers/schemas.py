"""What an import of a list takes and answers."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.registers import rules
from services.registry.registers.models import Register
from shared import routing

ENTRIES_MAX = 100_000
FAULTS_MAX = 200
Text100 = Annotated[str, Field(min_length=2, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]


class EntryIn(routing.Body):
    """One row: whom, from when, the last day included; of insured staff the employer."""

    id_number: str = Field(max_length=40, examples=["650402199001010015"])
    starts: date = Field(alias="from", strict=False, examples=["2020-01-01"])
    until: date | None = Field(default=None, strict=False, examples=["2020-12-31"])
    employer_credit_code: str | None = Field(default=None, max_length=40)


class ListIn(routing.Body):
    """A list with its source; `complete` says that who is not on it has not the status."""

    code: str = Field(max_length=40, examples=["hard_to_employ"])
    source_title: Text100 = Field(examples=["高昌区就业困难人员认定名册"])
    document_number: Text100 = Field(examples=["高人社函〔2020〕示例3号"])
    as_of: date = Field(strict=False, examples=["2020-03-01"])
    complete: bool = Field(default=False, examples=[False])


class ImportIn(ListIn):
    """A list with its rows; names are not taken."""

    entries: list[EntryIn] = Field(
        max_length=ENTRIES_MAX,
        examples=[[{"id_number": "650402199001010015", "from": "2020-01-01"}]],
    )

    def rows(self) -> list[rules.Row]:
        """Give the rows their numbers, from 1."""
        return [
            rules.Row(n, one.id_number, one.starts, one.until, one.employer_credit_code)
            for n, one in enumerate(self.entries, 1)
        ]


class FaultOut(routing.Out):
    """What is wrong with one row."""

    row: int
    column: str
    code: str


class RegisterOut(routing.Out):
    """A list: what it is, from whom and of which day. How many are on it nobody is told."""

    id: UUID
    authority: str
    code: str
    source_title: str
    document_number: str
    as_of: date
    complete: bool
    imported_at: datetime
    replaced_at: datetime | None


class ImportOut(RegisterOut):
    """What became of the rows that were sent just now: figures of this file, kept nowhere."""

    rows_received: int
    rows_rejected: int
    dropped_columns: list[str]
    faults: list[FaultOut]


def told(row: Register) -> dict[str, object]:
    """Return what may be told of a list."""
    return {name: getattr(row, name) for name in RegisterOut.model_fields}
