"""Answers about slots."""

from datetime import date
from uuid import UUID

from shared import routing


class EarlierOut(routing.Out):
    """The earlier training that uses a slot, and the list that says so."""

    kind: str
    subject_code: str
    level: int | None
    on: date
    source_title: str
    document_number: str
    as_of: date


class SlotOut(routing.Out):
    """A slot that the class would use.

    `used` says how the person's own slot stands: held, taken, or earlier, by what `earlier` names.
    """

    key: str
    used: str | None
    by_this_class: bool
    free: bool
    earlier: EarlierOut | None


class UsedOut(routing.Out):
    """A slot that the person uses in this year."""

    key: str
    state: str
    class_id: UUID | None
    earlier: EarlierOut | None


class SlotsOut(routing.Out):
    """Which slots a class would use, and whether each is free for the person who asks.

    `words` says it in every language; without a free slot a person may train all the same.
    """

    class_id: UUID
    kind: str
    year: int
    slots: list[SlotOut]
    free: bool
    words: dict[str, str]
    used_this_year: list[UsedOut]


class WithoutSlotOut(routing.Out):
    """How many places of a class have no slot; null below the threshold, and after the start."""

    class_id: UUID
    places: int | None
    withheld: str | None
    fewer_than: int
