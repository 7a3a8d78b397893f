"""Answers about slots."""

from uuid import UUID

from shared import routing


class SlotOut(routing.Out):
    """A slot that the class would use: `used` says how the person's own slot stands."""

    key: str
    used: str | None
    by_this_class: bool
    free: bool


class UsedOut(routing.Out):
    """A slot that the person uses in this year or for life."""

    key: str
    state: str
    class_id: UUID | None


class SlotsOut(routing.Out):
    """Which slots a class would use, and whether each is free for the person who asks."""

    class_id: UUID
    kind: str
    year: int
    slots: list[SlotOut]
    free: bool
    used_this_year: list[UsedOut]


class WithoutSlotOut(routing.Out):
    """How many places of a class have no slot; null below the threshold, and after the start."""

    class_id: UUID
    places: int | None
    withheld: str | None
    fewer_than: int
