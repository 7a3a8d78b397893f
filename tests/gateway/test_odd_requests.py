"""What no honest client sends is answered with a 400, never with a 5xx."""

import pytest

from tests.suite import Suite


@pytest.mark.parametrize(
    "path",
    [
        *("/v1/listed-classes?kind=%00", "/v1/listed-classes?authority=%00"),
        *("/v1/provisions/%00", "/v1/provisions?on=%00"),
    ],
)
async def test_a_nul_in_an_address_is_malformed(suite: Suite, path: str) -> None:
    """No text of the database can hold it."""
    answer = await suite.gateway().get(path)
    assert answer.status_code in {400, 404}, answer.text


async def test_a_nul_in_a_body_is_malformed(suite: Suite) -> None:
    """Nor in JSON, however it is written."""
    officer = suite.gateway(suite.officer("650402"))
    body = {"id_number": "652101199001010012", "name": "王\0明"}
    answer = await officer.post("/v1/binding-codes", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


@pytest.mark.parametrize("name", ["Idempotency-Key", "If-None-Match"])
async def test_a_header_that_is_not_ascii_is_malformed(suite: Suite, name: str) -> None:
    """It is refused at the door instead of breaking on the way inside."""
    headers = [(name.encode(), b"\xff" * 12)]
    answer = await suite.gateway().get("/v1/listed-classes", headers=headers)
    assert answer.status_code == 400, answer.text


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", 0])
async def test_a_day_outside_every_plan_is_no_outage(suite: Suite, day: object) -> None:
    """The institution is told that its filing is wrong."""
    school = suite.gateway(suite.organisation("01700000-0000-7000-8000-000000000001"))
    body = {
        "basis": "directory",
        "route": "documents",
        "authority": "650402",
        "target": "m06",
        "offering_id": "01700000-0000-7000-8000-000000000002",
        "name": "示例班",
        "place": "示例路",
        "starts_on": day,
        "ends_on": day,
        "capacity": 10,
        "listed": False,
        "sessions": [],
        "documents": [{"title": "教学计划", "number": "1", "sha256": "ab" * 32}],
    }
    answer = await school.post("/v1/classes", json=body)
    assert 400 <= answer.status_code < 500, answer.text
