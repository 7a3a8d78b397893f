"""Request budgets: by class, by caller, with what is left in the headers."""

import asyncio
from collections.abc import Iterator

import pytest

from services.gateway.settings import Settings
from services.gateway.surface import budgets
from services.gateway.surface.budgets import Budgets
from tests.suite import Suite


@pytest.fixture
def budget(suite: Suite) -> Iterator[Budgets]:
    """Give the gateway small budgets."""
    found: Budgets = suite.apps["gateway"].state.service.extra["budgets"]
    found.allow({"reads": 3, "writes": 2, "uploads": 1, "logins": 2, "misses": 2})
    yield found
    found.allow(Settings(database_url="", sandbox=True).budgets)


async def test_a_spent_budget_says_when_to_come_back(suite: Suite, budget: Budgets) -> None:
    """429 as a problem, with Retry-After and RateLimit; answers before say what is left."""
    client = suite.gateway(suite.officer("650402"))
    answers = [await client.get("/v1/problems") for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 200, 200, 429]
    assert [a.headers["ratelimit"].split(";")[1] for a in answers] == ["r=2", "r=1", "r=0", "r=0"]
    assert answers[0].headers["ratelimit-policy"] == '"reads";q=3;w=60'
    assert answers[3].json()["code"] == "too_many_requests"
    assert answers[3].headers["content-type"] == "application/problem+json"
    assert 0 < int(answers[3].headers["retry-after"]) <= 61


async def test_one_callers_budget_is_not_anothers(suite: Suite, budget: Budgets) -> None:
    """A noisy client shuts itself out only."""
    noisy, quiet = (suite.gateway(suite.officer("650402")) for _ in "ab")
    for _ in range(5):
        await noisy.get("/v1/labels")
    assert (await noisy.get("/v1/labels")).status_code == 429
    assert (await quiet.get("/v1/labels")).status_code == 200


async def test_classes_of_requests_have_budgets_of_their_own(suite: Suite, budget: Budgets) -> None:
    """Who has read enough may still write."""
    client = suite.gateway(suite.officer("650402"))
    for _ in range(4):
        await client.get("/v1/labels")
    codes = [(await client.post("/v1/officers/logout")).status_code for _ in range(3)]
    assert codes == [204, 401, 401]


async def test_log_ins_are_counted_by_address(suite: Suite, budget: Budgets) -> None:
    """Whatever token comes along."""
    body = {"login": "nobody", "password": "not the password", "totp": "000000"}
    answers = [
        await suite.gateway(by).post("/v1/officers/login", json=body)
        for by in (None, suite.officer("650402"), suite.officer("650402"))
    ]
    assert [a.status_code for a in answers] == [401, 401, 429]


async def test_misses_have_a_budget_so_that_guessing_ends(suite: Suite, budget: Budgets) -> None:
    """After so many 404s also what exists is refused for the minute."""
    client = suite.gateway(suite.officer("650402"))
    codes = [(await client.get("/v1/nothing")).status_code for _ in range(2)]
    assert codes == [404, 404]
    assert (await client.get("/v1/labels")).status_code == 429


async def test_wrong_tokens_are_misses_of_the_address(suite: Suite, budget: Budgets) -> None:
    """Trying tokens ends in 429."""
    client = suite.gateway()
    client.headers["Authorization"] = "Bearer a.b.c"
    codes = [(await client.get("/v1/labels")).status_code for _ in range(3)]
    assert codes == [401, 401, 429]


async def test_requests_at_once_do_not_overdraw(suite: Suite, budget: Budgets) -> None:
    """Twenty at once: three pass."""
    client = suite.gateway(suite.officer("650402"))
    answers = await asyncio.gather(*(client.get("/v1/labels") for _ in range(20)))
    assert sum(a.status_code == 200 for a in answers) == 3


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/v1/rosters", "reads"),
        ("POST", "/v1/rosters", "uploads"),
        ("POST", "/v1/classes", "writes"),
        ("DELETE", "/v1/classes/1", "writes"),
        ("POST", "/v1/oauth/token", "logins"),
        ("POST", "/v1/wechat/bindings", "logins"),
    ],
)
def test_a_request_counts_in_one_class(method: str, path: str, name: str) -> None:
    """By method and path."""
    assert budgets.class_of(method, path) == name


def test_a_sandbox_is_a_hundred_times_as_generous() -> None:
    """The demo lives a year as a few principals; a scale may be set."""
    strict = Settings(database_url="").budgets
    assert strict == {"reads": 600, "writes": 240, "uploads": 30, "logins": 20, "misses": 60}
    assert Settings(database_url="", sandbox=True).budgets["reads"] == 60_000
    assert Settings(database_url="", sandbox=True, budget_scale=1).budgets == strict
