"""Cap storms: whoever claims how often at once, wherever, a person has no line above a cap.

The same persons are claimed for by two institutions in each of two counties, for classes before and
after New Year, every class twice; meanwhile claims are taken back and holds begin and end. Lines
are recounted from what was claimed, without a look at the slots.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.claims.ledger import operations as ledger
from services.claims.provisions import in_force
from services.claims.slots import operations as slots
from services.claims.submissions import states, withdrawals
from shared import principal as principals
from shared.database import Database
from shared.principal import Principal, Role
from shared.problems import Problem
from tests.claims.submissions import world
from tests.faults.part import Part, Report, Tools
from tests.suite import Suite

COUNTIES = ("650402", "650421")
AT_ONCE = 12
PERSONS = 5
AFTER_NEW_YEAR = datetime(2021, 1, 20, 2, 0, tzinfo=UTC)
# The last day of the year and the first of the next: a class is of the year of its first day.
FIRST_DAYS = ("2020-12-30", "2020-12-31", "2021-01-01")
COUNTING = frozenset(states.State) - states.DEAD - {states.State.UNDECIDED}
TRIES = 5
BUSY = {"40P01", "40001", "55P03"}  # what a client is asked to send again for
LATEST = text(
    "select claim_id from claim_classes where class_id = :class order by claim_id desc limit 1"
)
Json = dict[str, Any]


@dataclass(slots=True)
class Storm:
    """What was claimed in all rounds: the figures are counted from here."""

    suite: Suite
    copies: Sequence[Database]
    chance: random.Random
    courses: dict[UUID, Json] = field(default_factory=dict)
    told: Counter[str] = field(default_factory=Counter)
    seq: int = 0


async def run(tools: Tools) -> Report:
    """Blow round after round, each on other persons, and recount after each."""
    report = Report()
    suite = tools.suite
    suite.clock.at = AFTER_NEW_YEAR
    await world.permit(suite)
    for authority in COUNTIES:
        for year in (2020, 2021):
            await _money(suite, authority, year)
    here = world.service(suite)
    copies = [here.database, Database(str(here.database.engine.url.render_as_string(False)))]
    storm = Storm(suite, copies, random.Random(tools.seed))
    try:
        attempts = tools.many(handful=240, full=10_000)
        while report.tried < attempts:
            before = storm.told["lines"]
            persons = await _round(storm)
            report.tried += storm.told["lines"] - before
            report.broken += await _over(storm, persons)
    finally:
        await copies[1].close()
    report.figures |= {name: storm.told[name] for name in sorted(storm.told)}
    if not storm.told["lines that count"]:
        report.broken.append("no line was ever owed: nothing was tried")
    report.broken += await world.wrong(suite)
    await suite.clean()  # the registry never heard of these classes: no recount may ask it
    return report


async def _money(suite: Suite, authority: str, year: int) -> None:
    here = world.service(suite)
    by = Principal(f"finance:{uuid4()}", Role.FINANCE, authorities=(authority,))
    async with here.database.transaction(by) as session:
        await ledger.receive(
            session,
            plan=here.plan,
            fund="special",
            authority=authority,
            year=year,
            purpose="training_subsidy",
            fen=100_000_000_000,
            document_number=f"示例〔{year}〕1号",
            by=by,
            at=here.clock.now(),
        )


async def _round(storm: Storm) -> list[UUID]:
    """Let everything happen at once to a few persons."""
    persons = [uuid4() for _ in range(PERSONS)]
    work: list[Callable[[], Awaitable[None]]] = []
    for authority in COUNTIES:
        for _ in range(2):
            by = storm.suite.organisation(uuid4())
            for n, first_day in enumerate(FIRST_DAYS):
                course = _course(by, authority, first_day, f"L-{n % 2:04d}")
                work += _claims(storm, by, persons, course)
    work += [_hold(storm, person) for person in persons]
    storm.chance.shuffle(work)
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(act: Callable[[], Awaitable[None]]) -> None:
        async with limit:
            await _again(storm, act)

    await asyncio.gather(*(one(act) for act in work))
    return persons


async def _again(storm: Storm, act: Callable[[], Awaitable[None]]) -> None:
    """Do something; where the database had no time for it, once more, as a client would."""
    for _ in range(TRIES):
        try:
            return await act()
        except Problem as problem:
            storm.told[f"answered {problem.code}"] += 1
            return None
        except DBAPIError as error:
            state = str(getattr(error.orig, "sqlstate", None))
            if state not in BUSY:
                raise
            storm.told[f"database said {state}"] += 1
    storm.told["given up"] += 1
    return None


def _course(by: Principal, authority: str, first_day: str, subject: str) -> Json:
    assert by.organisation is not None
    return world.course(
        by.organisation,
        authority=authority,
        subject_code=subject,
        starts_on=first_day,
        ends_on="2021-01-12",
        closed_at="2021-01-14T02:00:00Z",
    )


def _claims(
    storm: Storm, by: Principal, persons: Sequence[UUID], course: Json
) -> list[Callable[[], Awaitable[None]]]:
    """Claim a class twice; a third of the claims are taken back as soon as they are made."""
    storm.courses[UUID(course["id"])] = course
    lines = [world.line(course, person) for person in persons]
    for line in lines:
        line["certificate"]["issued_on"] = "2021-01-15"
    facts = world.told(course, lines)
    takes_back = storm.chance.random() < 1 / 3
    copy = storm.chance.choice(storm.copies)

    async def file() -> None:
        storm.told["lines"] += len(lines)
        await world.file(storm.suite, by, facts, database=copy)
        storm.told["claims"] += 1
        if takes_back:
            await _take_back(storm, by, UUID(course["id"]), copy)

    return [file, file]


async def _take_back(storm: Storm, by: Principal, class_id: UUID, copy: Database) -> None:
    async with copy.transaction(by) as session:
        at = storm.suite.clock.now()
        claim_id = (await session.execute(LATEST, {"class": class_id})).scalar_one()
        await withdrawals.withdraw(session, claim_id=claim_id, by=by, at=at)
    storm.told["withdrawals"] += 1


def _hold(storm: Storm, person: UUID) -> Callable[[], Awaitable[None]]:
    """Confirm a class of the storm and leave it again, as the registry's feed tells it."""
    room, hold, place = uuid4(), str(uuid4()), str(uuid4())
    here = world.service(storm.suite)
    reader = principals.service("claims", "reader")
    time = storm.suite.clock.now().isoformat()
    data = {"kind": "skill", "subject_code": "L-0000", "level": 5, "target": "m06"}
    about = {"trainee_id": str(person), "enrolment_id": place, "class_id": str(room)}
    common = {"subject": f"class:{room}", "authority": "650402", "time": time}
    common["organisation"] = str(uuid4())
    storm.seq += 2
    begin = [
        common
        | {"type": slots.CLASS, "seq": storm.seq, "data": data | {"starts_on": "2020-12-30"}},
        common | {"type": slots.CONFIRMED, "seq": storm.seq + 1, "data": about | {"hold": hold}},
    ]
    end = [common | {"type": slots.ENDED, "seq": storm.seq + 1, "data": {"hold": hold}}]

    async def act() -> None:
        for page in (begin, end):
            async with here.database.transaction(reader) as session:
                await slots.apply(session, events=page, plan=here.plan)
        storm.told["holds begun and ended"] += 1

    return act


async def _over(storm: Storm, persons: Sequence[UUID]) -> list[str]:
    """Recount the lines of these persons; list who has more than a cap lets."""
    caps = in_force.on(world.service(storm.suite).plan, date(2021, 1, 1)).caps
    rows = await storm.suite.sql(
        "claims",
        "select trainee_id, class_id, state from claim_lines where trainee_id = any($1)",
        list(persons),
    )
    in_year, of_subject = Counter[tuple[object, ...]](), Counter[tuple[object, ...]]()
    for row in rows:
        if row["state"] not in COUNTING:
            continue
        course = storm.courses[row["class_id"]]
        storm.told["lines that count"] += 1
        in_year[row["trainee_id"], course["starts_on"][:4], course["kind"]] += 1
        of_subject[row["trainee_id"], course["subject_code"], course["level"]] += 1
    return [
        *(f"{key}: {n}" for key, n in in_year.items() if n > caps.per_year["skill"]),
        *(f"{key}: {n}" for key, n in of_subject.items() if n > caps.same_occupation_and_level),
    ]


PART = Part(
    "cap_storms",
    "no person has more lines than a cap lets, whoever claims how often at once",
    run,
)
