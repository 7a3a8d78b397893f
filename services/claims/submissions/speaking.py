"""What lines say to whoever reads them: why they stand so, what came later, what can be done.

All is said in words that need no knowledge of the plan, with the article where it is written.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.provisions import reasons, texts, wording_after
from services.claims.provisions.decision import Decision
from services.claims.provisions.reasons import NOT_PAYABLE_PERSON, Wanted
from services.claims.provisions.texts import Audience, Setting
from services.claims.submissions import reading
from services.claims.submissions.models import ClaimLine
from services.claims.submissions.schemas import LineOut, OwnLineOut, SaidOut, SpokenOut
from services.claims.submissions.states import State
from shared import clock, money
from shared.money import Fen
from shared.plans import Plan
from shared.plans.vocabulary import Language
from shared.principal import Principal, Role
from shared.service import Service

LANGUAGES = (Language.ZH, Language.UG, Language.EN)
DECISIONS = text("select id, canonical from claim_decisions where id = any(cast(:ids as uuid[]))")
TEACHING = text(
    "select decision_id, sort, code, from_whom, figures, provision, document, article"
    " from decision_reasons_teaching where decision_id = any(cast(:ids as uuid[]))"
    " order by decision_id, n"
)
LATER = text("select line_id, what, id, at, reason_sealed from later_reasons(cast(:ids as uuid[]))")
QUEUE = text("select line_id, before from queue_before(cast(:ids as uuid[]))")
# A review's words and an objection's are sealed under their own rows.
SEALED = {"review": "review_decisions", "objection": "objections"}
ENDS = {
    State.REFUSED: wording_after.REFUSED,
    State.RETURNED: wording_after.RETURNED,
    State.VOIDED: wording_after.OBJECTED,
}


@dataclass(frozen=True, slots=True)
class Later:
    """What came after a line's decision: a code, with its figures but those of the language."""

    code: str
    figures: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Spoken:
    """All that is needed to put some lines into words; decisions by line."""

    plan: Plan
    decided: Mapping[UUID, Decision]
    later: Mapping[UUID, Later]

    def reasons(self, row: ClaimLine, audience: Audience, language: Language) -> list[SaidOut]:
        """Say why a line stands as it does."""
        decision = self.decided.get(row.id)
        if decision is None:
            return []
        setting = _setting(self.plan, row, decision, language)
        said = [
            SaidOut(code=one.code, text=one.text, article=one.article)
            for one in texts.say(decision, audience, language, setting)
        ]
        came = self.later.get(row.id)
        if came is not None and not (
            audience is Audience.INSTITUTION and row.shown == NOT_PAYABLE_PERSON
        ):
            words = texts.later(came.code, language, setting, **came.figures)
            article = _article(self.plan, came.code, row, language)
            said.append(SaidOut(code=came.code, text=words, article=article))
        return said


async def spoken(
    session: AsyncSession, rows: Sequence[ClaimLine], *, by: Principal, here: Service
) -> Spoken:
    """Read what the caller may know of some lines' decisions and of what came later."""
    decided = await (_told if by.role is Role.ORGANISATION else _decisions)(session, rows)
    return Spoken(here.plan, decided, await _later(session, rows, here))


async def _decisions(session: AsyncSession, rows: Collection[ClaimLine]) -> dict[UUID, Decision]:
    keys = sorted({row.decision_id for row in rows})
    rows_of = await session.execute(DECISIONS, {"ids": keys})
    found = {one.id: reading.decision(one.canonical) for one in rows_of}
    return {row.id: found[row.decision_id] for row in rows if row.decision_id in found}


async def _told(session: AsyncSession, rows: Collection[ClaimLine]) -> dict[UUID, Decision]:
    """Put together what an institution may read; lines of one decision may differ in the word."""
    keys = sorted({row.decision_id for row in rows})
    found = reading.by_decision(await session.execute(TEACHING, {"ids": keys}))
    return {
        row.id: reading.for_institution(row.shown, found.get(row.decision_id, ())) for row in rows
    }


async def _later(
    session: AsyncSession, rows: Sequence[ClaimLine], here: Service
) -> dict[UUID, Later]:
    found: dict[UUID, Later] = {}
    ended = {row.id: State(row.state) for row in rows if row.state in ENDS}
    if ended:
        for one in await session.execute(LATER, {"ids": sorted(ended)}):
            words = ""
            if one.reason_sealed is not None:
                words = here.sealer.open(
                    bytes(one.reason_sealed),
                    table=SEALED[one.what],
                    column="reason_sealed",
                    row=one.id,
                )
            on = clock.business_day(one.at).isoformat()
            found[one.line_id] = Later(ENDS[ended[one.line_id]], {"on": on, "reason": words})
    waiting = {row.id: row for row in rows if row.state == State.WAITING}
    if waiting:
        for one in await session.execute(QUEUE, {"ids": sorted(waiting)}):
            row = waiting[one.line_id]
            assert row.waiting_since is not None
            figures = {
                "amount": money.text(Fen(row.amount_fen)),
                "since": clock.business_day(row.waiting_since).isoformat(),
                "before": str(one.before),
            }
            found[row.id] = Later(wording_after.WAITING, figures)
    return found


def _setting(plan: Plan, row: ClaimLine, decision: Decision, language: Language) -> Setting:
    """Name the authority, and where each missing fact is asked for."""
    on = clock.business_day(row.decided_at)
    articles = {need.what: _asked(plan, need.what, on, language) for need in decision.needs}
    return Setting(_name(plan, row.authority, language), articles)


def _asked(plan: Plan, what: Wanted, on: date, language: Language) -> str:
    provision, parameter = reasons.ASKED_BY[what]
    terms = plan.provision(provision).on(on)
    source = terms.source if parameter is None else terms.source_of(parameter)
    return texts.cite(source.number, source.article, language)


def _name(plan: Plan, code: str, language: Language) -> str:
    office = plan.authority(code)
    names = {
        Language.ZH: office.office,
        Language.EN: f"the authority of {office.name.en}",
        Language.UG: f"{office.name_ug} مەسئۇل ورۇنى",
    }
    return names[language]


def _article(plan: Plan, code: str, row: ClaimLine, language: Language) -> str:
    """Say where a wait, a review and a notice are written."""
    if code == wording_after.WAITING:
        return texts.cite(plan.plan.number, "五(四)", language)
    name = "public_notice" if code == wording_after.OBJECTED else "review"
    source = plan.provision(name).on(clock.business_day(row.changed_at)).source
    return texts.cite(source.number, source.article, language)


def line(row: ClaimLine, words: Spoken, *, by: Principal, language: Language) -> LineOut:
    """Give a line the shape in which an organisation or an office reads it.

    Of what is about the person an institution sees nothing that differs: no amount, no fund, and
    not the time of a decision that an appeal brought about.
    """
    inside = by.role is Role.ORGANISATION
    masked = inside and row.shown == NOT_PAYABLE_PERSON
    state = row.shown if masked else row.state
    audience = Audience.INSTITUTION if inside else Audience.AUTHORITY
    return LineOut(
        id=row.id,
        claim_id=row.claim_id,
        class_id=row.class_id,
        enrolment_id=row.enrolment_id,
        provision=row.provision,
        state=state,
        amount_fen=0 if masked else row.amount_fen,
        fund=None if masked else row.fund,
        payee=None if masked else row.payee_kind,
        slots=None if inside else list(row.slot_keys),
        reasons=words.reasons(row, audience, language),
        next_step=texts.step(state, language),
        waiting_since=None if masked else row.waiting_since,
        decided_at=row.path_at[0] if inside else row.decided_at,
        # Whoever knows the rules could try which reasons have this digest.
        digest=None if inside else row.digest.hex(),
    )


def own(row: ClaimLine, words: Spoken) -> OwnLineOut:
    """Give a line the shape in which the person reads it, in every language."""
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
                reasons=words.reasons(row, Audience.PERSON, language),
                appeal=texts.appeal(row.state, language),
            )
            for language in LANGUAGES
        ],
        decided_at=row.decided_at,
        own_claim=row.organisation_id is None,
    )
