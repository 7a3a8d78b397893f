"""HTTP of a person's own record. Only a bound log-in of the person comes here."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from fastapi import Response
from pydantic import Field
from sqlalchemy import select

from services.registry.trainees import notices, own, words
from services.registry.trainees.models import AccessLogEntry, Notice
from shared import pages, routing
from shared.plans import Plan

router = routing.router("/me", tags=["trainees"])

Language = Literal["zh-Hans", "ug", "en"]
Words = dict[str, str]


class RecordOut(routing.Out):
    """What is stored of the person; the only answer with a whole ID number."""

    trainee_id: UUID
    name: str
    id_number: str
    phone: str | None
    language: Language
    created_at: datetime


class LanguageIn(routing.Body):
    """The language one wants to be addressed in."""

    language: Language = Field(examples=["ug"])


class PhoneIn(routing.Body):
    """A mobile number, or null to have none kept."""

    phone: str | None = Field(pattern=r"^1[0-9]{10}$", examples=["13800000000"])


class ReadOut(routing.Out):
    """One read of one's data: which office or organisation, what, why, when."""

    at: datetime
    by: Literal["office", "organisation", "service"]
    office: str | None
    office_name: str | None
    organisation_id: UUID | None
    what: str
    what_words: Words
    purpose: str
    purpose_words: Words


class NoticeOut(routing.Out):
    """A line of the inbox, with its words in every language."""

    id: UUID
    kind: str
    words: Words
    data: dict[str, Any]
    at: datetime
    read_at: datetime | None


class CopyOut(routing.Out):
    """Everything stored about the person: `sections` by table, opened."""

    made_at: datetime
    plan_hash: str
    sections: dict[str, Any]


@router.get("", summary="本人在系统中的记录")
async def get_my_record(
    session: routing.DbSession, by: routing.Caller, here: routing.Here
) -> RecordOut:
    """Show the caller's own record, unsealed."""
    return RecordOut.model_validate(own.opened(here.sealer, await own.record(session, by)))


@router.put("/language", summary="选择文字")
async def set_my_language(
    body: LanguageIn, session: routing.DbSession, by: routing.Caller, here: routing.Here
) -> RecordOut:
    """Set the language the caller is addressed in: never a filter, an export or a figure."""
    await own.set_language(session, language=body.language, by=by)
    return RecordOut.model_validate(own.opened(here.sealer, await own.record(session, by)))


@router.put("/phone", summary="更改或者删除本人手机号码")
async def set_my_phone(
    body: PhoneIn, session: routing.DbSession, by: routing.Caller, here: routing.Here
) -> RecordOut:
    """Set the caller's phone number, or take it away."""
    await own.set_phone(session, here.sealer, phone=body.phone, by=by)
    return RecordOut.model_validate(own.opened(here.sealer, await own.record(session, by)))


@router.get("/access-log", summary="谁看过本人的信息，为什么")
async def list_my_reads(
    session: routing.DbSession,
    here: routing.Here,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[ReadOut]:
    """List who read the caller's data: the office or organisation, what, why and when."""
    query = pages.keyset(
        select(AccessLogEntry),
        [AccessLogEntry.at.expression, AccessLogEntry.id.expression],
        [datetime, UUID],
        after,
        limit,
    )
    rows = (await session.execute(query)).scalars().all()
    return pages.page(rows, limit, lambda row: (row.at, row.id), lambda row: _read(here.plan, row))


@router.get("/inbox", summary="本人收到的通知")
async def list_my_notices(
    session: routing.DbSession,
    after: pages.After = None,
    limit: pages.Limit = 50,
) -> pages.Page[NoticeOut]:
    """List the caller's inbox."""
    query = pages.keyset(
        select(Notice), [Notice.at.expression, Notice.id.expression], [datetime, UUID], after, limit
    )
    rows = (await session.execute(query)).scalars().all()
    return pages.page(rows, limit, lambda row: (row.at, row.id), _notice)


@router.post("/inbox/{notice_id}/reading", summary="通知已读", openapi_extra=routing.NO_KEY)
async def read_my_notice(
    notice_id: UUID, session: routing.DbSession, clock: routing.Now
) -> NoticeOut:
    """Mark a line of the caller's inbox as read; again changes nothing. NotFound."""
    return _notice(await own.read_notice(session, notice=notice_id, now=clock.now()))


@router.get("/copy", summary="复制本人的全部信息")
async def copy_my_record(
    session: routing.DbSession,
    by: routing.Caller,
    clock: routing.Now,
    here: routing.Here,
    response: Response,
) -> CopyOut:
    """Give the caller everything that is stored about them, as one JSON file."""
    response.headers["Content-Disposition"] = 'attachment; filename="zhipei-my-record.json"'
    response.headers["Cache-Control"] = "no-store"
    sections = await own.copy(session, here.sealer, by=by)
    return CopyOut(made_at=clock.now(), plan_hash=here.plan.hash, sections=sections)


def _read(plan: Plan, row: AccessLogEntry) -> ReadOut:
    kind = "office"
    if row.organisation_id is not None:
        kind = "organisation"
    elif row.by_subject.startswith("service:"):
        kind = "service"
    return ReadOut.model_validate(
        {
            "at": row.at,
            "by": kind,
            "office": row.office or (row.by_subject if kind == "service" else None),
            "office_name": _office_name(plan, row.office),
            "organisation_id": row.organisation_id,
            "what": row.what,
            "what_words": dict(words.said(words.WHAT, row.what)),
            "purpose": row.purpose,
            "purpose_words": dict(words.said(words.PURPOSE, row.purpose)),
        }
    )


def _office_name(plan: Plan, office: str | None) -> str | None:
    code = (office or "").partition("/")[0]
    for authority in plan.authorities:
        if authority.code == code:
            return authority.office
    return None


def _notice(row: Notice) -> NoticeOut:
    return NoticeOut.model_validate(
        {
            "id": row.id,
            "kind": row.kind,
            "words": dict(notices.words(row.kind)),
            "data": row.data,
            "at": row.at,
            "read_at": row.read_at,
        }
    )
