"""Clocks: the year's turn seen from two time zones, leap days, summer time, a clock put back."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

from shared import clock
from shared.standards import resident_id
from tests.faults.part import Part, Report, Tools
from tests.registry import people
from tests.registry.world import World, weekdays
from tests.registry.world import world as new_world
from tests.suite import START

SHANGHAI, URUMQI = timezone(timedelta(hours=8)), timezone(timedelta(hours=6))
ZONES = {"Shanghai": SHANGHAI, "Urumqi": URUMQI, "UTC": UTC}
TURN = datetime(2021, 1, 1, tzinfo=SHANGHAI)
NEAR = timedelta(hours=2)
# China put its clocks forward on these days and back on those: a birth is a date, not an instant.
SUMMER_TIME = (
    *("19860504", "19860914", "19870412", "19870913", "19880417", "19880911"),
    *("19890416", "19890917", "19900415", "19900916", "19910414", "19910915"),
)
SERVER_ERROR = 500


async def run(tools: Tools) -> Report:
    """Live what depends on the day at the edges of days."""
    report = Report()
    here = await new_world(tools.suite)
    await _year(tools, report, here)
    await _zones(report, here)
    await _births(report, here)
    await _put_back(report, here)
    return report


async def _year(tools: Tools, report: Report, here: World) -> None:
    """File classes around the turn of the year: the number's year is Shanghai's, to the second."""
    steps = tools.many(handful=2, full=120)
    offsets = [NEAR * n / steps for n in range(-steps, steps)]
    for offset in [*offsets, timedelta(seconds=-1), timedelta(microseconds=-1), timedelta(0)]:
        here.suite.clock.at = (TURN + offset).astimezone(UTC)
        days = weekdays(date(2021, 1, 11), 10)
        changes: dict[str, Any] = {
            "capacity": 1,
            "basis": "agreement",
            **_dated(days, [_session(day, SHANGHAI) for day in weekdays(date(2021, 1, 11), 20)]),
        }
        body = here.agreement_body(
            **changes, ends_on=weekdays(date(2021, 1, 11), 20)[-1].isoformat()
        )
        answer = await here.employer.client.post("/classes", json=body)
        year = (TURN + offset).year
        code = answer.json().get("code", answer.text[:200])
        what = f"filed {offset} from the year's turn: {code}"
        report.case(held=code.startswith(f"{year}-"), what=what)
    report.figures["instants around the year's turn"] = len(offsets) + 3
    here.suite.clock.at = START


def _dated(days: list[date], sessions: list[dict[str, Any]]) -> dict[str, Any]:
    return {"starts_on": days[0].isoformat(), "sessions": sessions}


def _session(day: date, zone: timezone) -> dict[str, Any]:
    starts = datetime.combine(day, time(10), SHANGHAI)
    return {
        "starts_at": starts.astimezone(zone).isoformat(),
        "ends_at": (starts + timedelta(hours=3)).astimezone(zone).isoformat(),
        "hours": 4,
        "topic": "面点制作",
        "place": "二号教室",
    }


async def _zones(report: Report, here: World) -> None:
    """File one timetable as three devices write it: the leap day is a day, and all are the same."""
    here.suite.clock.at = datetime(2020, 2, 24, 2, tzinfo=UTC)
    days = [date(2020, 3, 2) + timedelta(days=n) for n in range(5)]
    seen = {}
    for name, zone in ZONES.items():
        late = datetime.combine(days[0], time(0, 30), SHANGHAI)  # the day before, in Urumqi
        early = {
            **_session(days[0], zone),
            "starts_at": late.astimezone(zone).isoformat(),
            "ends_at": (late + timedelta(hours=3)).astimezone(zone).isoformat(),
        }
        sessions = [early, *(_session(day, zone) for day in days[1:])]
        body = here.class_body(
            capacity=1,
            starts_on=days[0].isoformat(),
            ends_on=days[-1].isoformat(),
            sessions=sessions * 1,
        )
        answer = await here.institution.client.post("/classes", json=body)
        found = answer.json()
        seen[name] = (answer.status_code, sorted(one["code"] for one in found.get("reasons", [])))
    report.case(held=len({str(one) for one in seen.values()}) == 1, what=f"zones differ: {seen}")
    leap = date(2020, 2, 29)
    report.case(held=clock.business_day(datetime(2020, 2, 28, 16, tzinfo=UTC)) == leap, what="leap")
    here.suite.clock.at = START


async def _births(report: Report, here: World) -> None:
    """Register people born when clocks were moved, and on a leap day: the date stays the date."""
    for n, born in enumerate((*SUMMER_TIME, "20000229", "19880229")):
        number = resident_id.complete(f"650402{born}{n + 100:03d}")
        someone = await people.person(here.suite, "古丽娜尔", number=number)
        told = (await someone.client.get("/me")).json()
        report.case(held=number in str(told), what=f"born {born}: {told}")
        held = resident_id.birth_date(number) == date.fromisoformat(born)
        report.case(held=held, what=f"born {born} became {resident_id.birth_date(number)}")
    for on, years in ((date(2018, 2, 28), 17), (date(2018, 3, 1), 18), (date(2020, 2, 29), 20)):
        number = resident_id.complete("65040220000229001")
        age = resident_id.age_on(number, on)
        report.case(held=age == years, what=f"born 2000-02-29 is {age} on {on}")
    report.figures["births"] = len(SUMMER_TIME) + 2


async def _put_back(report: Report, here: World) -> None:
    """Put the clock back two hours in the middle of a life: refused or done, never broken."""
    room = await here.file_class()
    places = await here.enrol(room, 3)
    here.suite.clock.at += timedelta(hours=3)
    await here.enrol(room, 1)
    here.suite.clock.at -= NEAR
    person = places[0].person
    answers = [
        await person.client.post(
            "/me/departures", json={"enrolment_id": str(places[0].enrolment_id)}
        ),
        await here.officer.post(f"/classes/{room.id}/voiding", json={"reason": "时钟回拨"}),
        await here.institution.client.get(f"/classes/{room.id}"),
    ]
    for answer in answers:
        what = f"clock put back: {answer.request.url} {answer.status_code} {answer.text[:200]}"
        report.case(held=answer.status_code < SERVER_ERROR, what=what)
    await here.suite.settle()


PART = Part(
    "clock",
    "a day is Shanghai's whatever device wrote it, and a clock put back breaks nothing",
    run,
)
