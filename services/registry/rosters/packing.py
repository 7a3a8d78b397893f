"""Seal rows in bulk: for the people they name, and for the result file that is kept a while."""

import json
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import UUID

from services.registry.rosters.admission import ClassFacts, Judged
from services.registry.rosters.files import Column, Rows
from services.registry.rosters.marking import Mark
from shared import ids
from shared.clock import SHANGHAI
from shared.sealing import Sealed, Sealer
from shared.standards import names

STAGING = (
    "roster_id",
    "row_no",
    "class_id",
    "trainee_id",
    "invitation_id",
    "name_sealed",
    "name_index",
    "id_sealed",
    "id_index",
    "phone_sealed",
    "invited_name_sealed",
)
KEPT_WITHOUT_CLASS = timedelta(days=30)
_KEYS = 1_000
_LEVEL = 1  # zlib's fastest: rows of names and numbers fold little more at the others


@dataclass(frozen=True, slots=True)
class Packed:
    """Sealed columns of accepted rows, of one length, in the order of the file."""

    row_no: list[int]
    class_id: list[UUID]
    trainee_id: list[str]
    invitation_id: list[str]
    name_sealed: list[Sealed]
    name_index: list[bytes]
    id_sealed: list[Sealed]
    id_index: list[bytes]
    phone_sealed: list[Sealed | None]
    invited_name_sealed: list[Sealed]

    def records(self, roster_id: UUID, left_out: Collection[int]) -> Iterator[Sequence[object]]:
        """Give the staging rows, without the row numbers that are left out."""
        columns = zip(
            self.row_no,
            self.class_id,
            self.trainee_id,
            self.invitation_id,
            self.name_sealed,
            self.name_index,
            self.id_sealed,
            self.id_index,
            self.phone_sealed,
            self.invited_name_sealed,
            strict=True,
        )
        for record in columns:
            if record[0] not in left_out:
                yield (roster_id, *record)


@dataclass(frozen=True, slots=True)
class Bundle:
    """The sealed rows of one class; `class_id` is None for rows that name none of its classes."""

    id: UUID
    class_id: UUID | None
    rows_sealed: Sealed
    erase_after: datetime


def pack(sealer: Sealer, rows: Rows, classes: Mapping[str, ClassFacts]) -> Packed:
    """Seal and index the accepted rows; a person known already keeps what is stored."""
    people, invitations = _keys(len(rows)), _keys(len(rows))
    class_ids = {code: classes[code].id for code in set(rows.class_code)}
    return Packed(
        row_no=rows.row_no,
        class_id=[class_ids[code] for code in rows.class_code],
        trainee_id=people,
        invitation_id=invitations,
        name_sealed=sealer.seal_many(
            rows.name, table="trainees", column="name_sealed", rows=people
        ),
        name_index=sealer.index_many("name", map(names.search_key, rows.name)),
        id_sealed=sealer.seal_many(
            rows.id_number, table="trainees", column="id_sealed", rows=people
        ),
        id_index=sealer.index_many("id_number", rows.id_number),
        phone_sealed=_phones(sealer, rows.phone, people),
        invited_name_sealed=sealer.seal_many(
            rows.name, table="invitations", column="name_sealed", rows=invitations
        ),
    )


def _keys(count: int) -> list[str]:
    # As text: 100,000 key objects would send the collector through the whole heap again and again.
    return [str(key) for at in range(0, count, _KEYS) for key in ids.uuid7s(min(_KEYS, count - at))]


def _phones(sealer: Sealer, phones: list[str], places: list[str]) -> list[Sealed | None]:
    filled = [index for index, phone in enumerate(phones) if phone]
    sealed = sealer.seal_many(
        [phones[index] for index in filled],
        table="trainees",
        column="phone_sealed",
        rows=[places[index] for index in filled],
    )
    column: list[Sealed | None] = [None] * len(phones)
    for index, one in zip(filled, sealed, strict=True):
        column[index] = one
    return column


def bundle(
    sealer: Sealer, judged: Judged, classes: Mapping[str, ClassFacts], *, at: datetime
) -> list[Bundle]:
    """Seal the marked rows per class, each to be erased by the day on which its class starts.

    Rows of a class that takes no invitations lie with those of no class: it may start never, or
    have started.
    """
    tables = (_by_class(judged.accepted, classes), _by_class(judged.rejected, classes))
    marks: dict[int, list[Mark]] = {}
    for mark in judged.marks:
        marks.setdefault(mark.row_no, []).append(mark)
    class_ids = {facts.id: facts for facts in classes.values()}
    found = []
    for class_id in dict.fromkeys([*tables[0], *tables[1]]):
        own_id = ids.uuid7()
        pair = [table.get(class_id, Rows()) for table in tables]
        said = [
            (mark.row_no, mark.column, mark.code)
            for row_no in pair[1].row_no
            for mark in marks.get(row_no, ())
        ]
        plain = json.dumps([*map(_columns, pair), said], ensure_ascii=False)
        sealed = sealer.seal(
            zlib.compress(plain.encode(), _LEVEL),
            table="roster_results",
            column="rows_sealed",
            row=own_id,
        )
        until = at + KEPT_WITHOUT_CLASS if class_id is None else _end_of(class_ids[class_id])
        found.append(Bundle(own_id, class_id, sealed, until))
    return found


def unbundle(sealer: Sealer, bundles: Sequence[tuple[UUID, bytes]]) -> Judged:
    """Open the bundles of a roster; rows in the order of the file come out by class."""
    accepted, rejected, marks = Rows(), Rows(), list[Mark]()
    for own_id, sealed in bundles:
        folded = sealer.open_bytes(sealed, table="roster_results", column="rows_sealed", row=own_id)
        first, second, said = json.loads(zlib.decompress(folded))
        for rows, more in ((accepted, first), (rejected, second)):
            rows.row_no.extend(more["row_no"])
            rows.name.extend(more["name"])
            rows.id_number.extend(more["id_number"])
            rows.phone.extend(more["phone"])
            rows.class_code.extend(more["class_code"])
        marks += [Mark(row_no, Column(column), code) for row_no, column, code in said]
    return Judged(accepted, rejected, marks)


def _by_class(rows: Rows, classes: Mapping[str, ClassFacts]) -> dict[UUID | None, Rows]:
    found: dict[UUID | None, Rows] = {}
    home = {
        code: classes[code].id if code in classes and classes[code].open else None
        for code in set(rows.class_code)
    }
    for index, code in enumerate(rows.class_code):
        own = found.setdefault(home[code], Rows())
        own.row_no.append(rows.row_no[index])
        own.name.append(rows.name[index])
        own.id_number.append(rows.id_number[index])
        own.phone.append(rows.phone[index])
        own.class_code.append(code)
    return found


def _columns(rows: Rows) -> dict[str, list[int] | list[str]]:
    return {
        "row_no": rows.row_no,
        "name": rows.name,
        "id_number": rows.id_number,
        "phone": rows.phone,
        "class_code": rows.class_code,
    }


def _end_of(facts: ClassFacts) -> datetime:
    # A safety net beside the start of the class itself, should that be put off.
    return datetime.combine(facts.starts_on + timedelta(days=1), time(), SHANGHAI)
