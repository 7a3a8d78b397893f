"""Ready bytes under a strong ETag: the same bytes again cost a 304."""

from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

JSON = "application/json"
FRESH = "no-cache"  # may be kept, is asked about each time
ETAG_CHARACTERS = 32


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
    sent = {"ETag": etag, "Cache-Control": FRESH, "Vary": "Authorization", **(headers or {})}
    if _has(request.headers.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=sent)
    return Response(body, media_type=media_type, headers=sent)


def _has(header: str, etag: str) -> bool:
    return header.strip() == "*" or etag in [one.strip() for one in header.split(",")]
