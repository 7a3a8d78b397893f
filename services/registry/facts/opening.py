"""Open what rows hold sealed, and read the plan, into what the rules take."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from services.registry.facts import rules
from shared import clock
from shared.plans import NotInForceError, Plan
from shared.plans.vocabulary import CategoryRole
from shared.sealing import Sealer


def terms(plan: Plan, on: date) -> rules.Terms:
    """Return the categories and the pensions that exclude on a day; none before the plan."""
    try:
        pension = plan.provision("pension").on(on)
    except NotInForceError:
        return rules.Terms((), "", ())
    return rules.Terms(
        categories=tuple(
            (category.id, category.role is CategoryRole.EXCLUDES)
            for category in plan.categories
            if category.starts_on <= on and (category.until is None or on < category.until)
        ),
        pension_category=pension.text("excluded_category"),
        pensions_excluding=pension.words("excluding"),
    )


def course(row: Any) -> rules.Course:
    """Take of a class what the rules need."""
    return rules.Course(row.authority, str(row.organisation_id), row.starts_on)


def indexes(
    sealer: Sealer, sealed: Mapping[UUID, bytes], purpose: str
) -> dict[UUID, tuple[bytes, ...]]:
    """Index each person's ID number under every key that a list may have been indexed with."""
    numbers = sealer.open_many(
        sealed.values(), table="trainees", column="id_sealed", rows=sealed.keys()
    )
    return {
        person: sealer.index_all(purpose, number)
        for person, number in zip(sealed, numbers, strict=True)
    }


def entries(sealer: Sealer, rows: Iterable[Any]) -> dict[UUID, list[rules.Entry]]:
    """Read what lists say, by place."""
    found: dict[UUID, list[rules.Entry]] = defaultdict(list)
    for row in rows:
        employer = None
        if row.employer_sealed is not None:
            employer = sealer.open(
                row.employer_sealed,
                table="register_entries",
                column="employer_sealed",
                row=row.entry_id,
            )
        entry = rules.Entry(row.code, row.document_number, row.as_of, row.to_date, employer)
        found[row.enrolment_id].append(entry)
    return found


def statements(sealer: Sealer, rows: Iterable[Any]) -> dict[tuple[UUID, UUID], rules.Said]:
    """Read what persons said, by person and class."""
    found = {}
    for row in rows:
        said = sealer.open(row.said_sealed, table="statements", column="said_sealed", row=row.id)
        answers = json.loads(said)["answers"]
        found[row.trainee_id, row.class_id] = rules.Said(answers, clock.business_day(row.at))
    return found
