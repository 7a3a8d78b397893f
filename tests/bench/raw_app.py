"""The least that an ASGI server can be asked for: ready bytes, as many as the caller wants."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def app(scope: MutableMapping[str, Any], receive: object, send: Send) -> None:
    """Answer /{size} with so many bytes; /0 is an answer without a body."""
    if scope["type"] != "http":
        return
    size = int(scope["path"].lstrip("/") or 0)
    body = _KEPT.setdefault(size, b"x" * size)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % size)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


_KEPT: dict[int, bytes] = {}
