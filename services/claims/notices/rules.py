"""What of reviewed lines is published, and how. Pure. POLICY 5.4, 8.14."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Line:
    """A reviewed line before publication."""

    id: UUID
    claim_id: UUID
    class_id: UUID
    trainee_id: UUID
    provision: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Course:
    """What a notice says of a class, and the measure its target belongs to."""

    code: str
    measure: str | None


@dataclass(frozen=True, slots=True)
class Masked:
    """What a notice says of a person."""

    name: str
    id_digits: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A class's lines under one provision, of which only count and sum are published."""

    code: str
    provision: str
    lines: tuple[Line, ...]

    @property
    def people(self) -> int:
        """Count the persons."""
        return len({line.trainee_id for line in self.lines})

    @property
    def fen(self) -> int:
        """Sum the money."""
        return sum(line.amount_fen for line in self.lines)


@dataclass(frozen=True, slots=True)
class Split:
    """Lines published one by one, and those published as counts."""

    listed: tuple[Line, ...]
    counted: tuple[Line, ...]


def split(
    lines: Iterable[Line], courses: Mapping[UUID, Course], as_counts: Collection[str]
) -> Split:
    """Part the lines: allowances and the measures named are published only as counts and sums."""
    listed: list[Line] = []
    counted: list[Line] = []
    for line in lines:
        course = courses[line.class_id]
        apart = line.provision in as_counts or course.measure in as_counts
        (counted if apart else listed).append(line)
    order = lambda line: (courses[line.class_id].code, line.id)  # noqa: E731
    return Split(tuple(sorted(listed, key=order)), tuple(sorted(counted, key=order)))


def cells(lines: Iterable[Line], courses: Mapping[UUID, Course]) -> list[Cell]:
    """Put counted lines together by class and provision, in the order of their codes."""
    found: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        found.setdefault((courses[line.class_id].code, line.provision), []).append(line)
    return [Cell(code, word, tuple(held)) for (code, word), held in sorted(found.items())]


def suppressed(people: Sequence[int], below: int) -> tuple[set[int], bool]:
    """Say which cells are not shown, and whether their total may be.

    A small cell is hidden, and further ones with it, smallest first, until what the total leaves
    over speaks of at least two cells and is not small itself.
    """
    hidden = {n for n, count in enumerate(people) if count < below}
    if not hidden:
        return hidden, True
    others = sorted((n for n in range(len(people)) if n not in hidden), key=lambda n: people[n])
    while others and not _covered(hidden, people, below):
        hidden.add(others.pop(0))
    return hidden, _covered(hidden, people, below)


def _covered(hidden: Collection[int], people: Sequence[int], below: int) -> bool:
    return len(hidden) > 1 and sum(people[n] for n in hidden) >= below


def canonical(body: Any) -> bytes:
    """Write a body as the bytes that are published."""
    return json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def unchanged(tag: str, if_none_match: str | None) -> bool:
    """Say whether a client that sent If-None-Match has the bytes already."""
    if if_none_match is None:
        return False
    given = {each.strip().removeprefix("W/") for each in if_none_match.split(",")}
    return tag in given or "*" in given
