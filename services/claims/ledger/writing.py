"""Transfers written by column: one statement for all of them, one for the events that tell them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.claims.event_types import EventType
from services.claims.ledger import rules
from services.claims.ledger.rules import Code, Standing
from shared import events, ids
from shared.principal import Principal

TOLD = {
    Code.RECEIPT: EventType.FUNDS_RECEIVED,
    Code.OPENING: EventType.FUNDS_RECEIVED,
    Code.RESERVATION: EventType.FUNDS_RESERVED,
    Code.RELEASE: EventType.FUNDS_RELEASED,
    Code.PAYMENT: EventType.FUNDS_PAID,
    Code.CORRECTION: EventType.FUNDS_REVERSED,
    Code.BANK_RETURN: EventType.FUNDS_REVERSED,
    Code.RECOVERY: EventType.FUNDS_REVERSED,
}


@dataclass(slots=True)
class Movement:
    """Transfers of one account and code, written together and told in one event, by column.

    `answers` names what each resolves or reverses; the ledger finds a reservation's `rounds`.
    """

    account_id: UUID
    authority: str
    debit: str
    credit: str
    code: Code
    document_number: str | None = None
    keys: list[UUID] = field(default_factory=list)
    fens: list[int] = field(default_factory=list)
    lines: list[UUID | None] = field(default_factory=list)
    rounds: list[int] = field(default_factory=list)
    answers: list[UUID] = field(default_factory=list)


# Arrays of unequal length are filled up with nulls: a column that no row has is an empty array.
# A batch's hash is over the hashes of its rows in the order of ids: its event carries it.
WRITE = text(
    "with heads as materialized (select h.*, batch_hash(h.batch, h.account_id, h.authority,"
    " h.debit, h.credit, h.code, h.document_number, cast(:by as text), cast(:at as timestamptz))"
    " as head from unnest(cast(:batches as uuid[]), cast(:accounts as uuid[]),"
    " cast(:authorities as text[]), cast(:debits as text[]), cast(:credits as text[]),"
    " cast(:codes as text[]), cast(:documents as text[])) with ordinality"
    " as h(batch, account_id, authority, debit, credit, code, document_number, k)),"
    " past as materialized (select past_rounds(cast(:lines as uuid[]), cast(:lowest as uuid),"
    " cast(:highest as uuid)) as rounds where cast(:lowest as uuid) is not null),"
    " given as (select t.n, t.k, t.id, t.fen, t.line_id, t.resolves, t.reverses, coalesce(t.round,"
    " cast((select rounds from past) ->> cast(t.line_id as text) as smallint),"
    " cast(0 as smallint)) as round"
    " from unnest(cast(:heads as bigint[]), cast(:ids as uuid[]), cast(:fens as bigint[]),"
    " cast(:lines as uuid[]), cast(:rounds as smallint[]), cast(:resolves as uuid[]),"
    " cast(:reverses as uuid[])) with ordinality"
    " as t(k, id, fen, line_id, round, resolves, reverses, n)),"
    " hashed as materialized (select g.*, h.batch, h.account_id, h.authority, h.debit, h.credit,"
    " h.code, h.document_number, transfer_hash(h.head, g.id, g.fen, g.line_id, g.round,"
    " coalesce(g.resolves, g.reverses)) as hash from given g join heads h on h.k = g.k),"
    " written as (insert into transfers (id, batch, account_id, authority, debit, credit, fen,"
    " code, line_id, round, resolves, reverses, document_number, by_subject, at, hash)"
    " select id, batch, account_id, authority, debit, credit, fen, code, line_id, round, resolves,"
    " reverses, document_number, cast(:by as text), cast(:at as timestamptz), hash"
    " from hashed)"
    " select k, batch, cast(sum(fen) as bigint) as fen,"
    " sha256(string_agg(hash, cast('' as bytea) order by n)) as hash"
    " from hashed group by 1, 2 order by 1"
)


def answering(found: Iterable[tuple[Standing, UUID]], code: Code) -> list[Movement]:
    """Make the movements that resolve or reverse transfers, each named with the row it answers."""
    movements: dict[tuple[object, ...], Movement] = {}
    for each, answered in found:
        debit, credit = each.debit, each.credit
        if code in rules.REVERSING:
            debit, credit = credit, debit
        head = (each.account_id, each.authority, debit, credit, code, each.document_number)
        movement = movements.get(head)
        if movement is None:
            movement = movements[head] = Movement(*head)
        movement.fens.append(each.fen)
        movement.lines.append(each.line_id)
        movement.rounds.append(each.round)
        movement.answers.append(answered)
    for movement in movements.values():
        movement.keys = ids.uuid7s(len(movement.fens))
    return list(movements.values())


async def write(
    session: AsyncSession,
    movements: Sequence[Movement],
    *,
    by: Principal,
    at: datetime,
    reason: str | None = None,
) -> None:
    """Write transfers; the database carries them into the balances or refuses them all."""
    if not movements:
        return
    rows = (await session.execute(WRITE, _columns(movements, by, at))).all()
    told = [
        events.Event(
            type=TOLD[movement.code],
            subject=f"account:{movement.account_id}",
            authority=movement.authority,
            data={
                "batch": str(row.batch),
                "code": str(movement.code),
                "transfers": len(movement.keys),
                "fen": row.fen,
            }
            | ({"document_number": number} if (number := movement.document_number) else {}),
            rule=rules.BOOKS,
            reason=reason,
            row_hash=row.hash,
        )
        for movement, row in zip(movements, rows, strict=True)
    ]
    await events.append(session, told, by=by, at=at)


def _columns(movements: Sequence[Movement], by: Principal, at: datetime) -> dict[str, object]:
    code = movements[0].code
    assert all(each.code is code for each in movements)
    rows: dict[str, list[Any]] = {
        name: [value for each in movements for value in getattr(each, name)]
        for name in ("keys", "fens", "lines", "rounds", "answers")
    }
    asked = rows["lines"] if code is Code.RESERVATION else []
    return {
        "batches": ids.uuid7s(len(movements)),
        "accounts": [each.account_id for each in movements],
        "authorities": [each.authority for each in movements],
        "debits": [str(each.debit) for each in movements],
        "credits": [str(each.credit) for each in movements],
        "codes": [str(code)] * len(movements),
        "documents": [each.document_number for each in movements],
        "heads": [n for n, each in enumerate(movements, 1) for _ in each.keys],
        "ids": rows["keys"],
        "fens": rows["fens"],
        "lines": rows["lines"],
        "rounds": rows["rounds"],
        "resolves": rows["answers"] if code in rules.RESOLVING else [],
        "reverses": rows["answers"] if code in rules.REVERSING else [],
        "lowest": min(asked, default=None),
        "highest": max(asked, default=None),
        "by": by.subject,
        "at": at,
    }
