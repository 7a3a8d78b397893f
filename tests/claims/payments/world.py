"""What tests of payments put in place: payable lines with held money, payees with accounts."""

import csv
import io
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import httpx

from services.claims.ledger.rules import Want
from shared import ids
from shared.principal import Principal
from tests.claims.ledger import world as books
from tests.institutions import world as directory
from tests.suite import Suite

GAOCHANG = "650402"
Json = dict[str, Any]
REVIEWER = "officer:00000000-0000-7000-8000-00000000000a"


async def institution(suite: Suite, number: int = 1, *, account: str | None = "65001612340") -> str:
    """Register an institution of 高昌区, with a confirmed account unless told."""
    code = directory.code(number)
    key = await directory.registered(suite, number, authority=GAOCHANG, credit_code=code)
    if account is not None:
        await paid_to(suite, key, account, number)
    return key


async def paid_to(suite: Suite, organisation: str, account: str, number: int = 1) -> None:
    """Let the organisation enter an account and an officer confirm it."""
    own = directory.own(suite, organisation)
    body = {"bank": "示例银行", "account_number": account, "holder": f"示例培训学校{number}"}
    made = await directory.created(own, f"/organisations/{organisation}/accounts", body)
    officer = directory.client(suite, GAOCHANG)
    path = f"/organisation-accounts/{made['id']}/confirmation"
    await directory.created(officer, path, {"account_number": account})


REVIEWED = (
    "insert into line_reviews (line_id, claim_id, authority, class_id, submitted_by,"
    " entered_at, reviewed_by, reviewed_at)"
    f" select l, $1, '{GAOCHANG}', $2, $3, $4, $5, $4 from unnest($6::uuid[]) as l"
)


async def payable(
    suite: Suite,
    payee: str | UUID,
    fens: Sequence[int],
    *,
    kind: str = "institution",
    submitted_by: str = "client:filer",
    reviewed_by: str = REVIEWER,
    class_id: UUID | None = None,
) -> list[UUID]:
    """Put payable lines in the database, each with its money held; the ledger must have it."""
    lines = [ids.uuid7() for _ in fens]
    wants = [
        Want(line, GAOCHANG, 2020, "training_subsidy", ("special",), fen)
        for line, fen in zip(lines, fens, strict=True)
    ]
    held = await books.reserved(suite, wants)
    payee = UUID(str(payee))
    person = kind == "person"
    claim, decision, where = uuid4(), uuid4(), class_id or uuid4()
    at = suite.clock.at
    # Filing, deciding and reviewing have tests of their own: here only the money moves.
    await suite.sql("claims", "set session_replication_role = replica")
    await suite.sql(
        "claims",
        "insert into claims (id, authority, organisation_id, trainee_id, matter, route, state,"
        " submitted_by, submitted_at) values ($1, $2, $3, $4, 'training_subsidy', 'commitment',"
        " 'decided', $5, $6)",
        *(claim, GAOCHANG, None if person else payee, payee if person else None),
        *(submitted_by, at),
    )
    await suite.sql(
        "claims",
        "insert into claim_decisions (id, claim_id, authority, matter, kind, facts, canonical,"
        " digest, plan_hash, provision_hashes, on_day, outcome, shown, amount_fen, purpose, funds,"
        " payee, slot_keys, target, at)"
        " select $1, $2, $3, 'training_subsidy', 'skill', '', '', sha256(''), hash, '{}',"
        " $4::timestamptz::date, 'approvable', '', 1, 'training_subsidy', '{special}', $5, '{}',"
        " 'm06', $4"
        " from plan_packs limit 1",
        *(decision, claim, GAOCHANG, at, kind),
    )
    await suite.sql(
        "claims",
        "insert into claim_lines (id, claim_id, authority, organisation_id, class_id, enrolment_id,"
        " trainee_id, provision, kind, state, shown, amount_fen, fund, year, purpose, payee_kind,"
        " payee_id, slot_keys, transfer_id, decision_id, digest, submitted_by, target, decided_at,"
        " path, path_at, changed_at)"
        " select l.id, $1, $2, $3, $4, gen_random_uuid(), $5, 'training_subsidy', 'skill',"
        " 'payable', '', l.fen, 'special', 2020, 'training_subsidy', $6, $7, '{}', l.transfer, $8,"
        " '\\x00', $9, 'm06', $10, array['payable'], array[$10::timestamptz], $10"
        " from unnest($11::uuid[], $12::bigint[], $13::uuid[]) as l(id, fen, transfer)",
        *(claim, GAOCHANG, None if person else payee, where, payee if person else uuid4()),
        *(kind, payee, decision, submitted_by, at),
        *(lines, list(fens), [held[line].transfer_id for line in lines]),
    )
    await suite.sql("claims", REVIEWED, *(claim, where, submitted_by, at, reviewed_by, lines))
    await suite.sql("claims", "reset session_replication_role")
    return lines


def money(suite: Suite, by: Principal | None = None) -> httpx.AsyncClient:
    """Return the client of a finance officer of 高昌区."""
    return suite.service("claims", by or books.finance())


def batch_body(**changed: Any) -> Json:
    """Return a body that lets out what institutions are owed."""
    return {
        "authority": GAOCHANG,
        "fund": "special",
        "payee_kind": "institution",
        **changed,
    }


async def ok(answer: httpx.Response, status: int = 201) -> Json:
    """Expect a status and return the body."""
    assert answer.status_code == status, answer.text
    found: Json = answer.json()
    return found


async def issued(officer: httpx.AsyncClient, **changed: Any) -> Json:
    """Create a batch and issue its file."""
    batch = await ok(await officer.post("/payment-batches", json=batch_body(**changed)))
    return await ok(await officer.post(f"/payment-batches/{batch['id']}/issue"))


async def sheet(officer: httpx.AsyncClient, batch_id: str) -> list[list[str]]:
    """Download the bank's file as CSV and return its rows under the headings."""
    answer = await officer.get(f"/payment-batches/{batch_id}/file")
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1:]


async def returned(
    officer: httpx.AsyncClient, batch_id: str, rows: Sequence[Json], status: int = 201
) -> Json:
    """Import a return as JSON."""
    answer = await officer.post(f"/payment-batches/{batch_id}/returns", json=list(rows))
    return await ok(answer, status)


def said(row: Sequence[str], outcome: str = "paid", **changed: Any) -> Json:
    """Return what the bank says of a row of the file."""
    fen = int(row[4].replace(".", ""))
    return {"reference": row[0], "outcome": outcome, "fen": fen, **changed}


async def states(suite: Suite, lines: Sequence[UUID]) -> list[str]:
    """Return where lines stand, in their order."""
    rows = await suite.sql(
        "claims", "select state from claim_lines where id = any($1) order by id", list(lines)
    )
    return [row["state"] for row in rows]
