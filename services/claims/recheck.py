"""Derive stored decisions again, from their facts and the text of the plan they were made under.

For `python -m services check`, in a process that has decided nothing: the pack is read from the
database by its hash, not from the disk.
"""

import tempfile
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.provisions import codes, deciding, in_force
from services.claims.provisions.deciding import Matter
from services.claims.provisions.in_force import InForce
from services.claims.submissions import rules
from shared import plans
from shared.plans import Plan

SAMPLE = 100
PROMISE = "抽查的决定按当时的事实和政策文本可逐字节重算"
SAMPLED = text(
    "select d.* from claim_decisions d order by md5(d.id::text || cast(:seed as text)) limit :most"
)
PACK = text("select texts from plan_packs where hash = :hash")


async def run(
    session: AsyncSession, *, most: int = SAMPLE, seed: str = ""
) -> tuple[int, int, str | None]:
    """Return how many decisions were derived again, how many differ, and one that does."""
    rows = (await session.execute(SAMPLED, {"most": most, "seed": seed})).all()
    packs: dict[str, Plan] = {}
    terms: dict[tuple[str, date], InForce] = {}
    wrong = []
    for row in rows:
        key = (row.plan_hash, row.on_day)
        try:
            if row.plan_hash not in packs:
                packs[row.plan_hash] = await _pack(session, row.plan_hash)
            if key not in terms:
                terms[key] = in_force.on(packs[row.plan_hash], row.on_day)
            held = derives(row, terms[key])
        except Exception:  # noqa: BLE001 - what no rule can read was not written by one
            held = False
        if not held:
            wrong.append(str(row.id))
    return len(rows), len(wrong), wrong[0] if wrong else None


def derives(stored: Any, terms: InForce) -> bool:
    """Say whether stored facts give the same decision again, and count for the same target."""
    matter, facts = Matter(stored.matter), codes.read(stored.facts.encode())
    decided = rules.Decided(
        stored.id, facts, deciding.RULES[matter](facts, terms), edition=stored.edition
    )
    owner = rules.Owner(stored.claim_id, stored.authority, None, matter)
    row = rules.decision_row(
        decided, owner, terms=terms, plan_hash=stored.plan_hash, at=stored.at.isoformat()
    )
    return all(_plain(getattr(stored, name)) == value for name, value in row.items())


def _plain(value: object) -> object:
    """Write a stored value as a decision's row is written."""
    if isinstance(value, bytes):
        return rf"\x{value.hex()}"
    if isinstance(value, UUID):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


async def _pack(session: AsyncSession, wanted: str) -> Plan:
    """Load a plan from its kept text. Raises ValueError where the text is not the hash's."""
    texts = (await session.execute(PACK, {"hash": wanted})).scalar_one()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, body in texts.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body.encode())
        plan = plans.load(root)
    if plan.hash != wanted:
        raise ValueError(f"the text kept for plan {wanted} is another's")
    return plan
