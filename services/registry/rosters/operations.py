"""Receive a roster: read and check it, admit its people, keep what was answered.

Everything slow comes first: reading, checking and sealing. Then one transaction of a handful of
statements, whatever the rows.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.event_types import EventType
from services.registry.rosters import admission, answers, packing, queries, writing
from services.registry.rosters.admission import ClassFacts, Judged
from services.registry.rosters.checking import Terms
from services.registry.rosters.files import FileRefused, Sheet
from services.registry.rosters.models import Roster
from services.registry.rosters.packing import Packed
from services.registry.rosters.readers import Readers, ReadersBusy
from shared import clock, events, ids, problems, routing
from shared.principal import Principal
from shared.service import Service

RETRY_AFTER_S = 5
RULE = "enrolment"


class RosterRefused(problems.Problem):
    """The whole file is refused; `reason` is one of the codes of the template's second sheet."""

    status = 422
    code = "roster_refused"
    title_zh = "文件未被接收"
    title_en = "The file is refused"


class ResultErased(problems.Problem):
    """The rows of a roster are erased when their classes start."""

    status = 410
    code = "result_erased"
    title_zh = "培训班已开班，花名册结果文件已删除"
    title_en = "The classes have started; the roster's rows are erased"


@dataclass(frozen=True, slots=True)
class _Read:
    """A file that was read, judged and sealed; nothing of it is stored yet."""

    indexes: tuple[bytes, ...]
    sheet: Sheet
    judged: Judged
    packed: Packed
    classes: dict[str, ClassFacts]


async def receive(
    session: AsyncSession, *, here: Service, data: bytes, by: Principal, now: datetime
) -> tuple[Roster, bool]:
    """Admit a roster; the same file again gives the first answer. Says whether it is new.

    Raises RosterRefused, Busy.
    """
    own = _organisation(by)
    indexes = await asyncio.to_thread(here.sealer.index_all, "roster_file", data)
    async with here.database.transaction(by) as early:
        known = await queries.by_file(early, organisation=own, indexes=indexes)
        classes = {} if known else await queries.own_classes(early, organisation=own, now=now)
    if known is not None:
        return known, False
    read = await _read(here, data, indexes, classes, now)
    bundles = await asyncio.to_thread(
        packing.bundle, here.sealer, read.judged, read.classes, at=now
    )
    judged, held = await _hold(session, read, own, now)
    if judged is not read.judged:
        bundles = await asyncio.to_thread(packing.bundle, here.sealer, judged, held, at=now)
    roster = _roster(read, judged, by, now)
    if not await _store(session, roster):
        first = await queries.by_file(session, organisation=own, indexes=indexes)
        assert first is not None
        return first, False
    left_out = set(read.packed.row_no) - set(judged.accepted.row_no)
    if judged.accepted:
        await writing.admit(
            session,
            sealer=here.sealer,
            roster_id=roster.id,
            packed=read.packed,
            names_by_row=dict(zip(judged.accepted.row_no, judged.accepted.name, strict=True)),
            left_out=left_out,
            at=now,
        )
    await writing.results(session, bundles=bundles, roster_id=roster.id, organisation=own)
    await events.append(session, _events(roster, judged, held), by=by, at=now)
    return roster, True


async def rehearse(*, here: Service, data: bytes, by: Principal, now: datetime) -> Roster:
    """Say what would become of a roster, and store nothing. Raises RosterRefused, Busy."""
    own = _organisation(by)
    async with here.database.transaction(by) as early:
        classes = await queries.own_classes(early, organisation=own, now=now)
    read = await _read(here, data, (b"",), classes, now)
    ids_named = {classes[code].id for code in set(read.judged.accepted.class_code)}
    async with here.database.transaction(by) as late:
        held = await queries.classes_of(late, ids=ids_named, now=now)
        judged = await _judge_again(late, read, held)
    return _roster(read, judged, by, now)


async def _read(
    here: Service,
    data: bytes,
    indexes: tuple[bytes, ...],
    classes: dict[str, ClassFacts],
    now: datetime,
) -> _Read:
    """Read, check, judge and seal: no transaction is open meanwhile."""
    readers: Readers = here.extra["readers"]
    on = clock.business_day(now)
    provision = here.plan.provision("enrolment").on(on)
    terms = Terms(class_codes=list(classes), on=on, min_age=provision.integer("age_min"))
    try:
        sheet, checked = await readers.check(data, terms=terms)
    except FileRefused as refused:
        raise RosterRefused(refused.zh, refused.en, reason=refused.code.value) from None
    except ReadersBusy:
        raise routing.Busy(headers={"Retry-After": str(RETRY_AFTER_S)}) from None

    def work() -> tuple[Judged, Packed]:
        hazardous_age = provision.integer("hazardous_age_min")
        judged = admission.judge(checked, classes, on=on, hazardous_age=hazardous_age)
        return judged, packing.pack(here.sealer, judged.accepted, classes)

    judged, packed = await asyncio.to_thread(work)
    return _Read(indexes, sheet, judged, packed, classes)


async def _hold(
    session: AsyncSession, read: _Read, own: UUID, now: datetime
) -> tuple[Judged, dict[str, ClassFacts]]:
    """Hold the named classes still and judge again by what they are now."""
    named = {read.classes[code].id for code in set(read.judged.accepted.class_code)}
    if not named:
        return read.judged, read.classes
    await queries.lock(session, ids=named, organisation=own)
    held = await queries.classes_of(session, ids=named, now=now)
    return await _judge_again(session, read, held), read.classes | held


async def _judge_again(session: AsyncSession, read: _Read, held: dict[str, ClassFacts]) -> Judged:
    judged = admission.turn_away(read.judged, admission.closed(read.judged, held))
    beyond = await queries.overflow(session, judged=judged, packed=read.packed, classes=held)
    return admission.turn_away(judged, admission.full(beyond))


def _organisation(by: Principal) -> UUID:
    assert by.organisation is not None
    return by.organisation


def _roster(read: _Read, judged: Judged, by: Principal, now: datetime) -> Roster:
    return Roster(
        id=ids.uuid7(),
        organisation_id=by.organisation,
        file_index=read.indexes[0],
        kind=read.sheet.kind,
        rows_received=judged.received(),
        rows_accepted=len(judged.accepted),
        rows_rejected_by_code=judged.by_code(),
        dropped_columns=answers.dropped(read.sheet),
        notes=answers.notes(read.sheet),
        faults=answers.faults(judged),
        by_subject=by.subject,
        at=now,
    )


async def _store(session: AsyncSession, roster: Roster) -> bool:
    """Store the answer; False if another request was first with the same file."""
    columns = {column.name: getattr(roster, column.name) for column in Roster.__table__.columns}
    stored = await session.execute(
        insert(Roster)
        .values(**columns)
        .on_conflict_do_nothing(constraint="roster_once")
        .returning(Roster.id)
    )
    return stored.first() is not None


def _events(roster: Roster, judged: Judged, classes: dict[str, ClassFacts]) -> list[events.Event]:
    """Tell each authority how many people of how many classes, and nobody who."""
    accepted: dict[str, dict[str, int]] = {}
    for code in judged.accepted.class_code:
        rows = accepted.setdefault(classes[code].authority, {})
        rows[code] = rows.get(code, 0) + 1
    shares: list[tuple[str | None, dict[str, Any]]] = [
        (authority, {"classes": len(rows), "rows_accepted": sum(rows.values())})
        for authority, rows in sorted(accepted.items())
    ]
    if not shares:
        refused = {"rows_accepted": 0, "rejected_by_code": roster.rows_rejected_by_code}
        shares = [(None, refused)]
    return [
        events.Event(
            type=EventType.ROSTER_RECEIVED,
            subject=f"roster:{roster.id}",
            authority=authority,
            organisation=roster.organisation_id,
            data={"rows_received": roster.rows_received, **share},
            rule=RULE,
        )
        for authority, share in shares
    ]
