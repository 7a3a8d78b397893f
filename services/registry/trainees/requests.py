"""Requests for a correction: sealed words of the person, a sealed answer of the office."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.event_types import EventType
from services.registry.trainees import bindings, notices, own, reads
from services.registry.trainees.models import CorrectionRequest, Trainee
from shared import events, ids, problems
from shared.plans import Plan
from shared.principal import Principal
from shared.sealing import Sealer
from shared.standards import names, resident_id

RULE = "POLICY 9.6"
MOBILE = re.compile(r"1[0-9]{10}")
CLASS_AUTHORITY = text(
    "select authority from enrolments where class_id = :class and trainee_id = :person limit 1"
)


class Field(StrEnum):
    """What the person says is wrong."""

    NAME = "name"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    ATTENDANCE = "attendance"
    RESULT = "result"
    OTHER = "other"


class AuthorityUnknown(problems.Problem):
    """A request goes to the authority of one of the person's classes, or to one of the plan."""

    status = 422
    code = "authority_unknown"
    title_zh = "请选择一个主管单位，或者本人参加过的培训班"
    title_en = "Name an authority, or a class that you take part in"


class RequestAnswered(problems.Problem):
    """The request has its answer."""

    status = 409
    code = "request_answered"
    title_zh = "该更正申请已经答复"
    title_en = "This request has been answered"


class NothingToCorrect(problems.Problem):
    """Only name, ID number and phone are set here; the rest is corrected where it was recorded."""

    status = 422
    code = "nothing_to_correct"
    title_zh = "只有同意更正姓名、公民身份号码或者手机号码时才能填写更正后的内容"
    title_en = "A corrected value belongs to a granted request about name, ID number or phone"


class PhoneWrong(problems.Problem):
    """A mobile number has eleven digits and begins with 1."""

    status = 422
    code = "phone_wrong"
    title_zh = "手机号码应为 1 开头的 11 位数字"
    title_en = "A mobile number has eleven digits and begins with 1"


class NumberTaken(problems.Problem):
    """The corrected ID number is another person's."""

    status = 409
    code = "number_taken"
    title_zh = "更正后的公民身份号码已被登记"
    title_en = "The corrected ID number is registered already"


CONSTRAINTS: dict[str, type[problems.Problem]] = {"trainee_once": NumberTaken}


@dataclass(frozen=True, slots=True)
class Request:
    """A request with its words opened."""

    row: CorrectionRequest
    words: str
    answer: str | None


async def authority_for(
    session: AsyncSession,
    plan: Plan,
    *,
    authority: str | None,
    class_id: UUID | None,
    person: UUID,
) -> str:
    """Return whom a request goes to. Raises AuthorityUnknown."""
    if class_id is not None:
        found = await session.execute(CLASS_AUTHORITY, {"class": class_id, "person": person})
        authority = found.scalar_one_or_none()
    if authority is None or all(one.code != authority for one in plan.authorities):
        raise AuthorityUnknown
    return authority


async def ask(
    session: AsyncSession,
    sealer: Sealer,
    *,
    person: UUID,
    authority: str,
    field: Field,
    words: str,
    now: datetime,
) -> Request:
    """Keep a request, sealed, for one authority; the institution learns nothing of it."""
    identity = ids.uuid7()
    row = CorrectionRequest(
        id=identity,
        trainee_id=person,
        authority=authority,
        field=field.value,
        text_sealed=sealer.seal(
            words, table="correction_requests", column="text_sealed", row=identity
        ),
        asked_at=now,
        state="open",
    )
    values = {
        column.key: getattr(row, column.key) for column in CorrectionRequest.__table__.columns
    }
    await session.execute(insert(CorrectionRequest).values(values))
    return Request(row, words, None)


def opened(sealer: Sealer, row: CorrectionRequest) -> Request:
    """Open a request's words and its answer."""

    def plain(column: str) -> str | None:
        sealed = getattr(row, column)
        if sealed is None:
            return None
        return sealer.open(sealed, table="correction_requests", column=column, row=row.id)

    return Request(row, plain("text_sealed") or "", plain("answer_sealed"))


async def look(
    session: AsyncSession, sealer: Sealer, *, request_id: UUID, by: Principal, now: datetime
) -> tuple[Request, str | None]:
    """Return a request and its person's name, while open, for the office; logged. NotFound."""
    row = await session.get(CorrectionRequest, request_id)
    if row is None:
        raise problems.NotFound
    await reads.log(
        session, trainees=[row.trainee_id], what="request", purpose="correction", by=by, at=now
    )
    if row.state != "open":
        return opened(sealer, row), None
    await reads.log(
        session, trainees=[row.trainee_id], what="name", purpose="correction", by=by, at=now
    )
    person = (
        await session.execute(select(Trainee).where(Trainee.id == row.trainee_id))
    ).scalar_one()
    return opened(sealer, row), str(own.opened(sealer, person)["name"])


async def answer(
    session: AsyncSession,
    sealer: Sealer,
    *,
    request_id: UUID,
    granted: bool,
    words: str,
    corrected: str | None,
    by: Principal,
    on: date,
    now: datetime,
) -> CorrectionRequest:
    """Answer a request, set what was granted, tell the person; the event names nobody.

    Raises NotFound, RequestAnswered, NothingToCorrect, or what is wrong with the corrected value.
    """
    query = select(CorrectionRequest).where(CorrectionRequest.id == request_id).with_for_update()
    row = (await session.execute(query)).scalar_one_or_none()
    if row is None:
        raise problems.NotFound
    if row.state != "open":
        raise RequestAnswered
    if corrected is not None:
        if not granted or row.field not in {Field.NAME, Field.ID_NUMBER, Field.PHONE}:
            raise NothingToCorrect
        await _correct(session, sealer, row, corrected, on)
    state = "done" if granted else "refused"
    sealed = sealer.seal(words, table="correction_requests", column="answer_sealed", row=row.id)
    await session.execute(
        update(CorrectionRequest)
        .where(CorrectionRequest.id == row.id)
        .values(state=state, decided_by=by.subject, decided_at=now, answer_sealed=sealed)
        .execution_options(synchronize_session=False)
    )
    await notices.tell(
        session,
        people=[row.trainee_id],
        kind=notices.Kind.REQUEST_ANSWERED,
        at=now,
        data={"request_id": str(row.id)},
    )
    told = events.Event(
        type=EventType.REQUEST_ANSWERED,
        subject=f"correction_request:{row.id}",
        authority=row.authority,
        data={"field": row.field, "state": state},
        rule=RULE,
    )
    await events.append(session, [told], by=by, at=now)
    row.state, row.decided_at, row.answer_sealed = state, now, sealed
    session.expunge(row)
    return row


async def _correct(
    session: AsyncSession, sealer: Sealer, row: CorrectionRequest, corrected: str, on: date
) -> None:
    """Seal and index a corrected value anew."""
    person = row.trainee_id
    if row.field == Field.PHONE:
        if not MOBILE.fullmatch(corrected):
            raise PhoneWrong
        values = _sealed(sealer, person, "phone_sealed", corrected)
    elif row.field == Field.NAME:
        values = name_values(sealer, person, corrected)
    else:
        number = resident_id.normalise(corrected)
        if fault := resident_id.check(number, on=on):
            raise bindings.IdNumberWrong(fault=fault.value)
        values = _sealed(sealer, person, "id_sealed", number)
        values["id_index"] = sealer.index("id_number", number)
    await session.execute(
        update(Trainee)
        .where(Trainee.id == person)
        .values(values)
        .execution_options(synchronize_session=False)
    )


def name_values(sealer: Sealer, person: UUID, name: str) -> dict[str, bytes]:
    """Return the columns of a corrected name. Raises NameWrong."""
    shown = names.clean(name)
    if faults := names.faults(shown):
        raise bindings.NameWrong(fault=faults[0].value)
    index = sealer.index("name", names.search_key(shown))
    return {**_sealed(sealer, person, "name_sealed", shown), "name_index": index}


def _sealed(sealer: Sealer, person: UUID, column: str, value: str) -> dict[str, bytes]:
    return {column: sealer.seal(value, table="trainees", column=column, row=person)}
