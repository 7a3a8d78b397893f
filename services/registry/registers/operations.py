"""Import a list: its newer edition takes its place, the same one again changes nothing."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.event_types import EventType
from services.registry.registers import rules
from services.registry.registers.models import Register
from services.registry.trainees import bindings
from shared import events, ids, problems
from shared.principal import Principal
from shared.sealing import Sealer
from shared.service import Service

INDEX = "register"
RULE = "POLICY 8.22|categories"
FILL = text(
    "select fill_register(:register, cast(:ids as uuid[]), cast(:people as bytea[]),"
    " cast(:froms as date[]), cast(:tos as date[]), cast(:employers as bytea[]))"
)


class RegisterCodeUnknown(problems.Problem):
    """No register evidences what the code names."""

    status = 422
    code = "register_code_unknown"
    title_zh = "没有这种名册：只接收方案点名、由名册证明的类别"
    title_en = "There is no such register: only what the plan names and a register evidences"


class RegisterOlder(problems.Problem):
    """A newer list of the same code and source is already in force."""

    status = 409
    code = "register_newer_in_force"
    title_zh = "同一来源已有日期更近的名册"
    title_en = "A newer list of the same source is already in force"


class RegisterFromFuture(problems.Problem):
    """A list speaks of a day that has come."""

    status = 422
    code = "register_from_future"
    title_zh = "名册日期晚于今天"
    title_en = "The day of the list lies in the future"


class RegisterNotComplete(problems.Problem):
    """A complete list with a faulty row is none: the person of that row would seem absent."""

    status = 422
    code = "register_not_complete"
    title_zh = "声明为全量名册的，每一行都须正确，请更正后重新导入"
    title_en = "A list said to be complete must have no faulty row; correct it and send it again"


CONSTRAINTS: dict[str, type[problems.Problem]] = {"register_current": RegisterOlder}


@dataclass(frozen=True, slots=True)
class Draft:
    """What an officer says of a list."""

    code: str
    source_title: str
    document_number: str
    as_of: date
    complete: bool


@dataclass(frozen=True, slots=True)
class Entered:
    """The list in force after an import; `fresh` is False where it was in force before."""

    register: Register
    fresh: bool


async def import_list(
    session: AsyncSession,
    *,
    here: Service,
    draft: Draft,
    rows: Sequence[rules.Row],
    faults: Sequence[rules.Fault] = (),
    by: Principal,
    now: datetime,
    today: date,
) -> tuple[Entered, list[rules.Fault]]:
    """Import a list of a register, without names; tell what is wrong with its rows.

    Raises RegisterCodeUnknown, RegisterFromFuture, RegisterNotComplete, RegisterOlder.
    """
    pension = here.plan.provision("pension").on(today).text("excluded_category")
    if draft.code not in rules.codes(here.plan.categories, pension_category=pension, on=today):
        raise RegisterCodeUnknown
    bad = {fault.row for fault in faults}
    readable = [row for row in rows if row.number not in bad]
    found, wrong = await asyncio.to_thread(rules.check, readable, code=draft.code, on=today)
    told = sorted([*faults, *wrong], key=lambda fault: fault.row)
    if draft.complete and told:
        raise RegisterNotComplete(errors=[_plain(fault) for fault in told[:200]])
    entered = await enter(
        session,
        here=here,
        draft=draft,
        content=sorted(map(repr, found)),
        by=by,
        now=now,
        today=today,
        event=EventType.REGISTER_IMPORTED,
    )
    if entered.fresh:
        filled = await asyncio.to_thread(_sealed, here.sealer, found)
        await session.execute(FILL, {"register": entered.register.id} | filled)
    return entered, told


async def enter(
    session: AsyncSession,
    *,
    here: Service,
    draft: Draft,
    content: Iterable[str],
    by: Principal,
    now: datetime,
    today: date,
    event: EventType,
) -> Entered:
    """Put an empty list in the place of the one before, unless it is the same.

    Raises RegisterFromFuture, RegisterOlder.
    """
    if draft.as_of > today:
        raise RegisterFromFuture
    authority = bindings.authority_of(by)
    index = here.sealer.index("register_content", _digest(draft, content))
    query = select(Register).where(
        Register.authority == authority,
        Register.code == draft.code,
        Register.source_title == draft.source_title,
        Register.replaced_at.is_(None),
    )
    before = (await session.execute(query.with_for_update())).scalar_one_or_none()
    if before is not None:
        if before.content_index == index:
            return Entered(before, fresh=False)
        if before.as_of > draft.as_of:
            raise RegisterOlder
        replaced = update(Register).where(Register.id == before.id).values(replaced_at=now)
        await session.execute(replaced.execution_options(synchronize_session=False))
    row = await _write(session, draft, authority=authority, index=index, by=by, now=now)
    told = events.Event(
        type=event,
        subject=f"register:{row.id}",
        authority=authority,
        data={"code": row.code, "as_of": row.as_of.isoformat(), "replaced": before is not None},
        rule=RULE,
    )
    await events.append(session, [told], by=by, at=now)
    return Entered(row, fresh=True)


async def _write(
    session: AsyncSession,
    draft: Draft,
    *,
    authority: str,
    index: bytes,
    by: Principal,
    now: datetime,
) -> Register:
    row = Register(
        id=ids.uuid7(),
        authority=authority,
        code=draft.code,
        source_title=draft.source_title,
        document_number=draft.document_number,
        as_of=draft.as_of,
        complete=draft.complete,
        content_index=index,
        imported_by=by.subject,
        imported_at=now,
        replaced_at=None,
    )
    columns = Register.__table__.columns
    values = {column.key: getattr(row, column.key) for column in columns}
    await session.execute(insert(Register).values(values))
    return row


def _digest(draft: Draft, content: Iterable[str]) -> bytes:
    """Digest all that an import says, so that the same one is known again."""
    state = sha256(repr(draft).encode())
    for line in content:
        state.update(line.encode() + b"\n")
    return state.digest()


def _sealed(sealer: Sealer, found: Sequence[rules.Entry]) -> dict[str, list[object]]:
    """Turn entries into columns: an index for whom, a seal for the employer."""
    keys: list[UUID] = ids.uuid7s(len(found))
    employers: list[object] = [None] * len(found)
    placed = [n for n, entry in enumerate(found) if entry.employer]
    sealed = sealer.seal_many(
        [found[n].employer or "" for n in placed],
        table="register_entries",
        column="employer_sealed",
        rows=[keys[n] for n in placed],
    )
    for n, value in zip(placed, sealed, strict=True):
        employers[n] = value
    return {
        "ids": list(keys),
        "people": list(sealer.index_many(INDEX, [entry.id_number for entry in found])),
        "froms": [entry.starts for entry in found],
        "tos": [entry.until for entry in found],
        "employers": employers,
    }


def _plain(fault: rules.Fault) -> dict[str, object]:
    return {"row": fault.row, "column": fault.column, "code": fault.code}
