"""Who lives it: the organisations of 高昌区, its officers, and people with marked names."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx

from shared.principal import Principal, Role
from tests.registry import people
from tests.registry.world import GAOCHANG, Place, Room, World
from tests.suite import Suite

TAG = "甲秘"  # stands in every free text of this side
PASSBOOK = "100200300400500"
CITY = "650400"
Json = dict[str, Any]


@dataclass(slots=True)
class Scene:
    """The suite, the admitted organisations and what was made so far."""

    suite: Suite
    world: World
    persons: list[people.Person] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    rooms: dict[str, Room] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)
    made: dict[str, str] = field(default_factory=dict)

    def officer(self, service: str, *authorities: str, office: str = "hrss") -> httpx.AsyncClient:
        """Return an officer, each time another person, of 高昌区 unless told."""
        reach = authorities or (GAOCHANG,)
        by = self.suite.officer(*reach, office=f"{reach[0]}/{office}")
        return self.suite.service(service, by)

    def finance(self) -> httpx.AsyncClient:
        """Return a finance officer of 高昌区, each time another person."""
        return self.suite.service("claims", finance(GAOCHANG))

    def as_service(self, name: str, by: str, purpose: str) -> httpx.AsyncClient:
        """Return a service in its own name."""
        principal = Principal(f"service:{by}", Role.SERVICE, purpose=purpose)
        return self.suite.service(name, principal)

    def own(self, service: str, person: people.Person) -> httpx.AsyncClient:
        """Return a person's client at another service than the registry."""
        return self.suite.service(service, self.suite.trainee(person.id, login=person.login))

    def institution(self, service: str) -> httpx.AsyncClient:
        """Return the institution's client at a service."""
        return self.suite.service(service, self.world.institution.principal)

    async def person(self, name: str, *, number: str | None = None) -> people.Person:
        """Register and bind somebody whose name, number and phone are secrets of this side."""
        phone = f"139{len(self.persons) + 1:08d}"
        someone = await people.person(self.suite, name, number=number, phone=phone)
        self.persons.append(someone)
        self.secrets |= {name, someone.id_number, phone}
        return someone

    def key(self, name: str) -> UUID:
        """Return the id of something made."""
        return UUID(self.made[name])


def finance(authority: str) -> Principal:
    """Return a finance officer; each call is another person."""
    return Principal(
        f"officer:{uuid4()}",
        Role.FINANCE,
        authorities=(authority,),
        office=f"{authority}/finance",
    )


def json(answer: httpx.Response) -> Any:
    """Return the JSON of an answer that is a success, nothing of a file."""
    assert answer.is_success, f"{answer.request.method} {answer.request.url} {answer.text}"
    told = answer.content and "json" in answer.headers.get("content-type", "")
    return answer.json() if told else None
