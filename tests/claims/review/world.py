"""Claims on the reviewer's desk: filed through the service, people and classes in the registry."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.claims import peers
from shared.principal import Principal, Role
from tests.claims.submissions import world as claims
from tests.registry import world as registry
from tests.registry.world import ok
from tests.suite import Suite

GAOCHANG, SHANSHAN, CITY = "650402", "650421", "650400"
Json = dict[str, Any]


def client(suite: Suite, by: Principal) -> httpx.AsyncClient:
    """Return a client straight to the claims service."""
    return suite.service("claims", by)


def officer(suite: Suite, *authorities: str) -> httpx.AsyncClient:
    """Return an officer's client; each call is another person."""
    return client(suite, suite.officer(*(authorities or (GAOCHANG,))))


def finance(*authorities: str) -> Principal:
    """Return a finance officer; each call is another person."""
    reach = authorities or (GAOCHANG,)
    return Principal(
        f"officer:{uuid4()}", Role.FINANCE, authorities=reach, office=f"{reach[0]}/finance"
    )


async def filed(
    suite: Suite, people: int = 1, *, by: Principal | None = None, **changes: Any
) -> UUID:
    """File a class claim whose lines are approvable; the registry knows nothing of its class."""
    institution = by or suite.organisation(uuid4())
    assert institution.organisation is not None
    of = claims.course(institution.organisation, **changes)
    return await filed_of(suite, institution, of, [claims.line(of) for _ in range(people)])


async def filed_of(suite: Suite, institution: Principal, of: Json, lines: Sequence[Json]) -> UUID:
    """File a claim for a class with these lines, with money enough."""
    await claims.money(suite, authority=of["authority"])
    result = await claims.file(suite, institution, claims.told(of, lines))
    assert result.filed.lines == {"approvable": len(lines)}, result
    rows = await suite.sql("claims", "select id from claims order by submitted_at desc, id desc")
    found: UUID = rows[0]["id"]
    return found


async def on_desk(suite: Suite, people: int = 1, **changes: Any) -> UUID:
    """File a claim and let the automatic checks run."""
    claim = await filed(suite, people, **changes)
    await suite.settle()
    return claim


async def look(
    suite: Suite, claim: UUID, finding: str = "in_order", by: httpx.AsyncClient | None = None
) -> int:
    """Look at every sampled line of a claim."""
    rows = await suite.sql(
        "claims", "select line_id from line_reviews where claim_id = $1 and sampled", claim
    )
    body: Json = {"line_ids": [str(row["line_id"]) for row in rows], "finding": finding}
    if finding != "in_order":
        body["note"] = "签到表缺第三次课"
    ok(await (by or officer(suite)).post("/review-looks", json=body), 201)
    return len(rows)


def decision(claim: UUID, word: str = "reviewed", **changes: Any) -> Json:
    """Fill in a decision; fabricated classes are unknown to the registry, so checks stay open."""
    body: Json = {"claim_id": str(claim), "decision": word, "reason": "已核对原始材料"}
    return body | ({"despite_checks": True} if word == "reviewed" else {}) | changes


async def reviewed(suite: Suite, claim: UUID, by: httpx.AsyncClient | None = None) -> None:
    """Look at the sample and pass every line."""
    await look(suite, claim)
    ok(await (by or officer(suite)).post("/review-decisions", json=decision(claim)), 201)


async def states(suite: Suite, claim: UUID) -> list[str]:
    """Return the states of a claim's lines, sorted."""
    rows = await suite.sql("claims", "select state from claim_lines where claim_id = $1", claim)
    return sorted(row["state"] for row in rows)


async def held_fen(suite: Suite) -> int:
    """Return what is reserved and neither paid nor released."""
    [row] = await suite.sql("claims", "select coalesce(sum(held), 0)::bigint as n from subaccounts")
    found: int = row["n"]
    return found


async def taken_slots(suite: Suite) -> int:
    """Count slots that a line has."""
    [row] = await suite.sql("claims", "select count(*) as n from slots where state = 'taken'")
    found: int = row["n"]
    return found


async def holidays(suite: Suite, year: int = 2020, *rests: str, authority: str = CITY) -> None:
    """Enter a year's regional holidays."""
    body = {
        "authority": authority,
        "year": year,
        "number": f"新政办明电〔{year}〕示例{uuid4().hex[:4]}号",
        "rests": list(rests),
        "works": [],
    }
    ok(await officer(suite, authority).post("/holidays", json=body), 201)


async def taught(suite: Suite, people: int = 2) -> tuple[Principal, Json]:
    """Teach a real class to its end and tell what the registry tells; statuses are made up."""
    here = await registry.world(suite)
    room = await here.file_class()
    places = await here.enrol(room, people)
    await here.teach(room, [places] * len(room.sessions))
    assessor = {"assessor_id": str(here.assessor.id), "on": "2020-03-23"}
    ok(await here.institution.client.post(f"/classes/{room.id}/assessor", json=assessor))
    here.at(date(2020, 3, 24))
    await suite.settle()
    results = [
        {"enrolment_id": str(each.enrolment_id), "outcome": "passed", "assessed_on": "2020-03-23"}
        for each in places
    ]
    path = f"/classes/{room.id}/results"
    ok(await here.assessor.client.post(path, json={"results": results}), 201)
    suite.clock.at += timedelta(hours=1)
    service = claims.service(suite)
    told = await peers.registry(service).class_facts([room.id], claim_id=uuid4())
    made_up = claims.line(claims.course(here.institution.id))
    for line in told["lines"]:
        line["facts"] = made_up["facts"]
        line["certificate"] = None
    return here.institution.principal, told
