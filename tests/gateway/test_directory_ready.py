"""An answer of the directory is given again without a route, and is the same in every way."""

import pytest

from services.gateway.directory import catalogue
from services.gateway.surface import budgets
from tests.registry.world import world as world_of
from tests.suite import Suite

QUESTION = "/v1/directory?directory=offerings&limit=50"
TELLING = ("content-type", "content-length", "etag", "cache-control", "vary")


async def test_the_second_answer_is_the_first_one_again(suite: Suite) -> None:
    """Body and headers are equal, and whoever has the bytes is told so."""
    await world_of(suite)
    await catalogue.of(suite.apps["gateway"].state.service).refresh()
    client = suite.gateway()
    first, second = [await client.get(QUESTION) for _ in range(2)]
    assert first.json()["items"]
    assert first.content == second.content
    assert [first.headers[n] for n in TELLING] == [second.headers[n] for n in TELLING]
    known = await client.get(QUESTION, headers={"If-None-Match": first.headers["etag"]})
    assert (known.status_code, known.content) == (304, b"")
    assert known.headers["etag"] == first.headers["etag"]
    other = await client.get(QUESTION, headers={"If-None-Match": '"another"'})
    assert other.status_code == 200


async def test_a_new_edition_ends_what_was_kept(suite: Suite) -> None:
    """An answer lives until the catalogue sees a change."""
    here = suite.apps["gateway"].state.service
    await catalogue.of(here).refresh()
    client = suite.gateway()
    before = [(await client.get(QUESTION)).json()["items"] for _ in range(2)]
    await world_of(suite)
    await catalogue.of(here).refresh()
    assert before == [[], []]
    assert (await client.get(QUESTION)).json()["items"]


@pytest.mark.parametrize("path", [f"{QUESTION}&colour=red", f"{QUESTION}&limit=0"])
async def test_a_wrong_question_is_never_kept(suite: Suite, path: str) -> None:
    """It is refused every time."""
    answers = [await suite.gateway().get(path) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [400, 400]


async def test_a_kept_answer_counts_against_the_budget(suite: Suite) -> None:
    """The door stands before it."""
    here = suite.apps["gateway"].state.service
    await catalogue.of(here).refresh()
    before = dict(here.extra["budgets"].per_minute)
    here.extra["budgets"].allow({budgets.READS: 2})
    try:
        codes = [(await suite.gateway().get(QUESTION)).status_code for _ in range(3)]
    finally:
        here.extra["budgets"].allow(before)
    assert codes == [200, 200, 429]
