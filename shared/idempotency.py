"""Idempotency keys: a request sent twice has one effect and one answer.

The key is looked up in a short transaction before any peer is asked, claimed by the first statement
of the effect's transaction and stored there with the sealed answer (DESIGN.md 7, STYLE.md 4.7).
"""

from dataclasses import dataclass
from hashlib import sha256
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from shared.database import Database
from shared.principal import Principal
from shared.problems import Problem
from shared.sealing import Sealer

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"


class KeyMissing(Problem):
    """A POST that creates or moves something came without a key."""

    status = 400
    code = "idempotency_key_missing"
    title_zh = "缺少 Idempotency-Key 请求头"
    title_en = "The Idempotency-Key header is missing"


class KeyMalformed(Problem):
    """A key is 8 to 100 printable ASCII characters."""

    status = 400
    code = "idempotency_key_malformed"
    title_zh = "Idempotency-Key 应为 8 至 100 个可见字符"
    title_en = "An Idempotency-Key has 8 to 100 visible ASCII characters"


class KeyReused(Problem):
    """The key was used for another request."""

    status = 422
    code = "idempotency_key_reused"
    title_zh = "该 Idempotency-Key 已用于另一请求"
    title_en = "This Idempotency-Key was used for another request"


class StillRunning(Problem):
    """The first request with this key has not ended yet."""

    status = 409
    code = "request_in_progress"
    title_zh = "相同请求正在办理，请稍后重试"
    title_en = "The same request is still running; try again shortly"


class Replay(Exception):
    """Raised at the claim when the key has an answer: the first one is given again."""

    def __init__(self, response: Response) -> None:
        super().__init__("replay")
        self.response = response


@dataclass(frozen=True, slots=True)
class Key:
    """One caller's key for one request: `request` is the digest of method, path and body."""

    subject: str
    key: str
    request: bytes

    @property
    def row(self) -> str:
        """Return the row identity that the sealed answer is bound to."""
        return str(uuid5(NAMESPACE_URL, f"{self.subject}\n{self.key}"))


async def key_of(request: Request, principal: Principal) -> Key:
    """Read the key and digest the request; multipart boundaries do not count."""
    value = request.headers.get(HEADER)
    if value is None:
        raise KeyMissing
    if not (8 <= len(value) <= 100 and value.isascii() and value.isprintable()):  # noqa: PLR2004
        raise KeyMalformed
    body = await request.body()
    kind, _, boundary = request.headers.get("content-type", "").partition("boundary=")
    if kind.startswith("multipart/") and boundary:
        body = body.replace(boundary.strip('"').encode("latin-1"), b"")
    line = f"{request.method} {request.url.path}?{request.url.query}\n"
    return Key(principal.subject, value, sha256(line.encode() + body).digest())


def _replay(sealer: Sealer, key: Key, row: tuple[bytes, int, str, bytes]) -> Response:
    request, status, media_type, body = row
    if request != key.request:
        raise KeyReused
    plain = sealer.open_bytes(body, table="idempotency", column="body", row=key.row)
    return Response(plain, status, media_type=media_type, headers={REPLAYED: "true"})


FIND = "select request, status, media_type, body from stored_answer($1, $2)"
CLAIM = (
    "insert into idempotency (subject, key, request) values ($1, $2, $3)"
    " on conflict (subject, key) do update set key = excluded.key"
    " returning xmax <> 0, request, status, media_type, body"
)
STORE = (
    "update idempotency set status = :status, media_type = :media_type, body = :body,"
    " at = clock_timestamp()"
    " where subject = :s and key = :k"
)


async def look_up(database: Database, sealer: Sealer, key: Key) -> Response | None:
    """Return the stored answer of a key, if it has one: one statement, no transaction."""
    async with database.autocommit.connect() as connection:
        found = (await connection.exec_driver_sql(FIND, (key.subject, key.key))).one_or_none()
    return _replay(sealer, key, tuple(found)) if found is not None else None


def claim(connection: Connection, sealer: Sealer, key: Key) -> None:
    """Claim the key in the effect's transaction, waiting for one that runs; may raise Replay."""
    row = connection.exec_driver_sql(CLAIM, (key.subject, key.key, key.request)).one()
    if row[0]:
        raise Replay(_replay(sealer, key, tuple(row[1:])))


async def store(session: AsyncSession, sealer: Sealer, key: Key, response: Response) -> None:
    """Store the sealed answer beside its effect."""
    body = sealer.seal(bytes(response.body), table="idempotency", column="body", row=key.row)
    values = {
        "status": response.status_code,
        "media_type": response.headers.get("content-type", "application/json"),
        "body": body,
        "s": key.subject,
        "k": key.key,
    }
    await session.execute(text(STORE), values)
