"""Ready bytes under a strong ETag: the same bytes again cost a 304."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

JSON = "application/json"
FRESH = "no-cache"  # may be kept, is asked about each time
ETAG_CHARACTERS = 32
OK, NOT_MODIFIED = 200, 304
Pairs = list[tuple[bytes, bytes]]


def etag_of(body: bytes) -> str:
    """Return the strong ETag of a body."""
    return f'"{sha256(body).hexdigest()[:ETAG_CHARACTERS]}"'


def conditional(
    request: Request,
    body: bytes,
    etag: str,
    *,
    media_type: str = JSON,
    headers: dict[str, str] | None = None,
) -> Response:
    """Answer the bytes, or 304 where the caller has them."""
    sent = {**_headers(etag), **(headers or {})}
    if has(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=NOT_MODIFIED, headers=sent)
    return Response(body, media_type=media_type, headers=sent)


def has(header: str, etag: str) -> bool:
    """Say whether an If-None-Match names an ETag."""
    return header.strip() == "*" or etag in [one.strip() for one in header.split(",")]


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer as it goes on the wire, whole or unchanged, and the route that gave it."""

    body: bytes
    etag: str
    whole: Pairs
    unchanged: Pairs
    route: object

    def known_to(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        """Say whether the caller has these bytes already."""
        said = next((value for name, value in headers if name == b"if-none-match"), b"")
        return bool(said) and has(said.decode("latin-1"), self.etag)


def kept(request: Request, body: bytes, etag: str) -> Kept:
    """Write an answer down as `conditional` would send it."""
    return Kept(
        body,
        etag,
        Response(body, media_type=JSON, headers=_headers(etag)).raw_headers,
        Response(status_code=NOT_MODIFIED, headers=_headers(etag)).raw_headers,
        request.scope.get("route"),
    )


def _headers(etag: str) -> dict[str, str]:
    return {"ETag": etag, "Cache-Control": FRESH, "Vary": "Authorization"}
