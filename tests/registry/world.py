"""The world of a registry test: who is admitted, what is offered, and a class to teach.

Set up through the services' own APIs; only an invitation is written as a roster would leave it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import httpx

from shared.clock import SHANGHAI
from shared.principal import Principal
from shared.standards import credit_code
from tests.registry import people
from tests.suite import Suite

GAOCHANG, SHANSHAN, CITY = "650402", "650421", "650400"
SIGNER = "古丽娜尔·艾合买提"
FIRST_DAY = date(2020, 3, 9)  # a Monday, a week after the suite's first day
LAST_DAY = date(2020, 3, 20)
STATEMENTS = (
    *("listed", "offering", "licence", "commission", "hours", "duration", "size", "place"),
    *("teaching", "records", "own_confirmation", "no_charge", "no_holding"),
)
DOCUMENT = {"title": "教学计划", "number": "示例2020-1", "sha256": "ab" * 32}
_serial = count(1)


def local(day: date, hour: int, minute: int = 0) -> datetime:
    """Return an instant in Asia/Shanghai."""
    return datetime.combine(day, time(hour, minute), SHANGHAI)


def session_body(day: date, *, hour: int = 10, hours: int = 4) -> dict[str, Any]:
    """Plan a session that just fits its class hours."""
    starts = local(day, hour)
    return {
        "starts_at": starts.isoformat(),
        "ends_at": (starts + timedelta(minutes=45 * hours)).isoformat(),
        "hours": hours,
        "topic": "面点制作",
        "place": "二号教室",
    }


def ok(answer: httpx.Response, status: int = 200) -> Any:
    """Return the JSON of an answer that has this status."""
    assert answer.status_code == status, answer.text
    return answer.json()


def problem(answer: httpx.Response, status: int, code: str) -> Any:
    """Return the problem document of an answer that has this status and code."""
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    return answer.json()


@dataclass(frozen=True, slots=True)
class Organisation:
    """An organisation with a client of its own."""

    id: UUID
    principal: Principal
    client: httpx.AsyncClient


@dataclass(frozen=True, slots=True)
class Room:
    """A filed class with its sessions in order."""

    id: UUID
    code: str
    sessions: list[UUID]


@dataclass(frozen=True, slots=True)
class Place:
    """A person's place in a class."""

    enrolment_id: UUID
    trainee_id: UUID
    name: str
    person: people.Person


@dataclass(slots=True)
class World:
    """Who is there: clients straight to the registry, keys of what institutions keeps."""

    suite: Suite
    institution: Organisation
    other: Organisation
    assessor: Organisation
    employer: Organisation
    offering: UUID  # skill, level 5, 40 hours, certificate of skill level, any target of its kind
    completion: UUID  # induction, 80 hours, completion certificate
    commission: UUID  # of 650402 with `institution` for `offering`, m06, 100 places in 2020
    officer: httpx.AsyncClient = field(init=False)  # of 650402
    stranger: httpx.AsyncClient = field(init=False)  # officer of 650421

    def __post_init__(self) -> None:
        """Log the officers in."""
        self.officer = self.suite.service("registry", self.suite.officer(GAOCHANG))
        self.stranger = self.suite.service("registry", self.suite.officer(SHANSHAN))

    # Classes ---------------------------------------------------------------------------------

    def class_body(self, **changes: Any) -> dict[str, Any]:
        """Fill in a filing by commitment that is in order: ten sessions of four hours."""
        body = {
            "basis": "commission",
            "route": "commitment",
            "authority": GAOCHANG,
            "commission_id": str(self.commission),
            "target": "m06",
            "offering_id": str(self.offering),
            "name": "2020示例面点师五级1等级证",
            "place": "高昌区示例路1号",
            "starts_on": FIRST_DAY.isoformat(),
            "ends_on": LAST_DAY.isoformat(),
            "capacity": 30,
            "listed": False,
            "sessions": [session_body(day) for day in weekdays(FIRST_DAY, 10)],
            "commitment": commitment(),
        } | changes
        return {name: value for name, value in body.items() if value is not None}

    def documents_body(self, **changes: Any) -> dict[str, Any]:
        """Fill in a filing by documents."""
        return self.class_body(
            **({"route": "documents", "commitment": None, "documents": [DOCUMENT]} | changes)
        )

    def agreement_body(self, **changes: Any) -> dict[str, Any]:
        """Fill in an employer's filing for its own staff: twenty sessions of four hours."""
        days = weekdays(FIRST_DAY, 20)
        own = {
            "basis": "agreement",
            "commission_id": None,
            "agreement_number": "高人社协〔2020〕示例1号",
            "target": "m01",
            "offering_id": str(self.completion),
            "ends_on": days[-1].isoformat(),
            "sessions": [session_body(day) for day in days],
        }
        return self.documents_body(**(own | changes))

    async def file_class(self, **changes: Any) -> Room:
        """File a commissioned class by commitment: it is accepted at once."""
        filed = ok(
            await self.institution.client.post("/classes", json=self.class_body(**changes)), 201
        )
        return await self.room(UUID(filed["id"]))

    async def completion_class(self, **changes: Any) -> Room:
        """File an employer's class that ends with its own certificate, and have it accepted."""
        body = self.agreement_body(**changes)
        filed = ok(await self.employer.client.post("/classes", json=body), 201)
        decision = {"decision": "accepted", "reason": "材料齐全"}
        ok(await self.officer.post(f"/classes/{filed['id']}/decision", json=decision))
        return await self.room(UUID(filed["id"]))

    async def room(self, class_id: UUID) -> Room:
        """Read a class's sessions."""
        seen = ok(await self.officer.get(f"/classes/{class_id}"))
        return Room(class_id, seen["code"], [UUID(one["id"]) for one in seen["sessions"]])

    # People ----------------------------------------------------------------------------------

    async def enrol(self, room: Room, how_many: int = 1) -> list[Place]:
        """Let people who were registered at a counter and invited confirm the class now."""
        places = []
        for someone in await self._people(how_many):
            await people.invite(self.suite, room.id, someone)
            enrolment = await people.confirm(self.suite, someone, room.id)
            places.append(Place(enrolment, someone.id, someone.name, someone))
        return places

    async def invite(self, room: Room, how_many: int = 1) -> list[people.Person]:
        """Invite people who do not answer."""
        invited = await self._people(how_many)
        await people.invite(self.suite, room.id, *invited)
        return invited

    async def leave(self, place: Place) -> None:
        """Let a person leave now."""
        await people.leave(place.person, place.enrolment_id)

    async def _people(self, how_many: int) -> list[people.Person]:
        names = [f"努尔·{chr(ord('一') + next(_serial))}" for _ in range(how_many)]
        return [await people.person(self.suite, name) for name in names]

    # Teaching --------------------------------------------------------------------------------

    def at(self, day: date, hour: int = 12, minute: int = 0) -> None:
        """Set the suite's clock to a local time."""
        self.suite.clock.at = local(day, hour, minute).astimezone(UTC)

    async def sheet(
        self,
        session_id: UUID,
        present: Sequence[Place],
        *,
        by: Organisation | None = None,
    ) -> httpx.Response:
        """File a sheet at the present time of the suite."""
        body = {"present": [str(place.enrolment_id) for place in present]}
        client = (by or self.institution).client
        return await client.post(f"/sessions/{session_id}/attendance", json=body)

    async def teach(
        self,
        room: Room,
        present: Sequence[Sequence[Place]],
        *,
        by: Organisation | None = None,
    ) -> None:
        """Live through the first sessions: of the n-th session the n-th list was present."""
        rows = await self.suite.sql(
            "registry",
            "select id, upper(during) as ended from sessions where class_id = $1"
            " and state <> 'cancelled' order by during",
            room.id,
        )
        for row, there in zip(rows, present, strict=False):
            self.suite.clock.at = row["ended"]
            ok(await self.sheet(row["id"], there, by=by), 201)

    async def events(self, kind: str) -> list[dict[str, Any]]:
        """List the data of the registry's events of a type, in order."""
        rows = await self.suite.sql(
            "registry",
            "select data::text as data from events where type = $1 order by position",
            kind,
        )
        return [httpx.Response(200, text=row["data"]).json() for row in rows]

    async def progress(self) -> dict[tuple[str, str], tuple[int, int, int]]:
        """Add up progress: started, completed, certified by target and quarter."""
        found: dict[tuple[str, str], tuple[int, int, int]] = {}
        for data in await self.events("progress.counted"):
            key = data["target"], data["quarter"]
            figures = data["started"], data["completed"], data["certified"]
            sums = zip(found.get(key, (0, 0, 0)), figures, strict=True)
            a, b, c = (before + more for before, more in sums)
            found[key] = a, b, c
        return {key: figures for key, figures in found.items() if any(figures)}


def commitment(**changes: Any) -> dict[str, Any]:
    """Fill in a commitment to the disclosure in force."""
    return {
        "matter": "class-filing",
        "version": "2019-09-17.1",
        "language": "zh-Hans",
        "statements": list(STATEMENTS),
        "signer": SIGNER,
    } | changes


def weekdays(first: date, how_many: int) -> list[date]:
    """List days from Monday to Friday."""
    days = (first + timedelta(days=n) for n in range(3 * how_many + 7))
    return [day for day in days if day.isoweekday() <= 5][:how_many]


async def world(suite: Suite) -> World:
    """Admit an institution, another, an assessor and an employer; publish; commission."""
    office = suite.service("institutions", suite.officer(GAOCHANG))
    city = suite.service("institutions", suite.officer(CITY, GAOCHANG))
    institution = await _organisation(suite, office, "高昌区示例培训学校", "institution", "skill")
    other = await _organisation(suite, office, "高昌区另一培训学校", "institution", "skill")
    assessor = await _organisation(suite, office, "高昌区示例评价中心", "assessor", "skill")
    employer = await _organisation(suite, office, "高昌区示例葡萄酒厂", "employer", None)
    skill = {
        "kind": "skill",
        "code_source": "local",
        "subject_name": "中式面点师",
        "level": 5,
        "hours": 40,
        "certificate_kind": "skill_level",
    }
    induction = {
        "kind": "induction",
        "code_source": "local",
        "subject_name": "酿酒车间岗前培训",
        "hours": 80,
        "certificate_kind": "completion",
    }
    offering = ok(await city.post("/offerings", json=skill), 201)["id"]
    completion = ok(await city.post("/offerings", json=induction), 201)["id"]
    for directory in ("offerings", "institutions", "assessors"):
        ok(await city.post("/editions", json={"directory": directory}), 201)
    contract = {
        "authority": GAOCHANG,
        "organisation_id": str(institution.id),
        "offering_id": offering,
        "target": "m06",
        "places": 100,
        "price_fen_per_person": 120_000,
        "document_number": "高采〔2020〕示例1号",
        "from_date": "2020-03-01",
        "to_date": "2020-12-31",
    }
    commission = ok(await office.post("/commissions", json=contract), 201)["id"]
    return World(
        suite,
        institution,
        other,
        assessor,
        employer,
        UUID(offering),
        UUID(completion),
        UUID(commission),
    )


async def _organisation(
    suite: Suite, office: httpx.AsyncClient, name: str, role: str, kind: str | None
) -> Organisation:
    draft = {
        "authority": GAOCHANG,
        "credit_code": credit_code.complete(f"52650402MJX{next(_serial):06d}"),
        "name": name,
        "short_name": name[3:],
        "nature": "enterprise" if role == "employer" else "private_school",
        "address": "高昌区示例路1号",
        "roles": [role],
        "responsible_person": {"name": SIGNER, "phone": "13800000000"},
    }
    made = ok(await office.post("/organisations", json=draft), 201)["id"]
    if kind is not None:
        listed = {
            "role": role,
            "state": "listed",
            "from_date": "2020-03-01",
            "reason": "经查验符合条件",
            "document_number": "高人社发〔2020〕示例1号",
        }
        ok(await office.post(f"/organisations/{made}/standings", json=listed), 201)
        scope = {
            "role": role,
            "kind": kind,
            "from_date": "2020-03-01",
            "to_date": "2022-12-31",
            "document_number": "高人社证〔2020〕示例1号",
        }
        ok(await office.post(f"/organisations/{made}/licences", json=scope), 201)
    principal = suite.organisation(made)
    return Organisation(UUID(made), principal, suite.service("registry", principal))
