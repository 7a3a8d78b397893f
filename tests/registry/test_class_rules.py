"""Every reason against a class, one at a time and all together; the hours of a session; months."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.registry.attendance import rules as sheets
from services.registry.classes import counting, rules
from services.registry.classes.facts import Commission, Filing, Offering, Planned, Standing
from services.registry.classes.reasons import Reason
from shared import plans
from tests.registry import world as worlds

PLAN = plans.load(plans.default_directory())
DAYS = worlds.weekdays(worlds.FIRST_DAY, 10)
ME, ELSE = UUID(int=1), UUID(int=2)
OFFERING = Offering(UUID(int=3), "skill", "L-0001", "中式面点师", 5, 40, "skill_level", None)
COMMISSION = Commission(
    id=UUID(int=4),
    authority=worlds.GAOCHANG,
    organisation_id=ME,
    offering_id=OFFERING.id,
    target="m06",
    places=100,
    from_date=date(2020, 3, 1),
    to_date=date(2020, 12, 31),
    document_number="示例1号",
)
STANDING = Standing(
    organisation_id=ME,
    organisation_name="示例学校",
    listed_institution=True,
    employer=False,
    licence_covers=True,
    offering=OFFERING,
    offering_in_edition=1,
    commission=COMMISSION,
)
NUMBERS = rules.Numbers(50, 45, date(2019, 9, 17), date(2021, 12, 31))


def planned(day: date, *, hour: int = 10, hours: int = 4, minutes: int = 180) -> Planned:
    """Plan a session of some minutes."""
    starts = worlds.local(day, hour)
    return Planned(starts, starts + timedelta(minutes=minutes), hours)


FILING = Filing(
    basis="commission",
    authority=worlds.GAOCHANG,
    target="m06",
    starts_on=worlds.FIRST_DAY,
    ends_on=worlds.LAST_DAY,
    capacity=30,
    outside=False,
    sessions=tuple(planned(day) for day in DAYS),
)
FACTS = rules.Facts(
    filing=FILING,
    standing=STANDING,
    target=PLAN.target("m06"),
    authority_known=True,
    places_used=0,
    numbers=NUMBERS,
    now=worlds.local(date(2020, 3, 2), 10),
)
Change = Callable[[rules.Facts], rules.Facts]


def filed(**changes: Any) -> Change:
    """Change the filing."""
    return lambda facts: replace(facts, filing=replace(facts.filing, **changes))


def standing(**changes: Any) -> Change:
    """Change what institutions says."""
    return lambda facts: replace(facts, standing=replace(facts.standing, **changes))


def commissioned(**changes: Any) -> Change:
    """Change the commission."""
    return standing(commission=replace(COMMISSION, **changes))


def target(name: str, **changes: Any) -> Change:
    """Count for another target, commissioned alike."""

    def change(facts: rules.Facts) -> rules.Facts:
        facts = replace(facts, target=PLAN.target(name))
        return commissioned(target=name)(filed(target=name, **changes)(facts))

    return change


CASES: list[tuple[Reason, Change]] = [
    (Reason.INSTITUTION_NOT_LISTED, standing(listed_institution=False)),
    (Reason.NOT_AN_EMPLOYER, filed(basis="agreement")),
    (Reason.LICENCE_DOES_NOT_COVER, standing(licence_covers=False)),
    (Reason.OFFERING_UNKNOWN, standing(offering=None)),
    (Reason.OFFERING_NOT_IN_EDITION, standing(offering_in_edition=None)),
    (Reason.COMMISSION_UNKNOWN, standing(commission=None)),
    (Reason.COMMISSION_UNKNOWN, commissioned(organisation_id=ELSE)),
    (Reason.COMMISSION_OTHER_AUTHORITY, commissioned(authority=worlds.SHANSHAN)),
    (Reason.COMMISSION_OTHER_OFFERING, commissioned(offering_id=ELSE)),
    (Reason.COMMISSION_OTHER_TARGET, commissioned(target="m13")),
    (Reason.COMMISSION_DATES, commissioned(from_date=date(2020, 3, 10))),
    (Reason.COMMISSION_DATES, commissioned(to_date=date(2020, 3, 19))),
    (Reason.COMMISSION_PLACES, lambda facts: replace(facts, places_used=71)),
    (Reason.AUTHORITY_UNKNOWN, lambda facts: replace(facts, authority_known=False)),
    (Reason.TARGET_UNKNOWN, lambda facts: replace(facts, target=None)),
    (Reason.TARGET_OTHER_KIND, standing(offering=replace(OFFERING, kind="startup"))),
    (Reason.OFFERING_OTHER_TARGETS, standing(offering=replace(OFFERING, targets=("m13",)))),
    (Reason.HOURS_BELOW_OFFERING, standing(offering=replace(OFFERING, hours=41))),
    (Reason.HOURS_BELOW_TARGET, target("m09")),
    (Reason.DURATION_BELOW_TARGET, target("m03", ends_on=date(2020, 4, 7))),
    (Reason.DURATION_ABOVE_TARGET, target("m03", ends_on=date(2020, 9, 9))),
    (Reason.OUTSIDE_NOT_ALLOWED, filed(outside=True)),
    (Reason.CLASS_TOO_LARGE, filed(capacity=51)),
    (
        Reason.PLAN_NOT_IN_FORCE,
        lambda facts: replace(facts, numbers=replace(NUMBERS, plan_until=date(2020, 3, 8))),
    ),
    (
        Reason.STARTS_IN_THE_PAST,
        lambda facts: replace(facts, now=worlds.local(worlds.FIRST_DAY, 10)),
    ),
    (Reason.FIRST_SESSION_OTHER_DAY, filed(starts_on=date(2020, 3, 6))),
    (
        Reason.SESSION_TOO_SHORT,
        filed(sessions=(planned(DAYS[0], minutes=179), *FILING.sessions[1:])),
    ),
    (
        Reason.SESSION_OVER_MIDNIGHT,
        filed(sessions=(planned(DAYS[0], hour=22), *FILING.sessions[1:])),
    ),
    (Reason.SESSION_OUTSIDE_DATES, filed(ends_on=date(2020, 3, 19))),
    (
        Reason.SESSIONS_OVERLAP,
        filed(sessions=(*FILING.sessions, planned(DAYS[9], hour=12))),
    ),
]


def reasons(facts: rules.Facts) -> list[Reason]:
    """Decide, and keep the words."""
    return [why.reason for why in rules.decide(facts)]


def test_a_class_in_order_has_no_reason_against_it() -> None:
    """Fifty people, 45 minutes an hour, just the hours of the offering: all of it is allowed."""
    assert reasons(FACTS) == []
    assert reasons(filed(capacity=50)(FACTS)) == []


@pytest.mark.parametrize(("reason", "change"), CASES)
def test_each_condition_has_a_reason_of_its_own(reason: Reason, change: Change) -> None:
    """One thing wrong gives exactly one reason, said in both languages with no placeholder."""
    whys = rules.decide(change(FACTS))
    assert [why.reason for why in whys] == [reason]
    assert whys[0].zh.endswith("。")
    assert whys[0].en.endswith(".")
    assert "None" not in whys[0].zh + whys[0].en


def test_the_cases_name_every_reason_of_a_filing() -> None:
    """A new reason needs a case here; the one of added sessions has its own test."""
    assert {reason for reason, _ in CASES} == set(Reason) - {Reason.HOURS_ABOVE_PLANNED}


def test_all_reasons_are_collected_in_the_documented_order() -> None:
    """Nobody files ten times to learn ten reasons."""
    changes = (
        standing(listed_institution=False, licence_covers=False, offering_in_edition=None),
        filed(capacity=60, outside=True),
    )
    facts = FACTS
    for change in changes:
        facts = change(facts)
    assert reasons(facts) == [
        Reason.INSTITUTION_NOT_LISTED,
        Reason.LICENCE_DOES_NOT_COVER,
        Reason.OFFERING_NOT_IN_EDITION,
        Reason.OUTSIDE_NOT_ALLOWED,
        Reason.CLASS_TOO_LARGE,
    ]


def test_a_reason_says_the_numbers_it_rests_on() -> None:
    """Who reads only the sentence knows what is missing."""
    (why,) = rules.decide(target("m09")(FACTS))
    assert "80 课时" in why.zh
    assert "40 课时" in why.zh
    (why,) = rules.decide(replace(FACTS, places_used=90))
    assert "100 个名额，还剩 10 个，本班需要 30 个" in why.zh


def test_an_employer_with_an_agreement_needs_no_listing_and_no_licence() -> None:
    """POLICY 8.26."""
    own = standing(employer=True, listed_institution=False, licence_covers=False, commission=None)
    assert reasons(own(filed(basis="agreement")(FACTS))) == []


def test_measure_three_takes_one_to_six_months_also_outside_turpan() -> None:
    """三(一)3: a month is a calendar month."""
    facts = target("m03", ends_on=date(2020, 4, 8), outside=True)(FACTS)
    assert reasons(facts) == []
    assert reasons(filed(ends_on=date(2020, 9, 8))(facts)) == []


@pytest.mark.parametrize(
    ("day", "months", "found"),
    [
        (date(2020, 1, 31), 1, date(2020, 2, 29)),
        (date(2020, 8, 31), 6, date(2021, 2, 28)),
        (date(2020, 12, 1), 1, date(2021, 1, 1)),
    ],
)
def test_months_end_on_the_last_day_where_a_month_is_shorter(
    day: date, months: int, found: date
) -> None:
    """The end of a month stays the end of a month."""
    assert rules.later(day, months=months) == found


def test_more_hours_than_were_filed_are_not_taught() -> None:
    """Added sessions would lower what 80 percent of the filed hours means."""
    assert not list(rules.hours_left(planned=40, elsewhere=36, hours=4))
    (why,) = rules.hours_left(planned=40, elsewhere=36, hours=5)
    assert why.reason is Reason.HOURS_ABOVE_PLANNED


def test_a_sheet_is_late_when_its_last_day_is_over() -> None:
    """Without a number in the provision it is filed the same day; a hold moves the last day."""
    monday = date(2020, 3, 9)
    assert sheets.sheet_days({}) == 0
    assert sheets.sheet_days({"sheet_days": 3}) == 3
    assert sheets.sheet_until(monday, days=0, released_at=None) == worlds.local(
        date(2020, 3, 10), 0
    )
    released = worlds.local(date(2020, 3, 12), 23)
    assert sheets.sheet_until(monday, days=3, released_at=released) == worlds.local(
        date(2020, 3, 16), 0
    )


def test_quarters_are_those_of_the_calendar() -> None:
    """2020Q1 ends on 31 March."""
    days = (date(2020, 1, 1), date(2020, 3, 31), date(2020, 4, 1), date(2020, 12, 31))
    assert [counting.quarter_of(day) for day in days] == ["2020Q1", "2020Q1", "2020Q2", "2020Q4"]
