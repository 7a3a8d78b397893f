"""Allocation against a naive second opinion, and quarters."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.claims.ledger import rules
from services.claims.ledger.rules import Key, Want

FUNDS = ("a", "b", "c")
wanted = st.lists(
    st.tuples(
        st.permutations(FUNDS).flatmap(lambda f: st.integers(0, 3).map(lambda n: tuple(f[:n]))),
        st.sampled_from([2020, 2021]),
        st.integers(1, 60),
    ),
    max_size=40,
)
standing = st.dictionaries(
    st.tuples(st.sampled_from(FUNDS), st.sampled_from([2020, 2021])), st.integers(0, 200)
)


@given(wanted, standing)
def test_allocation_is_first_come_first_fund_wholly(
    lines: list[tuple[tuple[str, ...], int, int]], standing: dict[tuple[str, int], int]
) -> None:
    """What the loop that a clerk would do by hand gives, line by line."""
    wants = [
        Want(UUID(int=n + 1), "650402", year, "p", funds, fen)
        for n, (funds, year, fen) in enumerate(lines)
    ]
    left = {Key(fund, "650402", year, "p"): fen for (fund, year), fen in standing.items()}
    drawn = rules.allocate(wants, left)
    got = {line: each.key.fund for each in drawn for line in each.lines}
    purse, expected = dict(standing), {}
    for want in wants:
        for fund in want.funds:
            if purse.get((fund, want.year), -1) >= want.fen:
                purse[fund, want.year] -= want.fen
                expected[want.line_id] = fund
                break
    assert got == expected
    assert {(e.key.fund, e.key.year): e.left for e in drawn}.items() <= purse.items()
    assert set(left) & set(rules.candidates(wants)) >= {each.key for each in drawn}


def test_the_last_fen_can_be_reserved_and_not_one_more() -> None:
    """An account with exactly enough carries the line; the next line finds nothing there."""
    wants = [Want(UUID(int=n), "650402", 2020, "p", ("a",), fen) for n, fen in ((1, 5), (2, 1))]
    [drawn] = rules.allocate(wants, {Key("a", "650402", 2020, "p"): 5})
    assert (drawn.lines, drawn.left) == ([UUID(int=1)], 0)


def test_a_quarter_begins_where_the_one_before_ends() -> None:
    """Names, first days and lists of quarters agree across a year's end."""
    assert [rules.quarter(date(2020, month, 1)) for month in (1, 3, 4, 12)] == [
        *("2020Q1", "2020Q1", "2020Q2", "2020Q4"),
    ]
    assert rules.quarters("2019Q3", "2020Q2") == ["2019Q3", "2019Q4", "2020Q1", "2020Q2"]
    for name in rules.quarters("2019Q1", "2021Q4"):
        assert rules.quarter(rules.first_day(name)) == name


@pytest.mark.parametrize(
    ("header", "same"),
    [
        ('"x"', True),
        ('W/"x"', True),
        ('"y", "x"', True),
        ("*", True),
        ('"y"', False),
        (None, False),
    ],
)
def test_an_entity_tag_is_compared_weakly(header: str | None, same: bool) -> None:  # noqa: FBT001
    """Lists and weak tags count."""
    assert rules.unchanged('"x"', header) is same
