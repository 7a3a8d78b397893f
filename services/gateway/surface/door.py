"""The door: who comes, are their tokens still good, have they asked too often. Pure ASGI.

It stands inside telemetry and before every route of `/v1`, own or passed through, and leaves the
principal in the request's state.
"""

from collections.abc import MutableMapping
from typing import Any

from services.gateway.access.revocations import Revocations
from services.gateway.surface import budgets
from services.gateway.surface.budgets import Budgets
from shared import problems, routing
from shared.principal import PUBLIC, Principal
from shared.problems import Problem, Unauthenticated
from shared.service import Service
from shared.telemetry import App, Message, Receive, Scope, Send

PREFIX = "/v1/"
TOKEN_PATH = "/v1/oauth/token"  # noqa: S105 - a path


class Door:
    """Let a request in, or answer it here."""

    def __init__(
        self, app: App, *, here: Service, revocations: Revocations, budget: Budgets
    ) -> None:
        self.app, self.here = app, here
        self.revocations, self.budget = revocations, budget

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its principal, or answer it with a problem."""
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self.app(scope, receive, send)
            return
        address = f"address:{(scope.get('client') or ('unknown',))[0]}"
        try:
            try:
                principal = await self._principal(scope)
            except Unauthenticated:
                self.budget.require(budgets.MISSES, address)
                self.budget.count(budgets.MISSES, address)
                raise
            who = address if principal is PUBLIC else principal.subject
            name = budgets.class_of(scope["method"], scope["path"])
            self.budget.require(budgets.MISSES, who)
            left = self.budget.spend(name, address if name == budgets.LOGINS else who)
        except Problem as problem:
            await problems.answer(problem)(scope, receive, send)
            return
        except Exception as error:
            if not routing.away(error):
                raise
            busy = routing.Busy(headers={"Retry-After": "1"})
            await problems.answer(busy)(scope, receive, send)
            return
        scope.setdefault("state", {})["principal"] = principal
        status = await self._counted(scope, receive, send, left)
        if status in budgets.MISSED:
            self.budget.count(budgets.MISSES, who)

    async def _counted(
        self, scope: Scope, receive: Receive, send: Send, left: MutableMapping[str, str]
    ) -> int:
        status = 0
        extra = [(name.lower().encode(), value.encode()) for name, value in left.items()]

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), *extra]
            await send(message)

        await self.app(scope, receive, told)
        return status

    async def _principal(self, scope: Scope) -> Principal:
        """Return who comes. Raises Unauthenticated."""
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        if not given:
            return PUBLIC
        if len(given) > 1:
            raise Unauthenticated
        header = given[0].decode("latin-1")
        if scope["path"] == TOKEN_PATH:
            # There the header may name a client (RFC 6749, 2.3.1): it is the endpoint's to read.
            _without_authorization(scope)
            scope.setdefault("state", {})["client_authorization"] = header
            return PUBLIC
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated
        principal = self.here.principal_of(token)
        await self.revocations.require_live(principal, token)
        return principal


def _without_authorization(scope: MutableMapping[str, Any]) -> None:
    scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"authorization"]
