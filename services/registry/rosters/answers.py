"""Put into words what became of a roster, from what is stored or would be."""

from typing import Any

from services.registry.rosters import admission, marking
from services.registry.rosters.admission import Judged
from services.registry.rosters.files import NOTE_TEXTS, Column, Kind, NoteCode, Sheet
from services.registry.rosters.models import Roster
from services.registry.rosters.schemas import (
    FaultOut,
    MarkOut,
    NoteOut,
    ResultOut,
    ResultRow,
    RosterOut,
    RosterSummary,
)

FAULTS_SHOWN = 200
DROPPED = NoteCode.COLUMNS_DROPPED


def faults(judged: Judged) -> list[list[Any]]:
    """Keep the first faults as row number, column and code: never a cell."""
    return [[mark.row_no, mark.column, mark.code] for mark in judged.marks[:FAULTS_SHOWN]]


def notes(sheet: Sheet) -> list[list[Any]]:
    """Keep what was left out, as code and count."""
    return [[note.code, note.count] for note in sheet.notes]


def dropped(sheet: Sheet) -> list[str]:
    """List the headings of the columns that were dropped unread."""
    return [heading for note in sheet.notes if note.code is DROPPED for heading in note.headings]


def summary(roster: Roster) -> RosterSummary:
    """Say what became of a roster, in counts."""
    return RosterSummary(
        id=roster.id,
        at=roster.at,
        kind=Kind(roster.kind),
        rows_received=roster.rows_received,
        rows_accepted=roster.rows_accepted,
        rows_rejected=roster.rows_received - roster.rows_accepted,
        rejected_by_code=roster.rows_rejected_by_code,
    )


def whole(roster: Roster, *, dry_run: bool = False) -> RosterOut:
    """Say what became of a roster, with its first faults and what was left out."""
    counts = summary(roster).model_dump()
    if dry_run:
        counts["id"] = None
    return RosterOut(
        **counts,
        dropped_columns=roster.dropped_columns,
        notes=[
            NoteOut(code=code, count=count, text=NOTE_TEXTS[code].zh, text_en=NOTE_TEXTS[code].en)
            for code, count in roster.notes
        ],
        faults=[
            FaultOut(
                row=row,
                column=Column(column),
                code=code,
                text=admission.CATALOGUE[code].zh,
                text_en=admission.CATALOGUE[code].en,
            )
            for row, column, code in roster.faults
        ],
    )


def result(roster: Roster, judged: Judged, *, form: str) -> bytes:
    """Write the marked rows as xlsx, csv or json."""
    if form == "xlsx":
        return marking.xlsx(
            judged.accepted, judged.rejected, judged.marks, catalogue=admission.CATALOGUE
        )
    if form == "csv":
        return marking.csv_text(
            judged.accepted, judged.rejected, judged.marks, catalogue=admission.CATALOGUE
        )
    return _json(roster, judged).model_dump_json().encode()


def _json(roster: Roster, judged: Judged) -> ResultOut:
    marks: dict[int, list[MarkOut]] = {}
    for mark in judged.marks:
        said = admission.CATALOGUE[mark.code]
        marks.setdefault(mark.row_no, []).append(
            MarkOut(column=mark.column, code=mark.code, text=said.zh, text_en=said.en)
        )
    rows = [
        ResultRow(
            row=table.row_no[index],
            class_code=table.class_code[index],
            name=table.name[index],
            id_number=table.id_number[index],
            phone=table.phone[index],
            accepted=accepted,
            faults=marks.get(table.row_no[index], []),
        )
        for table, accepted in ((judged.accepted, True), (judged.rejected, False))
        for index in range(len(table))
    ]
    return ResultOut(roster_id=roster.id, rows=sorted(rows, key=lambda row: row.row))
