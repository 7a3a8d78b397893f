"""Decisions as stored things: bytes, hashes, sharing, and what a change of the pack changes."""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from services.claims.provisions import codes, deciding, in_force, slot_keys, training_subsidy
from services.claims.provisions.deciding import Matter
from services.claims.provisions.facts import Category, Fact, LineFacts, Source
from services.claims.provisions.slot_keys import Rule
from shared import plans
from shared.plans import NotInForceError
from tests.claims.provisions import lines

DAY = date(2020, 3, 2)
CAPS = Path("provisions/caps.toml")
# What is stored of a person with a decision: a closed list, POLICY 9.3. Leaving is not on it.
PERSON_FACTS = {
    *("confirmed", "hours_attended", "attended_days", "days_paid_elsewhere", "result"),
    *("certificate", "categories", "pension", "employer", "charged", "occupied", "exemptions"),
}
NEXT_YEAR = """
[[from]]
date = 2021-01-01
per_year = { skill = 2, startup = 1, language = 1 }
per_year_total = 4
same_occupation_and_level = 1
year = "calendar"
same_subject_per = { safety = "quarter", induction = "year", transfer = "year" }
own_limits = ["apprenticeship", "work_training"]
exception_officers = 2
source = { title = "示例", number = "POLICY 8.5", article = "示例" }
"""
# Runs where nothing of this process is left: only stored facts and the pack's text.
AFRESH = """
import sys
from datetime import date
from services.claims.provisions import deciding, in_force
from services.claims.provisions.deciding import Matter
from shared import plans
terms = in_force.on(plans.load(plans.default_directory()), date(2020, 3, 2))
for line in sys.stdin.buffer.read().splitlines():
    print(deciding.rederive(Matter.TRAINING_SUBSIDY, line, terms).digest)
"""


def _lines(count: int) -> list[LineFacts]:
    """Make lines that differ in their hours, as a class's do."""
    base = lines.line(lines.BASE)
    return [
        replace(base, trainee=replace(base.trainee, hours_attended=100 + number % 61))
        for number in range(count)
    ]


def test_ten_thousand_lines_are_decided_in_one_pass() -> None:
    """In order, and equal facts share one decision."""
    terms, asked = lines.in_force_on(DAY), _lines(10_000)
    found = deciding.decide_all(Matter.TRAINING_SUBSIDY, asked, terms)
    assert len({id(each) for each in found}) == 61
    assert sum(each.amount_fen for each in found) == 120_000 * sum(
        each.trainee.hours_attended >= 128 for each in asked
    )


@pytest.mark.parametrize("seed", ["1", "2"])
def test_a_fresh_process_derives_the_same_digests(seed: str) -> None:
    """Nothing depends on a process, on the order of a set or on a hash seed."""
    rows = [
        case
        for case in lines.cases()
        if case.table == "training_subsidy"
        and "law" not in case.row
        and case.facts.course.starts_on.year == 2020
    ]
    stored = b"\n".join(codes.write(case.facts) for case in rows)
    answer = subprocess.run(
        [sys.executable, "-c", AFRESH],
        input=stored,
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": seed},
    )
    terms = lines.in_force_on(DAY)
    expected = [training_subsidy.decide(case.facts, terms).digest for case in rows]
    assert answer.stdout.decode().split() == expected


def test_facts_of_an_unknown_form_are_not_guessed() -> None:
    """A form that this code does not know stops the derivation loudly."""
    stored = codes.write(lines.line(lines.BASE)).replace(b'"form":1', b'"form":2')
    with pytest.raises(ValueError, match="form 2"):
        codes.read(stored)


def test_a_cap_changed_from_next_year_leaves_this_year_alone(tmp_path: Path) -> None:
    """A later period changes neither this year's hashes nor its decisions, only next year's."""
    shipped = plans.default_directory()
    for file in shipped.rglob("*.*"):
        copy = tmp_path / file.relative_to(shipped)
        copy.parent.mkdir(parents=True, exist_ok=True)
        text = file.read_text("utf-8")
        copy.write_text(text + NEXT_YEAR if file.match(str(CAPS)) else text, "utf-8")
    plan = plans.load(tmp_path)
    assert in_force.on(plan, DAY).hashes == lines.in_force_on(DAY).hashes
    row = {**lines.BASE, "starts_on": date(2021, 3, 1), "issued_on": date(2021, 5, 1)}
    second = lines.line({**row, "taken": ["2021:skill"]})
    before = training_subsidy.decide(second, lines.in_force_on(date(2021, 3, 1)))
    after = training_subsidy.decide(second, in_force.on(plan, date(2021, 3, 1)))
    assert (before.outcome, after.outcome) == ("refused", "approvable")
    assert after.slot_keys == ("2021:skill#2", "6-31-01-03/5")


def test_a_decision_names_the_hash_of_every_provision_it_read() -> None:
    """Whoever checks a decision finds the very text it rests on."""
    found = training_subsidy.decide(lines.line(lines.BASE), lines.in_force_on(DAY))
    for name, digest in found.provisions:
        if name not in {"funds", "plan", "categories"}:
            assert digest == lines.plan().provision(name).on(DAY).hash
    assert {"training_subsidy", "caps", "pension", "class_rules"} <= dict(found.provisions).keys()


def test_the_bytes_of_a_decision_are_sorted_json() -> None:
    """Anybody can write them again with a plain JSON library, and hash them."""
    for case in lines.cases():
        found = deciding.RULES[case.matter](case.facts, case.terms)
        plain = json.dumps(
            json.loads(found.canonical), ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
        assert found.canonical == plain.encode()
        assert found.digest == hashlib.sha256(plain.encode()).hexdigest()


def test_the_bytes_of_facts_are_sorted_json() -> None:
    """The same for what a decision was made of; no name, number or account is in them."""
    for case in lines.cases():
        stored = codes.write(case.facts)
        body = json.loads(stored)
        plain = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert stored == plain.encode()
        assert set(body["trainee"]) == PERSON_FACTS


def test_before_the_plans_numbers_there_is_no_law_to_decide_by() -> None:
    """A day without terms is the caller's mistake, never a guess."""
    with pytest.raises(NotInForceError):
        in_force.on(lines.plan(), date(2019, 9, 16))


def test_slots_need_nothing_but_the_class() -> None:
    """They can be held when the person confirms, before anything else is known. POLICY 8.6."""
    caps = lines.in_force_on(DAY).caps
    found = slot_keys.of(kind="skill", subject_code="L-0007", level=None, starts_on=DAY, caps=caps)
    assert [(slot.rule, slot.choices) for slot in found] == [
        (Rule.KIND_IN_YEAR, ("2020:skill",)),
        (Rule.OCCUPATION_AND_LEVEL, ("L-0007",)),
    ]
    own = slot_keys.of(
        kind="apprenticeship", subject_code="L-0007", level=5, starts_on=DAY, caps=caps
    )
    assert own == ()


def test_a_cap_of_none_lets_nobody_through() -> None:
    """Zero times a year is a number too."""
    terms = lines.law(DAY, {"caps": {"per_year": {"skill": 0, "startup": 1, "language": 1}}})
    found = training_subsidy.decide(lines.line(lines.BASE), terms)
    assert [each.reason for each in found.reasons] == ["kind_used_this_year"]


def test_keys_come_in_the_order_in_which_rows_are_inserted() -> None:
    """Two claims for one person never wait for each other crosswise."""
    early = lines.line({**lines.BASE, "subject": "1-01"})
    found = training_subsidy.decide(early, lines.in_force_on(DAY))
    assert found.slot_keys == ("1-01/5", "2020:skill")
    for case in lines.cases():
        keys = deciding.RULES[case.matter](case.facts, case.terms).slot_keys
        assert list(keys) == sorted(keys)


@pytest.mark.parametrize(
    ("target", "belongs", "counts"),
    [("m06", None, True), ("m16", True, True), ("m16", False, False), ("m16", None, None)],
)
def test_measure_16_counts_poor_households_only(
    target: str, *, belongs: bool | None, counts: bool | None
) -> None:
    """Others may attend; whether somebody counts is not known before the category is. 三(四)16."""
    known = (
        frozenset[Category]()
        if belongs is None
        else frozenset({Category("poor_household", Fact(belongs, Source.REGISTER, DAY))})
    )
    base = lines.line({**lines.BASE, "target": target})
    facts = replace(base, trainee=replace(base.trainee, categories=known))
    assert training_subsidy.counts_for_target(facts, lines.in_force_on(DAY)) is counts
