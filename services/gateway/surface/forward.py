"""The services' public routes, streamed through under `/v1/{noun}`.

What goes in and what comes back are closed lists of headers; the caller's token stays here, and the
service gets an inside token of a minute in its place. No database session is opened.
"""

import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial

import httpx
from starlette.requests import ClientDisconnect, Request
from starlette.routing import Route

from services.gateway import peers
from services.gateway.peers import Lanes
from services.gateway.surface import paths
from shared import tokens
from shared.principal import Principal
from shared.problems import Malformed
from shared.service import Service
from shared.telemetry import Receive, Scope, Send

OWNED = {
    "institutions": (
        *("organisations", "licences", "offerings", "rates", "commissions", "editions"),
        *("directories", "organisation-accounts"),
    ),
    "registry": (
        *("classes", "listed-classes", "sessions", "attendance-corrections", "rosters"),
        *("roster-template", "binding-codes", "me", "name-conflicts", "correction-requests"),
        *("paper-confirmations", "certificates", "certificate-checks", "enrolments"),
        *("registers", "benefits"),
    ),
    "claims": (
        *("provisions", "claims", "appeals", "allowance-rates", "classes-without-slot"),
        *("cap-exceptions",),
        *("funds", "accounts", "trial-balance", "review-queue", "review-looks"),
        *("review-decisions", "overdue-steps", "delegations", "holidays", "notices"),
        *("objections", "payment-batches", "payments", "payment-statement", "to-recover"),
        *("me/slots", "me/claim-lines", "me/appeals", "me/payments"),
    ),
}
# A longer noun goes before the one that it begins with: what a person owns is in two services.
NOUNS = dict(
    sorted(
        ((noun, service) for service, nouns in OWNED.items() for noun in nouns),
        key=lambda pair: -pair[0].count("/"),
    )
)
METHODS = ("GET", "POST", "PUT", "DELETE")
SENT = frozenset(
    {
        *(b"accept", b"accept-language", b"content-length", b"content-type"),
        *(b"idempotency-key", b"if-none-match"),
    }
)
LISTS = frozenset({b"accept", b"accept-language", b"if-none-match"})  # may be said in several
RETURNED = frozenset(
    {
        *("cache-control", "content-disposition", "content-language", "content-length"),
        *("content-type", "deprecation", "etag", "idempotency-replayed", "last-modified"),
        *("retry-after", "sunset", "vary"),
    }
)
SMALL_BYTES = 64 * 1024  # bodies up to here are read whole; longer ones go the patient lane
INSIDE_S = 60
KEPT_S = 20
KEPT_MAX = 4096
DEVICE = "x-zhipei-device"  # not in SENT: what a caller says under this name stays outside


def owner(path: str) -> str | None:
    """Return the service whose noun a path (without /v1) begins with."""
    for noun, service in NOUNS.items():
        if path == f"/{noun}" or path.startswith(f"/{noun}/"):
            return service
    return None


class InsideTokens:
    """Inside tokens by principal and service, each used for twenty of its sixty seconds."""

    def __init__(self, here: Service) -> None:
        self._here = here
        self._kept: OrderedDict[tuple[Principal, str], tuple[float, str]] = OrderedDict()

    def of(self, principal: Principal, service: str) -> str:
        """Return a token of the same subject and reach, for the service and whom it asks on."""
        now, key = time.monotonic(), (principal, service)
        kept = self._kept.get(key)
        if kept is not None and now < kept[0]:
            return kept[1]
        token = tokens.mint(
            self._here.signer,
            audience=peers.ASKS[service],
            typ=tokens.TokenType.INSIDE,
            ttl_s=INSIDE_S,
            claims=principal.claims(),
        )
        self._kept[key] = (now + KEPT_S, token)
        self._kept.move_to_end(key)
        if len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)
        return token


class Forward:
    """Pass one noun's requests on to its service."""

    def __init__(
        self,
        noun: str,
        service: str,
        lanes: Lanes,
        inside: InsideTokens,
        device: Callable[[Scope], dict[str, str]],
    ) -> None:
        self.__name__ = f"forward {noun}"  # what telemetry calls it: paths hold identifiers
        self.service, self.lanes, self.inside = service, lanes, inside
        self.device = device

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream a request to the service and its answer back."""
        path = paths.inner(scope.get("raw_path") or scope["path"].encode())
        headers = _sent(scope)
        if self.service == "registry":
            headers |= self.device(scope)
        request = Request(scope, receive)
        try:
            content = await _content(request, headers)
        except ClientDisconnect:
            return
        streamed = content is not None and not isinstance(content, bytes)
        lane = self.lanes.patient if streamed else self.lanes.quick
        token = self.inside.of(scope["state"]["principal"], self.service)
        body: bytes | None = None
        try:
            opened = lane.stream(
                scope["method"],
                path,
                token=token,
                query=scope["query_string"],
                headers=headers,
                content=content,
            )
            async with opened as response:
                start = {
                    "type": "http.response.start",
                    "status": response.status_code,
                    "headers": _returned(response),
                }
                if _length(response.headers) <= SMALL_BYTES:
                    body = b"".join([chunk async for chunk in response.aiter_raw()])
                else:
                    await send(start)
                    async for chunk in response.aiter_raw():
                        await send(_chunk(chunk, more=True))
        except httpx.InvalidURL:
            raise Malformed from None
        except ClientDisconnect:
            return  # the caller hung up in the middle of the upload: nobody is there to be told
        # A short answer has freed its place at the peer before a slow caller reads it.
        if body is not None:
            await send(start)
        await send(_chunk(body or b"", more=False))


def routes(here: Service, connected: peers.Peers) -> list[Route]:
    """Return the routes of every noun: itself and what is below it."""
    inside = InsideTokens(here)
    device = partial(_device, here)
    found = []
    for noun, service in NOUNS.items():
        forward = Forward(noun, service, connected.lanes[service], inside, device)
        for path in (f"/v1/{noun}", f"/v1/{noun}/{{rest:path}}"):
            route = Route(path, forward, methods=METHODS, include_in_schema=False)
            assert route.methods is not None
            route.methods.discard("HEAD")
            found.append(route)
    return found


def _sent(scope: Scope) -> dict[str, str]:
    """Pick the headers that go on. Raises Malformed for one that may be said once and isn't."""
    found: dict[bytes, bytes] = {}
    for name, value in scope["headers"]:
        if name not in SENT:
            continue
        if not value.isascii() or (name in found and name not in LISTS):
            raise Malformed
        found[name] = found[name] + b", " + value if name in found else value
    return {name.decode(): value.decode("latin-1") for name, value in found.items()}


def _device(here: Service, scope: Scope) -> dict[str, str]:
    """Say where a request came from as an index of address and browser, never in clear.

    The registry holds a class that too many people confirm from one place (POLICY.md 9.1).
    """
    client = scope.get("client")
    # A sandbox's people all come from one machine with one program: every class would be held.
    if here.sandbox or not client:
        return {}
    agent = next((value for name, value in scope["headers"] if name == b"user-agent"), b"")
    index = here.sealer.index("device", client[0].encode() + b"\n" + agent)
    return {DEVICE: index.hex()}


async def _content(
    request: Request, headers: dict[str, str]
) -> bytes | AsyncIterator[bytes] | None:
    """Return the body: whole when it is short, a stream when it is long, None without one."""
    chunked = "transfer-encoding" in request.headers
    length = _length(headers) if "content-length" in headers else 0
    if request.method == "GET" or not (chunked or length):
        headers.pop("content-length", None)
        return b"" if request.method in {"POST", "PUT"} else None
    if chunked or length > SMALL_BYTES:
        return request.stream()
    return await request.body()


def _returned(response: httpx.Response) -> list[tuple[bytes, bytes]]:
    return [
        (name.lower(), value)
        for name, value in response.headers.raw
        if name.lower().decode("latin-1") in RETURNED
    ]


def _length(headers: Mapping[str, str]) -> int:
    """Return the announced length; a stream without one counts as long."""
    value = headers.get("content-length", "")
    return int(value) if value.isdecimal() else SMALL_BYTES + 1


def _chunk(body: bytes, *, more: bool) -> dict[str, object]:
    return {"type": "http.response.body", "body": body, "more_body": more}
