"""A peer that does not answer, or answers what it never promised: nothing is stored, come again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from shared import transport
from tests.claims.submissions import world
from tests.suite import Suite

CLAIM = {
    "matter": "claim-training-subsidy",
    "class_ids": [str(uuid4())],
    "route": "documents",
    "documents": [{"title": "培训台账", "number": "示例1", "sha256": "ab" * 32}],
}
STORED = (
    "select (select count(*) from claims) + (select count(*) from claim_decisions)"
    " + (select count(*) from slots) + (select count(*) from events)"
    " + (select count(*) from idempotency where status is not null) as n"
)


async def _file(
    suite: Suite, organisation: UUID | None = None, class_id: str | None = None
) -> httpx.Response:
    client = suite.service("claims", suite.organisation(organisation or uuid4()))
    return await client.post(
        "/claims", json=CLAIM | ({"class_ids": [class_id]} if class_id else {})
    )


async def _nothing(suite: Suite, answer: httpx.Response) -> None:
    assert answer.status_code == 503, answer.text
    assert answer.headers["retry-after"]
    assert answer.json()["code"] == "peer_unavailable"
    [row] = await suite.sql("claims", STORED)
    assert row["n"] == 0


@pytest.fixture(autouse=True)
def trusted(suite: Suite) -> Any:
    """Let the claims service believe its peers again when a test is over."""
    yield
    suite.transport.fault = None
    for name in ("registry", "institutions"):
        client = world.service(suite).extra.get(name)
        if client is not None:
            client._client.breaker.succeed()


async def test_a_peer_that_is_gone_leaves_nothing_behind(suite: Suite) -> None:
    """503 with a time to come again."""
    suite.transport.fault = lambda one: transport.drop() if one.url.host == "registry" else None
    await _nothing(suite, await _file(suite))


@pytest.mark.parametrize(
    "answer",
    [
        PlainTextResponse("upstream error", status_code=502),
        PlainTextResponse("<html>not what was asked</html>"),
        JSONResponse({"classes": "none"}),
        JSONResponse([1, 2, 3]),
    ],
    ids=["bad gateway", "html", "other shape", "list"],
)
async def test_an_answer_that_was_never_promised_leaves_nothing_behind(
    suite: Suite, answer: Response
) -> None:
    """Garbage is as good as no answer."""
    with _saying(suite, registry=answer):
        await _nothing(suite, await _file(suite))


@pytest.mark.parametrize(
    "said",
    [
        {"terms": []},
        {"terms": [{"institution": "listed"}], "signer": "王", "employers": {}},
        {"terms": [{}, {}], "signer": "王", "employers": {}, "credit_code": "91650402MA00000001"},
    ],
    ids=["too short", "half a class", "too long"],
)
async def test_terms_that_are_not_whole_leave_nothing_behind(
    suite: Suite, said: dict[str, Any]
) -> None:
    """What institutions answers is looked at before anything is decided."""
    organisation = uuid4()
    course = world.course(organisation)
    facts = JSONResponse(world.told(course, [world.line(course)]))
    with _saying(suite, registry=facts, institutions=JSONResponse(said)):
        await _nothing(suite, await _file(suite, organisation, course["id"]))


@contextmanager
def _saying(suite: Suite, **answers: Response) -> Iterator[None]:
    """Put services in the places of peers that answer the same to everything."""
    real = dict(suite.transport.apps)
    for name, answer in answers.items():

        async def say(_: Request, answer: Response = answer) -> Response:
            return answer

        odd = Starlette()
        odd.add_route("/{path:path}", say, methods=["GET", "POST"])
        suite.transport.apps[name] = odd
    try:
        yield
    finally:
        suite.transport.apps.update(real)
