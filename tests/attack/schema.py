"""Every operation against its own document: made-up requests, answers as documented.

The public document at the gateway, and each service's own at the service, internal operations with
the tokens of services. In full also the documents' examples and edges, and all of these again with
the keys of a life that was lived before: what is said in every state that it leaves behind.
"""

import asyncio
import json
import random
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.core.errors import SerializationNotPossible
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi import checks as conformance

from shared import access
from shared.principal import PUBLIC, Principal, Role
from tests.attack import drawing, lives, strangers
from tests.attack.drawing import Draw
from tests.attack.lives.scene import Scene, finance
from tests.claims.submissions import world as books
from tests.faults.part import Part, Report, Size, Tools
from tests.gateway import doubles
from tests.registry import people
from tests.registry.world import CITY, GAOCHANG, world
from tests.suite import SERVICES, Suite

CHECKS = [
    not_a_server_error,
    conformance.status_code_conformance,
    conformance.content_type_conformance,
    conformance.response_schema_conformance,
]
OWN = {"authorization", "idempotency-key", "connection", "content-length", "host"}
# What has a limit of its own on guesses, which no budget lifts.
GUESSED = {"activate_officer", "log_officer_in", "bind_own_login"}
AT_ONCE = 100_000_000
Callers = Mapping[Role, list[Principal]]


@dataclass
class Trial:
    """Sends cases to one host and judges what comes back."""

    suite: Suite
    report: Report
    host: str
    callers: Callers
    rows: Mapping[str, access.Row]
    busy: dict[str, int] = field(default_factory=dict)

    async def operation(self, operation: APIOperation, cases: list[Case]) -> None:
        """Try an operation's cases as each of those who may call it, in turn."""
        name = operation.definition.raw.get("operationId", "")
        for n, case in enumerate(cases):
            callers = self._who(name)
            await self._tried(case, callers[n % len(callers)], name)

    def _who(self, name: str) -> list[Principal]:
        row = self.rows.get(name)
        roles = self.callers if row is None else row.roles
        found = [one for role in self.callers if role in roles for one in self.callers[role]]
        if row is not None and self.host != "gateway":
            peers = [one for one in SERVICES if one != self.host]
            found += [
                Principal(f"service:{peer}", Role.SERVICE, purpose=purpose)
                for purpose in sorted(row.purposes)
                for peer in peers[:1]
            ]
        return found or [PUBLIC]

    async def _tried(self, case: Case, by: Principal, name: str) -> None:
        answer = await self._sent(case, by)
        if answer is None:
            return
        if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
            self.busy[name] = self.busy.get(name, 0) + 1
        told = ""
        try:
            case.validate_response(answer, checks=CHECKS)
        except BaseException as failure:  # noqa: BLE001 - a group of failures, or one
            told = " ".join(str(one)[:160] for one in getattr(failure, "exceptions", [failure]))
        told = json.dumps(told.splitlines()[:3], ensure_ascii=False) if told else ""
        what = f"{name} at {self.host} as {by.role}: {answer.status_code} {told[:260]}"
        self.report.case(held=not told, what=what)

    async def _sent(self, case: Case, by: Principal) -> httpx.Response | None:
        """Send a case; None where no client could put it on the wire."""
        try:
            given: dict[str, Any] = case.as_transport_kwargs(base_url=f"http://{self.host}")
        except SerializationNotPossible:  # a workbook: hostile files are a part of their own
            return None
        given.pop("cookies", None)
        headers = {
            key: value
            for key, value in given.pop("headers", {}).items()
            if key.lower() not in OWN and str(value).isascii()
        }
        if "data" in given and isinstance(given["data"], bytes | str):
            given["content"] = given.pop("data")
        if self.host == "gateway":
            client = self.suite.gateway(None if by is PUBLIC else by)
        else:
            client = self.suite.service(self.host, by)
        try:
            answer = await client.request(headers=headers, **given)
            await answer.request.aread()
        except (httpx.InvalidURL, UnicodeError, TypeError, ValueError, AttributeError):
            return None
        return answer


async def _run(tools: Tools) -> Report:
    suite, report = tools.suite, Report()
    rows = {
        route.name: suite.apps[name].state.service.access.rows[route.name]
        for name in SERVICES
        for route in access.operations(suite.apps[name])
    }
    wechat = doubles.Wechat()
    budgets = suite.apps["gateway"].state.service.extra["budgets"]
    before = dict(budgets.per_minute)
    with ExitStack() as stack:
        stack.enter_context(doubles.cheap(suite))
        stack.enter_context(doubles.standing_in(suite, "wechat", wechat))
        stack.callback(budgets.allow, before)
        budgets.allow(dict.fromkeys(before, AT_ONCE))
        callers = await _callers(suite, tools, wechat)
        draw = Draw(tools, await drawing.keys(suite), random.Random(tools.seed))
        answer = await suite.gateway().get("/v1/openapi.json")
        documents = {"gateway": drawing.every(answer.json())}
        documents |= {n: drawing.own(suite.apps[n]) for n in SERVICES if n != "gateway"}
        for host, operations in documents.items():
            trial = Trial(suite, report, host, callers, rows)
            report.figures[f"operations at {host}"] = len(operations)
            for operation in _some(operations, host, tools, draw.chance):
                cases = await asyncio.to_thread(lambda one=operation: list(draw.cases(one)))
                await trial.operation(operation, cases)
            # Where guessing ends, the rest of an operation's cases say nothing of it.
            report.figures[f"shut out at {host}"] = sum(trial.busy.values())
            report.case(held=set(trial.busy) <= GUESSED, what=f"shut out: {trial.busy}")
    report.broken = sorted(set(report.broken))
    return report


def _some(
    operations: list[APIOperation], host: str, tools: Tools, chance: random.Random
) -> list[APIOperation]:
    """Choose in a handful: half of the public ones, what is inside, a few of the services' own."""
    if tools.size is Size.FULL:
        return operations
    if host == "gateway":
        return chance.sample(operations, len(operations) // 2)
    inside = [one for one in operations if one.path.startswith("/internal")]
    others = [one for one in operations if one not in inside]
    return [*inside, *chance.sample(others, min(5, len(others)))]


async def _callers(suite: Suite, tools: Tools, wechat: doubles.Wechat) -> Callers:
    """Return who calls; in full they have lived a life, so that there is something of theirs."""
    if tools.size is Size.FULL:
        await books.permit(suite)
    here = await world(suite)
    scene = Scene(suite, here)
    if tools.size is Size.FULL:
        await lives.live(scene, wechat)
    someone = scene.persons[0] if scene.persons else await people.person(suite)
    return {
        Role.OFFICER: [suite.officer(GAOCHANG, CITY)],
        Role.FINANCE: [finance(GAOCHANG)],
        Role.ORGANISATION: [here.institution.principal],
        Role.TRAINEE: [await _trainee(suite, wechat, someone)],
        Role.ADMINISTRATOR: [strangers.official(Role.ADMINISTRATOR)],
        Role.AUDITOR: [strangers.official(Role.AUDITOR, GAOCHANG)],
        Role.DEPARTMENT: [strangers.official(Role.DEPARTMENT, CITY)],
        Role.VISITOR: [await _visitor(suite, wechat)],
        Role.PUBLIC: [PUBLIC],
    }


async def _visitor(suite: Suite, wechat: doubles.Wechat) -> Principal:
    """Come in by WeChat, as somebody whom no office has bound to a person."""
    code = {"code": wechat.code_of(f"o-{uuid4().hex}")}
    given = (await suite.gateway().post("/v1/wechat/login", json=code)).json()
    found: Principal = suite.apps["gateway"].state.service.principal_of(given["access_token"])
    return found


async def _trainee(suite: Suite, wechat: doubles.Wechat, someone: people.Person) -> Principal:
    """Give a person's made-up log-in the row that WeChat's door would have made for it."""
    by = await _visitor(suite, wechat)
    query = "update wechat_logins set id = $1, trainee_id = $2, bound_at = now() where id = $3"
    await suite.sql("gateway", query, someone.login, someone.id, by.login)
    return suite.trainee(someone.id, login=someone.login)


PART = Part(
    "schema",
    "每项操作（公开的和内部的）对照自己的接口文档：没有 5xx，没有文档之外的状态和内容",
    _run,
)
