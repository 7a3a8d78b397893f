"""Read notices for everyone, objections for those who decide them."""

import json
from datetime import date
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.notices import schemas
from services.claims.notices.models import Notice, Objection
from shared import pages, problems
from shared.problems import Problem
from shared.sealing import Sealer

OUTCOME = text("select * from objection_outcome(:notice, :reference)")


class TakenDown(Problem):
    """The notice's time is over: its body is erased, its hash stays in the list."""

    status = 410
    code = "notice_taken_down"
    title_zh = "该公示已期满撤下"
    title_en = "The notice was taken down when its time was over"


async def body(session: AsyncSession, notice: UUID, *, on: date) -> tuple[bytes, str]:
    """Return a notice's bytes as published, and their tag. NotFound, TakenDown."""
    row = await session.get(Notice, notice)
    if row is None:
        raise problems.NotFound
    if row.body is None or on >= row.down_on:
        raise TakenDown(sha256=row.sha256.hex())
    return row.body, f'"{row.sha256.hex()[:32]}"'


async def lines(
    session: AsyncSession, notice: UUID, *, on: date, after: str | None, limit: int
) -> pages.Page[schemas.ListedLine]:
    """List the lines of a notice by number, out of the bytes as published. NotFound, TakenDown."""
    start = pages.decode(after, [int])[0] if after is not None else 0
    published, _ = await body(session, notice, on=on)
    found = [each for each in json.loads(published)["lines"] if each["number"] > start]
    return pages.page(
        found[: limit + 1],
        limit,
        lambda each: (each["number"],),
        lambda each: schemas.ListedLine(**each),
    )


async def notices(
    session: AsyncSession, *, authority: str | None, after: str | None, limit: int
) -> pages.Page[schemas.NoticeOut]:
    """List notices, oldest first."""
    query = select(Notice)
    if authority is not None:
        query = query.where(Notice.authority == authority)
    keys = (Notice.published_at.expression, Notice.id.expression)
    rows = (await session.execute(pages.keyset(query, keys, schemas.TIMED, after, limit))).scalars()
    return pages.page(rows.all(), limit, lambda row: (row.published_at, row.id), item)


async def objections(
    session: AsyncSession, *, after: str | None, limit: int
) -> pages.Page[schemas.ObjectionItem]:
    """List objections in reach, oldest first."""
    keys = (Objection.made_at.expression, Objection.id.expression)
    query = pages.keyset(select(Objection), keys, schemas.TIMED, after, limit)
    rows = (await session.execute(query)).scalars().all()
    return pages.page(
        rows, limit, lambda row: (row.made_at, row.id), schemas.ObjectionItem.model_validate
    )


async def objection(session: AsyncSession, sealer: Sealer, key: UUID) -> schemas.ObjectionOut:
    """Return an objection opened. NotFound."""
    row = await session.get(Objection, key)
    if row is None:
        raise problems.NotFound
    return opened(sealer, row)


def opened(sealer: Sealer, row: Objection) -> schemas.ObjectionOut:
    """Open what is sealed of an objection."""

    def plain(column: str, value: bytes | None) -> str | None:
        if value is None:
            return None
        return sealer.open(value, table="objections", column=column, row=row.id)

    return schemas.ObjectionOut(
        **schemas.ObjectionItem.model_validate(row).model_dump(),
        text=plain("text_sealed", row.text_sealed) or "",
        contact=plain("contact_sealed", row.contact_sealed),
        reason=plain("reason_sealed", row.reason_sealed),
    )


async def outcome(
    session: AsyncSession, sealer: Sealer, *, notice: UUID, reference: UUID
) -> schemas.ObjectionMade:
    """Say what became of an objection to whoever holds its reference. NotFound."""
    values = {"notice": notice, "reference": reference}
    row = (await session.execute(OUTCOME, values)).one_or_none()
    if row is None:
        raise problems.NotFound
    reason = None
    if row.reason_sealed is not None:
        reason = sealer.open(
            bytes(row.reason_sealed), table="objections", column="reason_sealed", row=reference
        )
    return schemas.ObjectionMade(
        id=reference,
        notice_id=notice,
        number=row.number,
        state=row.state,
        made_at=row.made_at,
        decided_at=row.decided_at,
        reason=reason,
    )


def item(row: Notice) -> schemas.NoticeOut:
    """Return a notice as the list shows it."""
    return schemas.NoticeOut(
        id=row.id,
        authority=row.authority,
        year=row.year,
        number=row.number,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        down_on=row.down_on,
        taken_down=row.body is None,
        sha256=row.sha256.hex(),
    )
