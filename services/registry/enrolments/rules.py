"""May this person say yes to this class now? Pure; reasons are collected in the order of CHECKS."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

PERMIT = "permit"  # ends in a special-operations permit (特种作业)
WORK_TRAINING = "work_training"


class Reason(StrEnum):
    """Why a confirmation cannot be taken."""

    CLASS_NOT_OPEN = "class_not_open"
    CLASS_STARTED = "class_started"
    CLASS_HELD = "class_held"
    TEXT_OUTDATED = "text_outdated"
    TEXT_UNREVIEWED = "text_unreviewed"
    TOO_YOUNG = "too_young"
    TOO_YOUNG_FOR_HAZARD = "too_young_for_hazard"
    GUARDIAN_MISSING = "guardian_missing"


@dataclass(frozen=True, slots=True)
class Terms:
    """The provision `enrolment` in force; ages in completed years. POLICY 8.17, 9.1."""

    age_min: int
    guardian_below: int
    hazardous_age_min: int


@dataclass(frozen=True, slots=True)
class Yes:
    """Which text the person was shown, by version, language and hash."""

    version: str
    language: str
    text_sha256: str


@dataclass(frozen=True, slots=True)
class Facts:
    """The class, the person's age on its first day, and the text shown beside the one in force."""

    state: str
    held: bool
    started: bool
    kind: str
    certificate_kind: str
    age: int
    guardian: bool
    said: Yes
    in_force: Yes
    reviewed: bool
    sandbox: bool


def decide(facts: Facts, terms: Terms) -> tuple[Reason, ...]:
    """Say every reason why a confirmation cannot be taken. POLICY 8.17, 8.18, 9.1."""
    return tuple(reason for check in CHECKS if (reason := check(facts, terms)))


def _open(facts: Facts, _: Terms) -> Reason | None:
    return Reason.CLASS_NOT_OPEN if facts.state != "accepted" else None


def _not_started(facts: Facts, _: Terms) -> Reason | None:
    return Reason.CLASS_STARTED if facts.started else None


def _not_held(facts: Facts, _: Terms) -> Reason | None:
    return Reason.CLASS_HELD if facts.held else None


def _text_in_force(facts: Facts, _: Terms) -> Reason | None:
    return Reason.TEXT_OUTDATED if facts.said != facts.in_force else None


def _text_reviewed(facts: Facts, _: Terms) -> Reason | None:
    # A sandbox tries out what a reviewer has not read; production never asks consent with it.
    return Reason.TEXT_UNREVIEWED if not (facts.reviewed or facts.sandbox) else None


def _old_enough(facts: Facts, terms: Terms) -> Reason | None:
    return Reason.TOO_YOUNG if facts.age < terms.age_min else None


def _old_enough_for_hazard(facts: Facts, terms: Terms) -> Reason | None:
    hazard = facts.kind == WORK_TRAINING or facts.certificate_kind == PERMIT
    return Reason.TOO_YOUNG_FOR_HAZARD if hazard and facts.age < terms.hazardous_age_min else None


def _guardian_beside(facts: Facts, terms: Terms) -> Reason | None:
    minor = facts.age < terms.guardian_below
    return Reason.GUARDIAN_MISSING if minor and not facts.guardian else None


CHECKS: tuple[Callable[[Facts, Terms], Reason | None], ...] = (
    _open,
    _not_started,
    _not_held,
    _text_in_force,
    _text_reviewed,
    _old_enough,
    _old_enough_for_hazard,
    _guardian_beside,
)
