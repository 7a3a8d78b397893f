"""Reads of claims, lines and what was decided about them; row security decides which."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.provisions.facts import Price
from services.claims.submissions import speaking
from services.claims.submissions.models import AllowanceRate, Appeal, Claim, ClaimLine
from services.claims.submissions.schemas import (
    ClaimOut,
    LineOut,
    OwnLineOut,
)
from shared import pages, problems
from shared.plans.vocabulary import Language
from shared.principal import Principal, Role
from shared.service import Service

RATE = text(
    "select fen_per_day, document_number from allowance_rates where authority = :authority"
    " and confirmed_at is not null and from_date <= :on order by from_date desc limit 1"
)
COUNTS = text(
    "select claim_id, case when :masked and shown = 'not_payable_person' then shown"
    " else state end as word, count(*) as lines from claim_lines"
    " where claim_id = any(cast(:ids as uuid[])) group by 1, 2 order by 1, 2"
)
CLASSES = text(
    "select claim_id, class_id from claim_classes where claim_id = any(cast(:ids as uuid[]))"
    " order by claim_id, class_id"
)


async def claim(session: AsyncSession, claim_id: UUID) -> Claim:
    """Return a claim; NotFound if there is none that the caller may see."""
    row = await session.get(Claim, claim_id)
    if row is None:
        raise problems.NotFound
    return row


async def line(session: AsyncSession, line_id: UUID) -> ClaimLine:
    """Return a line; NotFound if there is none that the caller may see."""
    row = await session.get(ClaimLine, line_id)
    if row is None:
        raise problems.NotFound
    return row


async def rate_on(session: AsyncSession, authority: str, on: date) -> Price | None:
    """Return an authority's confirmed rate of the allowance on a day; None is unset."""
    values = {"authority": authority, "on": on}
    row = (await session.execute(RATE, values)).one_or_none()
    return None if row is None else Price(row.fen_per_day, row.document_number)


async def page_of_claims(
    session: AsyncSession, *, by: Principal, after: str | None, limit: int
) -> pages.Page[ClaimOut]:
    """List the caller's claims by time."""
    query = pages.keyset(
        select(Claim),
        [Claim.submitted_at.expression, Claim.id.expression],
        [datetime, UUID],
        after,
        limit,
    )
    rows = (await session.execute(query)).scalars().all()
    shown = {one.id: one for one in await shapes(session, rows, by=by)}
    return pages.page(
        rows, limit, lambda row: (row.submitted_at, row.id), lambda row: shown[row.id]
    )


async def shapes(session: AsyncSession, rows: Sequence[Claim], *, by: Principal) -> list[ClaimOut]:
    """Give claims their public shape, lines counted by the word that the caller reads."""
    values = {"ids": [row.id for row in rows], "masked": by.role is Role.ORGANISATION}
    counted: dict[UUID, dict[str, int]] = {}
    for row in await session.execute(COUNTS, values):
        counted.setdefault(row.claim_id, {})[row.word] = row.lines
    classes: dict[UUID, list[UUID]] = {}
    for claim_id, class_id in await session.execute(CLASSES, {"ids": values["ids"]}):
        classes.setdefault(claim_id, []).append(class_id)
    return [
        ClaimOut(
            id=row.id,
            matter=row.matter,
            route=row.route,
            state=row.state,
            authority=row.authority,
            organisation_id=row.organisation_id,
            class_ids=classes.get(row.id, []),
            submitted_at=row.submitted_at,
            lines=counted.get(row.id, {}),
        )
        for row in rows
    ]


async def page_of_lines(
    session: AsyncSession,
    claim_id: UUID,
    *,
    by: Principal,
    here: Service,
    language: Language,
    after: str | None,
    limit: int,
) -> pages.Page[LineOut]:
    """List a claim's lines with their reasons, as the caller may read them. NotFound."""
    await claim(session, claim_id)
    query = pages.keyset(
        select(ClaimLine).where(ClaimLine.claim_id == claim_id),
        [ClaimLine.id.expression],
        [UUID],
        after,
        limit,
    )
    rows = (await session.execute(query)).scalars().all()
    words = await speaking.spoken(session, rows, by=by, here=here)
    return pages.page(
        rows,
        limit,
        lambda row: (row.id,),
        lambda row: speaking.line(row, words, by=by, language=language),
    )


async def page_of_own(
    session: AsyncSession, *, by: Principal, here: Service, after: str | None, limit: int
) -> pages.Page[OwnLineOut]:
    """List a person's own lines, newest claims last, with texts in every language."""
    query = pages.keyset(
        select(ClaimLine).where(ClaimLine.trainee_id == by.trainee),
        [ClaimLine.id.expression],
        [UUID],
        after,
        limit,
    )
    rows = (await session.execute(query)).scalars().all()
    words = await speaking.spoken(session, rows, by=by, here=here)
    return pages.page(rows, limit, lambda row: (row.id,), lambda row: speaking.own(row, words))


async def page_of_appeals(
    session: AsyncSession, *, after: str | None, limit: int
) -> tuple[Sequence[Appeal], int]:
    """Return the appeals that the caller may see, by time, with the page's limit."""
    query = pages.keyset(
        select(Appeal),
        [Appeal.asked_at.expression, Appeal.id.expression],
        [datetime, UUID],
        after,
        limit,
    )
    return (await session.execute(query)).scalars().all(), limit


async def page_of_rates(
    session: AsyncSession, *, after: str | None, limit: int
) -> tuple[Sequence[AllowanceRate], int]:
    """Return the rates that the caller may see, by entry."""
    query = pages.keyset(select(AllowanceRate), [AllowanceRate.id.expression], [UUID], after, limit)
    return (await session.execute(query)).scalars().all(), limit
