"""Run the bench: `make bench`, `ONLY=name,name`, `FLOORS=write`."""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.bench import figures, floors, row
from tests.bench.figures import Figure
from tests.bench.tools import Tools

ROOT = Path(__file__).parents[2]
OUT = ROOT / ".data" / "bench.json"


def main() -> int:
    """Measure, print the table, write bench.json; 1 if a row fell below its floor."""
    os.environ.setdefault("GATEWAY_BUDGET_SCALE", str(10**6))
    rows = row.chosen(os.environ.get("ONLY", ""))
    with tempfile.TemporaryDirectory(prefix="zhipei-bench-") as folder:
        found = asyncio.run(_measured(rows, Path(folder)))
    known = floors.read()
    if whole := figures.mean(found):
        found.append(whole)
    _say(figures.table(found, known))
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(figures.document(found), "utf-8")
    if os.environ.get("FLOORS") == "write":
        floors.write(floors.raised(found, known))
    fallen = floors.below(found, known)
    for line in fallen:
        _say(f"below 0.8 of its floor: {line}")
    return 1 if fallen else 0


async def _measured(rows: list[row.Row], folder: Path) -> list[Figure]:
    found: list[Figure] = []
    async with Tools(folder) as tools:
        for one in rows:
            began = time.perf_counter()
            fresh = await one.run(tools)
            found += fresh
            seconds = time.perf_counter() - began
            said = ", ".join(f"{figure.name} {figure.ratio:.2f}" for figure in fresh)
            _say(f"{said} ({seconds:.0f} s)", error=True)
    return found


def _say(text: str, *, error: bool = False) -> None:
    (sys.stderr if error else sys.stdout).write(f"{text}\n")
    (sys.stderr if error else sys.stdout).flush()


if __name__ == "__main__":
    sys.exit(main())
