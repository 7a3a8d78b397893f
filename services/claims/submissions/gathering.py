"""Facts as the registry and institutions tell them, made into what the rules read.

Lines with equal facts are one: whoever decides looks at each difference once. Pure.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from operator import itemgetter
from typing import Any, TypeVar
from uuid import UUID

import pydantic_core

from services.claims.provisions import slot_keys
from services.claims.provisions.facts import (
    Applicant,
    Basis,
    Category,
    Certificate,
    Course,
    Exemption,
    Fact,
    Holder,
    Known,
    LineFacts,
    Missing,
    Occupied,
    Pension,
    Price,
    Result,
    Source,
    Trainee,
    Use,
)
from services.claims.provisions.in_force import InForce
from services.claims.slots import rules as slot_rules

Json = Mapping[str, Any]
# All of a line that decides, and nothing that says whose it is.
TELLING = (
    *("confirmed", "hours_attended", "attended_days", "result", "certificate", "facts", "earlier"),
)
_TOLD = itemgetter(*TELLING)
NOTHING: frozenset[Occupied] = frozenset()
T = TypeVar("T")
NOBODY_SAYS_CHARGED: Known[bool] = Missing(Holder.ORGANISATION)


@dataclass(frozen=True, slots=True)
class ClassTerms:
    """An organisation's roles on a day, the offering's hours, and the prices; None is unset."""

    roles: frozenset[str]
    offering_hours: int
    rate: Price | None
    commission: Price | None


@dataclass(frozen=True, slots=True)
class Place:
    """A line before it is decided: whose place it is, and which of the facts are its.

    Keys that the registry told stay as they were written: making objects of them costs more than
    deciding.
    """

    line_id: UUID
    class_id: str
    enrolment_id: str
    trainee_id: str
    facts: int


@dataclass(frozen=True, slots=True)
class Gathered:
    """Places in the order of their classes' first days, and the different facts among them.

    `classes` are the facts' own: facts of two classes are never put together.
    """

    places: tuple[Place, ...]
    facts: tuple[LineFacts, ...]
    classes: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What the claimant says beyond what the registers hold, by commitment or by document.

    `paid` are the places whose person paid a fee, None where nobody says; `own_fund_fen` is what
    the employer's education fund paid for each.
    """

    source: Source
    on: date
    paid: frozenset[str] | None = None
    own_fund_fen: int | None = None
    # Organisations by the credit code that lists name employers by.
    employers: Mapping[str, str] = field(default_factory=dict)
    # Attended days of the person's that another class's allowance paid already.
    paid_days: int = 0

    def charged(self, enrolment_id: str) -> Known[bool]:
        """Say whether a person paid."""
        if self.paid is None:
            return NOBODY_SAYS_CHARGED
        return Fact(enrolment_id in self.paid, self.source, self.on)

    def own_fund(self) -> Known[int]:
        """Say what the employer's own fund paid a person."""
        if self.own_fund_fen is None:
            return Missing(Holder.EMPLOYER)
        return Fact(self.own_fund_fen, self.source, self.on)


# What else of a person's occupies slots: key, how firmly, and for which place.
Taken = Mapping[str, Sequence[tuple[str, Use, str]]]
# The caps that two officers lifted, by place.
Lifted = Mapping[str, Collection[Exemption]]


def course(
    told: Json, terms: ClassTerms | None, said: Said, day_rate: Price | None = None
) -> Course:
    """Make a class out of what the registry says of it, with the terms of its first day."""
    return Course(
        accepted=told["state"] == "accepted",
        closed=told["closed_at"] is not None,
        kind=told["kind"],
        subject_code=told["subject_code"],
        subject_name=told["subject_name"],
        level=told["level"],
        certificate_kind=told["certificate_kind"],
        target=told["target"],
        basis=Basis(told["basis"]),
        organisation_id=str(told["organisation_id"]),
        roles=terms.roles if terms else frozenset(),
        starts_on=_day(told["starts_on"]),
        ends_on=_day(told["ends_on"]),
        planned_hours=told["hours"],
        taught_hours=told["taught_hours"],
        offering_hours=terms.offering_hours if terms else 0,
        outside=told["outside"],
        rate=terms.rate if terms else None,
        commission=terms.commission if terms else None,
        day_rate=day_rate,
        own_fund=said.own_fund(),
    )


def gather(
    lines: Iterable[Json],
    *,
    courses: Mapping[UUID, Course],
    terms: Mapping[date, InForce],
    said: Said,
    taken: Taken,
    lifted: Lifted,
    applicant: Applicant,
    line_ids: Sequence[UUID],
) -> Gathered:
    """Put equal lines together, classes in the order of their first days."""
    needs = {
        str(class_id): _needs(one, terms[one.starts_on], applicant)
        for class_id, one in courses.items()
    }
    seen: dict[tuple[Any, ...], int] = {}
    facts: list[LineFacts] = []
    classes: list[UUID] = []
    places: list[Place] = []
    order = {str(key): (one.starts_on, key) for key, one in courses.items()}
    ranks = {class_id: n for n, class_id in enumerate(sorted(order, key=order.__getitem__))}
    rows = sorted(lines, key=lambda line: ranks[line["class_id"]])
    paying = said.paid or ()
    for line_id, line in zip(line_ids, rows, strict=True):
        class_id, enrolment, person = line["class_id"], line["enrolment_id"], line["trainee_id"]
        mine = taken.get(person)
        occupied = _occupied(mine, needs[class_id], enrolment) if mine else NOTHING
        exempt = frozenset(lifted.get(enrolment, ()))
        key = (class_id, _telling(line), occupied, enrolment in paying, exempt)
        at = seen.get(key)
        if at is None:
            at = seen[key] = len(facts)
            day, whose = order[class_id]
            told = (said.charged(enrolment), said.employers, said.paid_days)
            trainee = replace(
                _trainee(line, courses[whose], terms[day], occupied, told), exemptions=exempt
            )
            facts.append(LineFacts(courses[whose], trainee, applicant))
            classes.append(whose)
        places.append(Place(line_id, class_id, enrolment, person, at))
    return Gathered(tuple(places), tuple(facts), tuple(classes))


def late(facts: LineFacts, occupied: Collection[tuple[str, Use]]) -> LineFacts:
    """Return the facts of a line that came too late for these slots."""
    more = {Occupied(key, use) for key, use in occupied}
    kept = {each for each in facts.trainee.occupied if each.key not in {one.key for one in more}}
    return replace(facts, trainee=replace(facts.trainee, occupied=frozenset(kept | more)))


def _telling(line: Json) -> bytes:
    return pydantic_core.to_json(_TOLD(line))


def _needs(one: Course, terms: InForce, applicant: Applicant) -> frozenset[str]:
    """List the keys that would do for a class; an allowance takes none."""
    if applicant is Applicant.PERSON:
        return frozenset()
    slots = slot_keys.of(
        kind=one.kind,
        subject_code=one.subject_code,
        level=one.level,
        starts_on=one.starts_on,
        caps=terms.caps,
    )
    return frozenset(key for slot in slots for key in slot.choices)


def _occupied(
    taken: Iterable[tuple[str, Use, str]], needs: frozenset[str], enrolment: str
) -> frozenset[Occupied]:
    return frozenset(
        Occupied(key, use) for key, use, place in taken if key in needs and place != enrolment
    )


def _trainee(
    line: Json,
    one: Course,
    terms: InForce,
    occupied: frozenset[Occupied],
    said: tuple[Known[bool], Mapping[str, str], int],
) -> Trainee:
    told: Json = line["facts"]
    result, certificate = line["result"], line["certificate"]
    charged, employers, paid_days = said
    return Trainee(
        confirmed=line["confirmed"],
        hours_attended=line["hours_attended"],
        attended_days=line["attended_days"],
        result=Result(result) if result else None,
        certificate=_certificate(certificate) if certificate else None,
        categories=frozenset(
            Category(each["code"], _fact(each, each["value"])) for each in told["categories"]
        ),
        pension=_pension(told["pension"]),
        employer=_employer(told["employer"], one, employers),
        charged=_charged(told["charged"], charged),
        occupied=occupied | _earlier(line["earlier"], one, terms),
        days_paid_elsewhere=paid_days,
    )


def _certificate(told: Json) -> Certificate:
    return Certificate(
        kind=told["kind"],
        subject_code=told["subject_code"],
        level=told["level"],
        issued_on=_day(told["issued_on"]),
        number_ok=told["number_ok"],
        valid=told["valid"],
    )


def _fact(told: Json, value: T) -> Fact[T]:
    return Fact(value, Source(told["source"]), _day(told["as_of"]))


def _pension(told: Json | None) -> Known[Pension]:
    return Missing(Holder.PERSON) if told is None else _fact(told, Pension(told["value"]))


def _charged(told: Json | None, said: Known[bool]) -> Known[bool]:
    """Believe a person who says that a fee was taken; else what the organisation promises."""
    return _fact(told, value=True) if told is not None and told["value"] else said


def _employer(told: Json | None, one: Course, employers: Mapping[str, str]) -> Known[str]:
    """Say whose staff the person is: the class's organisation, nobody's, or some other's.

    Lists name employers by credit code; one that is not registered is only known to be another's.
    """
    if told is None:
        return Missing(Holder.PERSON)
    named = [employers[code] for code in told["credit_codes"] if code in employers]
    if one.organisation_id in (told["organisation_id"], *named):
        return _fact(told, one.organisation_id)
    if named and one.basis is not Basis.AGREEMENT:
        return _fact(told, named[0])
    if told["credit_codes"] and one.basis is not Basis.AGREEMENT:
        return Missing(Holder.EMPLOYER)
    return _fact(told, "")


def _earlier(told: Sequence[Json], one: Course, terms: InForce) -> frozenset[Occupied]:
    """Say which keys earlier payments and certificates took, imported from before the system."""
    if not told:
        return frozenset()
    keys = slot_rules.earlier(told, terms.caps).keys()
    return frozenset(
        Occupied(key, Use.TAKEN) for key in keys & _needs(one, terms, Applicant.ORGANISATION)
    )


def _day(told: str) -> date:
    return date.fromisoformat(told)
