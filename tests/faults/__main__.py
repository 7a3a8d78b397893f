"""`make faults`: every part of the proof in full; `ONLY=name[,name]` for some, `SEED=` for another.

Prints each figure and a summary, writes .data/faults.json; 0 only if every promise held. The whole
has 40 minutes: what is not reached in that time counts as broken, never as held.
"""

import asyncio
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic

import typer

from shared import logs, postgres
from tests import whole
from tests.faults import invariants, part
from tests.faults.part import Figure, Part, Report, Size, Tools
from tests.suite import Suite

BUDGET_S = 40 * 60.0
SEED = 20_200_302
SHOWN = 20
WRITTEN = Path(".data/faults.json")


class UnknownPart(Exception):
    """`ONLY=` names what is no part; the message lists those there are."""


@dataclass
class Outcome:
    """What is written of one part."""

    name: str
    promise: str
    tried: int
    figures: dict[str, Figure]
    broken: list[str] = field(default_factory=list)
    seconds: float = 0.0


def chosen(parts: Sequence[Part], only: str) -> list[Part]:
    """Return the parts that `ONLY=` names, all for an empty one; UnknownPart for another name."""
    wanted = {name.strip() for name in only.split(",") if name.strip()}
    if unknown := wanted - {one.name for one in parts}:
        names = " ".join(one.name for one in parts)
        raise UnknownPart(f"no part is named {', '.join(sorted(unknown))}; there are: {names}")
    return [one for one in parts if not wanted or one.name in wanted]


async def attempt(one: Part, tools: Tools, *, within_s: float) -> Outcome:
    """Run a part on an empty suite and check the invariants of what it leaves."""
    began = monotonic()
    report = Report()
    try:
        if within_s <= 0:
            raise TimeoutError("no time was left")
        await tools.suite.clean()
        async with asyncio.timeout(within_s):
            report = await one.run(tools)
    except Exception as error:  # noqa: BLE001 - a part that fails is a promise that did not hold
        report.broken.append(f"{type(error).__name__}: {error}"[:500])
        traceback.print_exc()
    finally:
        tools.suite.transport.fault = None
    if report.tried == 0:
        report.broken.append("nothing was tried")
    try:
        report.broken += await invariants.broken(tools.suite)
    except Exception as error:  # noqa: BLE001 - not checked is not held
        report.broken.append(f"invariants: {type(error).__name__}: {error}"[:500])
    seconds = round(monotonic() - began, 1)
    return Outcome(one.name, one.promise, report.tried, report.figures, report.broken, seconds)


async def run_all(parts: Sequence[Part], suite: Suite, folder: Path, seed: int) -> list[Outcome]:
    """Run parts one after the other within the budget, telling each as it ends."""
    deadline = monotonic() + BUDGET_S
    done = []
    for one in parts:
        place = folder / one.name
        place.mkdir()
        say(f"— {one.name}: {one.promise}")
        tools = Tools(suite=suite, folder=place, seed=seed, size=Size.FULL)
        outcome = await attempt(one, tools, within_s=deadline - monotonic())
        tell(outcome)
        done.append(outcome)
    return done


def say(line: str = "") -> None:
    """Print a line at once, also into a pipe."""
    typer.echo(line)
    sys.stdout.flush()


def tell(outcome: Outcome) -> None:
    """Print one part's figures and what broke."""
    mark = "✗" if outcome.broken else "✓"
    say(f"  {mark} {outcome.tried:,} tried in {outcome.seconds} s")
    for name, figure in outcome.figures.items():
        say(f"    {name}: {figure}")
    for what in outcome.broken[:SHOWN]:
        say(f"    broken: {what}")
    if len(outcome.broken) > SHOWN:
        say(f"    … and {len(outcome.broken) - SHOWN} more")


def summary(done: Sequence[Outcome]) -> int:
    """Print the closing lines; return 0 only if there were parts and nothing broke."""
    say()
    for one in done:
        mark = "✗" if one.broken else "✓"
        broken = f", {len(one.broken)} broken" if one.broken else ""
        say(f"{mark} {one.name:<18}{one.tried:>9,} tried{broken}  {one.seconds} s")
    bad = [one.name for one in done if one.broken]
    seconds = sum(one.seconds for one in done)
    verdict = f"broken: {', '.join(bad)}" if bad else "every promise held"
    say(f"{len(done)} parts in {seconds:.0f} s; {verdict}")
    return 1 if bad or not done else 0


async def _run(
    parts: Sequence[Part], cluster: postgres.Cluster, folder: Path, seed: int
) -> list[Outcome]:
    async with whole.suite(cluster, whole.keys(folder / "suite")) as suite:
        logs.configure("faults", "CRITICAL")  # a line a request would bury the figures
        return await run_all(parts, suite, folder, seed)


def main() -> int:
    """Run what the environment asks for and write it down."""
    try:
        parts = chosen(part.every(), os.environ.get("ONLY", ""))
    except UnknownPart as error:
        typer.echo(str(error), err=True)
        return 2
    seed = int(os.environ.get("SEED") or SEED)
    say(f"seed {seed}")
    with tempfile.TemporaryDirectory(prefix="zhipei-faults-") as name:
        folder = Path(name)
        (folder / "suite").mkdir()
        with whole.cluster(folder) as cluster:
            whole.migrate(cluster)
            done = asyncio.run(_run(parts, cluster, folder, seed))
    WRITTEN.parent.mkdir(exist_ok=True)
    document = {"seed": seed, "parts": [asdict(one) for one in done]}
    WRITTEN.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return summary(done)


if __name__ == "__main__":
    sys.exit(main())
