"""What callers read about rosters: counts, codes and their texts."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from services.registry.rosters.files import Column, Kind
from shared import routing


class FaultOut(routing.Out):
    """One fault of one cell; the row is that of the file, counted from 1."""

    row: int
    column: Column
    code: str
    text: str
    text_en: str


class NoteOut(routing.Out):
    """One remark about what was left out of the file."""

    code: str
    count: int
    text: str
    text_en: str


class RosterSummary(routing.Out):
    """One roster in the list; rejected rows are counted under each of their codes."""

    id: UUID | None = Field(description="null in a dry run, which stores nothing")
    at: datetime
    kind: Kind
    rows_received: int
    rows_accepted: int
    rows_rejected: int
    rejected_by_code: dict[str, int]


class RosterOut(RosterSummary):
    """What became of an uploaded roster; the first 200 faults, all of them in the result file."""

    dropped_columns: list[str] = Field(description="headings of columns that were not read")
    notes: list[NoteOut]
    faults: list[FaultOut]


class MarkOut(routing.Out):
    """One fault of a row of the result."""

    column: Column
    code: str
    text: str
    text_en: str


class ResultRow(routing.Out):
    """One row as it was read, and what became of it."""

    row: int
    class_code: str
    name: str
    id_number: str
    phone: str
    accepted: bool
    faults: list[MarkOut]


class ResultOut(routing.Out):
    """The marked rows of a roster, in the order of the file."""

    roster_id: UUID
    rows: list[ResultRow]
