"""What a part of the proof is: a promise, a way to try it, and what came of it."""

import importlib
import pkgutil
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import ModuleType

import tests.attack
import tests.faults
from tests.suite import Suite

Figure = int | float | str


class Size(StrEnum):
    """How much of a part is run: a seeded handful in `make test`, everything in `make faults`."""

    HANDFUL = "handful"
    FULL = "full"


@dataclass
class Report:
    """What came of a part: how many cases were tried, what was measured, what broke."""

    tried: int = 0
    figures: dict[str, Figure] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def case(self, *, held: bool, what: str) -> None:
        """Count a case; one that did not hold is kept with its name."""
        self.tried += 1
        if not held:
            self.broken.append(what)


@dataclass(frozen=True)
class Tools:
    """What a part works with; `suite` is in memory and empty, real processes start in `folder`."""

    suite: Suite
    folder: Path
    seed: int
    size: Size

    def many(self, *, handful: int, full: int) -> int:
        """Return how many cases this size wants."""
        return handful if self.size is Size.HANDFUL else full


@dataclass(frozen=True)
class Part:
    """One part: its name for `ONLY=`, the promise in one sentence, and what tries it."""

    name: str
    promise: str
    run: Callable[[Tools], Awaitable[Report]]


def every() -> list[Part]:
    """Return every part there is: each module of these packages that declares a PART."""
    return sorted(
        (
            part
            for package in (tests.faults, tests.attack)
            for module in _modules(package)
            if (part := getattr(module, "PART", None)) is not None
        ),
        key=lambda part: part.name,
    )


def _modules(package: ModuleType) -> list[ModuleType]:
    names = [one.name for one in pkgutil.iter_modules(package.__path__)]
    return [
        importlib.import_module(f"{package.__name__}.{name}")
        for name in names
        if not name.startswith(("test_", "__"))
    ]
