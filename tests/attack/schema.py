"""Every public operation against its own document: made-up requests, answers as documented."""

import asyncio
import contextlib
import json
import warnings
from uuid import uuid4

import httpx
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode, openapi
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks as conformance

from shared import access
from shared.principal import PUBLIC, Principal, Role
from tests.attack import strangers
from tests.attack.lives.scene import finance
from tests.faults.part import Part, Report, Tools
from tests.gateway import doubles
from tests.registry import people
from tests.registry.world import CITY, GAOCHANG, World, world
from tests.suite import SERVICES, Suite

CHECKS = [
    not_a_server_error,
    conformance.status_code_conformance,
    conformance.content_type_conformance,
    conformance.response_schema_conformance,
]
# Its caller must have come in by WeChat: a made-up log-in is no row.
WITHOUT = {"make_ticket"}
# Business calendars and log-ins are no matter of a document.
BUSY = {httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE}


async def _run(tools: Tools) -> Report:
    suite, report = tools.suite, Report()
    rows = {
        route.name: suite.apps[name].state.service.access.rows[route.name]
        for name in SERVICES
        for route in access.operations(suite.apps[name])
    }
    answer = await suite.gateway().get("/v1/openapi.json")
    operations = [found.ok() for found in openapi.from_dict(answer.json()).get_all_operations()]
    report.figures["operations"] = len(operations)
    with doubles.cheap(suite), doubles.standing_in(suite, "wechat", doubles.Wechat()):
        here = await world(suite)
        callers = await _callers(suite, here)
        for operation in operations:
            name = operation.definition.raw.get("operationId", "")
            if name in WITHOUT:
                continue
            row = rows.get(name)
            roles = [role for role in callers if row is None or role in row.roles]
            cases = await asyncio.to_thread(_cases, operation, tools)
            for n, case in enumerate(cases):
                by = callers[roles[n % len(roles)]]
                await _tried(suite, report, case, by, name)
    report.broken = sorted(set(report.broken))
    return report


async def _callers(suite: Suite, here: World) -> dict[Role, Principal]:
    someone = await people.person(suite)
    return {
        Role.OFFICER: suite.officer(GAOCHANG, CITY),
        Role.FINANCE: finance(GAOCHANG),
        Role.ORGANISATION: here.institution.principal,
        Role.TRAINEE: suite.trainee(someone.id, login=someone.login),
        Role.ADMINISTRATOR: strangers.official(Role.ADMINISTRATOR),
        Role.VISITOR: Principal(f"visitor:{(key := uuid4())}", Role.VISITOR, login=key),
        Role.PUBLIC: PUBLIC,
    }


def _cases(operation: APIOperation, tools: Tools) -> list[Case]:
    """Draw requests that the document allows, and some that it does not."""
    return [
        case
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
        for case in _drawn(operation, mode, tools)
    ]


def _drawn(operation: APIOperation, mode: GenerationMode, tools: Tools) -> list[Case]:
    found: list[Case] = []

    @seed(tools.seed)
    @settings(
        max_examples=tools.many(handful=1, full=12),
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


async def _tried(suite: Suite, report: Report, case: Case, by: Principal, name: str) -> None:
    given_ = case.as_transport_kwargs(base_url="http://gateway")
    client = suite.gateway(None if by is PUBLIC else by)
    headers = {
        key: value
        for key, value in given_.pop("headers", {}).items()
        if key.lower() not in {"authorization", "idempotency-key", "connection"}
        and str(value).isascii()
    }
    given_.pop("cookies", None)
    if "data" in given_ and isinstance(given_["data"], bytes | str):
        given_["content"] = given_.pop("data")
    try:
        answer = await client.request(headers=headers, **given_)
    except (httpx.InvalidURL, UnicodeError, TypeError, ValueError, AttributeError):
        return
    if answer.status_code in BUSY:
        return
    told = ""
    await answer.request.aread()
    try:
        case.validate_response(answer, checks=CHECKS)
    except BaseException as failure:  # noqa: BLE001 - a group of failures, or one
        told = " ".join(str(one)[:160] for one in getattr(failure, "exceptions", [failure]))
    told = json.dumps(told.splitlines()[:3], ensure_ascii=False) if told else ""
    report.case(held=not told, what=f"{name} as {by.role}: {answer.status_code} {told[:260]}")


PART = Part("schema", "每项公开操作对照自己的接口文档：没有 5xx，没有文档之外的状态和内容", _run)
