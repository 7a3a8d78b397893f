"""The bank's file of a payment batch, against COPY TO of the same columns."""

import asyncio
import io
import tracemalloc
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

import asyncpg

from services.claims.payments import bank_file, exporting, payees
from services.claims.payments.schemas import PayeeKind
from shared.service import Service
from tests.bench import measuring
from tests.bench.figures import Figure
from tests.bench.row import Row
from tests.bench.tools import Tools
from tests.claims.ledger import world as books
from tests.claims.payments import world

LINES = 100_000
SCHOOLS = 50
BYTES_MAX = 64 * 1024 * 1024
COPY = (
    "select b.code || '-' || lpad(p.row_no::text, 6, '0'), '示例培训学校1', '65001612340',"
    " '示例银行', p.fen / 100 || '.' || lpad((p.fen % 100)::text, 2, '0'), '职业培训补贴'"
    " from payment_lines p join payment_batches b on b.id = p.batch_id"
    " where p.batch_id = $1 order by p.row_no"
)


@dataclass
class Batch:
    """A batch of many lines, owed to many schools, before its file is issued."""

    here: Service
    connection: asyncpg.Connection
    id: UUID
    code: str

    async def export(self) -> bytes:
        """Fetch the accounts, unsealed where they live, and the rows; write and hash the CSV."""
        by = books.finance()
        async with self.here.database.transaction(by) as session:
            paid = (await session.execute(exporting.PAYEES, {"batch": self.id})).scalars().all()
        accounts = await payees.fetch(
            self.here,
            kind=PayeeKind.INSTITUTION,
            payee_ids=paid,
            issue_id=self.id,
            office="650402/finance",
        )
        assert len(accounts) == SCHOOLS
        async with self.here.database.transaction(by) as session:
            plain = await exporting.copied(session, self.id, [])
        return await asyncio.to_thread(_written, self.code, plain, accounts)

    async def ours(self) -> float:
        """Export and look at the file."""
        made: list[bytes] = []

        async def export() -> None:
            made.append(await self.export())
            sha256(made[0]).digest()

        seconds = await measuring.timed(export)
        assert made[0].count(b"\r\n") == LINES + 1
        assert made[0].count(b"1200.00") == LINES
        return seconds

    async def limit(self) -> float:
        """COPY TO, CSV."""
        stream = io.BytesIO()

        async def copy() -> None:
            await self.connection.copy_from_query(COPY, self.id, output=stream, format="csv")

        seconds = await measuring.timed(copy)
        assert stream.getvalue().count(b"\n") == LINES
        return seconds


def _written(code: str, plain: bytes, accounts: dict[UUID, payees.Account]) -> bytes:
    owners = {
        str(key): bank_file.Owner(one.name, one.number, one.bank) for key, one in accounts.items()
    }
    return bank_file.csv_bytes(code, plain, owners)


async def run(tools: Tools) -> list[Figure]:
    """Measure a file of 100,000 lines, and that it never takes more than 64 MB."""
    suite = await tools.memory()
    await books.permit(suite)
    await books.received(suite, 10**13)
    for number in range(1, SCHOOLS + 1):
        school = await world.institution(suite, number)
        await world.payable(suite, school, [1_200_00] * (LINES // SCHOOLS))
    await suite.sql("claims", "vacuum analyze")
    officer = world.money(suite, books.finance())
    made = await world.ok(
        await officer.post("/payment-batches", json=world.batch_body(), timeout=300)
    )
    connection = await tools.connection(suite, "claims")
    batch = Batch(books.service(suite), connection, UUID(made["id"]), made["code"])
    await tools.settled(suite, "claims", "institutions")
    pair = await measuring.alternate(batch.ours, batch.limit)
    tracemalloc.start()
    await batch.export()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak <= BYTES_MAX, f"{peak / 2**20:.0f} MB"
    return [Figure("payment_export", LINES / pair.ours, LINES / pair.limit, "lines/s", 0.50)]


ROWS = (Row(("payment_export",), "a bank file of 100,000 lines against COPY TO", run),)
