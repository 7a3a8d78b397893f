"""The statements that file and decide lines: eight at most, whatever the number of lines.

Lock and read, COPY, file with decisions and slots, reserve (three of the ledger's), lines, event.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.ledger import operations as ledger
from services.claims.ledger.rules import Reserved, Want
from services.claims.provisions.deciding import Matter
from services.claims.provisions.decision import Outcome
from services.claims.provisions.facts import Exemption, LineFacts, Use
from services.claims.provisions.in_force import InForce
from services.claims.submissions import gathering, rules
from services.claims.submissions.gathering import Gathered, Place
from services.claims.submissions.rules import Decided, Owner
from shared import clock, database, ids
from shared.principal import Principal

STAGING = ("batch", "line_id", "class_id", "enrolment_id", "trainee_id", "decision_id")
OPEN = text(
    "select what, id, word, detail from open_claim(cast(:locks as uuid[]), :matter,"
    " cast(:people as uuid[]), cast(:places as uuid[]))"
)
FILE = text(
    "select line_id, slot_key, state from file_claim(cast(:claim as jsonb), :batch,"
    " cast(:decisions as jsonb), cast(:reasons as jsonb))"
)
STORE = text("select store_decisions(:claim, cast(:decisions as jsonb), cast(:reasons as jsonb))")
TAKE = text("select line_id, slot_key, state from take_slots(:claim, :batch, null, :at)")
LATE = text(
    "select line_id, slot_key, state from decide_late(:claim, :batch, cast(:decisions as jsonb),"
    " cast(:reasons as jsonb), cast(:lines as uuid[]), cast(:decided as uuid[]), :at)"
)
LINES = text(
    "select state, lines, fen from file_lines(:claim, :batch, cast(:gone as uuid[]),"
    " cast(:days as date[]), cast(:lines as uuid[]), cast(:transfers as uuid[]),"
    " cast(:funds as text[]), :year, :at)"
)
AGAIN = text(
    "select state, lines, fen from redecide_lines(:claim, :batch, cast(:days as date[]),"
    " cast(:lines as uuid[]), cast(:transfers as uuid[]), cast(:funds as text[]), :year, :at)"
)


@dataclass(slots=True)
class Known:
    """What was there when the claim was opened: slots in use, living lines, queues for money.

    `days` are those that an allowance of the person's has paid; `lifted` are the caps that two
    officers lifted, by place.
    """

    taken: dict[str, list[tuple[str, Use, str]]] = field(default_factory=dict)
    live: dict[str, tuple[str, UUID]] = field(default_factory=dict)
    queues: set[tuple[str, str]] = field(default_factory=set)
    days: set[date] = field(default_factory=set)
    lifted: dict[str, set[Exemption]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Filed:
    """What was written: lines and fen by state, and a digest over all lines' decisions."""

    lines: Mapping[str, int]
    fen: Mapping[str, int]
    digest: bytes


@dataclass(slots=True)
class Batch:
    """Lines on their way to be written, each with the decision it has so far."""

    owner: Owner
    gathered: Gathered
    decided: list[Decided]
    plan_hash: str
    terms: Mapping[date, InForce]
    by: Principal
    at: datetime
    id: UUID = field(default_factory=ids.uuid7)
    # Lines that came too late for a slot are decided apart from those they were put together with.
    apart: dict[UUID, Decided] = field(default_factory=dict)

    def of(self, place: Place) -> Decided:
        """Return a line's decision."""
        return self.apart.get(place.line_id) or self.decided[place.facts]


async def enter(
    session: AsyncSession,
    *,
    locks: Sequence[UUID],
    matter: Matter,
    people: Sequence[str],
    places: Sequence[str],
) -> Known:
    """Wait for other claims of the same classes to end, then read what is known of the people."""
    known = Known()
    rows = await session.execute(
        OPEN, {"locks": sorted(locks), "matter": matter, "people": people, "places": places}
    )
    for what, key, word, detail in rows:
        if what == "slot":
            state, place = detail.split(" ")
            known.taken.setdefault(str(key), []).append((word, Use(state), place))
        elif what == "live":
            known.live[str(key)] = (word, UUID(detail))
        elif what == "day":
            known.days.add(date.fromisoformat(word))
        elif what == "lifted":
            # One proposed it and another confirmed it: the database knows no other exception.
            known.lifted.setdefault(str(key), set()).add(Exemption(word, detail, officers=2))
        else:
            known.queues.add((word, detail))
    return known


def batch(
    owner: Owner,
    gathered: Gathered,
    *,
    editions: Mapping[UUID, int | None],
    plan_hash: str,
    terms: Mapping[date, InForce],
    by: Principal,
    at: datetime,
) -> Batch:
    """Decide everything that was gathered, in one pass."""
    decisions = rules.decide(owner.matter, gathered.facts, terms)
    rows = zip(ids.uuid7s(len(decisions)), gathered.facts, decisions, gathered.classes, strict=True)
    decided = [
        Decided(key, facts, decision, editions.get(class_id))
        for key, facts, decision, class_id in rows
    ]
    return Batch(owner, gathered, decided, plan_hash, terms, by, at)


async def write(
    session: AsyncSession,
    work: Batch,
    *,
    claim: Mapping[str, Any] | None,
    queues: Iterable[tuple[str, str]],
    gone: Sequence[UUID] = (),
    days: Sequence[date] = (),
) -> Filed:
    """Write lines with decisions, slots and reservations. Without `claim` the lines are there."""
    await database.copy_into(session, "claim_staging", STAGING, _staged(work))
    values = {"batch": work.id, **_stored(work, work.decided)}
    if claim is not None:
        rows = await session.execute(FILE, values | {"claim": json.dumps(claim)})
        late = rows.all()
    else:
        owner = {"claim": work.owner.claim_id}
        await session.execute(STORE, {**owner, **_stored(work, work.decided)})
        late = (await session.execute(TAKE, {**owner, "batch": work.id, "at": work.at})).all()
    while late:
        late = await _again(session, work, late)
    held = await _reserve(session, work, queues)
    values = {
        "claim": work.owner.claim_id,
        "batch": work.id,
        "at": work.at,
        "days": list(days),
        "lines": list(held),
        "transfers": [one.transfer_id for one in held.values()],
        "funds": [one.fund for one in held.values()],
        "year": clock.business_day(work.at).year,
    }
    if claim is not None:
        found = (await session.execute(LINES, values | {"gone": list(gone)})).all()
    else:
        found = (await session.execute(AGAIN, values)).all()
    return Filed(
        lines={row.state: row.lines for row in found},
        fen={row.state: row.fen for row in found},
        digest=_digest(work),
    )


def _staged(work: Batch) -> list[tuple[UUID | str, ...]]:
    keys = [one.id for one in work.decided]
    return [
        (work.id, one.line_id, one.class_id, one.enrolment_id, one.trainee_id, keys[one.facts])
        for one in work.gathered.places
    ]


def _stored(work: Batch, decided: Sequence[Decided]) -> dict[str, str]:
    at = work.at.isoformat()
    rows = [
        rules.decision_row(
            one,
            work.owner,
            terms=work.terms[one.facts.course.starts_on],
            plan_hash=work.plan_hash,
            at=at,
        )
        for one in decided
    ]
    return {
        "decisions": json.dumps(rows, ensure_ascii=False),
        "reasons": json.dumps(rules.reason_rows(decided, work.owner), ensure_ascii=False),
    }


async def _again(session: AsyncSession, work: Batch, late: Sequence[Any]) -> Sequence[Any]:
    """Decide lines again whose slots others took meanwhile; return those that are late once more.

    Ends because each round closes a key to a line for good, and a line has few.
    """
    taken: dict[UUID, set[tuple[str, Use]]] = defaultdict(set)
    for row in late:
        taken[row.line_id].add((row.slot_key, Use(row.state)))
    places = [place for place in work.gathered.places if place.line_id in taken]
    facts: list[LineFacts] = [
        gathering.late(work.of(place).facts, taken[place.line_id]) for place in places
    ]
    fresh: dict[LineFacts, Decided] = {}
    decisions = rules.decide(work.owner.matter, facts, work.terms)
    for place, one, decision in zip(places, facts, decisions, strict=True):
        if one not in fresh:
            fresh[one] = Decided(ids.uuid7(), one, decision, work.of(place).edition)
        work.apart[place.line_id] = fresh[one]
    values = {
        "claim": work.owner.claim_id,
        "batch": work.id,
        "at": work.at,
        "lines": [place.line_id for place in places],
        "decided": [work.apart[place.line_id].id for place in places],
        **_stored(work, list(fresh.values())),
    }
    return (await session.execute(LATE, values)).all()


async def _reserve(
    session: AsyncSession, work: Batch, queues: Iterable[tuple[str, str]]
) -> dict[UUID, Reserved]:
    """Hold money for what is owed; behind lines that wait for the same money, wait too."""
    queued, year, authority = set(queues), clock.business_day(work.at).year, work.owner.authority
    wants = []
    for place in work.gathered.places:
        decision = work.of(place).decision
        if decision.outcome is not Outcome.APPROVABLE or (authority, decision.purpose) in queued:
            continue
        fen, funds = decision.amount_fen, decision.funds
        wants.append(Want(place.line_id, authority, year, decision.purpose, funds, fen))
    if not wants:
        return {}
    return await ledger.reserve(session, wants=wants, by=work.by, at=work.at)


def _digest(work: Batch) -> bytes:
    """Bind an event to the decisions of its lines, in the order of the lines."""
    parts = [work.owner.claim_id.bytes]
    for place in work.gathered.places:
        parts += place.line_id.bytes, work.of(place).digest
    return sha256(b"".join(parts)).digest()
