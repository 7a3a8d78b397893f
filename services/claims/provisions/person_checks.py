"""What concerns the person alone: an institution never learns which of these stood."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from services.claims.provisions import fund_order, payee, reasons, slot_keys
from services.claims.provisions.facts import (
    Applicant,
    Basis,
    Fact,
    Holder,
    Known,
    LineFacts,
    Missing,
    Use,
)
from services.claims.provisions.in_force import InForce
from services.claims.provisions.reasons import Finding, Need, Reason, Wanted
from services.claims.provisions.slot_keys import Rule

T = TypeVar("T")
Said = Finding | Need | None


def confirmed(facts: LineFacts, _: InForce) -> Said:
    """Refuse a person who has not personally said yes. POLICY 9.1."""
    return None if facts.trainee.confirmed else reasons.because(Reason.NOT_CONFIRMED)


def no_pension(facts: LineFacts, terms: InForce) -> Said:
    """Refuse who draws a monthly pension; the residents' basic one does not exclude. 五(二)."""
    known = _believed(facts.trainee.pension, terms.pension_category, terms)
    if isinstance(known, Missing):
        return reasons.need(Wanted.PENSION, known.from_whom)
    if known.value not in terms.pensions_excluding:
        return None
    return reasons.because(Reason.DRAWS_PENSION, pension=known.value)


def not_on_public_payroll(facts: LineFacts, terms: InForce) -> Said:
    """Refuse staff on the establishment of government bodies. POLICY 4.6."""
    return _barred(facts, terms)


def staff_of_employer(facts: LineFacts, terms: InForce) -> Said:
    """Refuse who is not staff of the enterprise that has them trained. 五(一), POLICY 8.8."""
    course = facts.course
    order = fund_order.of(kind=course.kind, target=course.target, terms=terms)
    if order is None or not payee.trained_by_employer(facts, order.purpose, terms):
        return None
    employer = facts.trainee.employer
    if isinstance(employer, Missing):
        return reasons.need(Wanted.EMPLOYER, employer.from_whom)
    own = employer.value == course.organisation_id
    if own or (course.basis is not Basis.AGREEMENT and employer.value):
        return None
    return reasons.because(Reason.NOT_STAFF)


def in_categories(facts: LineFacts, terms: InForce) -> Said:
    """Refuse who is in no category, unless everybody with a need is brought in. 五(一), 五(二)."""
    return (
        None
        if terms.open_to_others
        else _member(facts, terms, terms.categories, Reason.NOT_IN_CATEGORIES)
    )


def no_fee_from_key_group(facts: LineFacts, terms: InForce) -> Said:
    """Refuse where a key group paid: they train free, so it is a finding. 五(一), POLICY 8.8."""
    charged = facts.trainee.charged
    if terms.fee_allowed or not isinstance(charged, Fact) or not charged.value:
        return None
    states = _states(facts, terms)
    if any(_value(states.get(each)) for each in terms.free_categories):
        return reasons.because(Reason.FEE_FROM_KEY_GROUP)
    return _asked(states, terms.free_categories)


def kind_free_this_year(facts: LineFacts, terms: InForce) -> Said:
    """Refuse a second training of the kind in a calendar year. 五(二), POLICY 8.5."""
    return _slot(facts, terms, Rule.KIND_IN_YEAR, Reason.KIND_USED_THIS_YEAR)


def year_not_full(facts: LineFacts, terms: InForce) -> Said:
    """Refuse what passes the year's total. 五(二)."""
    return _slot(facts, terms, Rule.YEAR_TOTAL, Reason.YEAR_FULL)


def subject_free_in_period(facts: LineFacts, terms: InForce) -> Said:
    """Refuse the same safety, induction or transfer subject twice in its period. POLICY 8.5."""
    return _slot(facts, terms, Rule.SUBJECT_IN_PERIOD, Reason.SAME_SUBJECT_IN_PERIOD)


def occupation_and_level_free(facts: LineFacts, terms: InForce) -> Said:
    """Refuse the same occupation and level twice in a life. 五(二)."""
    return _slot(facts, terms, Rule.OCCUPATION_AND_LEVEL, Reason.SAME_OCCUPATION_AND_LEVEL)


def own_application(facts: LineFacts, _: InForce) -> Said:
    """Refuse an allowance that the person did not apply for. POLICY 8.12."""
    own = facts.applicant is Applicant.PERSON
    return None if own else reasons.because(Reason.NOT_OWN_APPLICATION)


def in_allowance_group(facts: LineFacts, terms: InForce) -> Said:
    """Refuse who belongs to none of the groups with a living allowance. 五(一)."""
    return _member(facts, terms, terms.allowance_categories, Reason.NOT_IN_ALLOWANCE_GROUP)


def attended_a_day(facts: LineFacts, _: InForce) -> Said:
    """Refuse an allowance for no attended day. POLICY 8.12."""
    stands = facts.course.closed and facts.trainee.attended_days == 0
    return reasons.because(Reason.NO_ATTENDED_DAY) if stands else None


def days_left_to_pay(facts: LineFacts, _: InForce) -> Said:
    """Refuse where another class already paid each of the days. POLICY 8.12."""
    days = facts.trainee.attended_days
    stands = facts.course.closed and 0 < days <= facts.trainee.days_paid_elsewhere
    return reasons.because(Reason.DAYS_PAID_ELSEWHERE, days=days) if stands else None


def belongs(facts: LineFacts, terms: InForce, category: str) -> bool | None:
    """Say whether the person belongs to a category; None while nobody whom we believe has said."""
    return _value(_states(facts, terms).get(category))


def _barred(facts: LineFacts, terms: InForce) -> Said:
    states = _states(facts, terms)
    if any(_value(states.get(each)) for each in terms.excluded_categories):
        return reasons.because(Reason.ON_PUBLIC_PAYROLL)
    asked = _asked(states, terms.excluded_categories)
    return asked and reasons.need(Wanted.PUBLIC_PAYROLL, asked.from_whom)


def _member(facts: LineFacts, terms: InForce, named: tuple[str, ...], reason: Reason) -> Said:
    """Find one category that applies; else ask for what nobody has said; else refuse."""
    states = _states(facts, terms)
    if any(_value(states.get(each)) for each in named):
        return None
    return _asked(states, named) or reasons.because(reason)


def _states(facts: LineFacts, terms: InForce) -> Mapping[str, Known[bool]]:
    return {
        each.category: _believed(each.fact, each.category, terms)
        for each in facts.trainee.categories
    }


def _asked(states: Mapping[str, Known[bool]], named: Iterable[str]) -> Need | None:
    """Ask the holder of the first category that nobody has spoken for; by default the person."""
    for each in named:
        state = states.get(each, Missing(Holder.PERSON))
        if isinstance(state, Missing):
            return reasons.need(Wanted.CATEGORIES, state.from_whom)
    return None


def _believed(known: Known[T], category: str, terms: InForce) -> Known[T]:
    """Take a fact from a source that evidences its category; any other says nothing."""
    if isinstance(known, Missing) or known.source in terms.evidence.get(category, ()):
        return known
    return Missing(Holder.REGISTER_KEEPER)


def _value(state: Known[bool] | None) -> bool | None:
    return state.value if isinstance(state, Fact) else None


def _slot(facts: LineFacts, terms: InForce, rule: Rule, reason: Reason) -> Said:
    """Refuse a slot that is taken; wait where another class only holds it. POLICY 8.6."""
    course, trainee = facts.course, facts.trainee
    lifted = slot_keys.lifted(trainee.exemptions, terms.caps)
    for slot in slots(facts, terms):
        if slot.rule is not rule:
            continue
        found = slot_keys.use(slot, trainee.occupied, lifted)
        if found is Use.HELD:
            return reasons.need(Wanted.OTHER_CLASS, Holder.OTHER_CLASS)
        if found is Use.TAKEN:
            length = terms.caps.same_subject_per.get(course.kind, "year")
            return reasons.because(
                reason,
                kind=course.kind,
                subject=course.subject_name,
                level=course.level or "",
                period=slot_keys.period(course.starts_on, length),
                year=course.starts_on.year,
                times=len(slot.choices),
                slot=slot.choices[0] if slot.choices else "",
            )
    return None


def slots(facts: LineFacts, terms: InForce) -> tuple[slot_keys.Slot, ...]:
    """Say which slots this line needs."""
    course = facts.course
    return slot_keys.of(
        kind=course.kind,
        subject_code=course.subject_code,
        level=course.level,
        starts_on=course.starts_on,
        caps=terms.caps,
    )
