"""A phone reads while a hundred institutions upload: the slowest of a hundred reads."""

import asyncio
from datetime import timedelta
from time import perf_counter
from uuid import UUID, uuid4

import asyncpg
import httpx

from shared.principal import Principal, Role
from shared.standards import credit_code
from tests.bench import measuring, processes, wire
from tests.bench.figures import Figure
from tests.bench.processes import Processes
from tests.bench.row import Row
from tests.bench.tools import Tools
from tests.bench.wire import Wire
from tests.registry import roster_files
from tests.registry import world as worlds

INSTITUTIONS, ROWS_EACH, CLASSES_EACH = 100, 2_000, 20
IDLE_READS = 500
PAPER = {
    "role": "institution",
    "document_number": "高人社发〔2020〕示例1号",
    "from_date": "2020-03-01",
}
COPIES = (
    "insert into training_classes select (json_populate_record(c, json_build_object("
    "'id', gen_random_uuid(), 'code', c.code || '-' || o || '-' || n, 'organisation_id', w.id))).*"
    " from training_classes c, unnest($1::uuid[]) with ordinality w(id, o),"
    " generate_series(1, $2::int) n returning organisation_id, code"
)


def _file(suite: Processes) -> None:
    """File one listed class through the door; its copies are made of it."""
    officer = processes.official("650400", "650402")
    suite.post(officer, "/sandbox/clock", {"now": "2020-03-02T02:00:00+00:00"})
    draft = {
        "authority": "650402",
        "credit_code": credit_code.complete("52650402MJY000099"),
        "name": "高昌区示例培训学校",
        "short_name": "示例",
        "nature": "private_school",
        "address": "高昌区示例路1号",
        "roles": ["institution"],
        "responsible_person": {"name": worlds.SIGNER, "phone": "13800000000"},
    }
    school = suite.post(officer, "/organisations", draft)["id"]
    listed = {"state": "listed", "reason": "经查验符合条件"}
    suite.post(officer, f"/organisations/{school}/standings", PAPER | listed)
    scope = {"kind": "skill", "to_date": "2022-12-31"}
    suite.post(officer, f"/organisations/{school}/licences", PAPER | scope)
    course = {"kind": "skill", "code_source": "local", "subject_name": "示例面点师", "level": 5}
    more = {"hours": 8, "certificate_kind": "skill_level"}
    offering = suite.post(officer, "/offerings", course | more)["id"]
    for directory in ("offerings", "institutions", "assessors"):
        suite.post(officer, "/editions", {"directory": directory})
    contract = {
        "authority": "650402",
        "organisation_id": school,
        "offering_id": offering,
        "target": "m06",
        "places": 50,
        "price_fen_per_person": 120_000,
        "document_number": "高采〔2020〕示例1号",
        "from_date": "2020-03-01",
        "to_date": "2020-12-31",
    }
    commission = suite.post(officer, "/commissions", contract)["id"]
    first = worlds.FIRST_DAY
    filing = {
        "basis": "commission",
        "route": "commitment",
        "authority": "650402",
        "commission_id": commission,
        "target": "m06",
        "offering_id": offering,
        "name": "2020示例面点师五级1等级证",
        "place": "高昌区示例路1号",
        "starts_on": first.isoformat(),
        "ends_on": (first + timedelta(days=1)).isoformat(),
        "capacity": 50,
        "listed": True,
        "sessions": [worlds.session_body(first + timedelta(days=n)) for n in range(2)],
        "commitment": worlds.commitment(),
    }
    suite.post(_client(school), "/classes", filing)


def _client(organisation: object) -> Principal:
    return Principal(f"client:{uuid4()}", Role.ORGANISATION, organisation=UUID(str(organisation)))


async def _files(suite: Processes) -> list[tuple[Principal, bytes]]:
    """Give each institution classes of its own and a file of people that no other names."""
    owners = [uuid4() for _ in range(INSTITUTIONS)]
    connection = await asyncpg.connect(suite.dsn("registry"))
    made = await connection.fetch(COPIES, owners, CLASSES_EACH)
    await connection.close()
    codes: dict[UUID, list[str]] = {owner: [] for owner in owners}
    for row in made:
        codes[row["organisation_id"]].append(row["code"])
    return [
        (
            _client(owner),
            roster_files.csv_bytes(
                roster_files.rows(codes[owner], ROWS_EACH, start=n * ROWS_EACH % 34_000)
            ),
        )
        for n, owner in enumerate(owners)
    ]


async def _upload(http: httpx.AsyncClient, suite: Processes, by: Principal, data: bytes) -> None:
    """Upload until it is taken: who is told to come again comes again."""
    headers = {**suite.outside(by), "Content-Type": "text/csv", "Idempotency-Key": f"up-{uuid4()}"}
    async with asyncio.timeout(240):
        while True:
            answer = await http.post(f"{suite.url}/v1/rosters", content=data, headers=headers)
            if answer.status_code == 201:
                break
            assert answer.status_code in {409, 429, 503}, answer.text
            await asyncio.sleep(0.5)
    assert answer.json()["rows_accepted"] == ROWS_EACH, answer.text


async def _reads(suite: Processes, enough: asyncio.Event, least: int) -> list[float]:
    ready = wire.request("GET", f"{suite.url}/v1/listed-classes?limit=20")
    taken: list[float] = []
    async with Wire(suite.url) as own:
        while len(taken) < least or not enough.is_set():
            began = perf_counter()
            answer = await own.send(ready)
            taken.append(1_000 * (perf_counter() - began))
            assert answer.status == 200, answer
            await asyncio.sleep(0.01)
    return taken


async def run(tools: Tools) -> list[Figure]:
    """Measure p99 of a read alone, and while all files are on their way."""
    suite = await tools.processes(_file)
    files = await _files(suite)
    done = asyncio.Event()
    done.set()
    await _reads(suite, done, 50)
    idle = measuring.percentile(await _reads(suite, done, IDLE_READS), 0.99)
    done.clear()
    reading = asyncio.create_task(_reads(suite, done, 100))
    limits = httpx.Limits(max_connections=INSTITUTIONS)
    async with httpx.AsyncClient(timeout=120, limits=limits, trust_env=False) as http:
        await asyncio.gather(*(_upload(http, suite, by, data) for by, data in files))
    done.set()
    busy = measuring.percentile(await reading, 0.99)
    return [Figure("reads_under_upload", busy, idle, "ms p99", 2.0, at_most=True)]


ROWS = (Row(("reads_under_upload",), "a phone reads while 100 institutions upload", run),)
