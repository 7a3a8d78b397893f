"""What the running services say of themselves: operations, parameters, bodies, answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from shared import access
from shared.principal import Role
from tests.attack import drawing
from tests.suite import SERVICES, Suite

Json = dict[str, Any]


@dataclass(frozen=True)
class Described:
    """An operation of a service, internal ones too, by the service's own document."""

    service: str
    name: str
    raw: Json
    schemas: Json
    row: access.Row

    @property
    def query(self) -> list[str]:
        """Name its query parameters."""
        given = [one for one in self.raw.get("parameters", ()) if one.get("in") == "query"]
        return sorted(one["name"] for one in given)

    @property
    def body(self) -> Json:
        """Return the schema of its JSON body, or nothing."""
        content = self.raw.get("requestBody", {}).get("content", {})
        return self._named(content.get("application/json", {}).get("schema", {}))

    @property
    def answers(self) -> set[str]:
        """Name every field that an answer of success can hold, at any depth."""
        found: set[str] = set()
        for status, answer in self.raw["responses"].items():
            if status.startswith("2"):
                for content in answer.get("content", {}).values():
                    found |= fields(content.get("schema", {}), self.schemas)
        return found

    def others(self) -> bool:
        """Say whether anybody but the person may call it."""
        return bool(self.row.roles - {Role.TRAINEE, Role.VISITOR})

    def _named(self, schema: Json) -> Json:
        if "$ref" in schema:
            found: Json = self.schemas[schema["$ref"].rpartition("/")[2]]
            return found
        return schema


@cache
def operations(suite: Suite) -> list[Described]:
    """Describe every operation of the four running services."""
    found = []
    for service in SERVICES:
        app = suite.apps[service]
        rows = app.state.service.access.rows
        document = drawing.described(app)
        schemas = document["components"]["schemas"]
        for item in document["paths"].values():
            for raw in item.values():
                name = raw["operationId"]
                found.append(Described(service, name, raw, schemas, rows[name]))
    return found


def schemas(suite: Suite) -> dict[str, Json]:
    """Return every named schema of every service, as `service.Name`."""
    found = {}
    for one in operations(suite):
        for name, schema in one.schemas.items():
            found[f"{one.service}.{name}"] = schema
    return found


async def public(suite: Suite) -> dict[str, Json]:
    """Return the operations of the public document by name."""
    document = (await suite.gateway().get("/v1/openapi.json")).json()
    known = document["components"].get("parameters", {})
    found = {}
    for item in document["paths"].values():
        for raw in item.values():
            if isinstance(raw, dict) and "operationId" in raw:
                given = [
                    known[one["$ref"].rpartition("/")[2]] if "$ref" in one else one
                    for one in raw.get("parameters", ())
                ]
                found[raw["operationId"]] = {**raw, "parameters": given}
    return found


def fields(schema: Any, known: Json, _seen: frozenset[str] = frozenset()) -> set[str]:
    """Name the properties within a schema, through references, lists and choices."""
    found: set[str] = set()
    if isinstance(schema, list):
        return found.union(*(fields(one, known, _seen) for one in schema))
    if not isinstance(schema, dict):
        return found
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in _seen:
            found |= fields(known[name], known, _seen | {name})
    for name, inner in schema.get("properties", {}).items():
        found |= {name} | fields(inner, known, _seen)
    for word in ("items", "prefixItems", "anyOf", "oneOf", "allOf", "additionalProperties"):
        found |= fields(schema.get(word), known, _seen)
    return found


async def stored(suite: Suite) -> Iterator[tuple[str, str, str]]:
    """Name every column of the four databases: service, table, column."""
    found = []
    for service in SERVICES:
        rows = await suite.sql(
            service,
            "select table_name, column_name from information_schema.columns"
            " where table_schema = 'public' order by 1, 2",
        )
        found += [(service, row[0], row[1]) for row in rows]
    return iter(found)
