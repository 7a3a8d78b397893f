"""Compare certificates with the hashes that their events keep. For `python -m services check`."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.assessments import operations
from shared.sealing import SealBroken, Sealer

PROMISE = "证书：内容与核发、作废时事件所载摘要一致，无增无减"
ROWS = text("select * from certificates order by id")
TOLD = text(
    "select type, data, by_subject, at, row_hash from events"
    " where type in ('certificate.issued', 'certificate.voided') order by position"
)
ISSUED = "certificate.issued"
VALID: dict[str, Any] = {"state": "valid", "void_reason": None}
Row = RowMapping


async def run(session: AsyncSession, sealer: Sealer) -> tuple[int, int, str | None]:
    """Return how many certificates were compared, how many differ, and one that does."""
    rows = {str(row["id"]): row for row in (await session.execute(ROWS)).mappings()}
    told = (await session.execute(TOLD)).mappings().all()
    wrong = {key for key, row in rows.items() if not _opens(row, sealer)}
    seen: dict[str, list[str]] = {}
    for event in told:
        keys = event["data"]["certificates"]
        for key in keys:
            seen.setdefault(key, []).append(event["type"])
        if not _same(event, [rows.get(key) for key in keys]):
            wrong |= set(keys)
    for key, row in rows.items():
        expected = [ISSUED, *(["certificate.voided"] if row["state"] == "voided" else [])]
        voided = row["voided_by"] or row["voided_at"] or row["void_reason"]
        if seen.get(key) != expected or (row["state"] == "valid" and voided):
            wrong.add(key)
    return len(rows), len(wrong), min(wrong, default=None)


def _opens(row: Row, sealer: Sealer) -> bool:
    """Say whether the sealed number is the one of the index."""
    try:
        number = sealer.open(
            row["number_sealed"], table="certificates", column="number_sealed", row=row["id"]
        )
    except SealBroken:
        return False
    return bool(sealer.index("certificate_number", number) == row["number_index"])


def _same(event: Row, rows: Sequence[Row | None]) -> bool:
    """Say whether the rows are still what the event hashed, and by whom and when."""
    there = [row for row in rows if row is not None]
    if len(there) != len(rows):
        return False
    if event["type"] == ISSUED:
        told: list[dict[str, Any]] = [{**row, **VALID} for row in there]
        stamps = {(row["by_subject"], row["at"]) for row in there}
    else:
        told = [{**row} for row in there]
        stamps = {(row["voided_by"], row["voided_at"]) for row in there}
    hashed = operations.row_hash(told) == event["row_hash"]
    return hashed and stamps == {(event["by_subject"], event["at"])}
