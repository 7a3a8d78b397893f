"""How a cap changes from next year on: the page that says it is true, word for word."""

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from services.claims.provisions import deciding, in_force
from services.claims.provisions.decision import Outcome
from services.claims.provisions.facts import LineFacts, Occupied, Use
from shared import plans
from shared.plans import PlanError, check
from tests.claims.provisions import lines

PAGE = Path(__file__).parents[3] / "docs" / "provisions.md"


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[str], Path]:
    """Return a copy of the shipped pack with a block behind the caps."""

    def pack(block: str) -> Path:
        folder = tmp_path / "pack"
        shutil.copytree(plans.default_directory(), folder)
        caps = folder / "provisions" / "caps.toml"
        caps.write_text(f"{caps.read_text('utf-8')}\n{block}", "utf-8")
        return folder

    return pack


def _block() -> str:
    [found] = re.findall(r"```toml\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return str(found)


def _second_skill_training(day: date) -> LineFacts:
    """Return an ordinary line whose person had a skill training in the same year."""
    case = next(each for each in lines.cases() if each.row["name"] == "一个普通学员，样样合格")
    course = replace(case.facts.course, starts_on=day, ends_on=day)
    trainee = case.facts.trainee
    assert trainee.certificate is not None
    certificate = replace(trainee.certificate, issued_on=date(2021, 3, 1))
    used = frozenset({Occupied(f"{day.year}:skill", Use.TAKEN)})
    return replace(
        case.facts,
        course=course,
        trainee=replace(trainee, certificate=certificate, occupied=used),
    )


def test_the_pages_block_changes_the_cap_from_its_day_on(changed: Callable[[str], Path]) -> None:
    """A class of the day before is decided by one a year, one of the day itself by two."""
    plan = plans.load(changed(_block()))
    found = {}
    for day in (date(2020, 12, 31), date(2021, 1, 1)):
        decision = deciding.RULES[deciding.Matter.TRAINING_SUBSIDY](
            _second_skill_training(day), in_force.on(plan, day)
        )
        found[day.year] = decision
    assert found[2020].outcome is Outcome.REFUSED
    assert [each.reason for each in found[2020].reasons] == ["kind_used_this_year"]
    assert found[2021].outcome is Outcome.APPROVABLE
    assert "2021:skill#2" in found[2021].slot_keys


def test_what_was_decided_before_keeps_its_hash(changed: Callable[[str], Path]) -> None:
    """A block that is added leaves the terms of the days before as they were, to the byte."""
    before, after = plans.load(plans.default_directory()), plans.load(changed(_block()))
    day = date(2020, 12, 31)
    assert before.provision("caps").on(day).hash == after.provision("caps").on(day).hash
    next_day = date(2021, 1, 1)
    assert after.provision("caps").on(next_day).source.number == "吐人社发〔2020〕示例1号"


def test_the_pages_check_shows_it(
    changed: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """The command passes and prints the new source among the terms in force."""
    assert check.main(changed(_block())) == 0
    assert "吐人社发〔2020〕示例1号" in capsys.readouterr().out


@pytest.mark.parametrize("without", ["source", "per_year_total"])
def test_a_block_without_source_or_parameter_does_not_load(
    changed: Callable[[str], Path], without: str
) -> None:
    """The start stops, with the file named."""
    kept = [line for line in _block().splitlines() if not line.startswith(f"{without} =")]
    with pytest.raises(PlanError) as caught:
        plans.load(changed("\n".join(kept)))
    assert any("caps.toml" in fault.file and fault.line for fault in caught.value.faults)


def test_every_parameter_that_the_page_names_is_there() -> None:
    """The page's table points at files and parameters of the pack."""
    plan = plans.load(plans.default_directory())
    rows = re.findall(r"\| `(\w+)\.toml` \| (.*) \|", PAGE.read_text("utf-8"))
    assert len(rows) >= 5
    for provision, parameters in rows:
        terms = plan.provision(provision).on(plan.plan.issued_on)
        assert {name.strip("` ") for name in parameters.split(",")} - {""} <= set(terms)
