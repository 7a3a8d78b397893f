"""Import what people received before the system was there, as entries that fill caps."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.benefits import rules
from services.registry.benefits.schemas import OwnBenefitOut
from services.registry.enrolments import queries as enrolments
from services.registry.event_types import EventType
from services.registry.registers import operations as registers
from services.registry.registers.operations import Draft, Entered
from services.registry.registers.rules import EARLIER_BENEFIT, Fault
from shared import ids
from shared.principal import Principal
from shared.sealing import Sealer
from shared.service import Service

OWN = text("select * from own_benefits(cast(:people as bytea[]))")
FILL = text(
    "select fill_benefits(:register, cast(:ids as uuid[]), cast(:people as bytea[]),"
    " cast(:kinds as text[]), cast(:subjects as text[]), cast(:levels as integer[]),"
    " cast(:days as date[]))"
)


async def import_benefits(
    session: AsyncSession,
    *,
    here: Service,
    source_title: str,
    document_number: str,
    as_of: date,
    rows: Sequence[rules.Benefit],
    by: Principal,
    now: datetime,
    today: date,
) -> tuple[Entered, list[Fault]]:
    """Import a list of earlier benefits, without names; tell what is wrong with its rows.

    Raises RegisterFromFuture, RegisterOlder.
    """
    found, faults = await asyncio.to_thread(rules.check, rows, on=today)
    entered = await registers.enter(
        session,
        here=here,
        draft=Draft(EARLIER_BENEFIT, source_title, document_number, as_of, complete=False),
        content=sorted(map(repr, found)),
        by=by,
        now=now,
        today=today,
        event=EventType.BENEFIT_IMPORTED,
    )
    if entered.fresh:
        columns = await asyncio.to_thread(_columns, here.sealer, found)
        await session.execute(FILL, {"register": entered.register.id} | columns)
    return entered, faults


async def own(session: AsyncSession, *, sealer: Sealer, by: Principal) -> list[OwnBenefitOut]:
    """Return what lists say that the caller received before. Raises NotFound."""
    assert by.trainee is not None
    person = await enrolments.person(session, by.trainee)
    number = sealer.open(person.id_sealed, table="trainees", column="id_sealed", row=person.id)
    rows = await session.execute(OWN, {"people": list(sealer.index_all(registers.INDEX, number))})
    return [
        OwnBenefitOut(
            kind=row.kind,
            subject_code=row.subject_code,
            level=row.level,
            on=row.received_on,
            source_title=row.source_title,
            document_number=row.document_number,
            as_of=row.as_of,
        )
        for row in rows
    ]


def _columns(sealer: Sealer, found: Sequence[rules.Benefit]) -> dict[str, list[object]]:
    return {
        "ids": list(ids.uuid7s(len(found))),
        "people": list(sealer.index_many(registers.INDEX, [one.id_number for one in found])),
        "kinds": [one.kind for one in found],
        "subjects": [one.subject_code for one in found],
        "levels": [one.level for one in found],
        "days": [one.on for one in found],
    }
