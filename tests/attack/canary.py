"""Marked numbers, names, accounts and words go through a whole life, and turn up nowhere in clear.

Looked through afterwards: every table of the four databases as text, the cluster's data files and
write-ahead log, the services' logs, their metrics, addresses, what wrong callers are answered, and
the files that the suite wrote.
"""

import base64
import io
import random
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx

from shared import logs
from shared.principal import Principal, Role
from tests.attack import lives, strangers
from tests.attack.lives.scene import PASSBOOK, Scene
from tests.attack.strangers import Stranger
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

    async def attack(self, step: Step, by: Principal) -> None:
        """Write down where a request went."""
        self.addresses.append(f"{by.role} {step.url}")


async def _run(tools: Tools) -> Report:
    suite, report = tools.suite, Report()
    watch = Overhearing(suite, random.Random(tools.seed))
    watch.addresses = []
    wechat = doubles.Wechat()
    try:
        with _written() as written, doubles.cheap(suite):
            with doubles.standing_in(suite, "wechat", wechat):
                await books.permit(suite)
                callers = await strangers.gathered(suite)
                await watch.install(callers)
                scene = Scene(suite, await worlds.world(suite), secrets=watch.secrets)
                await lives.live(scene, wechat)
                watch.remove()
                await _errors(suite, scene)
                wrong = [text async for text in _answers(suite, callers, scene)]
            marks = _forms(watch.secrets)
            report.figures = {"marks": len(watch.secrets), "forms": len(marks)}
            places = {
                "logs": [written.getvalue().encode()],
                "addresses": [text.encode() for text in watch.addresses],
                "answers to wrong callers": wrong,
                "metrics": [text async for text in _metrics(suite)],
                "tables": [row async for row in _tables(suite)],
                "files": _files(tools.folder, suite.keys.parent),
            }
            if tools.size is Size.FULL:
                await suite.sql("registry", "checkpoint")
                places["cluster"] = _files(_cluster(suite))
            for name, texts in places.items():
                read = _search(report, name, texts, marks)
                report.figures[f"{name}, bytes"] = read
            own = (await scene.persons[0].client.get("/me")).content
            report.case(held=any(mark in own for mark in marks), what="the search finds nothing")
            report.case(held=report.figures["tables, bytes"] != 0, what="no table was read")
            report.case(held=report.figures["logs, bytes"] != 0, what="no log was read")
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


async def _answers(suite: Suite, callers: Sequence[Stranger], scene: Scene) -> AsyncIterator[bytes]:
    """Read every list there is as everybody who is somebody else."""
    for one in callers:
        client = suite.gateway(one.principal) if one.principal.role is not Role.SERVICE else None
        if client is None:
            continue
        for path in ("/classes", "/claims", "/organisations", "/me", "/me/copy", "/notices"):
            yield (await client.get(f"/v1{path}")).content
        for path in ("enrolments", "sign-in-sheet", "results", "certificates"):
            yield (await client.get(f"/v1/classes/{scene.rooms['main'].id}/{path}")).content


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
