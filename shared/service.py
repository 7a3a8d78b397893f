"""What one running service has: made once in `create()`, kept on `app.state`, handed down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from sqlalchemy.exc import IntegrityError
from starlette.requests import Request

from shared import principal as principals
from shared import tokens
from shared.access import AccessTable
from shared.clock import Clock
from shared.database import Database
from shared.plans import Plan
from shared.principal import PUBLIC, Principal, Role
from shared.problems import Problem, Unauthenticated
from shared.sealing import Sealer

PEERS = ("institutions", "registry", "claims", "gateway")
SERVICE_TOKEN_S = 60
Constraints = Mapping[str, type[Problem]]


@dataclass
class Service:
    """One service: its database, keys, plan and clock."""

    name: str
    database: Database
    clock: Clock
    sealer: Sealer
    signer: tokens.Signer
    keys: tokens.KeySet
    access: AccessTable
    plan: Plan
    urls: Mapping[str, str]
    transport: httpx.AsyncBaseTransport | None = None
    sandbox: bool = False
    constraints: Constraints = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    closers: list[Callable[[], Any]] = field(default_factory=list)

    def authenticate(self, request: Request) -> Principal:
        """Return who calls, from a token meant for this service; Unauthenticated otherwise."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if not token:
            if self.name == "gateway":
                return PUBLIC
            raise Unauthenticated
        if scheme.lower() != "bearer":
            raise Unauthenticated
        return self.principal_of(token)

    def principal_of(self, token: str) -> Principal:
        """Verify a token: outside tokens at the gateway, inside and service tokens elsewhere."""
        try:
            principal = self._verified(token)
        except (tokens.TokenRefused, KeyError, ValueError) as error:
            code = error.code if isinstance(error, tokens.TokenRefused) else "token_malformed"
            raise Unauthenticated(reason=str(code)) from None
        return principal

    def _verified(self, token: str) -> Principal:
        typ = tokens.peek(token)
        if self.name == "gateway":
            allowed, audience = {tokens.TokenType.OUTSIDE: {"gateway"}}, "zhipei"
        else:
            # A service may sign for itself only; whoever could sign inside tokens could be anyone.
            allowed, audience = (
                {tokens.TokenType.INSIDE: {"gateway"}, tokens.TokenType.SERVICE: set(PEERS)},
                self.name,
            )
        if typ not in allowed:
            raise tokens.TokenRefused(tokens.Code.TYPE)
        claims = tokens.verify(token, self.keys, audience=audience, issuers=allowed[typ], typ=typ)
        principal = principals.of_claims(claims)
        own = principal.role is Role.SERVICE
        if own != (typ is tokens.TokenType.SERVICE) or (
            own and principal.subject != f"service:{claims['iss']}"
        ):
            raise tokens.TokenRefused(tokens.Code.ISSUER)
        return principal

    def token(self, *, purpose: str, audience: list[str]) -> str:
        """Sign a token in this service's own name, for one purpose."""
        return tokens.mint(
            self.signer,
            issuer=self.name,
            audience=audience,
            typ=tokens.TokenType.SERVICE,
            ttl_s=SERVICE_TOKEN_S,
            claims=principals.service(self.name, purpose).claims(),
        )

    def translate(self, error: IntegrityError) -> Problem | None:
        """Say what a constraint of this service means to a caller, if it is one they can hit."""
        original = getattr(error.orig, "__cause__", None)
        name = getattr(original, "constraint_name", None)
        kind = self.constraints.get(name or "")
        return kind() if kind is not None else None
