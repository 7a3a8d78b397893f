"""The living allowance: so much for each attended day, to the person. 五(一), POLICY 8.12."""

from services.claims.provisions import decision, fund_order, payee, person_checks, teaching_checks
from services.claims.provisions.decision import Check, Decision
from services.claims.provisions.facts import LineFacts
from services.claims.provisions.in_force import InForce
from services.claims.provisions.reasons import Finding, Need
from shared.money import Fen

__all__ = ["CHECKS", "READ", "decide"]

MATTER = "living_allowance"
READ = (
    *("living_allowance", "training_subsidy", "payees", "class_rules", "enrolment"),
    *("funds", "plan", "categories"),
)


def _attended_enough(facts: LineFacts, terms: InForce) -> Finding | Need | None:
    """Ask for the share of hours only where the provision does."""
    if not terms.allowance_needs_attendance:
        return None
    return teaching_checks.attended_enough(facts, terms)


def _passed(facts: LineFacts, terms: InForce) -> Finding | Need | None:
    """Ask for a result only where the provision asks for a certificate."""
    return teaching_checks.passed(facts, terms) if terms.allowance_needs_certificate else None


def _certified(facts: LineFacts, terms: InForce) -> Finding | Need | None:
    """Ask for a certificate only where the provision does."""
    if not terms.allowance_needs_certificate:
        return None
    return teaching_checks.certificate_issued(facts, terms)


CHECKS: tuple[Check, ...] = (
    teaching_checks.class_accepted,
    teaching_checks.within_plan,
    teaching_checks.kind_subsidised,
    teaching_checks.class_closed,
    _attended_enough,
    _passed,
    _certified,
    person_checks.confirmed,
    person_checks.own_application,
    person_checks.in_allowance_group,
    person_checks.attended_a_day,
    person_checks.days_left_to_pay,
    teaching_checks.day_rate_set,
)


def decide(facts: LineFacts, terms: InForce) -> Decision:
    """Say what is owed for the days attended, or every reason why nothing is. 五(一)."""
    findings, needs = decision.collect(CHECKS, facts, terms)
    order = fund_order.allowance(terms)
    hashes = terms.hashes_of(READ)
    if findings:
        return decision.refused(
            findings, purpose=order.purpose, matter=MATTER, terms=terms, provisions=hashes
        )
    if needs:
        return decision.undecided(needs, purpose=order.purpose, slot_keys=(), provisions=hashes)
    rate, trainee = facts.course.day_rate, facts.trainee
    assert rate is not None, "an unset rate was left undecided"
    return decision.approvable(
        purpose=order.purpose,
        amount=Fen(rate.fen * (trainee.attended_days - trainee.days_paid_elsewhere)),
        funds=order.funds,
        payment=payee.of(facts, order.purpose, terms),
        document=rate.document,
        slot_keys=(),
        provisions=hashes,
    )
