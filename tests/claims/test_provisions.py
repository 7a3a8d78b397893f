"""The provisions in force, as anyone may read them."""

from tests.suite import Suite


async def test_the_number_behind_at_most_three_a_year_has_its_source(suite: Suite) -> None:
    """Whoever asks for the caps gets 3 with document number and article."""
    client = suite.service("claims", suite.officer("650402"))
    caps = (await client.get("/provisions/caps")).json()
    total = next(p for p in caps["parameters"] if p["id"] == "per_year_total")
    assert total["value"] == 3
    assert total["source"]["number"] == "吐政办〔2019〕53号"
    assert total["source"]["article"] == "五(二)"


async def test_before_the_plan_nothing_was_in_force(suite: Suite) -> None:
    """The day decides: the plan's numbers begin with the plan."""
    client = suite.service("claims", suite.officer("650402"))
    before = (await client.get("/provisions", params={"on": "2019-09-16"})).json()
    after = (await client.get("/provisions", params={"on": "2019-09-17"})).json()
    assert before["provisions"] == []
    assert len(after["provisions"]) >= 10


async def test_an_unknown_provision_is_not_found(suite: Suite) -> None:
    """Like anything else that is not there."""
    client = suite.service("claims", suite.officer("650402"))
    answer = await client.get("/provisions/none")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
