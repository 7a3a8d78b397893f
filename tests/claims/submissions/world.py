"""Classes and people as the registry would tell of them, claimed for in a real database."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from services import checks
from services.claims import recheck
from services.claims.ledger import operations as ledger
from services.claims.provisions.facts import Price, Source
from services.claims.submissions import operations
from services.claims.submissions.gathering import ClassTerms, Said
from services.claims.submissions.operations import Result
from services.claims.submissions.papers import Papers
from shared import ids
from shared import principal as principals
from shared.database import Database
from shared.principal import Principal, Role
from shared.service import Service
from tests.suite import Suite

GAOCHANG = "650402"
DOCUMENT = ("培训台账", "示例2020-1", "ab" * 32)
Json = dict[str, Any]


def known(value: Any, source: str = "register", **more: Any) -> Json:
    """Return a fact as the registry tells it."""
    return {"value": value, "source": source, "as_of": "2020-01-02", "until": None} | more


def course(organisation: UUID, **changes: Any) -> Json:
    """Return a commissioned class that was taught as planned: skill, level 5."""
    return {
        "id": str(uuid4()),
        "authority": GAOCHANG,
        "organisation_id": str(organisation),
        "basis": "commission",
        "commission_id": str(uuid4()),
        "offering_id": str(uuid4()),
        "edition": 1,
        "kind": "skill",
        "subject_code": "L-0001",
        "subject_name": "中式面点师",
        "level": 5,
        "certificate_kind": "skill_level",
        "target": "m06",
        "outside": False,
        "starts_on": "2020-03-09",
        "ends_on": "2020-03-20",
        "hours": 40,
        "taught_hours": 40,
        "state": "accepted",
        "closed_at": "2020-03-24T02:00:00Z",
    } | changes


def line(of: Json, person: UUID | None = None, **changes: Any) -> Json:
    """Return a person's place in a class who has done all that is asked."""
    changed = dict(changes)
    facts = {
        "categories": [
            known(True, code="poor_household"),
            known(False, code="public_payroll"),
        ],
        "pension": known("none"),
        "employer": None,
        "charged": None,
    } | changed.pop("facts", {})
    days = [date.fromisoformat(of["starts_on"]) + timedelta(days=n) for n in range(10)]
    return {
        "enrolment_id": str(uuid4()),
        "trainee_id": str(person or uuid4()),
        "class_id": of["id"],
        "confirmed": True,
        "hours_attended": 40,
        "attended_days": len(days),
        "attended_on": [day.isoformat() for day in days],
        "completed": True,
        "result": "passed",
        "certificate": {
            "kind": of["certificate_kind"],
            "subject_code": of["subject_code"],
            "level": of["level"],
            "issued_on": "2020-03-25",
            "number_ok": True,
            "valid": True,
        },
        "facts": facts,
        "earlier": [],
    } | changed


def told(classes: Sequence[Json] | Json, lines: Sequence[Json]) -> Json:
    """Return an answer of the registry."""
    several = [classes] if isinstance(classes, dict) else list(classes)
    return {"classes": several, "lines": list(lines)}


def terms(facts: Json, **changes: Any) -> dict[UUID, ClassTerms]:
    """Return the terms of its classes: listed, a contract at 1,200 yuan, a rate of 1,000."""
    given: Json = {
        "roles": frozenset({"institution"}),
        "offering_hours": 40,
        "rate": Price(100_000, "示例标准"),
        "commission": Price(120_000, "示例合同"),
    } | changes
    return {UUID(one["id"]): ClassTerms(**given) for one in facts["classes"]}


def service(suite: Suite) -> Service:
    """Return the claims service."""
    here: Service = suite.apps["claims"].state.service
    return here


def said(**changes: Any) -> Said:
    """Return what an organisation says: nobody paid a fee."""
    given: Json = {"paid": frozenset(), "own_fund_fen": None} | changes
    return Said(Source.DOCUMENT, date(2020, 4, 1), **given)


async def permit(suite: Suite) -> None:
    """Write what the plan lets each fund pay."""
    here = service(suite)
    start = principals.service("claims", "start")
    async with here.database.transaction(start) as session:
        await ledger.permit(session, plan=here.plan)


async def wrong(suite: Suite) -> list[str]:
    """Return the promises of the claims service that its rows do not keep."""
    broken = []
    for promise, query in checks.invariants(checks.ROOT / "claims" / "invariants.sql"):
        [row] = await suite.sql("claims", query)
        if row["wrong"]:
            broken.append(promise)
    owner = principals.service("claims", "check")
    async with service(suite).database.transaction(owner) as session:
        _, differing, _ = await recheck.run(session, most=20)
    return broken + ([recheck.PROMISE] if differing else [])


async def money(
    suite: Suite,
    fen: int = 100_000_000,
    *,
    fund: str = "special",
    purpose: str = "training_subsidy",
    authority: str = GAOCHANG,
) -> None:
    """Let money come into an account of this year."""
    here = service(suite)
    finance = Principal(f"finance:{uuid4()}", Role.FINANCE, authorities=(authority,))
    async with here.database.transaction(finance) as session:
        await ledger.receive(
            session,
            plan=here.plan,
            fund=fund,
            authority=authority,
            year=2020,
            purpose=purpose,
            fen=fen,
            document_number=f"示例〔2020〕{uuid4().hex[:6]}号",
            by=finance,
            at=here.clock.now(),
        )


async def file(
    suite: Suite,
    by: Principal,
    facts: Json,
    *,
    prices: dict[UUID, ClassTerms] | None = None,
    words: Said | None = None,
    database: Database | None = None,
) -> Result:
    """File a claim for classes by documents."""
    here = service(suite)
    async with (database or here.database).transaction(by) as session:
        return await operations.file_subsidy(
            session,
            claim_id=ids.uuid7(),
            told=facts,
            terms=prices or terms(facts),
            said=words or said(),
            papers=Papers("documents", documents=(DOCUMENT,)),
            here=here,
            by=by,
            at=here.clock.now(),
        )


async def file_allowance(suite: Suite, by: Principal, facts: Json) -> Result:
    """File a person's own claim."""
    here = service(suite)
    async with here.database.transaction(by) as session:
        return await operations.file_allowance(
            session,
            claim_id=ids.uuid7(),
            told=facts,
            papers=Papers("documents", documents=(DOCUMENT,)),
            here=here,
            by=by,
            at=here.clock.now(),
        )


async def lines(suite: Suite) -> list[Json]:
    """Return every line, in the order of ids."""
    rows = await suite.sql("claims", "select * from claim_lines order by id")
    return [dict(row) for row in rows]


async def reasons(suite: Suite, table: str = "person") -> list[str]:
    """Return the codes of all reasons about a person, or about teaching."""
    queries = {
        "person": "select code from decision_reasons_person order by decision_id, n",
        "teaching": "select code from decision_reasons_teaching order by decision_id, n",
    }
    return [row["code"] for row in await suite.sql("claims", queries[table])]
