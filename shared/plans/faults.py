"""What can be wrong with a plan pack, and where."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault of a pack: the file as the caller named it, the line from 1, what is wrong."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        """Read as compilers write: an editor can jump to it."""
        return f"{self.file}:{self.line}: {self.message}"


class PlanError(Exception):
    """A pack that must not be loaded; carries every fault that was found, in file order."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Keep the faults sorted and say each on a line of its own."""
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))
