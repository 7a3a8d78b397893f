"""Hostile files through the public doors: refused or done at once, and nobody dies of one."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import httpx

from tests.faults.part import Part, Report, Tools
from tests.registry.rosters import books, damage, hostile
from tests.registry.world import world as new_world

SLOWEST_S = 1.0
RSS_BYTES_MAX = 256 * 1024 * 1024
SERVER_ERROR = 500
# What the plainest upload takes on a quiet machine: the limit grows with a slower or busier one.
PLAIN_S = 0.05
REGISTER = "code=unemployed&source_title=abc&document_number=abc&as_of=2020-03-01"
KINDS = tuple(damage.HONEST)
Made = tuple[str, Callable[[], bytes]]


async def run(tools: Tools) -> Report:
    """Send every hostile file to every door that takes files; then an honest one."""
    report = Report()
    here = await new_world(tools.suite)
    doors = {
        "/rosters?filename=a.xlsx": here.institution.client,
        f"/registers/files?{REGISTER}": here.officer,
    }
    files = list(_files(random.Random(tools.seed), tools.many(handful=6, full=60)))
    random.Random(tools.seed).shuffle(files)
    some = files[: tools.many(handful=12, full=len(files))]
    for path, client in doors.items():
        pace = await _pace(client, path)
        report.figures[f"{path.partition('?')[0]}: a plain file, s"] = round(pace, 3)
        for name, make in some:
            took = await _send(report, client, path, (name, make))
            allowed = SLOWEST_S * max(2.0, pace / PLAIN_S)  # two cores are shared with all tests
            report.case(held=took <= allowed, what=f"{name} took {took:.2f} s of {allowed:.1f}")
    report.figures["files"] = len(some)
    _memory(report)
    honest = f"姓名,身份证号\n{books.NAME},{books.ID_NUMBER}\n".encode()
    answer = await here.institution.client.post("/rosters?filename=b.csv", content=honest)
    report.case(held=answer.status_code < SERVER_ERROR, what=f"afterwards {answer.status_code}")
    return report


def _files(chance: random.Random, how_many: int) -> Iterator[Made]:
    """Give the catalogue of hostile files, and honest ones that were damaged."""
    for name, (make, _) in hostile.FILES.items():
        yield name, make
    for n in range(how_many):
        whole, wrap = damage.HONEST[KINDS[n % len(KINDS)]]
        data = wrap(damage.damaged(whole, chance))
        yield f"{KINDS[n % len(KINDS)]} damaged {n}", lambda data=data: data


async def _pace(client: httpx.AsyncClient, path: str) -> float:
    """Measure what an upload costs here and now, whatever it says."""
    times = []
    for n in range(3):
        began = monotonic()
        await client.post(path, content=f"姓名,身份证号\n{n},{n}\n".encode())
        times.append(monotonic() - began)
    return min(times)


async def _send(report: Report, client: httpx.AsyncClient, path: str, file: Made) -> float:
    """Send a file; return the seconds that its answer took."""
    name, make = file
    data = make()
    began = monotonic()
    answer = await client.post(path, content=data)
    seconds = monotonic() - began
    what = f"{path.partition('?')[0]} {name}: {answer.status_code} {answer.text[:200]}"
    report.case(held=answer.status_code < SERVER_ERROR, what=what)
    before = float(report.figures.get("slowest, s", 0.0))
    report.figures["slowest, s"] = round(max(before, seconds), 2)
    kind = f"answered {answer.status_code}"
    report.figures[kind] = int(report.figures.get(kind, 0)) + 1
    return seconds


def _memory(report: Report) -> None:
    """Look at the children that parse: what the largest one ever held."""
    peaks = [_peak(path) for path in Path("/proc").glob("[0-9]*/status") if _is_child(path)]
    report.figures["children"] = len(peaks)
    report.figures["largest child, MiB"] = max(peaks, default=0) // (1 << 20)
    held = all(peak <= RSS_BYTES_MAX for peak in peaks)
    report.case(held=held, what=f"a child held {max(peaks, default=0)} bytes")


def _is_child(status: Path) -> bool:
    try:
        command = (status.parent / "cmdline").read_bytes()
        return b"rosters" in command and b"child" in command and _parent(status) == _own()
    except OSError:
        return False


def _own() -> int:
    return int(Path("/proc/self").readlink().name)


def _parent(status: Path) -> int:
    return int(_field(status, "PPid"))


def _peak(status: Path) -> int:
    try:
        return int(_field(status, "VmHWM").split()[0]) * 1024
    except (OSError, ValueError):
        return 0


def _field(status: Path, name: str) -> Any:
    for line in status.read_text("ascii", errors="replace").splitlines():
        key, _, value = line.partition(":")
        if key == name:
            return value.strip()
    raise ValueError(name)


PART = Part(
    "hostile_files",
    "a hostile file is refused or read at once and in little memory; no child dies of one",
    run,
)
