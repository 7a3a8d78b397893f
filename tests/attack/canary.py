"""Marked numbers, names, accounts and words go through a whole life, and turn up nowhere in clear.

Looked through afterwards: every table of the four databases as text, the cluster's data files and
write-ahead log, a backup packed and unpacked, the services' logs with a line a request, their
metrics, traces and addresses, every problem that was answered, what wrong callers are answered by
every operation that reads or exports, and the files that the suite wrote.
"""

import asyncio
import base64
import io
import itertools
import random
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx

from shared import access, backup, logs, postgres, postgres_bins
from shared.principal import Principal, Role
from tests.attack import drawing, lives, strangers
from tests.attack.lives.scene import PASSBOOK, Scene
from tests.attack.strangers import NEAR, Stranger
from tests.attack.watching import Step, Watch
from tests.claims.submissions import world as books
from tests.faults.part import Part, Report, Size, Tools
from tests.gateway import doubles
from tests.registry import world as worlds
from tests.suite import SERVICES, Suite

SHORTEST = 9  # a shorter mark would be found by chance in a hash


class Overhearing(Watch):
    """Listens to every address and answer; attacks nothing."""

    addresses: list[str]
    traces: list[bytes]
    problems: list[bytes]

    def listen(self, client: httpx.AsyncClient) -> None:
        """Hear every answer of a client."""

        async def heard(answer: httpx.Response) -> None:
            names = ("traceparent", "tracestate", "baggage", "location", "link", "set-cookie")
            told = [answer.headers.get(name, "") for name in names]
            self.traces.append(" ".join(told).encode())
            if answer.is_error:
                self.problems.append(await answer.aread())

        client.event_hooks = {"response": [heard]}

    def _client(self, base: str, headers: dict[str, str]) -> httpx.AsyncClient:
        made = super()._client(base, headers)
        self.listen(made)
        return made

    async def attack(self, step: Step, by: Principal) -> None:
        """Write down where a request went."""
        self.addresses.append(f"{by.role} {step.url}")


async def _run(tools: Tools) -> Report:
    suite, report = tools.suite, Report()
    watch = Overhearing(suite, random.Random(tools.seed))
    watch.addresses, watch.traces, watch.problems = [], [], []
    wechat = doubles.Wechat()
    try:
        with _written() as written, doubles.cheap(suite):
            with doubles.standing_in(suite, "wechat", wechat):
                await books.permit(suite)
                callers = await strangers.gathered(suite)
                await watch.install(callers)
                scene = Scene(suite, await worlds.world(suite), secrets=watch.secrets)
                await lives.live(scene, wechat)
                await _errors(suite, scene)
                watch.remove()
                wrong = [text async for text in _answers(tools, callers)]
            marks = _forms(watch.secrets)
            report.figures = {"marks": len(watch.secrets), "forms": len(marks)}
            places = {
                "logs": [written.getvalue().encode()],
                "problems": watch.problems,
                "traces": watch.traces,
                "addresses": [text.encode() for text in watch.addresses],
                "answers to wrong callers": wrong,
                "metrics": [text async for text in _metrics(suite)],
                "tables": [row async for row in _tables(suite)],
                "files": _files(tools.folder, suite.keys.parent),
            }
            if tools.size is Size.FULL:
                await suite.sql("registry", "checkpoint")
                places["cluster"] = _files(_cluster(suite))
                places["backup"] = await _backup(tools)
            for name, texts in places.items():
                read = _search(report, name, texts, marks)
                report.figures[f"{name}, bytes"] = read
            own = (await scene.persons[0].client.get("/me")).content
            report.case(held=any(mark in own for mark in marks), what="the search finds nothing")
            report.case(held=report.figures["tables, bytes"] != 0, what="no table was read")
            report.case(held=report.figures["logs, bytes"] != 0, what="no log was read")
            report.case(held=bool(watch.problems), what="no problem was heard")
            every = {b'"route":"/v1', b'"event":"request"', b'"role":"trainee"'}
            lines = written.getvalue().encode()
            report.case(held=all(one in lines for one in every), what="no line a request")
    finally:
        watch.remove()
    return report


def _forms(secrets: Iterable[str]) -> dict[bytes, str]:
    """Return each mark in the forms in which it could be stored."""
    found: dict[bytes, str] = {}
    for secret in secrets:
        plain = secret.encode()
        if len(plain) < SHORTEST:
            continue
        escaped = secret.encode("ascii", "backslashreplace")
        for form, raw in (
            ("plain", plain),
            ("hex", plain.hex().encode()),
            ("HEX", plain.hex().upper().encode()),
            ("UTF-16", secret.encode("utf-16-le")),
            ("UTF-16 big", secret.encode("utf-16-be")),
            ("GB 18030", secret.encode("gb18030")),
            ("escaped", escaped),
            ("URL", quote(secret).encode()),
            ("reversed", secret[::-1].encode()),
            *((f"base64 at {n}", _base64(plain, n)) for n in range(3)),
        ):
            if len(raw) >= SHORTEST:
                found[raw] = f"{secret} ({form})"
    return found


def _base64(plain: bytes, offset: int) -> bytes:
    """Return what of a text's base64 does not depend on what stands before and after it."""
    encoded = base64.b64encode(b"\0" * offset + plain)
    first = -(-offset * 4 // 3) + (1 if offset else 0)
    whole = (offset + len(plain)) // 3 * 4
    return encoded[first:whole]


def _search(report: Report, place: str, texts: Iterable[bytes], marks: dict[bytes, str]) -> int:
    read = 0
    found: set[str] = set()
    for text in texts:
        read += len(text)
        found |= {name for mark, name in marks.items() if mark in text}
    report.case(held=not found, what=f"{place}: in the clear {sorted(found)[:8]}")
    return read


@contextmanager
def _written() -> Iterator[io.StringIO]:
    """Let every log line of the process go to a text that is returned."""
    kept = io.StringIO()
    logs.configure("gateway", stream=kept)
    try:
        yield kept
    finally:
        logs.configure("gateway")


async def _errors(suite: Suite, scene: Scene) -> None:
    """Send the secrets where they do not belong: every refusal must forget them."""
    someone = scene.persons[0]
    words = (someone.name, someone.id_number, PASSBOOK)
    officer, office = suite.gateway(suite.officer("650402")), scene.officer("registry")
    for word in words:
        for client in (officer, suite.gateway()):
            await client.post(
                "/v1/binding-codes", json={"id_number": word, "name": word, "x": word}
            )
            await client.post("/v1/binding-codes", content=f'{{"name": "{word}'.encode())
            await client.post("/v1/rosters", content=f"姓名,身份证号\n{word},{word}".encode())
            await client.post("/v1/certificate-checks", json={"number": word, "name": word})
            await client.post("/v1/wechat/bindings", json={"code": word})
            await client.post(
                "/v1/officers/login", json={"login": word, "password": word, "totp": "000000"}
            )
        body = {"id_number": someone.id_number, "name": f"{word}·别"}
        await office.post("/binding-codes", json=body)
        await office.post("/registers", json={"code": word, "entries": [{"id_number": word}]})
        bank = {"bank": word, "account_number": word, "holder": word}
        await someone.client.post("/me/bank-account", json=bank)
        await someone.client.post("/me/correction-requests", json={"field": word, "text": word})


async def _answers(tools: Tools, callers: Sequence[Stranger]) -> AsyncIterator[bytes]:
    """Ask every operation that reads or exports, with stored keys, as everybody else."""
    suite, chance = tools.suite, random.Random(tools.seed)
    keys = await drawing.keys(suite)
    asked = []
    for name in SERVICES:
        for route in access.operations(suite.apps[name]):
            path = route.path
            for field in route.dependant.path_params:
                known = keys.get(field.alias) or ["1"]
                path = path.replace(f"{{{field.alias}}}", chance.choice(known))
            if "GET" in (route.methods or ()) and not path.startswith("/internal"):
                outer = path if name == "gateway" else f"/v1{path}"
                asked += [outer, f"{outer}?format=csv", f"{outer}?format=xlsx"]
    pairs = [(one, path) for one in callers for path in asked if one.relation not in NEAR]
    pairs = [pair for pair in pairs if pair[0].principal.role is not Role.SERVICE]
    for one, path in chance.sample(pairs, tools.many(handful=200, full=len(pairs))):
        answer = await suite.gateway(one.principal).get(path)
        yield answer.content + str(answer.headers).encode()


async def _backup(tools: Tools) -> Iterator[bytes]:
    """Back everything up and give its files, packed as they lie there and unpacked as text."""
    suite, folder = tools.suite, tools.folder / "backup"
    urls = {name: postgres.database_urls(suite.cluster, name, suite.prefix)[1] for name in SERVICES}
    await backup.back_up(urls, folder, keys=suite.keys, at=suite.clock.now())
    restore = postgres_bins.binaries() / "pg_restore"
    texts = []
    for dump in sorted(folder.glob("*.dump")):
        ran = await asyncio.create_subprocess_exec(
            restore, "-f", "-", dump, stdout=asyncio.subprocess.PIPE
        )
        text, _ = await ran.communicate()
        assert ran.returncode == 0, dump
        texts.append(text)
    return itertools.chain(texts, _files(folder))


async def _metrics(suite: Suite) -> AsyncIterator[bytes]:
    """Read what each service counts."""
    for name in SERVICES:
        client = httpx.AsyncClient(transport=suite.transport, base_url=f"http://{name}")
        yield (await client.get("/metrics")).content


async def _tables(suite: Suite) -> AsyncIterator[bytes]:
    """Dump every table as text; sealed values come as hex."""
    for name in SERVICES:
        tables = await suite.sql(
            name, "select tablename from pg_tables where schemaname = 'public'"
        )
        for table in tables:
            rows = await suite.sql(name, f'select t::text as row from "{table["tablename"]}" t')
            yield "\n".join(row["row"] for row in rows).encode()


def _files(*folders: Path) -> Iterator[bytes]:
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                yield path.read_bytes()


def _cluster(suite: Suite) -> Path:
    folder: Path = suite.cluster.data
    return folder


PART = Part(
    "canary", "带标记的身份证号、姓名、账号、手机和原话走完全程后，任何地方都查不到明文", _run
)
