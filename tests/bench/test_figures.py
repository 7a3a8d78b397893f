"""Ratios, floors and the table: what decides whether a run is good."""

import json
from pathlib import Path

import pytest

from tests.bench import figures, floors, row
from tests.bench.figures import Figure

SHARE = Figure("share", 400, 1_000, "rows/s", 0.5)
COST = Figure("cost", 30, 10, "ms", 2.5, at_most=True)
LATENCY = Figure("latency", 30, 20, "ms p99", 1, at_most=True, travels=False)


def test_a_share_is_to_be_at_least_its_target_and_a_cost_at_most() -> None:
    """Each is missed in its own direction, by a share of the target."""
    assert (SHARE.ratio, SHARE.met, round(SHARE.missed_by, 3)) == (0.4, False, 0.2)
    assert (COST.ratio, COST.met, round(COST.missed_by, 3)) == (3.0, False, 0.2)
    assert Figure("share", 500, 1_000, "rows/s", 0.5).met
    assert Figure("cost", 25, 10, "ms", 2.5, at_most=True).met


@pytest.mark.parametrize(
    ("ours", "fallen"), [(330, False), (320, False), (319, True), (1_000, False)]
)
def test_a_share_below_four_fifths_of_its_floor_fails(ours: float, fallen: bool) -> None:  # noqa: FBT001
    """The floor is 0.40: 0.32 passes, less does not."""
    found = floors.below([Figure("share", ours, 1_000, "rows/s", 0.5)], {"share": 0.4})
    assert bool(found) is fallen


@pytest.mark.parametrize(("ours", "fallen"), [(25, False), (26, True), (5, False)])
def test_a_cost_far_above_its_floor_fails(ours: float, fallen: bool) -> None:  # noqa: FBT001
    """Of a cost the lower ratio is the better one: the floor 2.0 lets 2.5 pass."""
    found = floors.below([Figure("cost", ours, 10, "ms", 2.5, at_most=True)], {"cost": 2.0})
    assert bool(found) is fallen


def test_milliseconds_have_no_floor() -> None:
    """They say what this machine is like."""
    assert floors.below([LATENCY], {"latency": 0.1}) == []
    assert floors.raised([LATENCY], {}) == {}


def test_a_floor_only_ever_rises() -> None:
    """A better ratio replaces it, a worse one does not; other rows' floors stay."""
    known = {"share": 0.5, "cost": 3.5, "other": 0.7}
    assert floors.raised([SHARE, COST], known) == {"share": 0.5, "cost": 3.0, "other": 0.7}


def test_floors_are_read_as_they_were_written(tmp_path: Path) -> None:
    """The file is small, sorted, and says what it is."""
    path = tmp_path / "floors.toml"
    floors.write({"b": 0.5, "a": 2.0}, path)
    assert floors.read(path) == {"a": 2.0, "b": 0.5}
    assert path.read_text("utf-8").startswith("# ")


def test_the_mean_is_geometric_and_of_all_or_nothing() -> None:
    """Costs enter as their inverse; a run of some rows has no mean."""
    every = [Figure(name, 1, 4, "x", 0.5) for name in figures.MEAN_OF if name != "gateway_overhead"]
    assert figures.mean(every) is None
    whole = figures.mean([*every, Figure("gateway_overhead", 4, 1, "ms", 2.5, at_most=True)])
    assert whole is not None
    assert round(whole.ratio, 6) == 0.25


def test_bench_json_holds_exactly_what_it_promises() -> None:
    """A list of figures, each with these seven names."""
    told = json.loads(figures.document([SHARE, COST]))
    assert [list(one) for one in told] == [list(figures.TITLES)] * 2
    assert told[0]["ratio"] == 0.4


def test_the_table_says_by_how_much_a_target_is_missed() -> None:
    """And shows the floor beside it."""
    text = figures.table([SHARE, COST], {"share": 0.42})
    assert "missed by 20%" in text
    assert "0.42" in text.splitlines()[1]
    assert "≥ 0.5" in text
    assert "≤ 2.5" in text


def test_every_row_has_a_name_of_its_own() -> None:
    """A name leads to one row, what the mean needs is there, and a wrong name ends the run."""
    names = [name for one in row.every() for name in one.names]
    assert len(names) == len(set(names))
    assert set(figures.MEAN_OF) <= set(names)
    assert set(floors.read()) <= {*names, figures.GEOMETRIC_MEAN}
    assert [one.names for one in row.chosen("claim_decide_50")] == [("claim_decide_50",)]
    with pytest.raises(SystemExit, match="no_such_row"):
        row.chosen("no_such_row")
