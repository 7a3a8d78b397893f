"""The terms of many classes in one read: roles of the day, prices, signer, account, hours."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.institutions.organisations import queries as organisations
from services.institutions.organisations.models import Organisation
from services.institutions.standing.schemas import ClassTerm, ClassTermsAnswer, PriceNow
from shared.sealing import Sealer

# `ordinality` keeps the order of the questions; unset prices are null, never 0. POLICY 8.1
TERMS = text(
    "select q.n, o.hours, standing_on(:organisation, 'institution', q.day) as institution,"
    " standing_on(:organisation, 'employer', q.day) as employer,"
    " r.fen_per_person as rate_fen, r.document_number as rate_document,"
    " c.price_fen_per_person as price_fen, c.document_number as price_document"
    " from unnest(cast(:offerings as uuid[]), cast(:commissions as uuid[]),"
    "   cast(:authorities as text[]), cast(:days as date[])) with ordinality"
    "   as q(offering, commission, authority, day, n)"
    " left join offerings o on o.id = q.offering"
    " left join commissions c on c.id = q.commission and c.organisation_id = :organisation"
    " left join lateral (select * from rates x where x.offering_id = q.offering"
    "   and x.authority = q.authority and x.confirmed_at is not null and x.from_date <= q.day"
    "   order by x.from_date desc limit 1) r on true"
    " order by q.n"
)
EMPLOYERS = text(
    "select o.credit_code, o.id from organisations o where o.credit_code = any(:codes) and exists"
    " (select 1 from standings s where s.organisation_id = o.id and s.role = 'employer')"
)
ACCOUNT = text(
    "select exists (select 1 from organisation_accounts where organisation_id = :organisation"
    " and confirmed_at is not null and ended_at is null)"
)


@dataclass(frozen=True, slots=True)
class Question:
    """A class whose terms are asked: its offering and, where it has one, its commission."""

    offering_id: UUID
    commission_id: UUID | None
    authority: str
    on: date


async def answer(
    session: AsyncSession,
    *,
    organisation_id: UUID,
    questions: Sequence[Question],
    credit_codes: Sequence[str],
    sealer: Sealer | None,
) -> ClassTermsAnswer:
    """Answer for an organisation that the caller may see, in a few statements. NotFound.

    Who signs, and which employers codes name, is told with a sealer only; whether there is an
    account, to the organisation itself.
    """
    organisation = await organisations.find(session, organisation_id)
    values = {
        "organisation": organisation_id,
        "offerings": [one.offering_id for one in questions],
        "commissions": [one.commission_id for one in questions],
        "authorities": [one.authority for one in questions],
        "days": [one.on for one in questions],
    }
    rows = (await session.execute(TERMS, values)).all()
    account = (await session.execute(ACCOUNT, {"organisation": organisation_id})).scalar_one()
    return ClassTermsAnswer(
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        credit_code=organisation.credit_code,
        signer=_signer(organisation, sealer) if sealer else None,
        account=bool(account),
        employers=await _employers(session, credit_codes) if sealer else {},
        terms=[
            ClassTerm(
                offering_id=one.offering_id,
                commission_id=one.commission_id,
                authority=one.authority,
                on=one.on,
                institution=row.institution,
                employer=row.employer,
                offering_hours=row.hours or 0,
                rate=_price(row.rate_fen, row.rate_document),
                commission=_price(row.price_fen, row.price_document),
            )
            for one, row in zip(questions, rows, strict=True)
        ],
    )


async def _employers(session: AsyncSession, credit_codes: Sequence[str]) -> dict[str, UUID]:
    if not credit_codes:
        return {}
    rows = await session.execute(EMPLOYERS, {"codes": list(credit_codes)})
    return {row.credit_code: row.id for row in rows}


def _signer(organisation: Organisation, sealer: Sealer) -> str:
    return sealer.open(
        organisation.signer_sealed,
        table=Organisation.__tablename__,
        column="signer_sealed",
        row=organisation.id,
    )


def _price(fen: int | None, document: str | None) -> PriceNow | None:
    if fen is None or document is None:
        return None
    return PriceNow(fen_per_person=fen, document_number=document)
