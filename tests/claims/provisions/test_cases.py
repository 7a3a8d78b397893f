"""Every row of the tables: facts, expected decision, and why."""

import pytest

from services.claims.provisions import (
    codes,
    deciding,
    living_allowance,
    reasons,
    training_subsidy,
)
from services.claims.provisions.decision import Check, Decision
from services.claims.provisions.reasons import Reason, Wanted
from shared import money
from tests.claims.provisions import lines
from tests.claims.provisions.lines import Case

CASES = lines.cases()


def _decide(case: Case) -> Decision:
    return deciding.RULES[case.matter](case.facts, case.terms)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_case_is_decided_as_its_row_says(case: Case) -> None:
    """Outcome, every reason in its order, what is missing, amount, payee, funds and slots."""
    row, found = case.row, _decide(case)
    assert found.outcome == row["outcome"]
    assert [each.reason for each in found.reasons] == row.get("reasons", [])
    assert [each.what for each in found.needs] == row.get("needs", [])
    assert found.amount_fen == money.yuan(row.get("amount", "0"))
    for name, value in (("payee", found.payee), ("funds", list(found.funds))):
        assert row.get(name, value) == value
    assert row.get("slots", list(found.slot_keys)) == list(found.slot_keys)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_case_derives_again_to_the_same_bytes(case: Case) -> None:
    """The facts as stored give the decision again, byte for byte."""
    stored = codes.write(case.facts)
    assert codes.read(stored) == case.facts
    assert codes.write(codes.read(stored)) == stored
    again = deciding.rederive(case.matter, stored, case.terms)
    assert again.canonical == _decide(case).canonical


def test_every_row_says_why_and_where_it_is_written() -> None:
    """A lawyer finds the ground of each expectation beside it, and no name twice."""
    assert len(CASES) >= 60
    assert all(case.row["why"] and case.row["source"] for case in CASES)
    assert len({str(case) for case in CASES}) == len(CASES)


def test_no_row_has_a_key_that_nothing_reads() -> None:
    """A misspelt fact would silently leave the base as it is."""
    known = {*lines.BASE, "issued_kind", "issued_subject", "issued_level", "starts_at"}
    expected = {"name", "given", "law", "outcome", "amount", "reasons", "needs", "payee", "funds"}
    for case in CASES:
        assert set(case.row["given"]) <= known, str(case)
        assert set(case.row) <= expected | {"slots", "why", "source"}, str(case)


def test_every_reason_and_every_need_has_a_case() -> None:
    """No word of the closed lists is only a word."""
    found = [_decide(case) for case in CASES]
    assert {each.reason for one in found for each in one.reasons} == set(Reason)
    assert {each.what for one in found for each in one.needs} == set(Wanted)


@pytest.mark.parametrize(
    "check", [*training_subsidy.CHECKS, *living_allowance.CHECKS], ids=lambda each: each.__name__
)
def test_every_check_stops_some_case(check: Check) -> None:
    """A check that never says anything is no check."""
    assert any(check(case.facts, case.terms) for case in CASES)


def test_every_reason_is_grounded_in_a_provision_of_the_pack() -> None:
    """Whoever is refused can be told document and article."""
    assert set(reasons.GROUNDS) == set(Reason)
    assert set(reasons.ABOUT_NEED) == set(Wanted)
    for case in CASES:
        for stated in _decide(case).reasons:
            assert stated.document, stated.reason
            assert stated.article, stated.reason
            assert lines.plan().provision(stated.provision).built, stated.reason


def test_hours_that_a_measure_asks_for_cite_the_measure() -> None:
    """The article told is the one that binds, not the deployment's."""
    case = next(each for each in CASES if each.row["name"] == "实际授课少于措施要求")
    stated = _decide(case).reasons[0]
    assert (stated.document, stated.article) == ("吐政办〔2019〕53号", "三(一)2")
    assert dict(stated.figures) == {"taught": 159, "needed": 160}


def test_what_the_employer_paid_first_cites_its_measure() -> None:
    """Measure 4 says whose money goes first, and the refusal says measure 4."""
    case = next(each for each in CASES if each.row["name"] == "转岗培训：企业教育经费已付完")
    assert _decide(case).reasons[0].article == "三(一)4"
