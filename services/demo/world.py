"""What the story keeps in mind while it is told: who is who, and what was promised and seen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from time import monotonic
from typing import Any

from services.demo import cast
from services.demo.budget import Marks
from services.demo.cast import ClassPlan
from services.demo.client import Account, Api
from services.demo.crowd import Crowd
from services.demo.people import Person
from shared.clock import SHANGHAI

LEASE_S = 11.0


@dataclass(slots=True)
class Room:
    """A class as the system knows it."""

    plan: ClassPlan
    id: str
    code: str
    days: list[date]
    sessions: list[str] = field(default_factory=list)
    sheet: dict[str, str] = field(default_factory=dict)  # enrolment → name
    confirmed: int = 0
    not_confirmed: int = 0


@dataclass(slots=True)
class Guest:
    """A person with a telephone: an account at the public door once a log-in is bound."""

    person: Person
    account: Account
    enrolments: dict[str, str] = field(default_factory=dict)  # class → enrolment


@dataclass(frozen=True, slots=True)
class Promise:
    """Something that must hold, and whether it did."""

    words: str
    kept: bool
    seen: str = ""


@dataclass(slots=True)
class World:
    """Everything the scenes share."""

    api: Api
    crowd: Crowd
    officers: dict[str, Account] = field(default_factory=dict)
    organisations: dict[str, Account] = field(default_factory=dict)
    offerings: dict[str, str] = field(default_factory=dict)
    commissions: dict[str, str] = field(default_factory=dict)
    rooms: dict[str, Room] = field(default_factory=dict)
    guests: dict[str, Guest] = field(default_factory=dict)
    promises: list[Promise] = field(default_factory=list)
    seen: dict[str, Any] = field(default_factory=dict)
    marks: Marks = field(default_factory=Marks)
    claims: dict[tuple[str, ...], str] = field(default_factory=dict)  # classes → newest claim
    today: date = cast.FIRST_DAY

    def office(self, authority: str, name: str = "hrss") -> Account:
        """Find an officer by authority and office."""
        return self.officers[f"{authority}/{name}"]

    def finance(self, authority: str) -> Account:
        """Find the finance officer of an authority."""
        return self.officers[f"{authority}/{cast.FINANCE}"]

    @property
    def municipal(self) -> Account:
        """The municipal officer whose reach is the whole prefecture."""
        return self.officers["municipal"]

    def teacher(self, plan: ClassPlan) -> Account:
        """Find the system of the organisation that teaches a class."""
        return self.organisations[plan.organisation]

    def of_wave(self, wave: str) -> list[Room]:
        """List the rooms of a wave that are open."""
        return [
            self.rooms[plan.key]
            for plan in cast.of_wave(wave)
            if plan.key in self.rooms and plan.invited
        ]

    def meeting(self, wave: str) -> list[Room]:
        """List the rooms that meet during a wave, whenever they began."""
        first = cast.WAVES[wave]
        last = first + timedelta(days=2 * cast.BLOCK_DAYS)
        return [
            room
            for room in self.rooms.values()
            if room.plan.invited and any(first <= day <= last for day in room.days)
        ]

    def ending(self, wave: str) -> list[Room]:
        """List the rooms whose last day is in a wave."""
        last = cast.WAVES[wave] + timedelta(days=2 * cast.BLOCK_DAYS)
        return [room for room in self.meeting(wave) if room.days[-1] <= last]

    def promise(self, words: str, kept: bool, seen: object = "") -> None:  # noqa: FBT001
        """Note whether something that must hold did."""
        found = Promise(words, kept, str(seen)[:300])
        known = next((one for one in self.promises if one.words == words), None)
        if known is None:
            self.promises.append(found)
        elif known.kept and not kept:
            self.promises[self.promises.index(known)] = found

    def expect(self, words: str, found: object, wanted: object) -> None:
        """Note whether something is what it must be."""
        self.promise(words, found == wanted, "" if found == wanted else f"{found!r} ≠ {wanted!r}")

    async def caught_up(self) -> None:
        """Wait for what a restarted service does late: its predecessor's leases must run out."""
        if self.api.watch.retries:
            await asyncio.sleep(LEASE_S)
            await self.at(self.today, 12)

    async def at(self, day: date, hour: int = 9, minute: int = 0) -> None:
        """Move the sandbox's clock on; every service does what falls due meanwhile."""
        now = datetime.combine(day, time(hour, minute), SHANGHAI)
        self.today = day
        await self.api.post(
            self.officers["administrator"], "sandbox/clock", {"now": now.isoformat()}
        )


class Phases:
    """How long each part of the story takes."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @asynccontextmanager
    async def phase(self, name: str) -> AsyncIterator[None]:
        """Measure a part."""
        began = monotonic()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + monotonic() - began
