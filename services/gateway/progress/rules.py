"""How counted events add up, and which numbers may be published.

Pure. POLICY 8.3 (what counts), 9.4 (small numbers); docs/decisions/0011-small-numbers.md and
0014-paid-and-measure-16.md.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

COUNTED = "progress.counted"
PAID, CATEGORY = "progress.paid", "progress.category"
ENDED = frozenset({"class.closed", "class.voided"})
QUARTERS = 4

CellKey = tuple[str, str, str, str]  # target, authority, quarter, organisation
Place = tuple[str, str]  # authority, quarter
SumKey = tuple[str, str, str]  # target, authority, quarter


@dataclass(frozen=True, slots=True)
class Started:
    """A class of which somebody started: where it counts, and whether it still runs."""

    target: str
    authority: str
    organisation: str
    quarter: str
    running: bool = True


@dataclass(slots=True)
class Change:
    """What a page of events adds to one cell, in person-times; `running` in classes."""

    started: int = 0
    completed: int = 0
    certified: int = 0
    finished: int = 0
    running: int = 0


@dataclass(slots=True)
class Folded:
    """What a page of events changes."""

    cells: dict[CellKey, Change] = field(default_factory=dict)
    classes: dict[str, Started] = field(default_factory=dict)

    def at(self, target: str, authority: str, quarter: str, organisation: str) -> Change:
        """Return the change of a cell."""
        return self.cells.setdefault((target, authority, quarter, organisation), Change())


def class_of(event: Mapping[str, Any]) -> str:
    """Return the class that an event is about."""
    return str(event["subject"]).partition(":")[2]


def wanted(event: Mapping[str, Any]) -> bool:
    """Say whether an event changes progress."""
    return event["type"] == COUNTED or event["type"] in ENDED


def fold(events: Sequence[Mapping[str, Any]], known: Mapping[str, Started]) -> Folded:
    """Add up a page of events; `known` are the classes met before."""
    folded = Folded()
    for event in events:
        name = class_of(event)
        before = folded.classes.get(name) or known.get(name)
        if event["type"] == COUNTED:
            _count(folded, name, before, event["data"])
        elif event["type"] in ENDED and before is not None and before.running:
            folded.classes[name] = replace(before, running=False)
            _cell_of(folded, before).running -= 1
    return folded


def _cell_of(folded: Folded, one: Started) -> Change:
    return folded.at(one.target, one.authority, one.quarter, one.organisation)


def _count(folded: Folded, name: str, before: Started | None, data: Mapping[str, Any]) -> None:
    target, authority, organisation = data["target"], data["authority"], data["organisation"]
    cell = folded.at(target, authority, data["quarter"], organisation)
    cell.started += data["started"]
    cell.completed += data["completed"]
    cell.certified += data["certified"]
    if data["started"] > 0 and (before is None or before.target != target):
        if before is None:
            after = Started(target, authority, organisation, data["quarter"])
        else:
            after = replace(before, target=target)
            if before.running:
                _cell_of(folded, before).running -= 1
        if after.running:
            _cell_of(folded, after).running += 1
        folded.classes[name] = before = after
    if data["completed"]:
        quarter = before.quarter if before is not None else data["quarter"]
        folded.at(target, authority, quarter, organisation).finished += data["completed"]


def total(
    events: Sequence[Mapping[str, Any]], kind: str, figures: Sequence[str]
) -> list[tuple[SumKey, list[int]]]:
    """Add up a page's events of a kind, by target, authority and quarter, in their order."""
    sums: dict[SumKey, list[int]] = {}
    for event in events:
        if event["type"] == kind:
            data = event["data"]
            found = sums.setdefault(
                (data["target"], data["authority"], data["quarter"]), [0] * len(figures)
            )
            for n, figure in enumerate(figures):
                found[n] += data[figure]
    return sorted(sums.items())


# What may be published -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cell:
    """Sums of one target, authority and quarter, over organisations."""

    target: str
    authority: str
    quarter: str
    started: int
    completed: int
    certified: int
    finished: int
    running: int


@dataclass(frozen=True, slots=True)
class CategoryCell:
    """Person-times of one target that counts by category, of one authority and quarter."""

    target: str
    authority: str
    quarter: str
    completed: int
    certified: int
    paid: int


@dataclass(frozen=True, slots=True)
class Block:
    """Quarters of one authority published together; `split` where each target is, too."""

    quarters: frozenset[str]
    split: bool


Partition = Mapping[Place, Block]


def safe(gap: int, below: int) -> bool:
    """Say whether a number of people who started and did not finish may be known."""
    return gap == 0 or gap >= below


def partition(
    cells: Iterable[Cell], *, authorities: Iterable[str], current: str, below: int
) -> Partition:
    """Say of every authority and quarter how its starters may be published; absent: not at all.

    An authority's quarters are taken in order, once ended and once their classes are closed. One
    whose gap is small waits and is published together with the next, never undoing what was
    published before. Any cell with a small gap keeps the whole quarter from being split by target.
    """
    gaps: dict[Place, dict[str, int]] = {}
    running: dict[Place, int] = {}
    quarters = set()
    for cell in cells:
        place = cell.authority, cell.quarter
        of_targets = gaps.setdefault(place, {})
        gap = cell.started - cell.finished
        of_targets[cell.target] = of_targets.get(cell.target, 0) + gap
        running[place] = running.get(place, 0) + cell.running
        quarters.add(cell.quarter)
    found: dict[Place, Block] = {}
    for authority in authorities:
        waiting: list[str] = []
        sum_waiting = 0
        for quarter in sorted(quarters):
            if quarter >= current or running.get((authority, quarter), 0):
                break
            own = gaps.get((authority, quarter), {})
            waiting.append(quarter)
            sum_waiting += sum(own.values())
            if safe(sum_waiting, below):
                split = len(waiting) == 1 and all(safe(gap, below) for gap in own.values())
                block = Block(frozenset(waiting), split)
                found.update({(authority, each): block for each in waiting})
                waiting, sum_waiting = [], 0
    return found


def may_show(
    blocks: Partition,
    *,
    authorities: Collection[str],
    quarters: Collection[str],
    one_target: bool,
) -> bool:
    """Say whether the starters of a selection are a sum of whole published blocks."""
    selected = frozenset(quarters)
    for authority in authorities:
        for quarter in selected:
            block = blocks.get((authority, quarter))
            if block is None or not block.quarters <= selected or (one_target and not block.split):
                return False
    return True


def published(
    counts: Mapping[str, int], *, ended: Iterable[str], view: Collection[str] | None, below: int
) -> int | None:
    """Sum what may be published of counts by quarter that tell whom they count; None for nothing.

    The ended quarters of the plan wait until they make a block of at least `below`, then stand for
    good. Zero is as telling as one, so it waits too. A view (None: all) shows the blocks inside it.
    """
    selected = None if view is None else frozenset(view)
    shown: int | None = None
    waiting: set[str] = set()
    sum_waiting = 0
    for quarter in ended:
        waiting.add(quarter)
        sum_waiting += counts.get(quarter, 0)
        if sum_waiting >= below:
            if selected is None or waiting <= selected:
                shown = (shown or 0) + sum_waiting
            waiting, sum_waiting = set(), 0
    return shown


def quarters(first: str, until: str) -> tuple[str, ...]:
    """List the quarters from the first up to the last, which is left out."""
    start, end = (int(one[:4]) * QUARTERS + int(one[5]) - 1 for one in (first, until))
    return tuple(f"{n // QUARTERS}Q{n % QUARTERS + 1}" for n in range(start, end))


def quarter_of(year: int, month: int) -> str:
    """Name a calendar quarter: 2020Q1."""
    return f"{year}Q{(month + 2) // (12 // QUARTERS)}"
