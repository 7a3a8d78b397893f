"""One route class: who calls, may they, one transaction, one answer, in this order.

Authenticate → access table → idempotency look-up → handler (facts, decide, write) → store the
answer → commit → answer. Handlers never commit; a Problem rolls everything back.
"""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Depends
from fastapi.dependencies.utils import get_flat_params
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, InternalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from shared import client, idempotency, logs, problems, telemetry
from shared.clock import Clock
from shared.principal import Principal
from shared.service import Service

BODY_BYTES_MAX = 256 * 1024
NO_KEY: dict[str, Any] = {"x-idempotency": "none"}  # a POST that creates and moves nothing
log = structlog.get_logger()
LOCK_NOT_AVAILABLE = "55P03"
# Locks or statements too slow, deadlocks, nothing left (connections, memory, disk), connection
# lost, server going or gone, and read-only: a standby, or a primary that protects itself.
_GONE = ("08", "57P01", "57P02", "57P03", "25006")
AWAY = (LOCK_NOT_AVAILABLE, "40P01", "40001", "57014", "53", *_GONE)

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Body(BaseModel):
    """A request body: strict, and nothing that is not named."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Out(BaseModel):
    """An answer."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


class Busy(problems.Problem):
    """The rows are locked by others, or the database did not answer in time."""

    status = 503
    code = "busy"
    title_zh = "系统繁忙，请稍后重试"
    title_en = "Busy; please try again shortly"


class AlreadyThere(problems.Problem):
    """A uniqueness that the database keeps; says nothing about the other row."""

    status = 409
    code = "already_there"
    title_zh = "相同的记录已经存在"
    title_en = "The same record exists already"


class Operation(APIRoute):
    """A route that is one operation of the access table and one transaction."""

    def __init__(self, *args: Any, max_body_size: int | None = None, **kwargs: Any) -> None:
        # The framework's own limit answers in plain text, over the head of every handler.
        super().__init__(*args, **kwargs)
        self.app = telemetry.BodyLimit(self.app, max_bytes=max_body_size or BODY_BYTES_MAX)

    def get_route_handler(self) -> Handler:
        """Wrap FastAPI's handler."""
        handle = super().get_route_handler()
        keyed = (
            "POST" in (self.methods or ())
            and (self.openapi_extra or {}).get("x-idempotency", "required") == "required"
        )
        operation = self.name
        known = {f.alias for f in get_flat_params(self.dependant)}

        async def run(request: Request) -> Response:
            service: Service = request.app.state.service
            try:
                principal = service.authenticate(request)
                logs.identify(subject=principal.subject, role=principal.role)
                service.access.check(operation, principal)
                request.state.principal = principal
                await _refuse_odd(request, known)
                key = await idempotency.key_of(request, principal) if keyed else None
                if key is not None:
                    again = await idempotency.look_up(service.database, service.sealer, key)
                    if again is not None:
                        return again
                return await _transact(service, principal, key, request, handle)
            except (problems.Problem, HTTPException, RequestValidationError):
                raise
            except client.PeerProblem as error:
                # A peer found the caller's own words wrong; what it said of them is logged only.
                log.warning("peer_refused", peer=error.service, code=error.code)
                raise problems.Malformed from None
            except Exception as error:
                if away(error):
                    log.warning("database_away", error=type(error).__name__)
                    raise Busy(headers={"Retry-After": "1"}) from None
                # A bug: answered here, inside the trace and the protective headers.
                log.exception("unhandled", error=type(error).__name__, operation=operation)
                raise problems.Internal from error

        return run


async def _refuse_odd(request: Request, known: set[str]) -> None:
    """Refuse NUL, which no text of the database holds, and parameters that nobody named.

    A misspelt filter would filter nothing.
    """
    odd = "\0" in request.url.path or any("\0" in v for v in request.query_params.values())
    if not odd and request.headers.get("content-type", "").startswith("application/json"):
        odd = b"\\u0000" in await request.body()
    if odd:
        raise problems.Malformed
    code = "extra_forbidden"
    zh, en = problems.WORDS[code]
    unknown = sorted(set(request.query_params) - known)[:20]
    if unknown:
        raise problems.Malformed(
            errors=[
                {"where": f"query/{name[:60]}", "code": code, "text": zh, "text_en": en}
                for name in unknown
            ]
        )


async def _transact(
    service: Service,
    principal: Principal,
    key: idempotency.Key | None,
    request: Request,
    handle: Handler,
) -> Response:
    claim = None
    if key is not None:
        claim = lambda connection: idempotency.claim(connection, service.sealer, key)  # noqa: E731
    session = service.database.session(principal, claim=claim)
    request.state.session = session
    async with session:
        try:
            response = await handle(request)
            if session.in_transaction():
                if key is not None:
                    await idempotency.store(session, service.sealer, key, response)
                await session.commit()
        except idempotency.Replay as replay:
            return replay.response
        except IntegrityError as error:
            raise service.translate(error) or AlreadyThere from error
        except DBAPIError as error:
            if key is not None and _state(error) == LOCK_NOT_AVAILABLE:
                raise idempotency.StillRunning(headers={"Retry-After": "1"}) from None
            raise
        return response


def _state(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")


def away(error: Exception) -> bool:
    """Say whether the database was not to be reached, or had no time: sent again, it may go."""
    if isinstance(error, DBAPIError):
        # What has no state the server did not say: the driver lost its connection half-way.
        lost = not _state(error) and isinstance(error, InterfaceError | InternalError)
        return lost or error.connection_invalidated or _state(error).startswith(AWAY)
    return isinstance(error, PoolTimeout | OSError)


def router(prefix: str, *, tags: list[str], body_bytes_max: int = BODY_BYTES_MAX) -> APIRouter:
    """Make a router whose every route is an Operation with a body limit."""
    return APIRouter(
        prefix=prefix,
        tags=list(tags),
        route_class=Operation,
        max_body_size=body_bytes_max,
        generate_unique_id_function=lambda route: route.name,
    )


def _session(request: Request) -> AsyncSession:
    session: AsyncSession = request.state.session
    return session


def _caller(request: Request) -> Principal:
    principal: Principal = request.state.principal
    return principal


def _clock(request: Request) -> Clock:
    service: Service = request.app.state.service
    return service.clock


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


DbSession = Annotated[AsyncSession, Depends(_session)]
Caller = Annotated[Principal, Depends(_caller)]
Now = Annotated[Clock, Depends(_clock)]
Here = Annotated[Service, Depends(_service)]
