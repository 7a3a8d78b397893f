"""The merged description, its page, the problems, the labels, the sandbox's clock."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI

from services.gateway.surface import forward, labels, openapi, pages
from shared import access, plans, routing
from shared.access import AccessTable, Row
from shared.app import ROOT
from shared.principal import Role
from tests.suite import SERVICES, Suite


@pytest.fixture(scope="module")
def merged() -> dict[str, Any]:
    """Build the document in a process of its own, where no test has declared a problem."""
    run = subprocess.run(
        [sys.executable, "-m", "services", "openapi"],
        cwd=ROOT,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr.decode()[-2000:]
    found: dict[str, Any] = json.loads(run.stdout)
    return found


def test_the_stored_description_is_todays(merged: dict[str, Any]) -> None:
    """Whoever changes a route writes docs/openapi.json again: python -m services openapi."""
    stored = pages.FILE.read_bytes() if pages.FILE.is_file() else b""
    assert stored == openapi.dump(merged)


def test_every_operation_says_what_it_does_and_shows_an_example(merged: dict[str, Any]) -> None:
    """A summary in Chinese, and an example for every body."""
    assert openapi.lacking(merged) == []


def test_the_description_holds_every_public_operation_once(
    merged: dict[str, Any], suite: Suite
) -> None:
    """What the access tables name and is not internal is described; nothing else is."""
    operations = [op for item in merged["paths"].values() for op in item.values()]
    described = [op["operationId"] for op in operations]
    assert len(described) == len(set(described))
    wanted = {
        route.name
        for app in suite.apps.values()
        for route in access.operations(app)
        if not route.path.startswith("/internal") and "pages" not in route.tags
    }
    assert set(described) == wanted
    assert not [path for path in merged["paths"] if "internal" in path]


def test_every_reference_leads_somewhere(merged: dict[str, Any]) -> None:
    """After merging and renaming no schema is missing or left over."""
    text = json.dumps(merged)
    names = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert names == set(merged["components"]["schemas"])


def test_posts_that_create_or_move_want_a_key(merged: dict[str, Any]) -> None:
    """The header is described where it is required, and roles stand beside."""
    post = merged["paths"]["/v1/officers"]["post"]
    assert post["parameters"] == [{"$ref": "#/components/parameters/IdempotencyKey"}]
    assert merged["components"]["parameters"]["IdempotencyKey"]["name"] == "Idempotency-Key"
    assert post["x-roles"] == ["administrator"]
    assert {} not in post["security"]
    assert "parameters" not in merged["paths"]["/v1/officers/login"]["post"]
    assert {} in merged["paths"]["/v1/officers/login"]["post"]["security"]


def test_what_is_lacking_is_found() -> None:
    """No summary, an English one, a body without an example."""
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/In"}}}}
    found = {
        "paths": {
            "/v1/a": {"get": {"summary": ""}, "post": {"summary": "做", "requestBody": body}},
            "/v1/b": {"get": {"summary": "Do it"}},
        },
        "components": {"schemas": {"In": {"properties": {"a": {"type": "string"}}}}},
    }
    assert openapi.lacking(found) == [
        "GET /v1/a: no summary",
        "POST /v1/a: no example of application/json",
        "GET /v1/b: the summary is not in Chinese",
    ]
    found["components"]["schemas"]["In"]["properties"]["a"]["examples"] = ["x"]  # type: ignore[index]
    assert len(openapi.lacking(found)) == 2


def _app(noun: str, operation: str, member: str) -> FastAPI:
    app = FastAPI()

    async def handler(body: Any) -> None: ...

    handler.__annotations__["body"] = type(
        "ThingIn", (routing.Body,), {"__annotations__": {member: str}}
    )
    app.post(f"/{noun}", summary="做", operation_id=operation)(handler)
    row = Row(frozenset({Role.OFFICER}), frozenset(), "x")

    class Here:
        access = AccessTable({operation: row}, {})

    app.state.service = Here()
    return app


def test_two_services_may_use_one_name_for_two_things() -> None:
    """The second is renamed after its service, and its references with it."""
    apps = {"institutions": _app("rates", "one", "fen"), "registry": _app("classes", "two", "name")}
    found = openapi.merge(apps)
    assert {"ThingIn", "RegistryThingIn"} <= set(found["components"]["schemas"])
    content = found["paths"]["/v1/classes"]["post"]["requestBody"]["content"]
    assert content["application/json"]["schema"]["$ref"].endswith("/RegistryThingIn")


async def test_the_description_and_its_page_are_served_offline(suite: Suite) -> None:
    """With a strong ETag; the page loads nothing from elsewhere and runs no script of its own."""
    client = suite.gateway()
    answer = await client.get("/v1/openapi.json")
    if pages.FILE.is_file():
        assert answer.content == pages.FILE.read_bytes()
        again = {"If-None-Match": answer.headers["etag"]}
        assert (await client.get("/v1/openapi.json", headers=again)).status_code == 304
    page = await client.get("/v1/docs")
    assert page.status_code == 200
    assert "://" not in page.text
    assert "script-src 'self';" in page.headers["content-security-policy"]
    for source in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert (await client.get(source)).status_code == 200, source
    climbing = await client.get("/v1/docs/static/%2e%2e/core.py")
    assert climbing.status_code == 404


async def test_problems_are_listed_in_two_languages(suite: Suite) -> None:
    """Code, status and titles, each code once."""
    items = (await suite.gateway().get("/v1/problems")).json()["items"]
    codes = [item["code"] for item in items]
    assert codes == sorted(set(codes))
    assert {"not_found", "login_refused", "binding_code_refused", "too_many_requests"} <= set(codes)
    assert all(item["title"] and item["title_en"] for item in items)


async def test_labels_are_complete(suite: Suite) -> None:
    """Every role, kind and authority has its words."""
    found = (await suite.gateway().get("/v1/labels")).json()
    assert {one["value"] for one in found["role"]} == {role.value for role in Role} - {"service"}
    assert {one["value"]: one["zh"] for one in found["authority"]}["650402"] == "高昌区"
    assert all(one["zh"] and one["en"] for words in found.values() for one in words)
    plan = plans.load(plans.default_directory())
    assert set(found) == set(labels.every(plan))


async def test_the_sandboxs_clock_moves_every_service(suite: Suite) -> None:
    """The instant is set and what has become due is done, everywhere."""
    client = suite.gateway(suite.officer("650402"))
    at = datetime(2020, 12, 31, 16, 30, tzinfo=UTC)
    answer = await client.post("/v1/sandbox/clock", json={"now": at.isoformat()})
    assert answer.status_code == 200, answer.text
    assert suite.clock.now() == at
    assert answer.json()["now"] == at.isoformat()
    sealed = "select count(*) as n from event_pending"
    for name in SERVICES:
        assert (await suite.sql(name, sealed))[0]["n"] == 0


async def test_the_sandboxs_clock_is_not_for_everybody(suite: Suite) -> None:
    """Officers and administrators; a malformed instant is refused."""
    before = suite.clock.now()
    body = {"now": "2020-12-31T16:30:00Z"}
    for by in (None, suite.trainee("01711f3a-6b00-7c1e-9d0e-2f6f6b1d0a11")):
        answer = await suite.gateway(by).post("/v1/sandbox/clock", json=body)
        assert answer.status_code == 403
    officer = suite.gateway(suite.officer("650402"))
    for bad in ({"now": "2020-12-31T16:30:00"}, {"now": "soon"}, {}, {**body, "x": 1}):
        assert (await officer.post("/v1/sandbox/clock", json=bad)).status_code == 400
    assert suite.clock.now() == before


def test_the_clocks_route_exists_in_a_sandbox_only() -> None:
    """A production instance has no such switch in any route."""
    code = (
        "import os, tempfile, pathlib\n"
        "from shared import setup\n"
        "folder = pathlib.Path(tempfile.mkdtemp())\n"
        "setup.keys(folder)\n"
        "os.environ.update(ZHIPEI_KEYS=str(folder), GATEWAY_DATABASE_URL="
        "'postgresql+asyncpg://nobody@/nowhere?host=/nonexistent')\n"
        "from services.gateway import app\n"
        "paths = [getattr(r, 'path', '') for r in app.create().router.routes]\n"
        "assert not [p for p in paths if 'sandbox' in p], paths\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stderr.decode()[-2000:]


def test_every_noun_of_the_table_is_a_path_that_may_pass() -> None:
    """The table and the form of paths agree."""
    assert all(re.fullmatch(r"(me/)?[a-z]+(-[a-z]+)*", noun) for noun in forward.NOUNS)
