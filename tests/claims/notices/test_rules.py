"""What of a small number is shown."""

import random
from itertools import combinations
from uuid import UUID

import pytest

from services.claims.notices import rules


@pytest.mark.parametrize(
    ("people", "hidden", "total"),
    [
        ([], set(), True),
        ([5, 9], set(), True),
        ([4], {0}, False),
        ([4, 9], {0, 1}, True),
        ([9, 4, 7], {1, 2}, True),
        ([1, 1, 20], {0, 1, 2}, True),
        ([1, 1], {0, 1}, False),
        ([3, 3, 8], {0, 1}, True),
    ],
)
def test_small_cells_are_hidden_and_the_total_gives_none_away(
    people: list[int], *, hidden: set[int], total: bool
) -> None:
    """Another cell goes with a lonely small one; where none is left, the total goes too."""
    assert rules.suppressed(people, 5) == (hidden, total)


def test_no_subtraction_leads_to_a_small_cell() -> None:
    """Of any notice: total minus what is shown is never one cell nor fewer than five persons."""
    dice = random.Random(1)
    for _ in range(2_000):
        people = [dice.randint(1, 12) for _ in range(dice.randint(0, 6))]
        hidden, total = rules.suppressed(people, 5)
        assert all(count >= 5 for n, count in enumerate(people) if n not in hidden)
        if total and hidden:
            assert len(hidden) > 1
            assert sum(people) - sum(c for n, c in enumerate(people) if n not in hidden) >= 5


def test_a_person_with_two_lines_is_one_person() -> None:
    """Counts are of people."""
    ids = [UUID(int=n) for n in range(4)]
    lines = tuple(rules.Line(key, ids[0], ids[1], ids[2], "living_allowance", 7) for key in ids)
    cell = rules.Cell("班", "living_allowance", lines)
    assert (cell.people, cell.fen) == (1, 28)


def test_bytes_of_a_body_do_not_depend_on_its_order() -> None:
    """The same notice has one hash."""
    bodies = [{"甲": 1, "b": [1]}, {"b": [1], "甲": 1}]
    for one, two in combinations(bodies, 2):
        assert rules.canonical(one) == rules.canonical(two)
