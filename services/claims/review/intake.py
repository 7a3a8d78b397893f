"""Lines come to the reviewer's desk with their checks done and the sample drawn: a job."""

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims import peers
from services.claims.event_types import EventType
from services.claims.provisions import codes, deciding, in_force
from services.claims.review import rules
from services.claims.review.rules import Check, Outcome, Signal
from shared import clock, events, ids, leases, problems
from shared import principal as principals
from shared.background import Job
from shared.service import Service

EVERY_S = 1.0
CLASSES_A_CALL = 50
BY = principals.service("claims", "jobs")
# The oldest claim with lines that are approvable and not on the desk as they are now.
NEXT = text(
    "select l.claim_id from claim_lines l left join line_reviews r on r.line_id = l.id"
    " where l.state = 'approvable' and (r.line_id is null or r.entered_at < l.changed_at)"
    " order by l.changed_at, l.claim_id limit 1"
)
WHERE = text(
    "select distinct l.class_id, c.trainee_id from claim_lines l join claims c on c.id = l.claim_id"
    " where l.claim_id = :claim"
)
LINES = text(
    "select l.id, l.claim_id, l.authority, l.organisation_id, l.class_id, l.enrolment_id,"
    " l.submitted_by, l.decision_id, l.digest, c.route, c.matter"
    " from claim_lines l join claims c on c.id = l.claim_id"
    " left join line_reviews r on r.line_id = l.id"
    " where l.claim_id = :claim and l.state = 'approvable'"
    " and (r.line_id is null or r.entered_at < l.changed_at) order by l.id"
)
DECISIONS = text(
    "select id, matter, facts, on_day, digest, provision_hashes from claim_decisions"
    " where claim_id = :claim and id = any(cast(:ids as uuid[]))"
)
SIGNALS = text(
    "select not exists (select 1 from claim_lines l where l.organisation_id = :organisation"
    "   and 'reviewed' = any(l.path)) as organisation_new,"
    " exists (select 1 from line_reviews r where r.organisation_id = :organisation"
    "   and r.finding = 'shortcoming')"
    " or exists (select 1 from objections o join claim_lines l on l.id = o.line_id"
    "   where l.organisation_id = :organisation and o.state = 'upheld') as organisation_findings"
)
CHECKS = text("select * from check_lines(cast(:ids as uuid[]))")
AGAIN = text("delete from line_reviews where line_id = any(cast(:ids as uuid[]))")
DRAW = text(
    "insert into sample_draws (id, claim_id, authority, seed, signals, per_hundred, members, drawn,"
    " at) values (:id, :claim, :authority, :seed, :signals, :per_hundred, :members, :drawn, :at)"
)
ENTER = text(
    "insert into line_reviews (line_id, claim_id, authority, organisation_id, class_id,"
    " submitted_by, entered_at, checks, checks_open, draw_id, sampled)"
    " select l.id, l.claim_id, l.authority, l.organisation_id, l.class_id, l.submitted_by, :at,"
    " n.checks, array(select jsonb_array_elements_text(n.open)), :draw, n.sampled"
    " from unnest(cast(:ids as uuid[]), cast(:checks as jsonb[]), cast(:open as jsonb[]),"
    " cast(:sampled as boolean[])) as n(id, checks, open, sampled)"
    " join claim_lines l on l.id = n.id and l.state = 'approvable'"
)


@dataclass(frozen=True, slots=True)
class Told:
    """What the registry says today of a claim's classes and places."""

    classes: Mapping[str, Mapping[str, Any]]
    places: Mapping[str, Mapping[str, Any]]


def job(here: Service) -> Job:
    """Return the job: one claim a step."""

    async def step(now: datetime) -> int:
        return await run_once(here, now=now)

    return Job("review:intake", step, EVERY_S)


async def run_once(here: Service, *, now: datetime) -> int:
    """Bring one claim's lines to the desk; return how many."""
    async with here.database.transaction(BY) as session:
        claim = (await session.execute(NEXT)).scalar_one_or_none()
        if claim is None:
            return 0
        found = (await session.execute(WHERE, {"claim": claim})).all()
    person: UUID | None = found[0].trainee_id
    told = await _told(here, claim, sorted(row.class_id for row in found), person=person)
    async with here.database.transaction(BY) as session:
        if not await leases.take(session, "review:intake"):
            return 0
        return await _enter(session, here, claim=claim, told=told, now=now)


async def _told(
    here: Service, claim: UUID, classes: Sequence[UUID], *, person: UUID | None
) -> Told:
    """Ask the registry; what it does not know is left out, and the checks say so.

    Of a person's own claim it is asked for that person alone: who has left is in no class's list.
    """
    courses: dict[str, Mapping[str, Any]] = {}
    places: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(classes), CLASSES_A_CALL):
        part = classes[start : start + CLASSES_A_CALL]
        try:
            if person is None:
                found = await peers.registry(here).class_facts(part, claim_id=claim)
            else:
                found = await peers.registry(here).person_facts(person, part, claim_id=claim)
        except problems.NotFound:
            continue
        courses |= {each["id"]: each for each in found["classes"]}
        places |= {each["enrolment_id"]: each for each in found["lines"]}
    return Told(courses, places)


async def _enter(
    session: AsyncSession, here: Service, *, claim: UUID, told: Told, now: datetime
) -> int:
    lines = (await session.execute(LINES, {"claim": claim})).all()
    if not lines:
        return 0
    keys = [line.id for line in lines]
    checked = await _checked(session, here, lines, told)
    draw, drawn = await _draw(session, here, lines, now)
    await session.execute(AGAIN, {"ids": keys})
    at = now.isoformat()
    await session.execute(
        ENTER,
        {
            "at": now,
            "draw": draw,
            "ids": keys,
            "checks": [
                json.dumps([{"code": c, "result": r, "at": at} for c, r in checked[key].items()])
                for key in keys
            ],
            "open": [json.dumps(rules.open_checks(checked[key])) for key in keys],
            "sampled": [key in drawn for key in keys],
        },
    )
    return len(keys)


async def _checked(
    session: AsyncSession, here: Service, lines: Sequence[Any], told: Told
) -> dict[UUID, dict[Check, Outcome]]:
    found: dict[UUID, dict[Check, Outcome]] = {line.id: {} for line in lines}
    for row in await session.execute(CHECKS, {"ids": list(found)}):
        outcome = Outcome.PASSED if row.passed else Outcome.FAILED
        found[row.line_id][Check(row.code)] = outcome
    wanted = sorted({line.decision_id for line in lines})
    stored = await session.execute(DECISIONS, {"claim": lines[0].claim_id, "ids": wanted})
    decisions = {row.id: row for row in stored}
    derived = _rederived(here, decisions.values())
    facts = {key: codes.read(row.facts.encode()) for key, row in decisions.items()}
    for line in lines:
        found[line.id][Check.DECISION_REDERIVES] = derived[line.decision_id]
        found[line.id] |= rules.compare(
            facts[line.decision_id],
            told.classes.get(str(line.class_id)),
            told.places.get(str(line.enrolment_id)),
        )
    return found


def _rederived(here: Service, decisions: Iterable[Any]) -> dict[UUID, Outcome]:
    """Decide again from the stored facts; unknown where the pack in use says otherwise by now."""
    terms: dict[date, in_force.InForce] = {}
    found = {}
    for row in decisions:
        law = terms.setdefault(row.on_day, in_force.on(here.plan, row.on_day))
        if any(law.hashes.get(name) != given for name, given in row.provision_hashes.items()):
            found[row.id] = Outcome.UNKNOWN
            continue
        again = deciding.rederive(deciding.Matter(row.matter), row.facts.encode(), law)
        same = bytes.fromhex(again.digest) == bytes(row.digest)
        found[row.id] = Outcome.PASSED if same else Outcome.FAILED
    return found


async def _draw(
    session: AsyncSession, here: Service, lines: Sequence[Any], now: datetime
) -> tuple[UUID, set[UUID]]:
    """Draw the sample by a fresh seed, which is stored with it."""
    terms = here.plan.provision("review").on(clock.business_day(now))
    shares = rules.Shares(terms.integer("sample_per_hundred"), terms.integer("signal_per_hundred"))
    first, seed, key = lines[0], secrets.token_bytes(32), ids.uuid7()
    signals = await _signals(session, first, len(lines) >= terms.integer("large_claim_lines"))
    per_hundred = rules.share(signals, shares)
    at_least = 0 if first.organisation_id is None else 1
    drawn = rules.draw(seed, [line.id for line in lines], per_hundred, at_least=at_least)
    words = sorted(str(signal) for signal in signals)
    await session.execute(
        DRAW,
        {
            "id": key,
            "claim": first.claim_id,
            "authority": first.authority,
            "seed": seed,
            "signals": words,
            "per_hundred": per_hundred,
            "members": sorted(line.id for line in lines),
            "drawn": sorted(drawn),
            "at": now,
        },
    )
    told = events.Event(
        type=EventType.SAMPLE_DRAWN,
        subject=f"claim:{first.claim_id}",
        authority=first.authority,
        data={
            "draw": str(key),
            "lines": len(lines),
            "drawn": len(drawn),
            "per_hundred": per_hundred,
            "signals": words,
        },
        rule="POLICY 8.15",
        row_hash=seed,
    )
    await events.append(session, [told], by=BY, at=now)
    return key, drawn


async def _signals(session: AsyncSession, line: Any, large: bool) -> set[Signal]:  # noqa: FBT001
    """Say what raises the share; a person's own claim has no signals at all. POLICY 9.5."""
    if line.organisation_id is None:
        return set()
    row = (await session.execute(SIGNALS, {"organisation": line.organisation_id})).one()
    told = {
        Signal.ORGANISATION_NEW: row.organisation_new,
        Signal.ORGANISATION_FINDINGS: row.organisation_findings,
        Signal.COMMITMENT_ROUTE: line.route == "commitment",
        Signal.LARGE_CLAIM: large,
    }
    return {signal for signal, there in told.items() if there}
