"""What a body may hold is what its operation names: nothing is assigned that nobody asked for."""

import re
from typing import Any

import pytest
from fastapi import FastAPI

from tests.attack import drawing
from tests.suite import SERVICES, Suite

REF = re.compile(r"#/components/schemas/(.+)")


def _open(schema: Any, schemas: dict[str, Any], seen: set[str]) -> list[str]:
    """Return where a schema lets in members that it does not name."""
    if isinstance(schema, list):
        return [place for one in schema for place in _open(one, schemas, seen)]
    if not isinstance(schema, dict):
        return []
    found = []
    if (ref := REF.fullmatch(str(schema.get("$ref", "")))) and ref[1] not in seen:
        seen.add(ref[1])
        found += _open(schemas[ref[1]], schemas, seen)
    if "properties" in schema and schema.get("additionalProperties") is not False:
        found.append(str(schema.get("title")))
    for part, inner in schema.items():
        if part == "properties":
            found += _open(list(inner.values()), schemas, seen)
        elif part not in {"example", "examples", "discriminator"}:
            found += _open(inner, schemas, seen)
    return found


def _json(operation: dict[str, Any]) -> dict[str, Any]:
    """Return what an operation says of a JSON body; of an upload that may be JSON, nothing."""
    content: dict[str, dict[str, Any]] = operation.get("requestBody", {}).get("content", {})
    return content["application/json"] if set(content) == {"application/json"} else {}


def _open_bodies(app: FastAPI) -> list[str]:
    found = []
    document = drawing.described(app)
    schemas = document["components"]["schemas"]
    for path, item in document["paths"].items():
        for method, operation in item.items():
            body = _json(operation)
            found += [
                f"{method} {path}: {place}"
                for place in _open(body.get("schema", {}), schemas, set())
            ]
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_no_body_of_any_operation_takes_a_field_that_it_does_not_name(
    suite: Suite, service: str
) -> None:
    """Roles, states, amounts and owners of rows are slipped in nowhere, at any depth."""
    assert _open_bodies(suite.apps[service]) == []


async def test_an_unknown_field_is_refused_by_name_at_every_operation(suite: Suite) -> None:
    """Whoever may call it: the answer names the field, and is 400."""
    told = []
    tried = 0
    for name in SERVICES:
        app = suite.apps[name]
        for path, item in drawing.described(app)["paths"].items():
            for method, operation in item.items():
                if not _json(operation):
                    continue
                row = app.state.service.access.rows[operation["operationId"]]
                by = drawing.caller(row, name)
                client = suite.gateway(by) if name == "gateway" else suite.service(name, by)
                url = re.sub(r"\{[^}]+\}", "01700000-0000-7000-8000-000000000001", path)
                answer = await client.request(
                    method.upper(), url, json={"is_administrator": True, "trainee_id_": None}
                )
                tried += 1
                # Of several bodies none is meant: that is said first.
                named = {"is_administrator", "union_tag_not_found"}
                if answer.status_code != 400 or not any(one in answer.text for one in named):
                    told.append(f"{method} {path}: {answer.status_code} {answer.text[:200]}")
    assert told == []
    assert tried > 50


def test_a_body_that_takes_anything_is_found() -> None:
    """The search sees a model that forgot to be closed, also below another."""
    inner = {"title": "Inner", "type": "object", "properties": {"a": {"type": "string"}}}
    outer = {
        "title": "Outer",
        "type": "object",
        "additionalProperties": False,
        "properties": {"b": {"anyOf": [{"$ref": "#/components/schemas/Inner"}]}},
    }
    assert _open(outer, {"Inner": inner}, set()) == ["Inner"]


async def test_a_body_beyond_its_operations_limit_is_refused_with_a_problem(suite: Suite) -> None:
    """Announced or not, before it is read: 413 as the document says, at every operation."""
    large = b'{"x": "' + b"a" * (24 * 1024 * 1024 - 100) + b'"}'
    for name in SERVICES:
        app = suite.apps[name]
        for path, item in drawing.described(app)["paths"].items():
            for method, operation in item.items():
                if not _json(operation):
                    continue
                by = drawing.caller(app.state.service.access.rows[operation["operationId"]], name)
                client = suite.gateway(by) if name == "gateway" else suite.service(name, by)
                url = re.sub(r"\{[^}]+\}", "01700000-0000-7000-8000-000000000001", path)
                headers = {"Content-Type": "application/json", "Content-Length": str(len(large))}
                answer = await client.request(method.upper(), url, content=large, headers=headers)
                told = (answer.status_code, answer.headers["content-type"])
                assert told == (413, "application/problem+json"), f"{name} {method} {path}: {told}"
