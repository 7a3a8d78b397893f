"""The whole suite in memory: real PostgreSQL, four real apps, real tokens, one clock to hold."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
from fastapi import FastAPI

from services.claims.app import create as create_claims
from services.claims.settings import Settings as ClaimsSettings
from services.gateway.app import create as create_gateway
from services.gateway.settings import Settings as GatewaySettings
from services.institutions.app import create as create_institutions
from services.institutions.settings import Settings as InstitutionsSettings
from services.registry.app import create as create_registry
from services.registry.settings import Settings as RegistrySettings
from shared import postgres, setup, tokens
from shared.background import Background
from shared.clock import FixedClock
from shared.database import Database
from shared.principal import Principal, Role
from shared.transport import MemoryTransport

START = datetime(2020, 3, 2, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Shanghai
SERVICES = setup.SERVICES
KEEP = {"alembic_version", "plan_packs", "fund_purposes"}


class Keyed(httpx.AsyncClient):
    """A client that gives every POST an idempotency key unless the test gives one."""

    async def request(self, method: str, url: Any, **kwargs: Any) -> httpx.Response:
        """Send a request."""
        if method.upper() == "POST":
            headers = dict(kwargs.pop("headers", None) or {})
            if not any(name.lower() == "idempotency-key" for name in headers):
                headers["Idempotency-Key"] = f"test-{uuid4()}"
            kwargs["headers"] = headers
        return await super().request(method, url, **kwargs)


class Suite:
    """What a test talks to."""

    def __init__(self, cluster: postgres.Cluster, prefix: str, keys: Path) -> None:
        self.cluster, self.prefix, self.keys = cluster, prefix, keys
        self.clock = FixedClock(START)
        self.transport = MemoryTransport({})
        self.apps: dict[str, FastAPI] = {}
        self.outside: dict[str, Any] = {}
        self.owners: dict[str, Database] = {}
        self._super: dict[str, asyncpg.Connection] = {}
        self._clean: dict[str, str] = {}

    @asynccontextmanager
    async def running(self, **gateway: Any) -> AsyncIterator["Suite"]:
        """Start the four apps; background jobs are only run by `settle`."""
        common = {"keys": self.keys, "data": self.keys.parent, "sandbox": True}
        makers = {
            "institutions": (create_institutions, InstitutionsSettings),
            "registry": (create_registry, RegistrySettings),
            "claims": (create_claims, ClaimsSettings),
            "gateway": (create_gateway, GatewaySettings),
        }
        async with AsyncExitStack() as stack:
            for name, (create, kind) in makers.items():
                url, owner = postgres.database_urls(self.cluster, name, self.prefix)
                self.owners[name] = Database(owner, pool=2)
                extra = gateway if name == "gateway" else {}
                settings = kind(
                    database_url=url,
                    ZHIPEI_KEYS=common["keys"],
                    ZHIPEI_DATA=common["data"],
                    ZHIPEI_SANDBOX=True,
                    **extra,
                )
                self.apps[name] = create(settings, transport=self.transport, clock=self.clock)
                background: Background = self.apps[name].state.background
                background.start = lambda: None  # type: ignore[method-assign]
            self.transport.apps.update(self.apps)
            for app in self.apps.values():
                await stack.enter_async_context(app.router.lifespan_context(app))
            for name in SERVICES:
                dsn = self.cluster.superuser_dsn(f"{self.prefix}{name}")
                self._super[name] = await asyncpg.connect(dsn)
            yield self
            for connection in self._super.values():
                await connection.close()
            for database in self.owners.values():
                await database.close()

    async def clean(self) -> None:
        """Empty every table of every service, triggers off."""
        await self.transport.settle()
        self.clock.at = START
        for name in SERVICES:
            if name not in self._clean:
                tables = await self._super[name].fetch(
                    "select tablename from pg_tables where schemaname = 'public'"
                )
                found = [t["tablename"] for t in tables if t["tablename"] not in KEEP]
                self._clean[name] = (
                    "set session_replication_role=replica;"
                    + ";".join(f'delete from "{t}"' for t in found)
                    + ";reset session_replication_role"
                )
        await asyncio.gather(*(self._super[n].execute(self._clean[n]) for n in SERVICES))

    async def sql(self, service: str, query: str, *args: Any) -> list[asyncpg.Record]:
        """Look at (or break) a database as the superuser."""
        rows: list[asyncpg.Record] = await self._super[service].fetch(query, *args)
        return rows

    def superuser(self, service: str) -> asyncpg.Connection:
        """Return the superuser's connection: for what must be one transaction."""
        return self._super[service]

    async def settle(self) -> int:
        """Run every service's due jobs until nothing is due."""
        total = 0
        while True:
            done = 0
            for app in self.apps.values():
                done += await app.state.background.settle()
            if not done:
                return total
            total += done

    # Principals ------------------------------------------------------------------------------

    @staticmethod
    def officer(
        *authorities: str, office: str | None = None, subject: str | None = None
    ) -> Principal:
        """Return an officer of the authorities; each call is another person."""
        return Principal(
            subject or f"officer:{uuid4()}",
            Role.OFFICER,
            authorities=authorities,
            office=office or f"{authorities[0]}/hrss",
        )

    @staticmethod
    def organisation(organisation: UUID | str, subject: str | None = None) -> Principal:
        """Return a client of an organisation."""
        return Principal(
            subject or f"client:{uuid4()}",
            Role.ORGANISATION,
            organisation=UUID(str(organisation)),
        )

    @staticmethod
    def trainee(trainee: UUID | str, login: UUID | None = None) -> Principal:
        """Return a bound person."""
        person = UUID(str(trainee))
        return Principal(f"trainee:{person}", Role.TRAINEE, trainee=person, login=login or uuid4())

    # Clients ---------------------------------------------------------------------------------

    def gateway(self, principal: Principal | None = None) -> httpx.AsyncClient:
        """Return a client of the public door with the principal's outside token."""
        headers = {}
        if principal is not None:
            signer = self.apps["gateway"].state.service.signer
            token = tokens.mint(
                signer,
                audience=["zhipei"],
                typ=tokens.TokenType.OUTSIDE,
                ttl_s=3600,
                claims=principal.claims(),
            )
            headers["Authorization"] = f"Bearer {token}"
        return self._client("http://gateway", headers)

    def service(self, name: str, principal: Principal) -> httpx.AsyncClient:
        """Return a client straight to a service, with the token that the gateway would mint."""
        typ, issuer = tokens.TokenType.INSIDE, "gateway"
        if principal.role is Role.SERVICE:
            typ, issuer = tokens.TokenType.SERVICE, principal.subject.removeprefix("service:")
        token = tokens.mint(
            self.apps[issuer].state.service.signer,
            audience=list(SERVICES),
            typ=typ,
            ttl_s=60,
            claims=principal.claims(),
        )
        return self._client(f"http://{name}", {"Authorization": f"Bearer {token}"})

    def _client(self, base: str, headers: dict[str, str]) -> httpx.AsyncClient:
        # Never closed: closing a client would close the transport that all of them share.
        return Keyed(transport=self.transport, base_url=base, headers=headers, timeout=20)
