"""Random lines: the ladder and a naive re-implementation of the law must agree."""

from collections.abc import Callable
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.claims.provisions import codes, deciding
from services.claims.provisions.deciding import Matter
from tests.claims.provisions import lines, oracle
from tests.claims.provisions.oracle import Opinion

_some = st.sampled_from
# Mostly the base, so that single reasons stand out and approvals happen.
_DIFFERENT: dict[str, st.SearchStrategy[Any]] = {
    "accepted": st.booleans(),
    "closed": st.booleans(),
    "kind": _some(
        ["skill", "startup", "language", "safety", "induction", "transfer", "work_training"]
    ),
    "subject": _some(["6-31-01-03", "L-0007"]),
    "level": _some([0, 4, 5]),
    "target": _some(["m02", "m03", "m04", "m06", "m15", "school-upgrade/shanshan"]),
    "basis": _some(["directory", "commission", "agreement"]),
    "roles": _some([["institution"], ["employer"], ["institution", "employer"], []]),
    "starts_on": _some(
        [
            *(date(2019, 9, 17), date(2019, 12, 31), date(2020, 1, 1)),
            *(date(2021, 6, 1), date(2022, 1, 1)),
        ]
    ),
    "planned_hours": st.integers(1, 400),
    "taught_hours": st.integers(0, 400),
    "offering_hours": st.integers(40, 200),
    "outside": st.booleans(),
    "rate": _some(["unset", "1200.00", "0.01"]),
    "commission": _some(["unset", "980.00"]),
    "day_rate": _some(["unset", "20.00", "33.33"]),
    "own_fund": _some(["missing", "0.00", "500.00", "1200.00"]),
    "confirmed": st.booleans(),
    "hours_attended": st.integers(0, 400),
    "attended_days": st.integers(0, 60),
    "days_paid_elsewhere": st.integers(0, 60),
    "result": _some(["passed", "failed", "absent", "none"]),
    "certificate": st.booleans(),
    "issued_kind": _some(["skill_level", "completion"]),
    "issued_subject": _some(["6-31-01-03", "L-0007"]),
    "issued_level": _some([0, 4, 5]),
    "issued_on": _some([date(2019, 1, 1), date(2022, 6, 1)]),
    "number_ok": st.booleans(),
    "valid": st.booleans(),
    "categories": st.dictionaries(
        _some([*oracle.KEY_GROUPS, "unemployed", "public_payroll", "graduate"]), st.booleans()
    ),
    "category_source": _some(["register", "commitment", "document", "own_statement", "system"]),
    "pension": _some(["none", "employees", "public", "residents", "missing"]),
    "pension_source": _some(["register", "commitment", "own_statement", "document"]),
    "employer": _some(["", "school", "mill", "missing"]),
    "charged": _some([True, False, "missing"]),
    "held": st.lists(
        _some(["2020:skill", "6-31-01-03/5", "2019:startup", "L-0007"]), max_size=2, unique=True
    ),
    "taken": st.lists(
        _some(
            [
                *("2020:startup", "2019:skill", "6-31-01-03/4", "2020Q1:safety/L-0007"),
                *("2019:transfer/6-31-01-03", "2020:induction/L-0007"),
            ]
        ),
        max_size=3,
        unique=True,
    ),
    "applicant": _some(["organisation", "person"]),
}


@st.composite
def _rows(draw: Callable[..., Any]) -> lines.Given:
    names = draw(st.lists(_some(sorted(_DIFFERENT)), max_size=9, unique=True))
    return {**lines.BASE, **{name: draw(_DIFFERENT[name]) for name in names}}


def _ours(matter: Matter, row: lines.Given) -> Opinion:
    terms = lines.in_force_on(lines.starts_on(row))
    found = deciding.RULES[matter](lines.line(row), terms)
    return Opinion(
        found.outcome,
        frozenset(each.reason for each in found.reasons),
        frozenset(each.what for each in found.needs),
        found.amount_fen,
        found.slot_keys,
        found.payee,
        found.funds,
    )


@settings(max_examples=600, deadline=None, derandomize=True)
@given(row=_rows())
def test_a_naive_reading_of_the_law_agrees_on_training(row: lines.Given) -> None:
    """Reasons, gaps, amount, payee, funds and slots are the same for whatever comes."""
    assert _ours(Matter.TRAINING_SUBSIDY, row) == oracle.training_subsidy(row)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(row=_rows())
def test_a_naive_reading_of_the_law_agrees_on_the_allowance(row: lines.Given) -> None:
    """The same for the allowance, applied for by the person or not."""
    for applicant in ("person", row["applicant"]):
        asked = {**row, "applicant": applicant}
        assert _ours(Matter.LIVING_ALLOWANCE, asked) == oracle.living_allowance(asked)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(row=_rows())
def test_whatever_facts_are_stored_come_back_equal(row: lines.Given) -> None:
    """Codes lose nothing."""
    facts = lines.line(row)
    assert codes.read(codes.write(facts)) == facts


def test_the_tables_agree_with_the_second_opinion_too() -> None:
    """Where a row asks by the law in force, the naive reading gives what the row expects."""
    ask = {
        Matter.TRAINING_SUBSIDY: oracle.training_subsidy,
        Matter.LIVING_ALLOWANCE: oracle.living_allowance,
    }
    for case in lines.cases():
        if "law" in case.row or case.row["given"].get("exemptions"):
            continue
        row = {**case.given, "starts_on": lines.starts_on(case.given)}
        assert ask[case.matter](row).outcome == case.row["outcome"], str(case)
        assert ask[case.matter](row).reasons == frozenset(case.row.get("reasons", [])), str(case)
