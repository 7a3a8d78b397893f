"""Break one line of the product on purpose: the test that guards the promise must turn red."""

import asyncio
import os
import random
import shutil
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tests.faults.part import Part, Report, Size, Tools

ROOT = Path(__file__).parents[2]
CATALOGUE = Path(__file__).with_name("sabotages.toml")
LEFT_BEHIND = shutil.ignore_patterns(
    ".git", ".venv", ".data", ".*_cache", "__pycache__", ".hypothesis"
)
LIMIT = 300  # seconds for one test run, several times what the slowest takes
WHOLE_LIMIT = 1_200  # seconds for all the named tests together on the unspoiled tree
COPIES = 2
PASSED, FAILED = 0, 1  # what pytest exits with; anything else is no verdict
TIMED_OUT = 124  # no verdict either: a hanging machine notices nothing


@dataclass(frozen=True)
class Sabotage:
    """One line changed: where, from what, to what, the promise it breaks, who must notice."""

    name: str
    file: str
    old: str
    new: str
    promise: str
    test: str


def catalogue() -> list[Sabotage]:
    """Read the sabotages: data, so that one more is four lines and no code."""
    return [Sabotage(**one) for one in tomllib.loads(CATALOGUE.read_text("utf-8"))["sabotage"]]


def spoiled(text: str, one: Sabotage) -> str:
    """Return the file's text with the sabotage in it; the old text must stand there once."""
    found = text.count(one.old)
    if found != 1:
        raise ValueError(f"{one.name}: the old text stands {found} times in {one.file}")
    return text.replace(one.old, one.new)


async def tested(tree: Path, *arguments: str, limit: float) -> int:
    """Run tests of a copy of the tree in a process of their own, for at most `limit` seconds.

    Return pytest's exit code, or TIMED_OUT.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-q", "-x", "-n0", *arguments),
        cwd=tree,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        return await asyncio.wait_for(process.wait(), limit)
    except TimeoutError:
        os.killpg(process.pid, 9)
        await process.wait()
        return TIMED_OUT


async def run(tools: Tools) -> Report:
    """Apply the sabotages one at a time to copies of the tree."""
    chosen = catalogue()
    options: tuple[str, ...] = ()
    if tools.size is Size.HANDFUL:
        pure = [one for one in chosen if "/provisions/" in one.test]
        chosen = random.Random(tools.seed).sample(pure, 2)
        options = ("--noconftest",)  # rules need no databases, nor the time to start them
    report = Report()
    trees = [tools.folder / f"copy-{number}" for number in range(COPIES)]
    for tree in trees:
        await asyncio.to_thread(shutil.copytree, ROOT, tree, ignore=LEFT_BEHIND, symlinks=True)
    # A test that is red anyway would catch everything.
    tests = sorted({one.test for one in chosen})
    whole = await tested(trees[0], *options, *tests, limit=WHOLE_LIMIT)
    report.case(held=whole == PASSED, what=f"the named tests pass on the unspoiled tree ({whole})")
    waiting = list(reversed(chosen))

    async def work(tree: Path) -> None:
        while waiting:
            one = waiting.pop()
            file = tree / one.file
            text = file.read_text("utf-8")
            file.write_text(spoiled(text, one), "utf-8")
            code = await tested(tree, *options, one.test, limit=LIMIT)
            file.write_text(text, "utf-8")
            report.case(held=code == FAILED, what=f"{one.name}: {one.promise} ({one.test}: {code})")

    await asyncio.gather(*(work(tree) for tree in trees))
    report.figures["caught"] = report.tried - len(report.broken)
    return report


PART = Part(
    "sabotage",
    "A line of the product that breaks a promise is noticed by the test that names the promise.",
    run,
)
