"""Who may say yes, as a pure rule: every reason, in the documented order."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.registry.enrolments import refusals, rules, texts
from services.registry.enrolments.rules import Reason
from shared import plans

TERMS = rules.Terms(age_min=16, guardian_below=18, hazardous_age_min=18)
YES = rules.Yes("2019-09-17.1", "zh-Hans", "ab" * 32)
FACTS = rules.Facts(
    state="accepted",
    held=False,
    started=False,
    kind="skill",
    certificate_kind="skill_level",
    age=30,
    guardian=False,
    said=YES,
    in_force=YES,
    reviewed=True,
    sandbox=False,
)


def test_a_grown_person_may_say_yes_to_an_open_class() -> None:
    """Nothing else is asked: no category, no office, no institution."""
    assert rules.decide(FACTS, TERMS) == ()


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"state": "submitted"}, Reason.CLASS_NOT_OPEN),
        ({"state": "voided"}, Reason.CLASS_NOT_OPEN),
        ({"started": True}, Reason.CLASS_STARTED),
        ({"held": True}, Reason.CLASS_HELD),
        ({"said": replace(YES, version="2019-09-17.2")}, Reason.TEXT_OUTDATED),
        ({"said": replace(YES, language="ug")}, Reason.TEXT_OUTDATED),
        ({"said": replace(YES, text_sha256="cd" * 32)}, Reason.TEXT_OUTDATED),
        ({"reviewed": False}, Reason.TEXT_UNREVIEWED),
        ({"age": 15, "guardian": True}, Reason.TOO_YOUNG),
        ({"age": 17}, Reason.GUARDIAN_MISSING),
        ({"age": 17, "guardian": True, "kind": "work_training"}, Reason.TOO_YOUNG_FOR_HAZARD),
        ({"age": 17, "guardian": True, "certificate_kind": "permit"}, Reason.TOO_YOUNG_FOR_HAZARD),
    ],
)
def test_each_reason_alone_keeps_a_yes_from_counting(
    change: dict[str, Any], reason: Reason
) -> None:
    """One fact that is not in order, one reason."""
    assert rules.decide(replace(FACTS, **change), TERMS) == (reason,)


@pytest.mark.parametrize(
    "change",
    [
        {"age": 16, "guardian": True},
        {"age": 18},
        {"age": 18, "kind": "work_training"},
        {"reviewed": False, "sandbox": True},
    ],
)
def test_what_is_in_order_passes(change: dict[str, Any]) -> None:
    """The borders belong to who has reached them."""
    assert rules.decide(replace(FACTS, **change), TERMS) == ()


def test_reasons_come_in_the_documented_order() -> None:
    """The first one is the problem's code."""
    worst = replace(
        FACTS, state="voided", started=True, held=True, said=replace(YES, version="x"), age=15,
        reviewed=False, kind="work_training",
    )  # fmt: skip
    assert rules.decide(worst, TERMS) == tuple(Reason)


def test_every_reason_has_a_problem_with_its_own_code() -> None:
    """What the rule says is what the caller hears."""
    assert {reason: kind.code for reason, kind in refusals.PROBLEMS.items()} == {
        reason: reason.value for reason in Reason
    }


@pytest.mark.parametrize(
    ("kind", "key", "rule"),
    [
        ("skill", "2020:skill", "per_year"),
        ("language", "2020:language", "per_year"),
        ("safety", None, "same_subject"),
        ("induction", None, "same_subject"),
        ("apprenticeship", None, "own_limit"),
        ("work_training", None, "own_limit"),
    ],
)
def test_a_class_uses_the_slot_of_its_kind(kind: str, key: str | None, rule: str) -> None:
    """五(二); POLICY 8.5: what the person is shown before deciding."""
    plan = plans.load(plans.default_directory())
    found = texts.slot(plan, kind=kind, starts_on=date(2020, 3, 9))
    assert (found.key, found.rule) == (key, rule)
    assert set(found.words) == {"zh-Hans", "ug", "en"}
    assert all("{" not in words for words in found.words.values())
