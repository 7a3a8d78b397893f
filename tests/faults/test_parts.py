"""A seeded handful of every part, and the runner's own manners."""

from pathlib import Path

import pytest

from tests.faults import __main__ as runner
from tests.faults import part
from tests.faults.part import Part, Report, Size, Tools
from tests.suite import Suite

SEED = 7


@pytest.mark.parametrize("one", part.every(), ids=lambda one: one.name)
async def test_a_handful_of_each_part_holds(suite: Suite, tmp_path: Path, one: Part) -> None:
    """Each part is tried a little here, at full length by `make faults`."""
    tools = Tools(suite=suite, folder=tmp_path, seed=SEED, size=Size.HANDFUL)
    outcome = await runner.attempt(one, tools, within_s=120)
    assert outcome.broken == []
    assert outcome.tried > 0


def _part(name: str, report: Report) -> Part:
    async def run(_: Tools) -> Report:
        return report

    return Part(name, "a promise", run)


async def _outcome(suite: Suite, folder: Path, report: Report) -> runner.Outcome:
    tools = Tools(suite=suite, folder=folder, seed=SEED, size=Size.HANDFUL)
    return await runner.attempt(_part("one", report), tools, within_s=60)


async def test_a_part_that_tries_nothing_is_broken(suite: Suite, tmp_path: Path) -> None:
    """Green without a single case is no proof."""
    outcome = await _outcome(suite, tmp_path, Report())
    assert outcome.broken == ["nothing was tried"]


async def test_a_part_that_leaves_a_broken_row_is_broken(suite: Suite, tmp_path: Path) -> None:
    """The invariants are asked after each part, whatever it says of itself."""

    async def run(tools: Tools) -> Report:
        await tools.suite.sql(
            "gateway",
            "insert into progress_cells values ('m06', '650402', '2020Q1', gen_random_uuid(), 1)",
        )
        return Report(tried=1)

    tools = Tools(suite=suite, folder=tmp_path, seed=SEED, size=Size.HANDFUL)
    outcome = await runner.attempt(Part("one", "a promise", run), tools, within_s=60)
    assert len(outcome.broken) == 1
    assert "进度汇总" in outcome.broken[0]


async def test_a_part_that_raises_is_broken(suite: Suite, tmp_path: Path) -> None:
    """A crash of the harness is never taken for a promise that held."""

    async def run(_: Tools) -> Report:
        raise ValueError("lost")

    tools = Tools(suite=suite, folder=tmp_path, seed=SEED, size=Size.HANDFUL)
    outcome = await runner.attempt(Part("one", "a promise", run), tools, within_s=60)
    assert outcome.broken[0] == "ValueError: lost"


async def test_a_part_beyond_its_time_is_broken(suite: Suite, tmp_path: Path) -> None:
    """What the budget did not reach counts as broken."""
    tools = Tools(suite=suite, folder=tmp_path, seed=SEED, size=Size.HANDFUL)
    outcome = await runner.attempt(_part("one", Report(tried=1)), tools, within_s=-1)
    assert outcome.broken


def test_only_names_parts_that_there_are() -> None:
    """An unknown name is refused with the list; several may be named."""
    parts = [_part(name, Report()) for name in ("a", "b", "c")]
    assert [one.name for one in runner.chosen(parts, "c, a")] == ["a", "c"]
    assert runner.chosen(parts, "") == parts
    with pytest.raises(runner.UnknownPart, match="there are: a b c"):
        runner.chosen(parts, "a,d")


def test_a_summary_is_green_only_if_everything_held(capsys: pytest.CaptureFixture[str]) -> None:
    """One broken part, or none at all, is not 0."""
    good = runner.Outcome("a", "p", 1, {})
    assert runner.summary([good]) == 0
    assert runner.summary([good, runner.Outcome("b", "p", 1, {}, ["x"])]) == 1
    assert "broken: b" in capsys.readouterr().out
    assert runner.summary([]) == 1
