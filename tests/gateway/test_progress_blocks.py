"""Counts that tell whom they count: what of them is published, whatever is read when."""

import itertools
import random

import pytest

from services.gateway.progress import rules

BELOW = 5
QUARTERS = rules.quarters("2019Q3", "2021Q3")


def test_quarters_follow_one_another_over_years() -> None:
    """The last is left out."""
    assert rules.quarters("2019Q3", "2020Q2") == ("2019Q3", "2019Q4", "2020Q1")
    assert rules.quarters("2020Q2", "2020Q2") == ()


@pytest.mark.parametrize(
    ("counts", "whole", "by_quarter"),
    [
        ({}, None, {}),
        ({"2019Q3": 4}, None, {}),
        ({"2019Q3": 5}, 5, {"2019Q3": 5}),
        ({"2019Q3": 9, "2019Q4": 3, "2020Q1": 6, "2020Q2": 7}, 25, {"2019Q3": 9, "2020Q2": 7}),
        # What was undone later is taken from the block that has it.
        ({"2019Q3": 9, "2019Q4": -2, "2020Q1": 8}, 15, {"2019Q3": 9}),
        # A quarter of nobody looks like one of few.
        ({"2019Q4": 6}, 6, {}),
        ({"2019Q3": 1, "2019Q4": 5}, 6, {}),
    ],
)
def test_quarters_wait_until_they_make_a_block(
    counts: dict[str, int], whole: int | None, by_quarter: dict[str, int]
) -> None:
    """A view of one quarter shows blocks of that quarter alone."""
    shown = {
        quarter: rules.published(counts, ended=QUARTERS, view=(quarter,), below=BELOW)
        for quarter in QUARTERS
    }
    assert rules.published(counts, ended=QUARTERS, view=None, below=BELOW) == whole
    assert {quarter: n for quarter, n in shown.items() if n is not None} == by_quarter


def test_no_difference_of_published_numbers_is_a_small_number() -> None:
    """Reports of every day and every view, subtracted from one another: none, or at least five."""
    draw = random.Random(53)
    for _ in range(300):
        counts = {each: draw.choice((0, 0, 1, 2, 3, 6, 11, -1)) for each in QUARTERS}
        wholes = [
            rules.published(counts, ended=QUARTERS[:n], view=None, below=BELOW) or 0
            for n in range(len(QUARTERS) + 1)
        ]
        steps = [later - earlier for earlier, later in itertools.pairwise(wholes)]
        assert all(step == 0 or step >= BELOW for step in steps)
        singles = [
            rules.published(counts, ended=QUARTERS, view=(each,), below=BELOW) or 0
            for each in QUARTERS
        ]
        assert all(one == 0 or one >= BELOW for one in singles)
        rest = wholes[-1] - sum(singles)
        assert rest == 0 or rest >= BELOW
