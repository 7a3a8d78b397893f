"""The training subsidy: what is owed for one person's training. 五(一), 五(二)."""

from services.claims.provisions import (
    decision,
    fund_order,
    payee,
    person_checks,
    slot_keys,
    teaching_checks,
)
from services.claims.provisions.decision import Check, Decision
from services.claims.provisions.facts import Basis, Fact, LineFacts, Price
from services.claims.provisions.in_force import InForce
from shared.money import Fen
from shared.plans.vocabulary import Purpose

__all__ = ["CHECKS", "READ", "counts_for_target", "decide"]

MATTER = "training_subsidy"
READ = (
    *("training_subsidy", "caps", "pension", "free_training", "payees", "staff_training"),
    *("class_rules", "enrolment", "funds", "plan", "categories"),
)

# The order is the precedence in which reasons are told: the class, the teaching, the certificate,
# the person, the caps, the money.
CHECKS: tuple[Check, ...] = (
    teaching_checks.class_accepted,
    teaching_checks.within_plan,
    teaching_checks.kind_subsidised,
    teaching_checks.organisation_entitled,
    teaching_checks.kind_for_staff,
    teaching_checks.level_for_staff,
    teaching_checks.in_turpan,
    teaching_checks.certificate_kind_accepted,
    teaching_checks.class_closed,
    teaching_checks.hours_taught,
    teaching_checks.attended_enough,
    teaching_checks.passed,
    teaching_checks.certificate_issued,
    teaching_checks.certificate_of_kind,
    teaching_checks.certificate_of_subject,
    teaching_checks.certificate_number,
    teaching_checks.certificate_valid,
    teaching_checks.certificate_after_class,
    person_checks.confirmed,
    person_checks.no_pension,
    person_checks.not_on_public_payroll,
    person_checks.staff_of_employer,
    person_checks.in_categories,
    teaching_checks.fee_known,
    person_checks.no_fee_from_key_group,
    person_checks.kind_free_this_year,
    person_checks.year_not_full,
    person_checks.subject_free_in_period,
    person_checks.occupation_and_level_free,
    teaching_checks.price_set,
    teaching_checks.own_fund_first,
)


def decide(facts: LineFacts, terms: InForce) -> Decision:
    """Say what is owed for one person's training, or every reason why nothing is. 五(一)(二)."""
    findings, needs = decision.collect(CHECKS, facts, terms)
    course, trainee = facts.course, facts.trainee
    order = fund_order.of(kind=course.kind, target=course.target, terms=terms)
    purpose = order.purpose if order else Purpose.TRAINING_SUBSIDY
    hashes = terms.hashes_of(READ)
    if findings:
        return decision.refused(
            findings, purpose=purpose, matter=MATTER, terms=terms, provisions=hashes
        )
    slots = person_checks.slots(facts, terms)
    keys = slot_keys.keys(slots, trainee.occupied, trainee.exemptions, terms.caps)
    if needs:
        return decision.undecided(needs, purpose=purpose, slot_keys=keys, provisions=hashes)
    price = _price(facts)
    assert price is not None
    assert order is not None, "a kind that no fund pays was refused"
    return decision.approvable(
        purpose=purpose,
        amount=Fen(price.fen - _paid_by_employer(facts, own_first=order.own_first)),
        funds=order.funds,
        payment=payee.of(facts, purpose, terms),
        document=price.document,
        slot_keys=keys,
        provisions=hashes,
    )


def counts_for_target(facts: LineFacts, terms: InForce) -> bool | None:
    """Say whether the line's person counts for its target; None while the category is not known.

    Measure 16 counts 贫困家庭劳动力 only. 三(四)16, POLICY 8.3
    """
    target = terms.targets.get(facts.course.target)
    if target is None or target.counts_category is None:
        return target is not None
    return person_checks.belongs(facts, terms, target.counts_category)


def _price(facts: LineFacts) -> Price | None:
    """Take a commission's price in the place of the offering's rate."""
    course = facts.course
    return course.commission if course.basis is Basis.COMMISSION else course.rate


def _paid_by_employer(facts: LineFacts, *, own_first: bool) -> int:
    own = facts.course.own_fund
    return own.value if own_first and isinstance(own, Fact) else 0
