"""Which rate holds. A rate that nobody confirmed is unset, never 0. POLICY 8.1."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


class Entry(Protocol):
    """What a rate says."""

    authority: str
    fen_per_person: int
    from_date: date
    document_number: str


@dataclass(frozen=True, slots=True)
class Held:
    """The rate of an authority on a day; all None when it is unset."""

    authority: str
    fen_per_person: int | None = None
    from_date: date | None = None
    document_number: str | None = None


def on_day(authorities: Sequence[str], confirmed: Iterable[Entry], on: date) -> tuple[Held, ...]:
    """Say for every authority which confirmed rate holds on a day, the latest that has begun."""
    latest: dict[str, Entry] = {}
    for entry in confirmed:
        known = latest.get(entry.authority)
        if entry.from_date <= on and (known is None or entry.from_date > known.from_date):
            latest[entry.authority] = entry
    return tuple(_held(authority, latest.get(authority)) for authority in authorities)


def _held(authority: str, entry: Entry | None) -> Held:
    if entry is None:
        return Held(authority)
    return Held(authority, entry.fen_per_person, entry.from_date, entry.document_number)
