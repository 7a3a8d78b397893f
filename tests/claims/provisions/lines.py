"""Rows of the case tables as facts and terms."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from services.claims.provisions import in_force, slot_keys
from services.claims.provisions.deciding import Matter
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
from shared import money, plans

Given = Mapping[str, Any]
FOLDER = Path(__file__).parent / "cases"
MATTERS = {
    "training_subsidy": Matter.TRAINING_SUBSIDY,
    "caps": Matter.TRAINING_SUBSIDY,
    "living_allowance": Matter.LIVING_ALLOWANCE,
}
BASE: Given = tomllib.loads((FOLDER / "base.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Case:
    """One row: what differs from the base, and what follows."""

    table: str
    row: Given

    @property
    def matter(self) -> Matter:
        """Say which rule the row asks."""
        return MATTERS[self.table]

    @property
    def given(self) -> Given:
        """Return the whole person in the whole class."""
        return {**BASE, **self.row["given"]}

    @property
    def facts(self) -> LineFacts:
        """Return the row's facts."""
        return line(self.given)

    @property
    def terms(self) -> InForce:
        """Return the law the row is decided by."""
        return law(starts_on(self.given), self.row.get("law", {}))

    def __str__(self) -> str:
        """Name the row as pytest shows it."""
        return f"{self.table}: {self.row['name']}"


@cache
def cases() -> tuple[Case, ...]:
    """Read every row of every table."""
    return tuple(_rows())


def _rows() -> Iterator[Case]:
    for table in MATTERS:
        text = (FOLDER / f"{table}.toml").read_text("utf-8")
        yield from (Case(table, row) for row in tomllib.loads(text)["cases"])


@cache
def plan() -> plans.Plan:
    """Load the shipped pack once."""
    return plans.load(plans.default_directory())


@cache
def in_force_on(day: date) -> InForce:
    """Read the pack's provisions of a day."""
    return in_force.on(plan(), day)


def law(day: date, changes: Given) -> InForce:
    """Return the provisions of a day, changed where the row asks what if."""
    terms = in_force_on(day)
    changed = dict(changes)
    if "caps" in changed:
        changed["caps"] = replace(terms.caps, **changed["caps"])
    for name in ("certificate_kinds", "staff_levels"):
        if name in changed:
            changed[name] = frozenset(changed[name])
    return replace(terms, **changed)


def starts_on(given: Given) -> date:
    """Return the first day in Shanghai, from a day or from an instant."""
    at = given.get("starts_at")
    day: date = slot_keys.shanghai_day(at) if isinstance(at, datetime) else given["starts_on"]
    return day


def line(given: Given) -> LineFacts:
    """Turn a flat row into facts."""
    return LineFacts(_course(given), _trainee(given), Applicant(given["applicant"]))


def _course(given: Given) -> Course:
    first = starts_on(given)
    return Course(
        accepted=given["accepted"],
        closed=given["closed"],
        kind=given["kind"],
        subject_code=given["subject"],
        subject_name=given["subject_name"],
        level=given["level"] or None,
        certificate_kind=given["certificate_kind"],
        target=given["target"],
        basis=Basis(given["basis"]),
        organisation_id=given["organisation"],
        roles=frozenset(given["roles"]),
        starts_on=first,
        ends_on=given["ends_on"],
        planned_hours=given["planned_hours"],
        taught_hours=given["taught_hours"],
        offering_hours=given["offering_hours"],
        outside=given["outside"],
        rate=_price(given["rate"], "吐人社发〔2020〕1号"),
        commission=_price(given["commission"], "合同〔2020〕7号"),
        day_rate=_price(given["day_rate"], "吐人社发〔2020〕2号"),
        own_fund=_own_fund(given["own_fund"], first),
    )


def _trainee(given: Given) -> Trainee:
    day = starts_on(given)
    return Trainee(
        confirmed=given["confirmed"],
        hours_attended=given["hours_attended"],
        attended_days=given["attended_days"],
        result=None if given["result"] == "none" else Result(given["result"]),
        certificate=_certificate(given) if given["certificate"] else None,
        categories=frozenset(
            Category(name, Fact(value, Source(given["category_source"]), day))
            for name, value in given["categories"].items()
        ),
        pension=_pension(given, day),
        employer=_fact(given["employer"], day, Source.REGISTER, Holder.REGISTER_KEEPER),
        charged=_fact(given["charged"], day, Source.COMMITMENT, Holder.ORGANISATION),
        occupied=frozenset(
            Occupied(key, use)
            for use, keys in ((Use.HELD, given["held"]), (Use.TAKEN, given["taken"]))
            for key in keys
        ),
        exemptions=frozenset(Exemption(**each) for each in given["exemptions"]),
        days_paid_elsewhere=given["days_paid_elsewhere"],
    )


def _certificate(given: Given) -> Certificate:
    return Certificate(
        kind=given.get("issued_kind", given["certificate_kind"]),
        subject_code=given.get("issued_subject", given["subject"]),
        level=given.get("issued_level", given["level"]) or None,
        issued_on=given["issued_on"],
        number_ok=given["number_ok"],
        valid=given["valid"],
    )


def _price(yuan: str, document: str) -> Price | None:
    return None if yuan == "unset" else Price(money.yuan(yuan), document)


def _own_fund(yuan: str, day: date) -> Known[int]:
    if yuan == "missing":
        return Missing(Holder.EMPLOYER)
    return Fact(money.yuan(yuan), Source.DOCUMENT, day)


def _pension(given: Given, day: date) -> Known[Pension]:
    if given["pension"] == "missing":
        return Missing(Holder.PERSON)
    return Fact(Pension(given["pension"]), Source(given["pension_source"]), day)


def _fact(value: Any, day: date, source: Source, holder: Holder) -> Known[Any]:
    return Missing(holder) if value == "missing" else Fact(value, source, day)
