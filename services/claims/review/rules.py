"""Which lines are drawn for a look, what today's facts say of a decision, when a step is overdue.

Pure. Risk is of claims, classes and organisations; nothing here reads who a person is. POLICY 9.5
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

from services.claims.provisions.facts import LineFacts
from shared.workdays import Calendar

HUNDRED = 100
DAY = timedelta(days=1)


class Signal(StrEnum):
    """What raises the share of a claim's lines that are looked at."""

    ORGANISATION_NEW = "organisation_new"
    ORGANISATION_FINDINGS = "organisation_findings"
    COMMITMENT_ROUTE = "commitment_route"
    LARGE_CLAIM = "large_claim"


class Check(StrEnum):
    """What is checked automatically of every line."""

    DECISION_WHOLE = "decision_whole"
    DECISION_REDERIVES = "decision_rederives"
    MONEY_RESERVED = "money_reserved"
    SLOTS_TAKEN = "slots_taken"
    PAID_ONCE = "paid_once"
    CLASS_STANDS = "class_stands"
    PLACE_STANDS = "place_stands"
    HOURS_AS_DECIDED = "hours_as_decided"
    CERTIFICATE_AS_DECIDED = "certificate_as_decided"


class Outcome(StrEnum):
    """What a check found; `unknown`: nobody could say, so a person has to."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Finding(StrEnum):
    """What the look at a sampled line found."""

    IN_ORDER = "in_order"
    SHORTCOMING = "shortcoming"
    NOT_PROVABLE = "not_provable"


OF_REGISTRY = (
    *(Check.CLASS_STANDS, Check.PLACE_STANDS, Check.HOURS_AS_DECIDED),
    Check.CERTIFICATE_AS_DECIDED,
)


@dataclass(frozen=True, slots=True)
class Shares:
    """How many in a hundred are looked at: always, and more for each signal."""

    base: int
    signal: int


def share(signals: Collection[Signal], shares: Shares) -> int:
    """Return how many of a hundred lines are looked at."""
    return min(HUNDRED, shares.base + shares.signal * len(signals))


def draw(seed: bytes, lines: Collection[UUID], per_hundred: int, *, at_least: int) -> set[UUID]:
    """Draw lines: those whose hash with the seed is lowest. The same seed draws the same lines.

    A claim of an organisation has at least one; a person's own single line is drawn by chance.
    """
    if at_least == 0:
        return {each for each in lines if int.from_bytes(_rank(seed, each)) % HUNDRED < per_hundred}
    wanted = max(at_least, -(-len(lines) * per_hundred // HUNDRED))
    return set(sorted(lines, key=lambda each: _rank(seed, each))[:wanted])


def _rank(seed: bytes, line: UUID) -> bytes:
    return sha256(seed + line.bytes).digest()


def compare(
    facts: LineFacts, course: Mapping[str, Any] | None, place: Mapping[str, Any] | None
) -> dict[Check, Outcome]:
    """Compare what a line was decided on with what the registry says today."""
    if course is None:
        return dict.fromkeys(OF_REGISTRY, Outcome.UNKNOWN)
    stands = course["state"] == "accepted" and not course["held"]
    found = {Check.CLASS_STANDS: _said(stands)}
    if place is None:
        return found | dict.fromkeys(OF_REGISTRY[1:], Outcome.FAILED)
    decided = facts.trainee
    hours = place["hours_attended"], place["attended_days"]
    return found | {
        Check.PLACE_STANDS: _said(place["confirmed"]),
        Check.HOURS_AS_DECIDED: _said(hours == (decided.hours_attended, decided.attended_days)),
        Check.CERTIFICATE_AS_DECIDED: _said(_certificate(place) == _decided_certificate(facts)),
    }


def _said(passed: bool) -> Outcome:  # noqa: FBT001 -- the one thing it takes
    return Outcome.PASSED if passed else Outcome.FAILED


def _certificate(place: Mapping[str, Any]) -> tuple[str, str, bool] | None:
    found = place["certificate"]
    return None if found is None else (found["kind"], found["issued_on"], found["valid"])


def _decided_certificate(facts: LineFacts) -> tuple[str, str, bool] | None:
    found = facts.trainee.certificate
    return None if found is None else (found.kind, found.issued_on.isoformat(), found.valid)


def open_checks(found: Mapping[Check, Outcome]) -> list[str]:
    """Name the checks that a person has to answer for: all that did not pass."""
    return sorted(check for check, outcome in found.items() if outcome is not Outcome.PASSED)


def overdue_before(calendar: Calendar, today: date, workdays: int) -> date:
    """Return the last day from which a step of so many working days is overdue today.

    A step begun on a day is due at the end of the n-th working day after it.
    Raises NoCalendar for a year without a calendar.
    """
    day = today
    while calendar.add(day, workdays) >= today:
        day -= DAY
    return day


def living(states: Sequence[str], dead: Collection[str]) -> bool:
    """Say whether any line of a claim still lives."""
    return any(state not in dead for state in states)
