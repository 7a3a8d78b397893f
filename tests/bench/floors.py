"""Floors: a ratio once reached stays reached; a run far below it fails and says which row."""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.bench.figures import Figure

FILE = Path(__file__).with_name("floors.toml")
SLACK = 0.8  # of the floor: two noisy cores are not told apart more finely
ROUNDING = 1e-9
HEAD = """\
# Ratios once reached (`make bench FLOORS=write` raises them, never lowers): a run below 0.8 of
# one fails. Of costs the lower ratio is the better one. Figures in milliseconds have none.
"""


def read(path: Path = FILE) -> dict[str, float]:
    """Read the floors by row."""
    return {name: float(ratio) for name, ratio in tomllib.loads(path.read_text("utf-8")).items()}


def below(figures: Sequence[Figure], floors: Mapping[str, float]) -> list[str]:
    """Say of each row that fell below its floor how far."""
    return [
        f"{figure.name}: {figure.ratio:.2f}, its floor is {floors[figure.name]:.2f}"
        for figure in figures
        if figure.travels
        and figure.name in floors
        and figure.goodness < SLACK * _goodness(figure, floors[figure.name]) - ROUNDING
    ]


def raised(figures: Sequence[Figure], floors: Mapping[str, float]) -> dict[str, float]:
    """Return the floors with those raised that this run surpassed."""
    better = dict(floors)
    for figure in figures:
        known = floors.get(figure.name)
        if figure.travels and (known is None or figure.goodness > _goodness(figure, known)):
            better[figure.name] = round(figure.ratio, 2)
    return better


def write(floors: Mapping[str, float], path: Path = FILE) -> None:
    """Write the floors, by name."""
    lines = "".join(f"{name} = {ratio}\n" for name, ratio in sorted(floors.items()))
    path.write_text(HEAD + lines, "utf-8")


def _goodness(figure: Figure, ratio: float) -> float:
    return 1 / ratio if figure.at_most else ratio
