"""The main job from the directory to the bank, through the public door: every fen is told."""

from tests.journeys import figures, life, stage
from tests.suite import Suite


async def test_a_life_from_directory_to_bank_ends_with_every_fen_in_its_place(
    suite: Suite,
) -> None:
    """Claimed, reviewed, published, paid, returned, booked; a second life costs the same again."""
    told = await life.live(stage.MemoryStage(suite))
    assert figures.differing(told, figures.ENDING) == []
    assert told["books"]["difference"] == 0
    paid = sum(one[2] for one in told["books"]["funds"].values())
    assert paid == 2 * 120_000 + 110_000 + 4_000
    assert told["claim A"] == {
        "lines": {"approvable": 2, "not_payable_person": 1, "refused": 1},
        "fen": 240_000,
    }
    await _again(suite)


async def _again(suite: Suite) -> None:
    """Live it once more on the same data: other people and classes, twice the money, no more."""
    told = await life.live(stage.MemoryStage(suite), suffix=2)
    same = ("queue", "notice", "returns", "lines", "classes", "statements", "people")
    assert {name: told[name] for name in same} == {name: figures.ENDING[name] for name in same}
    once = figures.ENDING["books"]["funds"]
    assert told["books"]["funds"] == {
        fund: [2 * fen for fen in sums] for fund, sums in once.items()
    }
