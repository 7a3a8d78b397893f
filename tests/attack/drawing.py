"""Made-up requests out of a document: its examples, its edges, anything at all, and real keys."""

import contextlib
import copy
import json
import random
import warnings
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode, openapi
from schemathesis.generation.hypothesis.builder import generate_example_cases
from schemathesis.schemas import APIOperation

from services.gateway.surface import openapi as surface
from shared import access
from shared.principal import Principal, Role
from tests.faults.part import Size, Tools
from tests.suite import SERVICES, Suite

MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]
Keys = Mapping[str, list[str]]


def own(app: FastAPI) -> list[APIOperation]:
    """Return every operation of a service by its own document, internal ones too."""
    return every(described(app))


def described(app: FastAPI) -> dict[str, Any]:
    """Return a service's own document, with what it keeps to itself."""
    routes = []
    for route in access.operations(app):
        shown = copy.copy(route)
        shown.include_in_schema = True
        routes.append(shown)
    document = json.loads(json.dumps(get_openapi(title=app.title, version="1", routes=routes)))
    for item in document["paths"].values():
        for method, operation in item.items():
            item[method] = surface._told(operation, method, app)
    components = document.setdefault("components", {})
    components["parameters"] = {"IdempotencyKey": surface.KEY}
    components["responses"] = surface.RESPONSES
    components.setdefault("schemas", {})["Problem"] = surface.PROBLEM
    return document


def caller(row: access.Row, host: str) -> Principal:
    """Return somebody who may call an operation of a service, whoever they are."""
    if row.purposes:
        peer = next(one for one in SERVICES if one != host)
        return Principal(f"service:{peer}", Role.SERVICE, purpose=min(row.purposes))
    role, key = min(row.roles), uuid4()
    return Principal(
        f"{role}:{key}",
        role,
        authorities=("650402",),
        organisation=key if role is Role.ORGANISATION else None,
        trainee=key if role is Role.TRAINEE else None,
        office="650402/hrss",
        login=key,
    )


def every(document: dict[str, Any]) -> list[APIOperation]:
    """Return the operations of a document."""
    return [found.ok() for found in openapi.from_dict(document).get_all_operations()]


@dataclass(frozen=True)
class Draw:
    """Draws requests to an operation; in full also its edges, and the keys that there are."""

    tools: Tools
    keys: Keys
    chance: random.Random

    def cases(self, operation: APIOperation) -> Iterator[Case]:
        """Return requests that the document allows, and some that it does not."""
        for mode in MODES:
            yield from self._fuzzed(operation, mode)
        if self.tools.size is Size.FULL:
            found = [*self._examples(operation), *self._edges(operation)]
            for case in found:
                yield case
                if case.path_parameters:
                    yield self.real(case)

    def _fuzzed(self, operation: APIOperation, mode: GenerationMode) -> list[Case]:
        found: list[Case] = []

        @seed(self.tools.seed)
        @settings(
            max_examples=self.tools.many(handful=1, full=12),
            database=None,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(generation_mode=mode))
        def draw(case: Case) -> None:
            found.append(case)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # Where nothing wrong can be said of an operation, nothing is drawn.
            with contextlib.suppress(Unsatisfiable):
                draw()
        return found

    def _examples(self, operation: APIOperation) -> list[Case]:
        def test(_: Case) -> None:
            pass

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return list(generate_example_cases(test=test, operation=operation, fill_missing=True))

    def _edges(self, operation: APIOperation) -> list[Case]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return [
                case
                for case in operation.schema.iter_coverage_cases(
                    operation,
                    generation_modes=MODES,
                    generation_config=operation.schema.config.generation_for(operation=operation),
                )
                # Other methods on its path are other operations, or none.
                if case.method.upper() == operation.method.upper()
            ]

    def real(self, case: Case) -> Case:
        """Return the request about something that there is: as after the call that made it."""
        found = case.derive()
        for place in (found.path_parameters, found.query, found.body):
            if not isinstance(place, dict):
                continue
            for name in place:
                if known := self.keys.get(name):
                    place[name] = self.chance.choice(known)
        return found


async def keys(suite: Suite) -> Keys:
    """Return the stored keys by the names that requests give them: of columns that lead there."""
    found: dict[str, set[str]] = defaultdict(set)
    for service in SERVICES:
        columns = await suite.sql(
            service,
            "select c.table_name, c.column_name from information_schema.columns c"
            " join information_schema.tables t using (table_schema, table_name)"
            " where c.table_schema = 'public' and c.data_type = 'uuid'"
            " and t.table_type = 'BASE TABLE'",
        )
        for table, column in columns:
            name = table.removesuffix("s") if column == "id" else column.removesuffix("_id")
            name = name.removeprefix("training_")
            rows = await suite.sql(
                service, f'select distinct "{column}"::text from "{table}" limit 20'
            )
            stored = {row[0] for row in rows if row[0]}
            for one in (name, name.rpartition("_")[2]):  # of a correction_request: request_id
                found[f"{one}_id"] |= stored
    return {name: sorted(values) for name, values in found.items()}
