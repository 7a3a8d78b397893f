"""Which hold gets which slots: first come, first served; all that a place needs, or none."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.claims.provisions import slot_keys
from services.claims.provisions.in_force import Caps

__all__ = ["Placed", "Wish", "earlier", "place"]

Key = tuple[UUID, str]


@dataclass(frozen=True, slots=True)
class Wish:
    """A hold and the slots its place needs: for each slot the keys that would do."""

    hold: UUID
    trainee_id: UUID
    enrolment_id: UUID
    slots: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """A slot for a hold."""

    wish: Wish
    key: str


def place(
    wishes: Sequence[Wish], occupied: Mapping[Key, UUID]
) -> tuple[list[Placed], frozenset[UUID]]:
    """Give slots to holds in order; return the slots, and the holds that get none.

    `occupied` maps a person's key to the place that has it. A hold that needs no slot gets none
    and lacks none.
    """
    filled = dict(occupied)
    given: list[Placed] = []
    without: set[UUID] = set()
    for wish in wishes:
        keys = _chosen(wish, filled)
        if keys is None:
            without.add(wish.hold)
            continue
        for key in keys:
            if (wish.trainee_id, key) not in filled:
                given.append(Placed(wish, key))
            filled[wish.trainee_id, key] = wish.enrolment_id
    return sorted(given, key=lambda one: (one.wish.trainee_id, one.key)), frozenset(without)


def earlier(told: Iterable[Mapping[str, Any]], caps: Caps) -> dict[str, Mapping[str, Any]]:
    """Say which keys earlier payments and certificates took, each with its entry. POLICY 8.22."""
    found: dict[str, Mapping[str, Any]] = {}
    for each in told:
        slots = slot_keys.of(
            kind=each["kind"],
            subject_code=each["subject_code"],
            level=each["level"],
            starts_on=date.fromisoformat(each["on"]),
            caps=caps,
        )
        for slot in slots:
            free = next((key for key in slot.choices if key not in found), None)
            if free is not None:
                found[free] = each
    return found


def _chosen(wish: Wish, filled: Mapping[Key, UUID]) -> list[str] | None:
    """Choose a key for each slot, an own one first; None where one slot has none."""
    keys: list[str] = []
    for choices in wish.slots:
        key = _free(wish, choices, filled, keys)
        if key is None:
            return None
        keys.append(key)
    return keys


def _free(
    wish: Wish, choices: Iterable[str], filled: Mapping[Key, UUID], used: Sequence[str]
) -> str | None:
    options = [key for key in choices if key not in used]
    own = (key for key in options if filled.get((wish.trainee_id, key)) == wish.enrolment_id)
    free = (key for key in options if (wish.trainee_id, key) not in filled)
    return next(own, None) or next(free, None)
