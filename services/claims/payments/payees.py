"""Names and accounts for one file: fetched from their owners, held in memory, logged there."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from services.claims import peers
from services.claims.payments.schemas import PayeeKind
from shared.service import Service

AT_ONCE = 1_000
CALLS = 4


class Account(NamedTuple):
    """Where a payee is paid; `ref` names the account without telling it."""

    ref: UUID
    name: str
    bank: str
    number: str


async def fetch(
    here: Service, *, kind: PayeeKind, payee_ids: Iterable[UUID], issue_id: UUID, office: str
) -> Mapping[UUID, Account]:
    """Return the accounts of payees; who has none is missing. Raises PeerUnavailable."""
    every = sorted(set(payee_ids))
    parts = [every[at : at + AT_ONCE] for at in range(0, len(every), AT_ONCE)]
    found: dict[UUID, Account] = {}
    for at in range(0, len(parts), CALLS):
        calls = (_part(here, kind, part, issue_id, office) for part in parts[at : at + CALLS])
        answers = await asyncio.gather(*calls)
        for answer in answers:
            for one in answer:
                if one["account_id"] is not None:
                    found[UUID(one["id"])] = Account(
                        UUID(one["account_id"]), one["name"], one["bank"], one["account_number"]
                    )
    return found


async def _part(
    here: Service, kind: PayeeKind, part: Sequence[UUID], issue_id: UUID, office: str
) -> list[dict[str, Any]]:
    if kind is PayeeKind.PERSON:
        return await peers.registry(here).bank_accounts(part, issue_id=issue_id, office=office)
    return await peers.institutions(here).bank_accounts(part, issue_id=issue_id)
