"""The feed of a service's events, and readers that apply each event exactly once.

A cursor is `seq.batchhash`: a reader whose cursor is unknown (the database was restored behind its
back) gets 409 `feed_rewound` and stops loudly.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Query
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared import events, leases, routing
from shared import principal as principals
from shared.client import PeerClient, PeerProblem
from shared.database import Database
from shared.problems import Problem

log = structlog.get_logger()
START = "0."
PAGE_MAX = 1_000
HASH_CHARACTERS = 16


class FeedRewound(Problem):
    """The cursor names a place that this feed never had: the reader must stop."""

    status = 409
    code = "feed_rewound"
    title_zh = "事件游标与本库不符，读取方必须停止"
    title_en = "The cursor is not of this feed; the reader must stop"


class CursorMalformed(Problem):
    """A feed cursor is `seq.hash`."""

    status = 400
    code = "feed_cursor_malformed"
    title_zh = "事件游标格式不正确"
    title_en = "The feed cursor does not have the right form"


class EventOut(routing.Out):
    """One event as CloudEvents JSON."""

    specversion: str = "1.0"
    id: str
    source: str
    type: str
    subject: str
    time: datetime
    seq: int
    authority: str | None
    organisation: str | None
    data: dict[str, Any]


class FeedOut(routing.Out):
    """Events in order; `cursor` goes into the next request's `after`."""

    events: list[EventOut]
    cursor: str


SELECT = text(
    f"select s.seq, b.hash, {events.COLUMNS} from event_sequence s"
    " join events e on e.id = s.event_id join event_batches b on b.batch = s.batch"
    " where s.seq > :after order by s.seq limit :most"
)
PLACE = text(
    "select b.hash from event_sequence s join event_batches b on b.batch = s.batch"
    " where s.seq = :seq"
)


async def read(session: AsyncSession, name: str, after: str, limit: int) -> FeedOut:
    """Read the feed after a cursor; FeedRewound if the cursor is not of this chain."""
    number, _, mark = after.partition(".")
    if not number.isdecimal() or len(number) > 18:  # noqa: PLR2004 - fits bigint
        raise CursorMalformed
    seq = int(number)
    if seq:
        hashed = (await session.execute(PLACE, {"seq": seq})).scalar_one_or_none()
        if hashed is None or hashed.hex()[:HASH_CHARACTERS] != mark:
            raise FeedRewound
    rows = (await session.execute(SELECT, {"after": seq, "most": limit})).all()
    cursor = f"{rows[-1].seq}.{rows[-1].hash.hex()[:HASH_CHARACTERS]}" if rows else after
    return FeedOut(events=[_out(name, row) for row in rows], cursor=cursor)


def _out(name: str, row: Any) -> EventOut:
    return EventOut(
        id=str(row.id),
        source=f"/{name}",
        type=row.type,
        subject=row.subject,
        time=row.at,
        seq=row.seq,
        authority=row.authority,
        organisation=str(row.organisation) if row.organisation else None,
        data=row.data,
    )


def router(name: str) -> APIRouter:
    """Serve this service's feed to the services that read it."""
    here = routing.router("/internal/events", tags=["internal"])

    @here.get("", include_in_schema=False)
    async def read_events(
        session: routing.DbSession,
        after: Annotated[str, Query(max_length=60)] = START,
        limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = PAGE_MAX,
    ) -> FeedOut:
        return await read(session, name, after, limit)

    return here


Apply = Callable[[AsyncSession, list[dict[str, Any]]], Awaitable[None]]


class Reader:
    """Reads one peer's feed; the cursor moves in the transaction of the effects."""

    def __init__(
        self,
        *,
        name: str,
        source: str,
        peer: PeerClient,
        database: Database,
        token: Callable[[], str],
        apply: Apply,
    ) -> None:
        self._name, self.source, self._peer = name, source, peer
        self._database, self._token, self._apply = database, token, apply

    async def run_once(self, *, now: datetime) -> int:
        """Apply one page; return how many events it had. Two copies never apply one twice.

        Raises PeerProblem `feed_rewound`, and says so as an error at every turn, where the source
        does not know the cursor: nothing is applied and nothing skipped.
        """
        by = principals.service(self._name, "reader")
        async with self._database.transaction(by) as session:
            cursor = await self._cursor(session)
        try:
            page = await self._peer.get_json(
                "/internal/events", token=self._token(), params={"after": cursor, "limit": PAGE_MAX}
            )
        except PeerProblem as problem:
            if problem.code == FeedRewound.code:
                # Nobody but a person can say which of the two was restored wrongly.
                log.error("feed_rewound", source=self.source, cursor=cursor)  # noqa: TRY400
            raise
        if not page["events"]:
            return 0
        async with self._database.transaction(by) as session:
            if not await leases.take(session, f"reader:{self.source}"):
                return 0
            if await self._cursor(session) != cursor:
                return 0  # another copy has applied this page meanwhile
            await self._apply(session, page["events"])
            await session.execute(
                text(
                    "insert into feed_cursors (source, cursor, at) values (:source, :cursor, :at)"
                    " on conflict (source) do update set cursor = excluded.cursor, at = excluded.at"
                ),
                {"source": self.source, "cursor": page["cursor"], "at": now},
            )
        return len(page["events"])

    async def _cursor(self, session: AsyncSession) -> str:
        query = text("select cursor from feed_cursors where source = :source")
        return (await session.execute(query, {"source": self.source})).scalar_one_or_none() or START
