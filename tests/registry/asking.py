"""What claims asks of the registry in tests, and what officers and persons tell it."""

from typing import Any
from uuid import UUID

import httpx

from shared import principal as principals
from tests.registry import people
from tests.registry.people import Person
from tests.registry.world import Room, World, ok
from tests.suite import Suite

VERSION = "2019-09-17.1"
CARD = "6217000012345678907"  # of nobody; its last digit checks


def claims(suite: Suite, purpose: str = "facts") -> httpx.AsyncClient:
    """Return claims in its own name, for a purpose."""
    return suite.service("registry", principals.service("claims", purpose))


async def class_facts(suite: Suite, *rooms: Room, **more: Any) -> Any:
    """Ask for everything of some classes."""
    body = {"class_ids": [str(room.id) for room in rooms]} | more
    return ok(await claims(suite).post("/internal/class-facts", json=body))


async def line(suite: Suite, room: Room) -> Any:
    """Return the only line of a class."""
    [found] = (await class_facts(suite, room))["lines"]
    return found


async def person_facts(suite: Suite, someone: Person, **more: Any) -> Any:
    """Ask for everything of one person's own matter."""
    body = {"trainee_id": str(someone.id)} | more
    return ok(await claims(suite).post("/internal/person-facts", json=body))


def register(code: str, *whom: str, **changes: Any) -> dict[str, Any]:
    """Fill in a list of people who have had a status since 2019."""
    return {
        "code": code,
        "source_title": "高昌区示例名册",
        "document_number": "高人社函〔2020〕示例3号",
        "as_of": "2020-03-01",
        "entries": [{"id_number": number, "from": "2019-01-01"} for number in whom],
    } | changes


def complete(code: str, *whom: str) -> dict[str, Any]:
    """Fill in a list of the class's first day that leaves nobody out."""
    return register(code, *whom, as_of="2020-03-09", complete=True)


async def imported(client: httpx.AsyncClient, body: dict[str, Any], status: int = 201) -> Any:
    """Import a list."""
    return ok(await client.post("/registers", json=body), status)


async def state(someone: Person, class_id: UUID, **answers: str) -> httpx.Response:
    """Let a person say something of themselves."""
    body = {
        "version": VERSION,
        "language": "zh-Hans",
        "answers": [{"question": name, "answer": said} for name, said in answers.items()],
    }
    return await someone.client.put(f"/me/statements/{class_id}", json=body)


async def seated(here: World, **changes: Any) -> tuple[Room, Person]:
    """File a class that one person confirms."""
    room = await here.file_class(listed=True, **changes)
    someone = await people.person(here.suite, "古丽米热·买买提")
    await people.confirm(here.suite, someone, room.id)
    return room, someone
