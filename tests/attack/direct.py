"""Past the gateway: services refuse whoever has no inside token; what is theirs stays inside."""

import random
from itertools import product
from uuid import uuid4

import httpx
from fastapi.routing import APIRoute

from services.gateway.surface import forward
from services.gateway.surface.door import TOKEN_PATH
from shared import access
from shared.principal import Principal, Role
from tests.attack import strangers
from tests.faults.part import Part, Report, Tools
from tests.gateway import doubles
from tests.suite import SERVICES, Suite

INSIDE = tuple(name for name in SERVICES if name != "gateway")
OPEN = {"/livez", "/readyz", "/metrics"}  # on the service's own port, in no public route
# Ways of writing a path that a careless door would read as /internal or as another noun.
DISGUISES = (
    *("/v1{}", "/v1/{}", "/v1//{}", "{}", "/{}", "/v1/classes/..{}", "/v1/classes/%2e%2e{}"),
    *(
        "/v1/classes/..%2f..{}",
        "/v1%2f{}",
        "/v1/me/..{}",
        "/v1/.{}",
        "/V1{}",
        "/v1{}/",
        "/v1{}?x=1",
    ),
    *("/v1;{}", "/v1/classes;/..{}", "/v1\\{}", "/v1/%69nternal", "/v1/me/%252e%252e{}"),
)


async def _run(tools: Tools) -> Report:
    suite, report = tools.suite, Report()
    chance = random.Random(tools.seed)
    routes = [(name, route) for name in SERVICES for route in access.operations(suite.apps[name])]
    report.figures["operations"] = len(routes)
    for name, route in chance.sample(routes, tools.many(handful=40, full=len(routes))):
        if name != "gateway":
            await _without(suite, report, name, route)
        await _purposes(suite, report, name, route)
    inner = [(name, route) for name, route in routes if route.path.startswith("/internal")]
    several = list(product(inner, DISGUISES))
    for (name, route), disguise in chance.sample(
        several, tools.many(handful=40, full=len(several))
    ):
        await _disguised(suite, report, name, route, disguise)
    await _mechanisms(suite, report)
    await _surface(suite, report)
    return report


async def _without(suite: Suite, report: Report, name: str, route: APIRoute) -> None:
    """Call a service with no token, with a caller's own, and with one for its neighbour."""
    officer = suite.officer("650402")
    outside = suite.gateway(officer).headers["authorization"]
    for what, headers in (
        ("no token", {}),
        ("an outside token", {"Authorization": outside}),
        ("X-User-Id", {"X-User-Id": officer.subject, "X-Role": "officer"}),
    ):
        client = suite._client(f"http://{name}", headers)
        answer = await client.request(_method(route), _path(route))
        report.case(
            held=answer.status_code == httpx.codes.UNAUTHORIZED,
            what=f"{name}.{route.name} with {what}: {answer.status_code}",
        )


async def _purposes(suite: Suite, report: Report, name: str, route: APIRoute) -> None:
    """Call as every service for every purpose that the suite knows and this row does not."""
    row = suite.apps[name].state.service.access.rows[route.name]
    known = {
        purpose
        for one in SERVICES
        for other in suite.apps[one].state.service.access.rows.values()
        for purpose in other.purposes
    }
    for purpose in sorted((known | {"settle", "start", "none"}) - row.purposes):
        by = Principal(f"service:{_other(name)}", Role.SERVICE, purpose=purpose)
        answer = await suite.service(name, by).request(_method(route), _path(route))
        refused = {httpx.codes.FORBIDDEN}
        if name == "gateway":
            refused = {httpx.codes.UNAUTHORIZED}
            if route.path == TOKEN_PATH:  # what the header says there is a client's name
                refused = {httpx.codes.BAD_REQUEST, httpx.codes.UNAUTHORIZED}
        report.case(
            held=answer.status_code in refused,
            what=f"{name}.{route.name} for purpose {purpose}: {answer.status_code}",
        )


async def _disguised(
    suite: Suite, report: Report, name: str, route: APIRoute, disguise: str
) -> None:
    """Ask the gateway for what is inside, written as it comes, as callers of all kinds."""
    for principal in (
        suite.officer("650402", "650400"),
        strangers.official(Role.ADMINISTRATOR),
        None,
    ):
        bearer = suite.gateway(principal).headers.get("authorization", "")
        path = disguise.format(_path(route)).encode("ascii")
        status, body = await doubles.raw_get(suite, path, bearer)
        report.case(
            held=httpx.codes.is_client_error(status) or b"<html" in body,
            what=f"gateway let {path.decode()} through to {name}: {status}",
        )


async def _mechanisms(suite: Suite, report: Report) -> None:
    """Let nobody from outside reach what serves the machine: health, figures, settling."""
    for path in (*OPEN, "/internal/settle", "/openapi.json", "/docs", "/redoc"):
        for disguise in ("/v1{}", "/v1/classes/..{}"):
            status, _ = await doubles.raw_get(suite, disguise.format(path).encode(), "")
            report.case(held=status >= 400, what=f"gateway answers {path}: {status}")
    for name in INSIDE:
        client = suite.service(name, suite.officer("650402"))
        answer = await client.post("/internal/settle")
        report.case(
            held=answer.status_code == httpx.codes.FORBIDDEN,
            what=f"{name} settles for an officer: {answer.status_code}",
        )
        for path in ("/openapi.json", "/docs", "/redoc"):
            status = (await client.get(path)).status_code
            known = {httpx.codes.NOT_FOUND, httpx.codes.OK}
            report.case(held=status in known, what=f"{name}{path}: {status}")


async def _surface(suite: Suite, report: Report) -> None:
    """Forward nothing whose noun is inside, and every public route by exactly one noun."""
    report.case(held="internal" not in forward.NOUNS, what="the gateway forwards /internal")
    for name in INSIDE:
        for route in access.operations(suite.apps[name]):
            inside = route.path.startswith("/internal")
            owner = forward.owner(route.path)
            held = owner is None if inside else owner == name
            report.case(held=held, what=f"{name}{route.path} is forwarded to {owner}")


def _method(route: APIRoute) -> str:
    return next(iter(sorted(route.methods or {"GET"})))


def _path(route: APIRoute) -> str:
    path = route.path
    for field in route.dependant.path_params:
        path = path.replace(f"{{{field.alias}}}", str(uuid4()))
    return path


def _other(name: str) -> str:
    return next(one for one in INSIDE if one != name)


PART = Part(
    "direct", "绕过网关的请求一律拒绝，内部接口不从网关出去，按用途签发的令牌只做那一件事", _run
)
