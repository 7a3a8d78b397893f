"""What a check of stored data says: a promise, how much was examined, how much is wrong."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One promise: how much was examined, how much is wrong, and one example."""

    service: str
    promise: str
    examined: int
    wrong: int
    example: str | None = None


def judged(service: str, promise: str, examined: int, wrong: list[str]) -> Finding:
    """Return what was found wrong among what was examined, with one example."""
    return Finding(service, promise, examined, len(wrong), min(wrong, default=None))
