"""Binding a log-in to a person: an office checks the card and hands out a code, the person uses it.

No data of an institution takes part in it (DESIGN.md 7).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.trainees import codes, notices, reads
from services.registry.trainees.models import BindingCode, NameConflict, Trainee
from shared import ids, problems
from shared.principal import Principal
from shared.sealing import Sealer
from shared.standards import names, resident_id

CODE_HOURS = 24
ALONE = text("select pg_advisory_xact_lock(hashtextextended('binding:' || :person, 0))")
FIND = text("select trainee_id, name_index from find_trainee(:index)")


class IdNumberWrong(problems.Problem):
    """The number is not a resident ID number."""

    status = 422
    code = "id_number_wrong"
    title_zh = "公民身份号码有误，请核对证件"
    title_en = "This is not a resident ID number; please check the card"


class NameWrong(problems.Problem):
    """The name cannot stand on an ID card."""

    status = 422
    code = "name_wrong"
    title_zh = "姓名填写有误，请按证件填写"
    title_en = "The name is not as on an ID card"


class NameDiffers(problems.Problem):
    """The ID number is known with another name; nothing is told of that name."""

    status = 409
    code = "name_differs"
    title_zh = "该公民身份号码已登记，姓名与本次填写的不一致，已转主管单位核对"
    title_en = "This ID number is registered with another name; the authority will look at it"


class CodeRefused(problems.Problem):
    """The code is wrong, expired, used or not for this log-in: all look the same."""

    status = 422
    code = "binding_code_refused"
    title_zh = "绑定码无效或已过期，请到主管单位窗口重新领取"
    title_en = "The code does not hold; please ask the office for a new one"


class SameOffice(problems.Problem):
    """The second signature under a code has to be another officer's of another office."""

    status = 409
    code = "binding_same_office"
    title_zh = "须由另一科室的另一名工作人员核对"
    title_en = "Another officer of another office has to countersign the code"


@dataclass(frozen=True, slots=True)
class Made:
    """A code just made; `second_needed` where the person has had a log-in before."""

    id: UUID
    code: str
    until: datetime
    second_needed: bool


@dataclass(frozen=True, slots=True)
class Card:
    """What the officer read off the card, checked and in the one form it is kept."""

    number: str
    name: str
    phone: str | None


def card(*, number: str, name: str, phone: str | None, on: date) -> Card:
    """Check what was typed off a card. Raises IdNumberWrong or NameWrong."""
    plain, shown = resident_id.normalise(number), names.clean(name)
    if fault := resident_id.check(plain, on=on):
        raise IdNumberWrong(fault=fault.value)
    if faults := names.faults(shown):
        raise NameWrong(fault=faults[0].value)
    return Card(plain, shown, phone)


def authority_of(by: Principal) -> str:
    """Return the authority an officer acts for: that of the office, else the first in reach."""
    own = (by.office or "").partition("/")[0]
    return own if own in by.authorities else by.authorities[0]


async def person_of(
    session: AsyncSession, sealer: Sealer, *, shown: Card, by: Principal, at: datetime
) -> UUID | None:
    """Find or register the person of a card; None if the number is known with another name.

    The other name is then noted for the officer's authority.
    """
    found = await _find(session, sealer, shown.number)
    if found is None:
        await _register(session, sealer, shown, at)
        found = await _find(session, sealer, shown.number)
    assert found is not None
    person, known_index = found
    if known_index in sealer.index_all("name", names.search_key(shown.name)):
        return person
    await _note_conflict(session, sealer, person, shown.name, by=by, at=at)
    return None


async def make_code(
    session: AsyncSession, sealer: Sealer, *, person: UUID, by: Principal, at: datetime
) -> Made:
    """Make a code that binds one log-in to this person within a day; only its index is kept.

    Earlier codes of the person end with it; the person sees in the access log who made it.
    """
    await session.execute(ALONE, {"person": str(person)})
    made, code, until = ids.uuid7(), codes.draw(), at + timedelta(hours=CODE_HOURS)
    row = {
        "id": made,
        "authority": authority_of(by),
        "trainee_id": person,
        "code_index": sealer.index("binding_code", code),
        "made_by": by.subject,
        "office": by.office or authority_of(by),
        "made_at": at,
        "until": until,
    }
    await session.execute(insert(BindingCode).values(row))
    await reads.log(session, trainees=[person], what="id_number", purpose="binding", by=by, at=at)
    return Made(made, code, until, await _bound_before(session, person))


async def countersign(
    session: AsyncSession,
    sealer: Sealer,
    *,
    code_id: UUID,
    number: str,
    by: Principal,
    at: datetime,
) -> None:
    """Let a second office, which sees the card too, stand for a code that replaces a log-in.

    Signing again is signing once. Raises NotFound, also for another person's card, SameOffice.
    """
    query = select(BindingCode).where(BindingCode.id == code_id)
    row = (await session.execute(query)).scalar_one_or_none()
    found = await _find(session, sealer, resident_id.normalise(number))
    if row is None or found is None or found[0] != row.trainee_id or at >= row.until:
        raise problems.NotFound
    if not await _bound_before(session, row.trainee_id):
        raise problems.NotFound
    if row.second_by == by.subject:
        return
    own = by.office or authority_of(by)
    if by.subject == row.made_by or own == row.office:
        raise SameOffice
    signed = await session.execute(
        update(BindingCode)
        .where(BindingCode.id == code_id, BindingCode.second_by.is_(None))
        .where(BindingCode.redeemed_at.is_(None))
        .values(second_by=by.subject, second_office=own, second_at=at)
        .returning(BindingCode.id)
        .execution_options(synchronize_session=False)
    )
    if signed.first() is None:
        raise problems.NotFound
    await reads.log(
        session, trainees=[row.trainee_id], what="id_number", purpose="binding", by=by, at=at
    )


async def redeem(
    session: AsyncSession, sealer: Sealer, *, code: str, login: UUID, at: datetime
) -> UUID:
    """Bind a log-in to the code's person, once; the same log-in may ask again.

    Who was bound before is bound anew only by a code of two offices: no officer takes a person
    over alone (POLICY.md 9.1). An older code ends with a newer one. Raises CodeRefused.
    """
    indexes = sealer.index_all("binding_code", codes.normalise(code))
    query = select(BindingCode).where(BindingCode.code_index.in_(indexes))
    row = (await session.execute(query)).scalar_one_or_none()
    if row is None:
        raise CodeRefused
    await session.execute(ALONE, {"person": str(row.trainee_id)})
    await session.refresh(row, with_for_update=True)
    others = await _others(session, row)
    later = [other for other in others if other.id > row.id]
    if row.redeemed_at is not None:
        if row.login_id != login or any(other.redeemed_at for other in later):
            raise CodeRefused
        return row.trainee_id
    replaces = any(other.redeemed_at for other in others)
    if later or at >= row.until or (replaces and row.second_by is None):
        raise CodeRefused
    if await _bound_elsewhere(session, login, row.trainee_id):
        raise CodeRefused
    await session.execute(
        update(BindingCode)
        .where(BindingCode.id == row.id)
        .values(login_id=login, redeemed_at=at)
        .execution_options(synchronize_session=False)
    )
    await notices.tell(session, people=[row.trainee_id], kind=notices.Kind.LOGIN_BOUND, at=at)
    return row.trainee_id


async def _find(session: AsyncSession, sealer: Sealer, number: str) -> tuple[UUID, bytes] | None:
    for index in sealer.index_all("id_number", number):
        found = await session.execute(FIND, {"index": index})
        if row := found.one_or_none():
            return row.trainee_id, row.name_index
    return None


async def _register(session: AsyncSession, sealer: Sealer, shown: Card, at: datetime) -> None:
    person = ids.uuid7()

    def sealed(column: str, value: str) -> bytes:
        return sealer.seal(value, table="trainees", column=column, row=person)

    row = {
        "id": person,
        "name_sealed": sealed("name_sealed", shown.name),
        "name_index": sealer.index("name", names.search_key(shown.name)),
        "id_sealed": sealed("id_sealed", shown.number),
        "id_index": sealer.index("id_number", shown.number),
        "phone_sealed": sealed("phone_sealed", shown.phone) if shown.phone else None,
        "language": "zh-Hans",
        "created_at": at,
    }
    # No conflict target: naming one would ask for the right to see the other row.
    await session.execute(insert(Trainee).values(row).on_conflict_do_nothing())


async def _note_conflict(
    session: AsyncSession,
    sealer: Sealer,
    person: UUID,
    name: str,
    *,
    by: Principal,
    at: datetime,
) -> None:
    conflict = ids.uuid7()
    row = {
        "id": conflict,
        "trainee_id": person,
        "authority": authority_of(by),
        "name_sealed": sealer.seal(
            name, table="name_conflicts", column="name_sealed", row=conflict
        ),
        "name_index": sealer.index("name", names.search_key(name)),
        "at": at,
        "state": "open",
    }
    await session.execute(insert(NameConflict).values(row).on_conflict_do_nothing())


async def _others(session: AsyncSession, row: BindingCode) -> Sequence[BindingCode]:
    query = select(BindingCode).where(
        BindingCode.trainee_id == row.trainee_id, BindingCode.id != row.id
    )
    return (await session.scalars(query)).all()


async def _bound_before(session: AsyncSession, person: UUID) -> bool:
    return bool(await session.scalar(select(func.bound_before(person))))


async def _bound_elsewhere(session: AsyncSession, login: UUID, person: UUID) -> bool:
    found = await session.execute(
        select(BindingCode.id)
        .where(BindingCode.login_id == login, BindingCode.trainee_id != person)
        .limit(1)
    )
    return found.first() is not None
