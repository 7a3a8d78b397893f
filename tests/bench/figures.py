"""What a measurement says: ours against the limit of the same run, and the table of all."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

GEOMETRIC_MEAN = "geometric_mean"
GEOMETRIC_TARGET = 0.48
# What the mean is made of (PROOF.md A): roster, claim, directory cached, gateway inverse, export.
MEAN_OF = (
    *("roster_ingest_100k", "roster_ingest_5k", "roster_xlsx", "claim_decide_10k"),
    *("directory_page_cached", "gateway_overhead", "payment_export"),
)
TITLES = ("name", "ours", "limit", "unit", "ratio", "target", "met")


@dataclass(frozen=True, slots=True)
class Figure:
    """One row: what was reached, the limit, and the share of it that is wanted.

    The ratio is ours by the limit. It is to be at least the target, or with `at_most` no more: a
    cost or a latency. `travels` says that the ratio holds on another machine of the same kind, so
    that a floor may be kept; a limit in milliseconds does not.
    """

    name: str
    ours: float
    limit: float
    unit: str
    target: float
    at_most: bool = False
    travels: bool = True

    @property
    def ratio(self) -> float:
        """Ours by the limit."""
        return self.ours / self.limit

    @property
    def goodness(self) -> float:
        """The ratio, turned where less is better: more is always better here."""
        return 1 / self.ratio if self.at_most else self.ratio

    @property
    def met(self) -> bool:
        """Say whether the target is reached."""
        return self.ratio <= self.target if self.at_most else self.ratio >= self.target

    @property
    def missed_by(self) -> float:
        """By which share of the target it is missed; 0 where it is met."""
        return 0.0 if self.met else abs(self.ratio - self.target) / self.target


def mean(figures: Sequence[Figure]) -> Figure | None:
    """Return the geometric mean of what the mean is made of; None unless all of it was run."""
    by_name = {figure.name: figure for figure in figures}
    if not all(name in by_name for name in MEAN_OF):
        return None
    logs = [math.log(by_name[name].goodness) for name in MEAN_OF]
    reached = math.exp(sum(logs) / len(logs))
    return Figure(GEOMETRIC_MEAN, reached, 1.0, "of the limit", GEOMETRIC_TARGET)


def plain(figure: Figure) -> dict[str, Any]:
    """Write a figure as bench.json holds it."""
    return {
        "name": figure.name,
        "ours": _short(figure.ours),
        "limit": _short(figure.limit),
        "unit": figure.unit,
        "ratio": round(figure.ratio, 4),
        "target": figure.target,
        "met": figure.met,
    }


def document(figures: Sequence[Figure]) -> str:
    """Write bench.json, one figure a line."""
    lines = ",\n".join(f"  {json.dumps(plain(figure))}" for figure in figures)
    return f"[\n{lines}\n]\n"


def table(figures: Sequence[Figure], floors: Mapping[str, float]) -> str:
    """Lay the figures out for people, with by how much a target is missed."""
    rows = [(*TITLES, "floor"), *(_cells(figure, floors) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    left = {0, 3, 6}
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column in left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _cells(figure: Figure, floors: Mapping[str, float]) -> tuple[str, ...]:
    sign = "≤" if figure.at_most else "≥"
    met = "yes" if figure.met else f"missed by {figure.missed_by:.0%}"
    floor = floors.get(figure.name)
    return (
        figure.name,
        f"{_short(figure.ours):,}",
        f"{_short(figure.limit):,}",
        figure.unit,
        f"{figure.ratio:.2f}",
        f"{sign} {figure.target:g}",
        met,
        "" if floor is None else f"{floor:.2f}",
    )


def _short(value: float) -> float:
    """Keep three digits that say something."""
    if value == 0:
        return 0
    digits = 2 - math.floor(math.log10(abs(value)))
    return round(value, digits) if digits > 0 else round(value)
