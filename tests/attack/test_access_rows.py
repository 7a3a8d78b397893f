"""The access table and the routes name each other, or nothing starts."""

import pytest
from fastapi import FastAPI

from shared import access
from shared.access import AccessTable, Row
from shared.principal import Role
from tests.suite import SERVICES, Suite

ROW = Row(frozenset({Role.OFFICER}), frozenset(), "示例")


def _app(*names: str) -> FastAPI:
    app = FastAPI()

    async def answer() -> None:
        return None

    for name in names:
        app.add_api_route(f"/{name}", answer, name=name)
    return app


@pytest.mark.parametrize(
    ("routes", "rows", "told"),
    [
        (("one", "two"), ("one",), "routes without a row: ['two']"),
        (("one",), ("one", "two"), "rows without a route: ['two']"),
    ],
)
def test_a_route_and_a_row_without_each_other_stop_the_start(
    routes: tuple[str, ...], rows: tuple[str, ...], told: str
) -> None:
    """Forgetting to say who may call an operation is no way to let everybody."""
    table = AccessTable(dict.fromkeys(rows, ROW), {})
    with pytest.raises(ValueError, match="without a r") as refused:
        access.verify(_app(*routes), table)
    assert told in str(refused.value)


def test_every_operation_that_runs_is_in_its_table(suite: Suite) -> None:
    """Nothing that answers was added behind the table's back."""
    for name in SERVICES:
        table = suite.apps[name].state.service.access
        access.verify(suite.apps[name], table)
        assert all(row.why and row.roles for row in table.rows.values()), name


def test_an_operation_has_one_name_in_the_whole_suite(suite: Suite) -> None:
    """But for the feed, which every service has."""
    names = [route.name for name in SERVICES for route in access.operations(suite.apps[name])]
    assert {name for name in names if names.count(name) > 1} == {"read_events"}
