"""HTTP/1.1 with nothing around it: kept-alive connections, one request after another."""

import asyncio
import re
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
END = b"\r\n\r\n"
LIMIT = 2**24


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    head: bytes
    body: bytes


def request(
    method: str, url: str, headers: dict[str, str] | None = None, body: bytes = b""
) -> bytes:
    """Write a request once, to be sent as often as wanted."""
    parts = urlsplit(url)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    lines = {"Host": parts.netloc, **(headers or {})}
    if body or method == "POST":
        lines["Content-Length"] = str(len(body))
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode() + body


class Wire:
    """One connection."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname, parts.port

    async def __aenter__(self) -> Self:
        """Connect."""
        opened = await asyncio.open_connection(self._host, self._port, limit=LIMIT)
        self._reader, self._writer = opened
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Hang up."""
        self._writer.close()

    async def send(self, ready: bytes) -> Answer:
        """Send a request and read its whole answer, which has to announce its length."""
        self._writer.write(ready)
        await self._writer.drain()
        head = await self._reader.readuntil(END)
        found = LENGTH.search(head)
        status = int(head[9:12])
        size = int(found[1]) if found else 0
        assert found or status in {204, 304}, head
        return Answer(status, head, await self._reader.readexactly(size))
