"""The closed words of a decision: why not, what is missing, about whom, and where it is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.claims.provisions.facts import Holder

__all__ = [
    "ABOUT_NEED",
    "ASKED_BY",
    "GROUNDS",
    "NOT_PAYABLE_PERSON",
    "About",
    "Figures",
    "Finding",
    "Ground",
    "Need",
    "Reason",
    "Wanted",
    "because",
    "need",
]

Figures = tuple[tuple[str, int | str], ...]

# The one word that an institution gets for whatever is about a person, refused or undecided.
NOT_PAYABLE_PERSON = "not_payable_person"


class About(StrEnum):
    """Whom a reason is about: an institution reads the first kind only."""

    TEACHING = "teaching"
    PERSON = "person"


class Reason(StrEnum):
    """Why nothing is owed."""

    CLASS_NOT_ACCEPTED = "class_not_accepted"
    CLASS_OUTSIDE_PLAN = "class_outside_plan"
    KIND_NOT_SUBSIDISED = "kind_not_subsidised"
    KIND_NOT_FOR_STAFF = "kind_not_for_staff"
    LEVEL_NOT_FOR_STAFF = "level_not_for_staff"
    ORGANISATION_NOT_ENTITLED = "organisation_not_entitled"
    OUTSIDE_TURPAN = "outside_turpan"
    CERTIFICATE_KIND_NOT_ACCEPTED = "certificate_kind_not_accepted"
    TOO_FEW_HOURS_TAUGHT = "too_few_hours_taught"
    ATTENDED_TOO_LITTLE = "attended_too_little"
    NOT_PASSED = "not_passed"
    CERTIFICATE_OTHER_KIND = "certificate_other_kind"
    CERTIFICATE_OTHER_SUBJECT = "certificate_other_subject"
    CERTIFICATE_NUMBER_WRONG = "certificate_number_wrong"
    CERTIFICATE_VOIDED = "certificate_voided"
    CERTIFICATE_BEFORE_CLASS = "certificate_before_class"
    OWN_FUND_COVERS = "own_fund_covers"
    NOT_CONFIRMED = "not_confirmed"
    DRAWS_PENSION = "draws_pension"
    ON_PUBLIC_PAYROLL = "on_public_payroll"
    NOT_STAFF = "not_staff"
    NOT_IN_CATEGORIES = "not_in_categories"
    FEE_FROM_KEY_GROUP = "fee_from_key_group"
    KIND_USED_THIS_YEAR = "kind_used_this_year"
    YEAR_FULL = "year_full"
    SAME_OCCUPATION_AND_LEVEL = "same_occupation_and_level"
    SAME_SUBJECT_IN_PERIOD = "same_subject_in_period"
    NOT_OWN_APPLICATION = "not_own_application"
    NOT_IN_ALLOWANCE_GROUP = "not_in_allowance_group"
    NO_ATTENDED_DAY = "no_attended_day"
    DAYS_PAID_ELSEWHERE = "days_paid_elsewhere"


class Wanted(StrEnum):
    """What is missing before anything can be said."""

    CLASS_CLOSED = "class_closed"
    RESULT = "result"
    CERTIFICATE = "certificate"
    FEE = "fee"
    RATE = "rate"
    COMMISSION_PRICE = "commission_price"
    DAY_RATE = "day_rate"
    OWN_FUND = "own_fund"
    PENSION = "pension"
    PUBLIC_PAYROLL = "public_payroll"
    CATEGORIES = "categories"
    EMPLOYER = "employer"
    OTHER_CLASS = "other_class"


@dataclass(frozen=True, slots=True)
class Ground:
    """Whom a reason is about, and where it is written.

    `provision` None is the matter's own; `parameter` None is the provision's main source.
    """

    about: About
    provision: str | None = None
    parameter: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A reason that stands, with the figures of this case; `target` where a target binds."""

    reason: Reason
    figures: Figures = ()
    target: str | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """A fact that is missing, and who can supply it."""

    what: Wanted
    from_whom: Holder


def because(reason: Reason, **figures: int | str) -> Finding:
    """Say why, with figures by name; codes such as a kind's are put into words by texts."""
    return Finding(reason, tuple(figures.items()))


def need(what: Wanted, from_whom: Holder) -> Need:
    """Say what is missing and from whom it may come."""
    return Need(what, from_whom)


_TEACHING, _PERSON = About.TEACHING, About.PERSON
GROUNDS: Mapping[Reason, Ground] = {
    Reason.CLASS_NOT_ACCEPTED: Ground(_TEACHING),
    Reason.CLASS_OUTSIDE_PLAN: Ground(_TEACHING),
    Reason.KIND_NOT_SUBSIDISED: Ground(_TEACHING, "training_subsidy", "kinds"),
    Reason.KIND_NOT_FOR_STAFF: Ground(_TEACHING, "staff_training", "kinds"),
    Reason.LEVEL_NOT_FOR_STAFF: Ground(_TEACHING, "staff_training", "levels"),
    Reason.ORGANISATION_NOT_ENTITLED: Ground(_TEACHING, "payees", "payee"),
    Reason.OUTSIDE_TURPAN: Ground(_TEACHING, "training_subsidy", "place"),
    Reason.CERTIFICATE_KIND_NOT_ACCEPTED: Ground(
        _TEACHING, "training_subsidy", "certificate_kinds"
    ),
    Reason.TOO_FEW_HOURS_TAUGHT: Ground(_TEACHING, "class_rules", "class_hour"),
    Reason.ATTENDED_TOO_LITTLE: Ground(_TEACHING, "class_rules", "attendance_threshold"),
    Reason.NOT_PASSED: Ground(_TEACHING, "training_subsidy", "certificate_required"),
    Reason.CERTIFICATE_OTHER_KIND: Ground(_TEACHING, "training_subsidy", "certificate_kinds"),
    Reason.CERTIFICATE_OTHER_SUBJECT: Ground(_TEACHING, "training_subsidy", "certificate_required"),
    Reason.CERTIFICATE_NUMBER_WRONG: Ground(_TEACHING, "training_subsidy", "certificate_required"),
    Reason.CERTIFICATE_VOIDED: Ground(_TEACHING, "training_subsidy", "certificate_required"),
    Reason.CERTIFICATE_BEFORE_CLASS: Ground(_TEACHING, "training_subsidy", "certificate_required"),
    Reason.OWN_FUND_COVERS: Ground(_TEACHING, "staff_training"),
    Reason.NOT_CONFIRMED: Ground(_PERSON, "enrolment"),
    Reason.DRAWS_PENSION: Ground(_PERSON, "pension"),
    Reason.ON_PUBLIC_PAYROLL: Ground(_PERSON, "training_subsidy", "excluded_categories"),
    Reason.NOT_STAFF: Ground(_PERSON, "staff_training"),
    Reason.NOT_IN_CATEGORIES: Ground(_PERSON, "training_subsidy", "categories"),
    Reason.FEE_FROM_KEY_GROUP: Ground(_PERSON, "free_training", "fee_allowed"),
    Reason.KIND_USED_THIS_YEAR: Ground(_PERSON, "caps", "per_year"),
    Reason.YEAR_FULL: Ground(_PERSON, "caps", "per_year_total"),
    Reason.SAME_OCCUPATION_AND_LEVEL: Ground(_PERSON, "caps", "same_occupation_and_level"),
    Reason.SAME_SUBJECT_IN_PERIOD: Ground(_PERSON, "caps", "same_subject_per"),
    Reason.NOT_OWN_APPLICATION: Ground(_PERSON, "living_allowance", "payee"),
    Reason.NOT_IN_ALLOWANCE_GROUP: Ground(_PERSON, "living_allowance", "categories"),
    Reason.NO_ATTENDED_DAY: Ground(_PERSON, "living_allowance", "unit"),
    Reason.DAYS_PAID_ELSEWHERE: Ground(_PERSON, "living_allowance", "unit"),
}
ABOUT_NEED: Mapping[Wanted, About] = {
    Wanted.CLASS_CLOSED: _TEACHING,
    Wanted.RESULT: _TEACHING,
    Wanted.CERTIFICATE: _TEACHING,
    Wanted.FEE: _TEACHING,
    Wanted.RATE: _TEACHING,
    Wanted.COMMISSION_PRICE: _TEACHING,
    Wanted.DAY_RATE: _TEACHING,
    Wanted.OWN_FUND: _TEACHING,
    Wanted.PENSION: _PERSON,
    Wanted.PUBLIC_PAYROLL: _PERSON,
    Wanted.CATEGORIES: _PERSON,
    Wanted.EMPLOYER: _PERSON,
    Wanted.OTHER_CLASS: _PERSON,
}
# Where it is written why a fact is needed: provision and parameter.
ASKED_BY: Mapping[Wanted, tuple[str, str | None]] = {
    Wanted.CLASS_CLOSED: ("class_rules", "attendance_threshold"),
    Wanted.RESULT: ("training_subsidy", "certificate_required"),
    Wanted.CERTIFICATE: ("training_subsidy", "certificate_required"),
    Wanted.FEE: ("payees", "payee"),
    Wanted.RATE: ("training_subsidy", None),
    Wanted.COMMISSION_PRICE: ("training_subsidy", None),
    Wanted.DAY_RATE: ("living_allowance", None),
    Wanted.OWN_FUND: ("staff_training", None),
    Wanted.PENSION: ("pension", "excluding"),
    Wanted.PUBLIC_PAYROLL: ("training_subsidy", "excluded_categories"),
    Wanted.CATEGORIES: ("training_subsidy", "categories"),
    Wanted.EMPLOYER: ("staff_training", None),
    Wanted.OTHER_CLASS: ("caps", "per_year"),
}
