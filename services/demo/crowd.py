"""Who is invited where and what each of them will do: drawn once, the same on every run.

What a person does follows from chance alone, never from name, number or group.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from random import Random

from services.demo import cast, people
from services.demo.cast import ClassPlan
from services.demo.people import Person
from shared.standards import resident_id

BORN_BY = date(2020, 3, 1)
ADULT = 18
RETURNING = 5  # people of the first wave who come again to a class of the third or fourth
TOO_YOUNG = 2
DECLINING, SILENT = 0.05, 0.07
READS_ONLY = 0.4  # of those who will never answer: came, read, and thought about it
LAX = 0.09
PASSED, FAILED = 0.93, 0.98
LANGUAGES = ("zh-Hans", "ug", "en")


class Fate(StrEnum):
    """What a person does with an invitation."""

    CONFIRM = "confirm"
    DECLINE = "decline"
    READ_ONLY = "read_only"
    SILENT = "silent"
    LEAVE = "leave"  # confirms, and leaves half-way
    OTHER_ROOM = "other_room"  # says yes to both of two classes at one hour
    PAPER = "paper"  # has no phone


CONFIRMED = {Fate.CONFIRM, Fate.LEAVE, Fate.PAPER}


@dataclass(frozen=True, slots=True)
class Invitation:
    """One person of one class's roster; `written` is the name that the organisation wrote."""

    person: Person
    plan: ClassPlan
    fate: Fate
    written: str
    language: str

    @property
    def minor(self) -> bool:
        """Under 18 when the class begins: a guardian's consent stands beside the own yes."""
        return resident_id.age_on(self.person.id_number, cast.WAVES[self.plan.wave]) < ADULT


@dataclass(slots=True)
class Crowd:
    """Everybody, by class."""

    invited: dict[str, list[Invitation]] = field(default_factory=dict)
    too_young: dict[str, list[Person]] = field(default_factory=dict)
    walk_ins: list[Person] = field(default_factory=list)

    def of(self, wave: str) -> Iterator[Invitation]:
        """Iterate over a wave's invitations, class by class."""
        for plan in cast.of_wave(wave):
            yield from self.invited.get(plan.key, ())

    def everybody(self) -> set[str]:
        """Collect the ID numbers of all who are invited or come by themselves."""
        found = {one.person.id_number for many in self.invited.values() for one in many}
        return found | {one.id_number for one in self.walk_ins}


# Waves, classes: who sits where a second time.
TWO_ROOMS = ("mu-electric-a", "gc-sewing-b")
MISNAMED_FIRST = "gc-cook-a"
MISNAMED_LATER = ("ss-induction-c", 3)
SHARED_SILENTLY = ("gc-grape-d", "mu-cook-d", 3)
ON_PAPER = "tk-grape-b"
WALK_INS = 4


def gather() -> Crowd:
    """Draw everybody and what they do."""
    source = people.invent(cast.SEED, on=BORN_BY)
    crowd = Crowd()
    first_wave: list[Person] = []
    for plan in cast.CLASSES:
        if not plan.invited:
            continue
        chance = Random(f"{cast.SEED} {plan.key}")
        guests = _returning(plan, first_wave) if plan.wave in "CD" else []
        while len(guests) < plan.invited:
            guests.append(_next(source, plan))
        if plan.wave == "A":
            first_wave += guests[:RETURNING]
        crowd.invited[plan.key] = _fates(plan, guests, chance)
    for wave in cast.WAVES:
        crowd.too_young[wave] = people.too_young(
            cast.SEED + ord(wave), TOO_YOUNG, on=cast.WAVES[wave]
        )
    crowd.walk_ins = [_next(source, cast.CLASSES[0]) for _ in range(WALK_INS)]
    _meet(crowd)
    return crowd


def _next(source: Iterator[Person], plan: ClassPlan) -> Person:
    """Draw the next person whom the class may take: no special operations under 18."""
    grown = cast.offering(plan.offering).certificate == "permit"
    while True:
        person = next(source)
        if not grown or resident_id.age_on(person.id_number, BORN_BY) >= ADULT:
            return person


def _returning(plan: ClassPlan, first_wave: list[Person]) -> list[Person]:
    """Take some of the first wave, who learn something else later in the year."""
    taken, first_wave[:] = first_wave[:RETURNING], first_wave[RETURNING:]
    if cast.offering(plan.offering).certificate == "permit":
        return [p for p in taken if resident_id.age_on(p.id_number, BORN_BY) >= ADULT]
    return taken


def _fates(plan: ClassPlan, guests: Sequence[Person], chance: Random) -> list[Invitation]:
    found = []
    for person in guests:
        draw, language = chance.random(), chance.choice(LANGUAGES)
        fate = Fate.CONFIRM
        if draw < DECLINING:
            fate = Fate.DECLINE
        elif draw < DECLINING + SILENT:
            fate = Fate.READ_ONLY if chance.random() < READS_ONLY else Fate.SILENT
        found.append(Invitation(person, plan, fate, person.name, language))
    staying = [at for at, one in enumerate(found) if one.fate is Fate.CONFIRM and not one.minor]
    for at in chance.sample(staying, plan.leavers):
        found[at] = _but(found[at], fate=Fate.LEAVE)
    return found


def _but(one: Invitation, *, fate: Fate | None = None, written: str | None = None) -> Invitation:
    return Invitation(one.person, one.plan, fate or one.fate, written or one.written, one.language)


def _meet(crowd: Crowd) -> None:
    """Let some people meet the system in less usual ways."""
    one, other = TWO_ROOMS
    at = _first(crowd.invited[one], Fate.CONFIRM)
    twice = crowd.invited[one][at]
    crowd.invited[other][-1] = Invitation(
        twice.person,
        crowd.invited[other][-1].plan,
        Fate.OTHER_ROOM,
        twice.person.name,
        twice.language,
    )
    _misname(crowd.invited[MISNAMED_FIRST], 1, [Fate.CONFIRM])
    key, count = MISNAMED_LATER
    _misname(crowd.invited[key], count, [Fate.CONFIRM, Fate.DECLINE, Fate.SILENT])
    here, there, many = SHARED_SILENTLY
    for step in range(1, many + 1):
        known = crowd.invited[here][-step]
        plan = crowd.invited[there][-step].plan
        crowd.invited[there][-step] = Invitation(
            known.person, plan, Fate.SILENT, known.person.name, known.language
        )
    at = _first(crowd.invited[ON_PAPER], Fate.CONFIRM)
    crowd.invited[ON_PAPER][at] = _but(crowd.invited[ON_PAPER][at], fate=Fate.PAPER)


def _misname(many: list[Invitation], count: int, fates: Sequence[Fate]) -> None:
    """Write somebody else's name beside some numbers; in the third wave all are known already."""
    for at in [at for at, one in enumerate(many) if one.fate in fates][:count]:
        slip = people.other_name(cast.SEED, many[at].person)
        many[at] = _but(many[at], written=slip.name)


def _first(many: Sequence[Invitation], fate: Fate) -> int:
    return next(at for at, one in enumerate(many) if one.fate is fate and not one.minor)


def present(name: str, plan: ClassPlan, number: int) -> bool:
    """Say whether somebody comes to a session: most nearly always, a few seldom."""
    chance = Random(f"{cast.SEED} {plan.key} {name}")
    lax = chance.random() < LAX
    return Random(f"{plan.key} {name} {number}").random() < (0.6 if lax else 0.97)


def exam(plan: ClassPlan, name: str) -> str:
    """Say how somebody's assessment ends: most pass."""
    draw = Random(f"{plan.key} {name} exam").random()
    return "passed" if draw < PASSED else "failed" if draw < FAILED else "absent"
