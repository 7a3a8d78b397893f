"""A second opinion: the same law again from the plan and POLICY.md, naively, over flat rows.

It reads no pack and imports nothing of the rules. Its numbers are those of 2019; a row that asks
"what if" is not for it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

Given = Mapping[str, Any]
Test = Callable[[Given], bool]

KEY_GROUPS = (
    *("poor_household", "hard_to_employ", "zero_employment"),
    *("rural_school_leaver", "urban_low_income_school_leaver"),
)
HOURS = {"m01": 80, "m02": 160, "m09": 80, "m10": 80, "m11": 80}
BELIEVED = ("register", "commitment", "document", "own_statement")
BELIEVED_OF = {
    "rural_school_leaver": ("commitment", "document", "own_statement"),
    "public_payroll": ("register", "commitment", "own_statement"),
}


@dataclass(frozen=True)
class Opinion:
    """What the second opinion says of a row."""

    outcome: str
    reasons: frozenset[str]
    needs: frozenset[str]
    fen: int
    slots: tuple[str, ...]
    payee: str | None
    funds: tuple[str, ...]


def training_subsidy(g: Given) -> Opinion:
    """Look every reason and every gap up in the tables below."""
    reasons = frozenset(word for word, stands in SUBSIDY_REASONS.items() if stands(g))
    needs = frozenset(word for word, lacks in SUBSIDY_NEEDS.items() if lacks(g))
    if reasons:
        return Opinion("refused", reasons, frozenset(), 0, (), None, ())
    slots = tuple(sorted(_slots(g).values()))
    if needs:
        return Opinion("undecided", frozenset(), needs, 0, slots, None, ())
    fen = _fen(_price(g)) - (_fen(g["own_fund"]) if g["kind"] == "transfer" else 0)
    if g["basis"] == "agreement" or g["kind"] == "transfer":
        payee = "employer"
    else:
        payee = "person" if g["charged"] else "institution"
    aid = g["target"] == "m15" and g["kind"] == "skill"
    funds = ("hunan_aid",) if aid else ("special", "employment")
    return Opinion("approvable", frozenset(), frozenset(), fen, slots, payee, funds)


def living_allowance(g: Given) -> Opinion:
    """Look every reason and every gap up in the tables below."""
    reasons = frozenset(word for word, stands in ALLOWANCE_REASONS.items() if stands(g))
    needs = frozenset(word for word, lacks in ALLOWANCE_NEEDS.items() if lacks(g))
    if reasons:
        return Opinion("refused", reasons, frozenset(), 0, (), None, ())
    if needs:
        return Opinion("undecided", frozenset(), needs, 0, (), None, ())
    fen = _fen(g["day_rate"]) * (g["attended_days"] - g["days_paid_elsewhere"])
    return Opinion("approvable", frozenset(), frozenset(), fen, (), "person", ("employment",))


def _fen(yuan: str) -> int:
    whole, _, part = yuan.partition(".")
    return int(whole) * 100 + int(part or 0)


def _price(g: Given) -> str:
    return str(g["commission"] if g["basis"] == "commission" else g["rate"])


def _is(g: Given, category: str) -> bool | None:
    """Yes, no, or not known: a source that does not evidence the category says nothing."""
    believed = BELIEVED_OF.get(category, BELIEVED)
    return g["categories"].get(category) if g["category_source"] in believed else None


def _pension(g: Given) -> str | None:
    known = g["pension_source"] in ("register", "commitment", "own_statement")
    return g["pension"] if known and g["pension"] != "missing" else None


def _for_staff(g: Given) -> bool:
    return bool(g["basis"] == "agreement" or g["kind"] == "transfer")


def _slots(g: Given) -> dict[str, str]:
    day: date = g["starts_on"]
    found = {}
    if g["kind"] in ("skill", "startup", "language"):
        found["kind_used_this_year"] = f"{day.year}:{g['kind']}"
    if g["kind"] == "safety":
        quarter = {1: 1, 2: 1, 3: 1, 4: 2, 5: 2, 6: 2, 7: 3, 8: 3, 9: 3}.get(day.month, 4)
        found["same_subject_in_period"] = f"{day.year}Q{quarter}:safety/{g['subject']}"
    if g["kind"] in ("induction", "transfer"):
        found["same_subject_in_period"] = f"{day.year}:{g['kind']}/{g['subject']}"
    if g["level"]:
        found["same_occupation_and_level"] = f"{g['subject']}/{g['level']}"
    elif g["kind"] in ("skill", "startup", "language"):
        found["same_occupation_and_level"] = g["subject"]
    return found


def _paid(g: Given) -> bool:
    return g["kind"] in ("skill", "startup", "language", "safety", "induction", "transfer")


def _used(reason: str) -> Test:
    def stands(g: Given) -> bool:
        return _paid(g) and _slots(g).get(reason, "-") in g["taken"]

    return stands


def _wrong_subject(g: Given) -> bool:
    issued = (g.get("issued_subject", g["subject"]), g.get("issued_level", g["level"]))
    return bool(g["certificate"]) and issued != (g["subject"], g["level"])


def _wrong_employer(g: Given) -> bool:
    if not _paid(g) or not _for_staff(g) or g["employer"] == "missing":
        return False
    if g["basis"] == "agreement":
        return bool(g["employer"] != g["organisation"])
    return not g["employer"]


def _fully_paid(g: Given) -> bool:
    if g["kind"] != "transfer" or "missing" in g["own_fund"] or _price(g) == "unset":
        return False
    return _fen(g["own_fund"]) >= _fen(_price(g))


def _free(g: Given) -> bool:
    return any(_is(g, each) for each in (*KEY_GROUPS, "unemployed"))


def _maybe_free(g: Given) -> bool:
    return any(_is(g, each) is None for each in (*KEY_GROUPS, "unemployed"))


SUBSIDY_REASONS: Mapping[str, Test] = {
    "class_not_accepted": lambda g: not g["accepted"],
    "class_outside_plan": lambda g: not 2019 <= g["starts_on"].year <= 2021,
    "kind_not_subsidised": lambda g: not _paid(g),
    "organisation_not_entitled": lambda g: (
        ("employer" if g["basis"] == "agreement" else "institution") not in g["roles"]
    ),
    "kind_not_for_staff": lambda g: (
        g["basis"] == "agreement" and g["kind"] not in ("skill", "safety", "induction", "transfer")
    ),
    "outside_turpan": lambda g: g["outside"] and g["target"] != "m03",
    "too_few_hours_taught": lambda g: (
        g["closed"] and g["taught_hours"] < max(g["offering_hours"], HOURS.get(g["target"], 0))
    ),
    "attended_too_little": lambda g: (
        g["closed"] and g["hours_attended"] * 5 < g["planned_hours"] * 4
    ),
    "not_passed": lambda g: g["result"] in ("failed", "absent"),
    "certificate_other_kind": lambda g: (
        g["certificate"] and g.get("issued_kind", g["certificate_kind"]) != g["certificate_kind"]
    ),
    "certificate_other_subject": _wrong_subject,
    "certificate_number_wrong": lambda g: g["certificate"] and not g["number_ok"],
    "certificate_voided": lambda g: g["certificate"] and not g["valid"],
    "certificate_before_class": lambda g: g["certificate"] and g["issued_on"] < g["starts_on"],
    "not_confirmed": lambda g: not g["confirmed"],
    "draws_pension": lambda g: _pension(g) in ("employees", "public"),
    "on_public_payroll": lambda g: _is(g, "public_payroll") is True,
    "not_staff": _wrong_employer,
    "fee_from_key_group": lambda g: g["charged"] is True and _free(g),
    "kind_used_this_year": _used("kind_used_this_year"),
    "same_subject_in_period": _used("same_subject_in_period"),
    "same_occupation_and_level": lambda g: (
        _slots(g).get("same_occupation_and_level", "-") in g["taken"]
        and g["kind"] not in ("apprenticeship", "work_training")
    ),
    "own_fund_covers": _fully_paid,
}
SUBSIDY_NEEDS: Mapping[str, Test] = {
    "class_closed": lambda g: not g["closed"],
    "result": lambda g: g["result"] == "none",
    "certificate": lambda g: g["result"] == "passed" and not g["certificate"],
    "pension": lambda g: _pension(g) is None,
    "public_payroll": lambda g: _is(g, "public_payroll") is None,
    "employer": lambda g: _for_staff(g) and g["employer"] == "missing",
    "fee": lambda g: g["charged"] == "missing",
    "categories": lambda g: g["charged"] is True and not _free(g) and _maybe_free(g),
    "other_class": lambda g: any(key in g["held"] for key in _slots(g).values()),
    "rate": lambda g: g["basis"] != "commission" and g["rate"] == "unset",
    "commission_price": lambda g: g["basis"] == "commission" and g["commission"] == "unset",
    "own_fund": lambda g: g["kind"] == "transfer" and g["own_fund"] == "missing",
}
ALLOWANCE_REASONS: Mapping[str, Test] = {
    "class_not_accepted": SUBSIDY_REASONS["class_not_accepted"],
    "class_outside_plan": SUBSIDY_REASONS["class_outside_plan"],
    "kind_not_subsidised": SUBSIDY_REASONS["kind_not_subsidised"],
    "not_confirmed": SUBSIDY_REASONS["not_confirmed"],
    "not_own_application": lambda g: g["applicant"] != "person",
    "not_in_allowance_group": lambda g: all(_is(g, each) is False for each in KEY_GROUPS),
    "no_attended_day": lambda g: g["closed"] and g["attended_days"] == 0,
    "days_paid_elsewhere": lambda g: (
        g["closed"] and 0 < g["attended_days"] <= g["days_paid_elsewhere"]
    ),
}
ALLOWANCE_NEEDS: Mapping[str, Test] = {
    "class_closed": lambda g: not g["closed"],
    "categories": lambda g: (
        not any(_is(g, each) for each in KEY_GROUPS)
        and any(_is(g, each) is None for each in KEY_GROUPS)
    ),
    "day_rate": lambda g: g["day_rate"] == "unset",
}
