"""Reads of claims, lines and what was decided about them; row security decides which."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.provisions import texts
from services.claims.provisions.decision import Decision
from services.claims.provisions.facts import Price
from services.claims.provisions.reasons import NOT_PAYABLE_PERSON
from services.claims.provisions.texts import Audience
from services.claims.submissions import reading
from services.claims.submissions.models import AllowanceRate, Appeal, Claim, ClaimLine
from services.claims.submissions.schemas import (
    ClaimOut,
    LineOut,
    OwnLineOut,
    SaidOut,
    SpokenOut,
)
from shared import pages, problems
from shared.plans.vocabulary import Language
from shared.principal import Principal, Role

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
DECISIONS = text("select id, canonical from claim_decisions where id = any(cast(:ids as uuid[]))")
TEACHING = text(
    "select decision_id, sort, code, from_whom, figures, provision, document, article"
    " from decision_reasons_teaching where decision_id = any(cast(:ids as uuid[]))"
    " order by decision_id, n"
)
LANGUAGES = (Language.ZH, Language.UG, Language.EN)


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
    said = await _said(session, rows, by=by, language=language)
    inside = by.role is Role.ORGANISATION
    return pages.page(
        rows,
        limit,
        lambda row: (row.id,),
        lambda row: _line(row, said.get(row.decision_id, []), inside=inside),
    )


async def page_of_own(
    session: AsyncSession, *, person: UUID, after: str | None, limit: int
) -> pages.Page[OwnLineOut]:
    """List a person's own lines, newest claims last, with texts in every language."""
    query = pages.keyset(
        select(ClaimLine).where(ClaimLine.trainee_id == person),
        [ClaimLine.id.expression],
        [UUID],
        after,
        limit,
    )
    rows = (await session.execute(query)).scalars().all()
    decided = await _decisions(session, rows)
    return pages.page(
        rows, limit, lambda row: (row.id,), lambda row: _own(row, decided[row.decision_id])
    )


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


async def _decisions(session: AsyncSession, rows: Iterable[ClaimLine]) -> dict[UUID, Decision]:
    keys = sorted({row.decision_id for row in rows})
    found = await session.execute(DECISIONS, {"ids": keys})
    return {row.id: reading.decision(row.canonical) for row in found}


async def _said(
    session: AsyncSession, rows: Sequence[ClaimLine], *, by: Principal, language: Language
) -> dict[UUID, list[SaidOut]]:
    """Say the reasons of lines to an institution or an office."""
    if by.role is not Role.ORGANISATION:
        decided = await _decisions(session, rows)
        return {
            key: spoken(decision, Audience.AUTHORITY, language) for key, decision in decided.items()
        }
    shown = {row.decision_id: row.shown for row in rows}
    told = reading.by_decision(await session.execute(TEACHING, {"ids": sorted(shown)}))
    return {
        key: spoken(
            reading.for_institution(word, told.get(key, ())), Audience.INSTITUTION, language
        )
        for key, word in shown.items()
    }


def spoken(decision: Decision, audience: Audience, language: Language) -> list[SaidOut]:
    """Put a decision's reasons into words."""
    return [
        SaidOut(code=one.code, text=one.text, article=one.article)
        for one in texts.say(decision, audience, language)
    ]


def _line(row: ClaimLine, said: list[SaidOut], *, inside: bool) -> LineOut:
    masked = inside and row.shown == NOT_PAYABLE_PERSON
    return LineOut(
        id=row.id,
        claim_id=row.claim_id,
        class_id=row.class_id,
        enrolment_id=row.enrolment_id,
        provision=row.provision,
        state=row.shown if masked else row.state,
        amount_fen=row.amount_fen,
        fund=row.fund,
        payee=row.payee_kind,
        slots=None if inside else list(row.slot_keys),
        reasons=said,
        waiting_since=row.waiting_since,
        decided_at=row.decided_at,
        # Whoever knows the rules could try which reasons have this digest.
        digest=None if inside else row.digest.hex(),
    )


def _own(row: ClaimLine, decision: Decision) -> OwnLineOut:
    return OwnLineOut(
        id=row.id,
        claim_id=row.claim_id,
        class_id=row.class_id,
        enrolment_id=row.enrolment_id,
        provision=row.provision,
        state=row.state,
        amount_fen=row.amount_fen,
        to_me=row.payee_kind == "person",
        slots=list(row.slot_keys),
        texts=[
            SpokenOut(
                language=language.value,
                reviewed=texts.reviewed(language),
                reasons=spoken(decision, Audience.PERSON, language),
                appeal=texts.appeal(decision, language),
            )
            for language in LANGUAGES
        ],
        decided_at=row.decided_at,
        own_claim=row.organisation_id is None,
    )
