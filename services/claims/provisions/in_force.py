"""What the plan pack says on a day, as the rules read it: typed, frozen, each with its hash."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from fractions import Fraction

from services.claims.provisions.facts import Source
from shared.plans import Plan, Terms
from shared.plans.records import Order, Target
from shared.plans.records import Source as Citation
from shared.plans.vocabulary import Evidence

__all__ = ["Caps", "InForce", "on"]

READ = (
    *("training_subsidy", "living_allowance", "caps", "pension", "free_training", "payees"),
    *("staff_training", "class_rules", "enrolment"),
)
# What a person states in the own step is the person's commitment. POLICY 8.24
_EVIDENCE = {
    Evidence.REGISTER: (Source.REGISTER,),
    Evidence.COMMITMENT: (Source.COMMITMENT, Source.OWN_STATEMENT),
    Evidence.DOCUMENT: (Source.DOCUMENT,),
}


@dataclass(frozen=True, slots=True, eq=False)
class Caps:
    """How often a person may have what; counts in times. 五(二), POLICY 8.5."""

    per_year: Mapping[str, int]
    per_year_total: int
    same_occupation_and_level: int
    same_subject_per: Mapping[str, str]
    own_limits: frozenset[str]
    exception_officers: int


@dataclass(frozen=True, slots=True, eq=False)
class InForce:
    """Every number that the rules of claims read, as of one day."""

    plan_starts_on: date
    plan_ends_on: date
    kinds: frozenset[str]
    categories: tuple[str, ...]
    open_to_others: bool
    excluded_categories: tuple[str, ...]
    certificate_required: bool
    certificate_kinds: frozenset[str]
    outside_measures: frozenset[str]
    staff_kinds: frozenset[str]
    staff_levels: frozenset[str]
    attendance_threshold: Fraction
    pension_category: str
    pensions_excluding: frozenset[str]
    free_categories: tuple[str, ...]
    fee_allowed: bool
    caps: Caps
    payees: Mapping[str, str]
    allowance_categories: tuple[str, ...]
    allowance_needs_attendance: bool
    allowance_needs_certificate: bool
    targets: Mapping[str, Target]
    orders: tuple[Order, ...]
    external_funds: frozenset[str]
    evidence: Mapping[str, frozenset[Source]]
    hashes: Mapping[str, str]
    terms: Mapping[str, Terms]

    def hashes_of(self, names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        """Name the parts that a rule reads, each with its hash."""
        return tuple((name, self.hashes[name]) for name in names)

    def citation(self, provision: str, parameter: str | None) -> Citation:
        """Say where a provision, or one of its parameters, is written."""
        terms = self.terms[provision]
        return terms.source if parameter is None else terms.source_of(parameter)


def on(plan: Plan, day: date) -> InForce:
    """Read the provisions in force on a day. Raises NotInForceError before the plan's numbers."""
    terms = {name: plan.provision(name).on(day) for name in READ}
    subsidy, staff = terms["training_subsidy"], terms["staff_training"]
    allowance, free, pension = (
        terms[name] for name in ("living_allowance", "free_training", "pension")
    )
    return InForce(
        plan_starts_on=plan.plan.starts_on,
        plan_ends_on=plan.plan.ends_on,
        kinds=frozenset(subsidy.words("kinds")),
        categories=subsidy.words("categories"),
        open_to_others=subsidy.flag("open_to_others"),
        excluded_categories=subsidy.words("excluded_categories"),
        certificate_required=subsidy.flag("certificate_required"),
        certificate_kinds=frozenset(subsidy.words("certificate_kinds")),
        outside_measures=frozenset(subsidy.words("outside_measures")),
        staff_kinds=frozenset(staff.words("kinds")),
        staff_levels=frozenset(staff.words("levels")),
        attendance_threshold=terms["class_rules"].fraction("attendance_threshold"),
        pension_category=pension.text("excluded_category"),
        pensions_excluding=frozenset(pension.words("excluding")),
        free_categories=free.words("categories"),
        fee_allowed=free.flag("fee_allowed"),
        caps=_caps(terms["caps"]),
        payees=terms["payees"].labels("payee"),
        allowance_categories=allowance.words("categories"),
        allowance_needs_attendance=allowance.flag("attendance_threshold_applies"),
        allowance_needs_certificate=allowance.flag("certificate_required"),
        targets={target.id: target for target in plan.targets},
        orders=plan.orders,
        external_funds=frozenset(fund.id for fund in plan.funds if fund.external),
        evidence=_evidence(plan, day),
        hashes={
            **{name: found.hash for name, found in terms.items()},
            "funds": _hash([asdict(order) for order in plan.orders]),
            "plan": _hash([str(plan.plan.starts_on), str(plan.plan.ends_on), *_goals(plan)]),
            "categories": _hash([asdict(category) for category in plan.categories]),
        },
        terms=terms,
    )


def _caps(terms: Terms) -> Caps:
    return Caps(
        per_year=terms.counts("per_year"),
        per_year_total=terms.integer("per_year_total"),
        same_occupation_and_level=terms.integer("same_occupation_and_level"),
        same_subject_per=terms.labels("same_subject_per"),
        own_limits=frozenset(terms.words("own_limits")),
        exception_officers=terms.integer("exception_officers"),
    )


def _evidence(plan: Plan, day: date) -> dict[str, frozenset[Source]]:
    """Say which sources speak for a category; one that does not hold on the day has none."""
    return {
        category.id: frozenset(
            source for proof in category.evidence for source in _EVIDENCE[proof.kind]
        )
        for category in plan.categories
        if category.starts_on <= day and (category.until is None or day < category.until)
    }


def _goals(plan: Plan) -> list[object]:
    return [[target.id, target.measure, target.hours_min] for target in plan.targets]


def _hash(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
