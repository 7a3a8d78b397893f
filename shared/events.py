"""Events: one table is audit trail, outbox and feed. A sealer numbers, chains and signs them.

An event carries no personal data. `rule` names the provision or article it happened under, `reason`
why; a trainee's decline or leaving has no reason (POLICY.md 9.2).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import ids, leases, tokens
from shared import principal as principals
from shared.database import Database
from shared.principal import Principal

BATCH_MAX = 5_000
HEAD_TTL_S = 60 * 60 * 24 * 365 * 40  # a head's signature is evidence for as long as it is kept
GENESIS = b"\0" * 32


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to a subject: type, whose it is, data without personal data."""

    type: StrEnum
    subject: str
    authority: str | None = None
    organisation: UUID | None = None
    data: dict[str, Any] | None = None
    rule: str | None = None
    reason: str | None = None
    row_hash: bytes | None = None


INSERT = text(
    "insert into events (id, type, subject, authority, organisation, data, by_subject, rule,"
    " reason, row_hash, at)"
    " select id, type, subject, authority, organisation, data, :by, rule, reason, row_hash, :at"
    " from unnest(cast(:ids as uuid[]), cast(:types as text[]), cast(:subjects as text[]),"
    " cast(:authorities as text[]), cast(:organisations as uuid[]), cast(:datas as jsonb[]),"
    " cast(:rules as text[]), cast(:reasons as text[]), cast(:hashes as bytea[]))"
    " with ordinality as t(id, type, subject, authority, organisation, data, rule, reason,"
    " row_hash, n) order by n"
)


async def append(
    session: AsyncSession, events: Sequence[Event], *, by: Principal, at: datetime
) -> None:
    """Append events in the caller's transaction, in order, in one statement."""
    if not events:
        return
    await session.execute(
        INSERT,
        {
            "by": by.subject,
            "at": at,
            "ids": [ids.uuid7() for _ in events],
            "types": [str(e.type) for e in events],
            "subjects": [e.subject for e in events],
            "authorities": [e.authority for e in events],
            "organisations": [e.organisation for e in events],
            "datas": [json.dumps(e.data or {}, ensure_ascii=False) for e in events],
            "rules": [e.rule for e in events],
            "reasons": [e.reason for e in events],
            "hashes": [e.row_hash for e in events],
        },
    )


COLUMNS = (
    "e.id, e.position, e.type, e.subject, e.authority, e.organisation, e.data, e.by_subject,"
    " e.rule, e.reason, e.row_hash, e.at"
)


def digest(seq: int, row: Any) -> bytes:
    """Hash one event with its number; the list of columns is explicit (recipe 1)."""
    plain = [
        1,
        seq,
        str(row.id),
        row.type,
        row.subject,
        row.authority,
        str(row.organisation) if row.organisation else None,
        row.data,
        row.by_subject,
        row.rule,
        row.reason,
        row.row_hash.hex() if row.row_hash else None,
        row.at.astimezone(UTC).isoformat(),
    ]
    canonical = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).digest()


def chain(previous: bytes, digests: Sequence[bytes]) -> bytes:
    """Hash a batch onto the chain."""
    return sha256(previous + b"".join(digests)).digest()


class Sealer:
    """Numbers committed events densely, hashes each batch onto the chain and signs the head."""

    def __init__(self, name: str, database: Database, signer: tokens.Signer) -> None:
        self._name, self._database, self._signer = name, database, signer

    async def run_once(self, *, now: datetime) -> int:
        """Seal one batch if this copy holds the lease; return how many events it sealed."""
        by = principals.service(self._name, "sealer")
        async with self._database.transaction(by) as session:
            if not await leases.take(session, "sealer"):
                return 0
            rows = (
                await session.execute(
                    text(
                        f"with taken as (delete from event_pending where position in"
                        " (select position from event_pending order by position limit :most)"
                        f" returning event_id) select {COLUMNS} from events e"
                        " join taken on taken.event_id = e.id order by e.position"
                    ),
                    {"most": BATCH_MAX},
                )
            ).all()
            if rows:
                await self._seal(session, rows, now)
            return len(rows)

    async def _seal(self, session: AsyncSession, rows: Sequence[Any], now: datetime) -> None:
        head = (
            await session.execute(
                text("select batch, last_seq, hash from event_batches order by batch desc limit 1")
            )
        ).one_or_none()
        batch, last, previous = head or (0, 0, GENESIS)
        hashed = chain(previous, [digest(last + n, row) for n, row in enumerate(rows, 1)])
        signature = sign_head(self._signer, self._name, batch + 1, last + len(rows), hashed, at=now)
        await session.execute(
            text(
                "insert into event_batches (batch, first_seq, last_seq, hash, signature, at)"
                " values (:batch, :first, :last, :hash, :signature, :at)"
            ),
            {
                "batch": batch + 1,
                "first": last + 1,
                "last": last + len(rows),
                "hash": hashed,
                "signature": signature,
                "at": now,
            },
        )
        await session.execute(
            text(
                "insert into event_sequence (seq, event_id, batch)"
                " select :last + n, id, :batch"
                " from unnest(cast(:ids as uuid[])) with ordinality as t(id, n)"
            ),
            {"last": last, "batch": batch + 1, "ids": [row.id for row in rows]},
        )


def sign_head(
    signer: tokens.Signer, name: str, batch: int, last: int, hashed: bytes, *, at: datetime
) -> str:
    """Sign the chain's head with the service's key, which is kept outside the database."""
    return tokens.mint(
        signer,
        issuer=name,
        audience=["chain"],
        typ=tokens.TokenType.HEAD,
        ttl_s=HEAD_TTL_S,
        claims={
            "batch": batch,
            "last_seq": last,
            "hash": hashed.hex(),
            "at": at.astimezone(UTC).isoformat(),
        },
    )


@dataclass(frozen=True, slots=True)
class ChainFault:
    """The first place where a chain does not verify."""

    seq: int
    what: str


async def verify(
    session: AsyncSession, name: str, keys: tokens.KeySet
) -> tuple[int, ChainFault | None]:
    """Recompute the whole chain; return how many events verified and the first fault."""
    previous, last = GENESIS, 0
    batches = (await session.execute(text("select * from event_batches order by batch"))).all()
    for n, batch in enumerate(batches, 1):
        if batch.batch != n or batch.first_seq != last + 1:
            return last, ChainFault(last + 1, "batch missing")
        rows = (
            await session.execute(
                text(
                    f"select s.seq, {COLUMNS} from event_sequence s"
                    " join events e on e.id = s.event_id where s.batch = :batch order by s.seq"
                ),
                {"batch": n},
            )
        ).all()
        if [row.seq for row in rows] != list(range(batch.first_seq, batch.last_seq + 1)):
            return last, ChainFault(last + 1, "event missing")
        hashed = chain(previous, [digest(row.seq, row) for row in rows])
        if hashed != batch.hash:
            return last, ChainFault(batch.first_seq, "hash differs")
        if not _signed(name, keys, batch):
            return last, ChainFault(batch.first_seq, "signature does not hold")
        previous, last = hashed, batch.last_seq
    return last, None


def _signed(name: str, keys: tokens.KeySet, batch: Any) -> bool:
    try:
        claims = tokens.verify(
            batch.signature, keys, audience="chain", issuers={name}, typ=tokens.TokenType.HEAD
        )
    except tokens.TokenRefused:
        return False
    return bool(
        claims["batch"] == batch.batch
        and claims["last_seq"] == batch.last_seq
        and claims["hash"] == batch.hash.hex()
        and claims["at"] == batch.at.astimezone(UTC).isoformat()
    )
