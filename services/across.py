"""What must be true between the services' databases. For `python -m services check`, as owners.

A reader may be behind its source, never ahead, and what it keeps equals what it has read. The
readers are read before their sources, so that a running suite is judged fairly.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text

from services import findings
from services.findings import Finding
from shared import principal as principals
from shared.database import Database
from shared.feed import HASH_CHARACTERS, START

Rows = Sequence[Any]
CURSORS = "select source, cursor from feed_cursors"
PLACES = (
    "select s.seq, encode(b.hash, 'hex') as hash from event_sequence s"
    " join event_batches b on b.batch = s.batch where s.seq = any(cast(:seqs as bigint[]))"
)
HOLDS = "select hold::text from holds"
TOLD = (
    "select e.data->>'hold' as hold, max(e.data->>'enrolment_id') as place"
    " from events e join event_sequence s on s.event_id = e.id"
    " where s.seq <= :until and e.type in ('enrolment.confirmed', 'hold.ended')"
    " group by 1 having not bool_or(e.type = 'hold.ended')"
)
# A decision that refused a place gave its slots back, and forgot the hold.
REFUSED = (
    "select distinct enrolment_id::text as place from claim_lines where 'refused' = any (path)"
)
LIVING = (
    "select l.id::text, l.enrolment_id, l.trainee_id, l.class_id, l.authority, l.provision,"
    " exists (select 1 from lost_grounds g where g.line_id = l.id) as lost"
    " from claim_lines l where l.state in ('approvable', 'reviewed', 'noticed', 'held', 'payable',"
    " 'batched', 'paid')"
)
SENT = "('payable', 'batched', 'paid')"
PAYABLE_OF = (
    "select l.class_id::text, l.id::text as line from claim_lines l where l.state in"
    f" {SENT} and not exists"
    " (select 1 from lost_grounds g where g.line_id = l.id and g.withdrawn_at is null)"
)
GROUNDS = (
    "select e.id, e.trainee_id, e.class_id, e.authority, e.started,"
    " e.completed or exists (select 1 from certificates t where t.enrolment_id = e.id) as ground"
    " from enrolments e where e.id = any(cast(:ids as uuid[]))"
)
VOIDED = (
    "select substr(e.subject, 7) as class_id from events e join event_sequence s"
    " on s.event_id = e.id where e.type = 'class.voided' and s.seq <= :until"
)
DAYS = (
    "select l.trainee_id::text || ' ' || d.day as day from allowance_days d"
    " join claim_lines l on l.id = d.line_id where not exists"
    " (select 1 from lost_grounds g where g.line_id = l.id)"
)
TAUGHT = (
    "select distinct a.trainee_id::text || ' '"
    " || (lower(s.during) at time zone 'Asia/Shanghai')::date as day"
    " from attendance a join sessions s on s.id = a.session_id"
)


async def run(databases: Mapping[str, Database]) -> list[Finding]:
    """Compare the services with each other."""
    cursors = {name: await _rows(databases, name, CURSORS) for name in databases}
    found = [await _never_ahead(databases, name, cursors[name]) for name in databases]
    read = {row.source: _seq(row.cursor) for row in cursors["claims"]}
    found.append(await _holds(databases, read.get("registry", 0)))
    found.append(await _voided(databases, read.get("registry:grounds", 0)))
    found.append(await _grounds(databases))
    found.append(await _days(databases))
    return found


async def _rows(databases: Mapping[str, Database], name: str, query: str, **values: Any) -> Rows:
    async with databases[name].transaction(principals.service(name, "check")) as session:
        return (await session.execute(text(query), values)).all()


def _seq(cursor: str) -> int:
    return int(cursor.partition(".")[0])


async def _never_ahead(databases: Mapping[str, Database], name: str, cursors: Rows) -> Finding:
    """Say whether every place that a reader stands at is one that its source's feed has."""
    wrong = []
    for row in cursors:
        if row.cursor == START:
            continue
        source, seq = row.source.partition(":")[0], _seq(row.cursor)
        found = await _rows(databases, source, PLACES, seqs=[seq])
        marks = [one.hash[:HASH_CHARACTERS] for one in found]
        if marks != [row.cursor.partition(".")[2]]:
            wrong.append(f"{row.source} {row.cursor}")
    return findings.judged(name, "读取方的游标都在来源的事件链上", len(cursors), wrong)


async def _holds(databases: Mapping[str, Database], until: int) -> Finding:
    """Say whether claims holds exactly the confirmations that it has read and that still stand."""
    kept = {row.hold for row in await _rows(databases, "claims", HOLDS)}
    refused = {row.place for row in await _rows(databases, "claims", REFUSED)}
    told = {row.hold: row.place for row in await _rows(databases, "registry", TOLD, until=until)}
    lost = [hold for hold in told.keys() - kept if told[hold] not in refused]
    promise = "占位 = 已读的确认事件减去已终止和已拒绝的"
    return findings.judged("claims", promise, len(told), lost + sorted(kept - told.keys()))


async def _voided(databases: Mapping[str, Database], until: int) -> Finding:
    """Say whether no line of a class that claims knows to be voided is on its way unnoted."""
    lines = await _rows(databases, "claims", PAYABLE_OF)
    voided = {row.class_id for row in await _rows(databases, "registry", VOIDED, until=until)}
    wrong = [row.line for row in lines if row.class_id in voided]
    return findings.judged("claims", "作废培训班的明细均已记录失去依据", len(lines), wrong)


async def _grounds(databases: Mapping[str, Database]) -> Finding:
    """Say whether each line that may be paid belongs to a place of that person, with its ground.

    Training is paid for a completed place or one with a certificate (a voided one is told by
    events, which void the line or list it for recovery); an allowance for one that began.
    """
    lines = await _rows(databases, "claims", LIVING)
    ids = [row.enrolment_id for row in lines]
    places = {row.id: row for row in await _rows(databases, "registry", GROUNDS, ids=ids)}
    wrong = []
    for line in lines:
        place = places.get(line.enrolment_id)
        if (
            place is None
            or (place.trainee_id, place.class_id, place.authority)
            != (
                line.trainee_id,
                line.class_id,
                line.authority,
            )
            or (
                not line.lost
                and not (place.started if line.provision == "living_allowance" else place.ground)
            )
        ):
            wrong.append(line.id)
    return findings.judged(
        "claims", "在办和已付明细都属本人的参训，且有结业或证书", len(lines), wrong
    )


async def _days(databases: Mapping[str, Database]) -> Finding:
    """Say whether each day of an allowance is one on which the person had a sheet."""
    days = [row.day for row in await _rows(databases, "claims", DAYS)]
    taught = {row.day for row in await _rows(databases, "registry", TAUGHT)} if days else set()
    return findings.judged(
        "claims", "生活费补贴的每一天都有考勤", len(days), sorted(set(days) - taught)
    )
