"""What of progress may be published: nothing that tells how few did not finish."""

import itertools
import random
from collections.abc import Iterator
from fractions import Fraction

import pytest

from services.gateway.progress import rules
from services.gateway.progress.rules import Block, Cell, Started

BELOW = 5
AUTHORITIES, TARGETS, QUARTERS = ("A", "B"), ("x", "y"), ("2020Q1", "2020Q2")
CURRENT = "2020Q3"
GRID = tuple(itertools.product(TARGETS, AUTHORITIES, QUARTERS))
Place = tuple[str, str, str]


def cell(target: str, authority: str, quarter: str, gap: int, *, running: int = 0) -> Cell:
    """Make a cell in which 20 people finished and `gap` more had started."""
    return Cell(target, authority, quarter, 20 + gap, 20, 20, 20, running)


def cut(cells: list[Cell], *, current: str = CURRENT) -> rules.Partition:
    """Partition the cells of the two authorities."""
    return rules.partition(cells, authorities=AUTHORITIES, current=current, below=BELOW)


def selections() -> Iterator[frozenset[Place]]:
    """List every selection that any view of the report sums."""
    quarters = [*((one,) for one in QUARTERS), QUARTERS]
    authorities = [*((one,) for one in AUTHORITIES), AUTHORITIES]
    targets = [*((one,) for one in TARGETS), TARGETS]
    for chosen in itertools.product(targets, authorities, quarters):
        yield frozenset(itertools.product(*chosen))


def published(blocks: rules.Partition) -> list[frozenset[Place]]:
    """List the selections whose starters the report shows to the public."""
    found = []
    for selection in selections():
        targets = {place[0] for place in selection}
        if rules.may_show(
            blocks,
            authorities={place[1] for place in selection},
            quarters={place[2] for place in selection},
            one_target=len(targets) < len(TARGETS),
        ):
            found.append(selection)
    return found


def derivable(known: list[frozenset[Place]]) -> Iterator[frozenset[Place]]:
    """List every set of cells whose sum follows from the known sums, by linear algebra."""
    basis: list[list[Fraction]] = []
    for selection in known:
        row = reduced([Fraction(place in selection) for place in GRID], basis)
        if any(row):
            basis.append(row)
    for size in range(1, len(GRID) + 1):
        for places in itertools.combinations(GRID, size):
            if not any(reduced([Fraction(place in places) for place in GRID], basis)):
                yield frozenset(places)


def reduced(row: list[Fraction], basis: list[list[Fraction]]) -> list[Fraction]:
    """Subtract what the basis holds of a row; zeros remain if it is in its span."""
    for held in basis:
        lead = next(n for n, value in enumerate(held) if value)
        if row[lead]:
            factor = row[lead] / held[lead]
            row = [value - factor * other for value, other in zip(row, held, strict=True)]
    return row


@pytest.mark.parametrize("seed", range(60))
def test_no_published_set_of_numbers_tells_a_small_gap(seed: int) -> None:
    """Whatever can be derived by adding and subtracting is 0 or at least the threshold."""
    rng = random.Random(seed)
    gaps = {place: rng.choice([0, 0, 1, 2, 3, 4, 5, 6, 9, 30]) for place in GRID}
    blocks = cut([cell(*place, gap) for place, gap in gaps.items()])
    for places in derivable(published(blocks)):
        assert rules.safe(sum(gaps[place] for place in places), BELOW), (gaps, places)


def test_the_search_would_find_a_leak() -> None:
    """With totals and one cell of two published, the other cell is derived."""
    whole = frozenset(place for place in GRID if place[1:] == ("A", "2020Q1"))
    one = frozenset([("x", "A", "2020Q1")])
    assert whole - one in set(derivable([whole, one]))


def test_every_cell_is_published_where_no_gap_is_small() -> None:
    """Suppression costs nothing where there is nothing to hide."""
    blocks = cut([cell(*place, 7) for place in GRID])
    assert len(published(blocks)) == len(list(selections()))


def test_one_small_cell_hides_its_neighbours_too() -> None:
    """The sum of the quarter stays; its targets go, or subtraction would tell."""
    gaps = dict.fromkeys(GRID, 7) | {("x", "A", "2020Q1"): 2}
    blocks = cut([cell(*place, gap) for place, gap in gaps.items()])
    assert blocks["A", "2020Q1"] == Block(frozenset({"2020Q1"}), split=False)
    assert blocks["B", "2020Q1"].split


def test_a_small_quarter_waits_for_the_next() -> None:
    """Alone it is not shown; together with the next it is, and only together."""
    first = [cell("x", "A", "2020Q1", 2)]
    assert ("A", "2020Q1") not in cut(first, current="2020Q2")
    both = cut([*first, cell("x", "A", "2020Q2", 4)])
    assert both["A", "2020Q1"] is both["A", "2020Q2"]
    assert both["A", "2020Q1"].quarters == {"2020Q1", "2020Q2"}


def test_a_running_class_or_quarter_is_not_shown_yet() -> None:
    """Numbers that grow day by day would show people one by one."""
    assert ("A", "2020Q1") not in cut([cell("x", "A", "2020Q1", 9, running=1)])
    assert ("A", "2020Q1") not in cut([cell("x", "A", "2020Q1", 9)], current="2020Q1")


@pytest.mark.parametrize("seed", range(40))
def test_what_was_published_is_never_taken_apart_later(seed: int) -> None:
    """A later quarter leaves the blocks of earlier ones as they were."""
    rng = random.Random(seed)
    quarters = [f"{year}Q{n}" for year in (2019, 2020, 2021) for n in (1, 2, 3, 4)]
    cells = [
        cell(target, authority, quarter, rng.choice([0, 1, 3, 5, 8]))
        for target, authority, quarter in itertools.product(TARGETS, AUTHORITIES, quarters)
    ]
    before: dict[tuple[str, str], Block] = {}
    for now in [*quarters, "2022Q1"]:
        after = dict(cut([one for one in cells if one.quarter < now], current=now))
        assert {place: after[place] for place in before} == before
        before = after


# Folding ---------------------------------------------------------------------------------------


def counted(quarter: str, target: str = "x", **figures: int) -> dict[str, object]:
    """Make an event as the registry's feed carries it."""
    data = {"target": target, "authority": "A", "organisation": "o", "quarter": quarter}
    zero = {"started": 0, "completed": 0, "certified": 0}
    return {"type": rules.COUNTED, "subject": "class:1", "data": data | zero | figures}


def ended(kind: str = "class.closed") -> dict[str, object]:
    """Make the event that ends a class."""
    return {"type": kind, "subject": "class:1", "data": {}}


def test_completions_are_held_against_the_quarter_in_which_people_started() -> None:
    """The figure stands in the class's last quarter, the gap in its first."""
    folded = rules.fold(
        [counted("2020Q1", started=20), counted("2020Q2", completed=17), ended()], {}
    )
    first = folded.cells["x", "A", "2020Q1", "o"]
    last = folded.cells["x", "A", "2020Q2", "o"]
    assert (first.started, first.finished, first.running) == (20, 17, 0)
    assert (last.completed, last.finished) == (17, 0)
    assert not folded.classes["1"].running


def test_a_class_runs_until_its_end_is_told() -> None:
    """The cell counts it while it runs, whatever page the events come in."""
    folded = rules.fold([counted("2020Q1", started=20)], {})
    assert folded.cells["x", "A", "2020Q1", "o"].running == 1
    later = rules.fold([ended(), ended("class.voided")], folded.classes)
    assert later.cells["x", "A", "2020Q1", "o"].running == -1


def test_a_reassigned_class_takes_everything_along() -> None:
    """Nothing of it stays with the old target."""
    known = {"1": Started("x", "A", "o", "2020Q1")}
    folded = rules.fold(
        [
            counted("2020Q1", started=-20),
            counted("2020Q1", target="y", started=20),
            counted("2020Q2", completed=-17),
            counted("2020Q2", target="y", completed=17),
        ],
        known,
    )
    old, new = folded.cells["x", "A", "2020Q1", "o"], folded.cells["y", "A", "2020Q1", "o"]
    assert (old.started, old.finished, old.running) == (-20, -17, -1)
    assert (new.started, new.finished, new.running) == (20, 17, 1)
    assert folded.classes["1"].target == "y"
