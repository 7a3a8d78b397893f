"""One description of the whole public API, made out of the four apps' own.

`document` is for the command line: it builds the apps without a database. What it returns is kept
as docs/openapi.json, compared by a test and served as it is.
"""

import importlib
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from unittest import mock

from fastapi import FastAPI

from services.gateway.peers import ASKS
from services.gateway.surface import forward
from shared import setup
from shared.problems import MEDIA_TYPE, Problem

OUTER = "/v1"
METHODS = ("get", "post", "put", "delete")
OWNER = "gateway"
UNUSED = ("HTTPValidationError", "ValidationError")
REF = "#/components/schemas/"
PROBLEM_REF = {"$ref": f"{REF}Problem"}
OURS = re.compile(r"(services|shared)\.(?!demo\b)")
DESCRIPTION = (
    "吐鲁番市职业技能提升行动的公开接口。错误以 application/problem+json 返回（RFC 9457），"
    "代码见 /v1/problems；枚举值的名称见 /v1/labels。新建或变更的 POST 须带 Idempotency-Key；"
    "列表按游标分页；时间为带时区的 ISO 8601；金额以分为单位。\n\n"
    "The public API of subsidised training in Turpan. Errors are problem documents; enum values "
    "have labels at /v1/labels; POSTs that create or move anything need an Idempotency-Key; lists "
    "are paged by cursor; instants carry an offset; money is whole fen."
)
PROBLEM = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "code", "status", "title", "title_en", "detail", "detail_en"],
    "properties": {
        "type": {"type": "string", "description": "`/problems/{code}`"},
        "code": {"type": "string", "description": "one of /v1/problems"},
        "status": {"type": "integer"},
        "title": {"type": "string"},
        "title_en": {"type": "string"},
        "detail": {"type": "string"},
        "detail_en": {"type": "string"},
        "trace": {"type": ["string", "null"], "description": "what to name when asking for help"},
        "errors": {"type": "array", "items": {"type": "object", "additionalProperties": True}},
    },
    "additionalProperties": True,
}
SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "client": {
        "type": "oauth2",
        "flows": {"clientCredentials": {"tokenUrl": f"{OUTER}/oauth/token", "scopes": {}}},
    },
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "相同的键与相同的请求只办理一次 / the same key and request has one effect",
    "schema": {"type": "string", "minLength": 8, "maxLength": 100, "example": "5f0c9a4e-7d1b"},
}
EVERYWHERE = {
    "400": ("Malformed", "请求格式不符合要求 / malformed"),
    "401": ("Unauthenticated", "请先登录 / unauthenticated"),
    "403": ("Forbidden", "没有权限 / forbidden"),
    "429": ("TooManyRequests", "请求过于频繁 / too many requests"),
    "503": ("Unavailable", "系统繁忙 / busy or a part is unavailable"),
}
BODIED = {"413": ("TooLarge", "内容过大 / the body is too large")}
NAMED = {"404": ("NotFound", "没有找到，或者不是您的 / not there, or not yours")}
RESPONSES = {
    name: {"description": words, "content": {MEDIA_TYPE: {"schema": PROBLEM_REF}}}
    for name, words in (EVERYWHERE | NAMED | BODIED).values()
}


def text() -> str:
    """Return the document of the four apps as docs/openapi.json holds it: for the command line.

    The gateway itself never asks for it: running services import nothing of each other.
    """
    makers = {
        name: importlib.import_module(f"services.{name}.app").create for name in (*ASKS, OWNER)
    }
    return dump(document(makers)).decode()


def document(makers: Mapping[str, Callable[[], FastAPI]]) -> dict[str, Any]:
    """Build the apps, by service, with keys of the moment and no database, and merge them."""
    with tempfile.TemporaryDirectory() as folder:
        setup.keys(Path(folder))
        nowhere = "postgresql+asyncpg://nobody@/nowhere?host=/nonexistent"
        settings = {f"{name.upper()}_DATABASE_URL": nowhere for name in makers}
        with mock.patch.dict(os.environ, {**settings, "ZHIPEI_KEYS": folder}):
            for switch in ("ZHIPEI_SANDBOX", "SANDBOX", "sandbox"):
                os.environ.pop(switch, None)
            return merge({name: make() for name, make in makers.items()})


def dump(found: Mapping[str, Any]) -> bytes:
    """Write a document the one way that a file can be compared with."""
    return (json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def merge(apps: Mapping[str, FastAPI]) -> dict[str, Any]:
    """Put the public operations of the apps into one document."""
    paths: dict[str, Any] = {}
    schemas: dict[str, Any] = {"Problem": PROBLEM}
    for name, app in apps.items():
        own = json.loads(json.dumps(app.openapi()))
        public = {path: item for path, item in own["paths"].items() if _reachable(name, path)}
        theirs = _without_unused(own.get("components", {}).get("schemas", {}))
        names = {schema: _free(schema, body, schemas, name) for schema, body in theirs.items()}
        _rename_readers(names, theirs, schemas, name)
        public, theirs = _renamed((public, theirs), names)
        schemas.update({names[schema]: body for schema, body in theirs.items()})
        for path, item in public.items():
            outer = path if name == OWNER else OUTER + path
            paths[outer] = {m: _told(item[m], m, app) for m in METHODS if m in item}
    used = _closure(paths, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "职培 Zhipei", "version": "1", "description": DESCRIPTION},
        "servers": [{"url": "/"}],
        "tags": _tags(paths),
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": {name: schemas[name] for name in sorted({*used, "Problem"})},
            "responses": RESPONSES,
            "parameters": {"IdempotencyKey": KEY},
            "securitySchemes": SECURITY,
        },
        "x-problems": problems_of_ours(),
    }


def problems_of_ours() -> list[dict[str, Any]]:
    """List the problems of every loaded module of ours by code: status, titles."""

    def below(kind: type[Problem]) -> Iterator[type[Problem]]:
        for sub in kind.__subclasses__():
            yield sub
            yield from below(sub)

    found = {k.code: k for k in below(Problem) if OURS.match(k.__module__)}
    return [
        {"code": k.code, "status": k.status, "title": k.title_zh, "title_en": k.title_en}
        for _, k in sorted(found.items())
    ]


def lacking(found: Mapping[str, Any]) -> list[str]:
    """List operations without a summary, and bodies without an example."""
    faults = []
    for path, item in found["paths"].items():
        for method, operation in item.items():
            place = f"{method.upper()} {path}"
            if not operation.get("summary"):
                faults.append(f"{place}: no summary")
            elif operation["summary"].isascii():
                faults.append(f"{place}: the summary is not in Chinese")
            contents = operation.get("requestBody", {}).get("content", {})
            for kind, content in contents.items():
                if not _exemplified(content, found["components"]["schemas"]):
                    faults.append(f"{place}: no example of {kind}")
    return faults


def _exemplified(content: Mapping[str, Any], schemas: Mapping[str, Any]) -> bool:
    schema = content.get("schema", {})
    schema = schemas.get(schema.get("$ref", "").removeprefix(REF), schema)
    if {"example", "examples"} & (content.keys() | schema.keys()):
        return True
    if _raw(schema):
        return True
    members = schema.get("properties", {}).values()
    return bool(members) and all({"example", "examples"} & m.keys() or _raw(m) for m in members)


def _raw(schema: Mapping[str, Any]) -> bool:
    """Say whether it is an upload's bytes, which have no example in text."""
    marked = {"contentMediaType", "contentEncoding"} & schema.keys()
    return schema.get("type") == "string" and bool(marked or schema.get("format") == "binary")


def _reachable(name: str, path: str) -> bool:
    if path.startswith("/internal"):
        return False
    if name == OWNER:
        return True
    return forward.owner(path) == name


def _told(operation: dict[str, Any], method: str, app: FastAPI) -> dict[str, Any]:
    """Add to an operation what every operation has: key, roles, common problems."""
    keyed = method == "post" and operation.pop("x-idempotency", "required") == "required"
    if keyed:
        operation.setdefault("parameters", []).append(
            {"$ref": "#/components/parameters/IdempotencyKey"}
        )
    rows = app.state.service.access.rows
    roles = sorted(rows[operation["operationId"]].roles)
    operation["x-roles"] = roles
    operation["security"] = [{"bearer": []}, {"client": []}] + ([{}] if "public" in roles else [])
    answers = operation["responses"]
    if "HTTPValidationError" in json.dumps(answers.get("422", {})):
        del answers["422"]
    named = any(one.get("in") == "path" for one in operation.get("parameters", ()))
    common = EVERYWHERE | (NAMED if named else {})
    common |= BODIED if "requestBody" in operation else {}
    for status, (name, _) in common.items():
        answers.setdefault(status, {"$ref": f"#/components/responses/{name}"})
    operation["responses"] = dict(sorted(answers.items()))
    return operation


def _without_unused(schemas: dict[str, Any]) -> dict[str, Any]:
    return {name: body for name, body in schemas.items() if name not in UNUSED}


def _free(schema: str, body: Any, taken: Mapping[str, Any], service: str) -> str:
    """Return the schema's name, with the service before it where another means something else."""
    if schema not in taken or taken[schema] == body:
        return schema
    return f"{service.capitalize()}{schema}"


def _rename_readers(
    names: dict[str, str], theirs: Mapping[str, Any], taken: Mapping[str, Any], service: str
) -> None:
    """Rename also what reads alike but refers to something renamed."""
    while clashing := [
        schema
        for schema, body in theirs.items()
        if schema in taken
        and names[schema] == schema
        and any(names.get(one, one) != one for one in _references(body))
    ]:
        names.update({schema: f"{service.capitalize()}{schema}" for schema in clashing})


def _renamed(part: Any, names: Mapping[str, str]) -> Any:
    """Point every reference at the schema's new name."""
    if isinstance(part, dict):
        return {
            key: REF + names.get(value.removeprefix(REF), value.removeprefix(REF))
            if key == "$ref" and isinstance(value, str)
            else _renamed(value, names)
            for key, value in part.items()
        }
    if isinstance(part, list | tuple):
        return type(part)(_renamed(value, names) for value in part)
    return part


def _closure(paths: Any, schemas: Mapping[str, Any]) -> set[str]:
    """Return the names of the schemas that the paths lead to."""
    found, wanted = set[str](), _references(paths)
    while wanted:
        name = wanted.pop()
        if name in schemas and name not in found:
            found.add(name)
            wanted |= _references(schemas[name])
    return found


def _references(part: Any) -> set[str]:
    return set(re.findall(rf'"\$ref": "{REF}([^"]+)"', json.dumps(part)))


def _tags(paths: Mapping[str, Any]) -> list[dict[str, str]]:
    used = {tag for item in paths.values() for op in item.values() for tag in op.get("tags", ())}
    return [{"name": tag} for tag in sorted(used)]
