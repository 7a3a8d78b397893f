"""Rosters: uploaded through the public door, against COPY of the very rows they left."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta

import asyncpg
import httpx
import python_calamine
import xlsxwriter

from shared.standards import resident_id
from tests.bench import measuring
from tests.bench.figures import Figure
from tests.bench.measuring import Copied, Pair
from tests.bench.row import Row
from tests.bench.tools import Tools
from tests.registry import roster_files
from tests.registry import world as worlds
from tests.suite import Suite

A_CLASS = 100  # invitations of a class of fifty
CLASSES = 1_000
OWN = ("rosters", "trainees", "invitations", "inbox", "roster_results", "events", "idempotency")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CLASSES_LIKE = (
    "insert into training_classes select (json_populate_record(c, json_build_object("
    "'id', gen_random_uuid(), 'code', c.code || '-' || lpad(n::text, 4, '0')))).*"
    " from training_classes c, generate_series(1, $2::int) n where c.id = $1 returning code"
)


@dataclass
class Hall:
    """An institution with many open classes."""

    suite: Suite
    client: httpx.AsyncClient
    codes: list[str]
    connection: asyncpg.Connection
    copied: Copied = field(init=False)

    def __post_init__(self) -> None:
        """Copy rows over the same connection."""
        self.copied = Copied(self.connection)


@dataclass
class Uploads:
    """One file, sent again and again to empty tables; the limit copies what the last one left."""

    hall: Hall
    rows: int
    data: bytes
    media_type: str = "text/csv"
    again: list[float] = field(default_factory=list)
    _left: dict[str, bytes] = field(default_factory=dict)

    async def ours(self) -> float:
        """Upload the file; then look whether everything is there."""
        await self.hall.copied.empty(ours=OWN)
        await self.hall.copied.mark()
        answers: list[httpx.Response] = []

        async def send() -> None:
            sent = roster_files.upload(self.hall.client, self.data, media_type=self.media_type)
            answers.append(await sent)

        seconds = await measuring.timed(send)
        self._left = await self.hall.copied.left()
        self.again.append(await measuring.timed(send))
        first, second = answers
        assert (first.status_code, second.status_code) == (201, 200), first.text
        assert first.json()["rows_accepted"] == self.rows
        assert first.json()["id"] == second.json()["id"]
        for table in ("trainees", "invitations", "inbox"):
            [found] = await self.hall.suite.sql("registry", f"select count(*) as n from {table}")
            assert found["n"] == self.rows, table
        return seconds

    async def limit(self, before: Callable[[], None] = lambda: None) -> float:
        """COPY the rows of the last upload; `before` is what reading the file costs."""

        async def read() -> None:
            before()

        seconds = await measuring.timed(read)
        return seconds + await self.hall.copied.write(self._left)


async def run_5k(tools: Tools) -> list[Figure]:
    """Measure a CSV of 5,000 rows."""
    rows = 5_000
    _, pair = await _csv(await _hall(tools), rows, pairs=measuring.PAIRS)
    return [Figure("roster_ingest_5k", rows / pair.ours, rows / pair.limit, "rows/s", 0.30)]


async def run_100k(tools: Tools) -> list[Figure]:
    """Measure a CSV of 100,000 rows, and the same file again."""
    rows = 100_000
    upload, pair = await _csv(await _hall(tools), rows, pairs=5)
    again = measuring.median(upload.again[1:])
    return [
        Figure("roster_ingest_100k", rows / pair.ours, rows / pair.limit, "rows/s", 0.45),
        Figure("roster_retry", again, pair.ours, "s", 0.5, at_most=True),
    ]


async def _csv(hall: Hall, rows: int, *, pairs: int) -> tuple[Uploads, Pair]:
    upload = Uploads(hall, rows, roster_files.csv_bytes(people(hall, rows)))
    pair = await measuring.alternate(upload.ours, upload.limit, pairs=pairs)
    await hall.copied.empty(ours=OWN)
    return upload, pair


async def run_xlsx(tools: Tools) -> list[Figure]:
    """Measure an XLSX of 50,000 rows; the limit parses it with calamine, and copies."""
    hall, rows = await _hall(tools), 50_000
    data = _workbook([roster_files.HEADINGS, *people(hall, rows)])

    def parse() -> None:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        assert len(book.get_sheet_by_index(0).to_python()) == rows + 1

    upload = Uploads(hall, rows, data, XLSX)
    pair = await measuring.alternate(upload.ours, lambda: upload.limit(parse), pairs=5)
    await hall.copied.empty(ours=OWN)
    return [Figure("roster_xlsx", rows / pair.ours, rows / pair.limit, "rows/s", 0.45)]


def people(hall: Hall, rows: int) -> list[roster_files.Row]:
    """Spread as many different people over the classes, each class's rows together."""
    return [
        (hall.codes[n // A_CLASS], roster_files.row("", n)[1], _number(n), f"139{n:08d}")
        for n in range(rows)
    ]


def _number(n: int) -> str:
    """Return the valid ID number of the n-th of more people than a county has."""
    day, of_day = divmod(n, 1_000)
    born = date(1965, 1, 1) + timedelta(days=day)
    return resident_id.complete(f"650402{born:%Y%m%d}{of_day:03d}")


def _workbook(body: list[tuple[str, ...]]) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate(body):
            for place, cell in enumerate(line):
                sheet.write_string(number, place, cell)
    return stream.getvalue()


async def _hall(tools: Tools) -> Hall:
    suite = await tools.memory()
    there = await worlds.world(suite)
    room = await there.file_class(capacity=50)
    made = await suite.sql("registry", CLASSES_LIKE, room.id, CLASSES - 1)
    codes = [room.code, *(row["code"] for row in made)]
    client = suite.gateway(there.institution.principal)
    client.base_url = httpx.URL("http://gateway/v1")
    client.timeout = httpx.Timeout(300)
    hall = Hall(suite, client, codes, await tools.connection(suite, "registry"))
    await hall.copied.prepare()
    await tools.settled(suite, "registry")
    return hall


ROWS = (
    Row(("roster_ingest_5k",), "a roster of 5,000 against COPY of the same rows", run_5k),
    Row(("roster_ingest_100k", "roster_retry"), "100,000, and the same file again", run_100k),
    Row(("roster_xlsx",), "50,000 rows of XLSX against parsing and COPY", run_xlsx),
)
