"""A class with an invited person, and all that others may read about it."""

import re
from typing import Any
from uuid import uuid4

from shared.principal import PUBLIC, Principal, Role
from tests.registry import people
from tests.registry.people import Person
from tests.registry.world import Room, World, ok, world
from tests.suite import Suite


async def scene(suite: Suite, **changes: Any) -> tuple[World, Room, Person]:
    """Set up a class and a person who was invited to it."""
    here = await world(suite)
    room, someone = await here.file_class(**changes), await people.person(suite)
    await people.invite(suite, room.id, someone)
    return here, room, someone


async def seen(here: World, room: Room) -> list[bytes]:
    """Read all that others than the person may read about a class."""
    suite = here.suite
    auditor = Principal(f"auditor:{uuid4()}", Role.AUDITOR, authorities=("650402",))
    everyone = [
        here.institution.client,
        here.assessor.client,
        here.officer,
        suite.service("registry", auditor),
        suite.service("registry", PUBLIC),
    ]
    paths = (
        f"/classes/{room.id}",
        f"/classes/{room.id}/enrolments",
        f"/classes/{room.id}/sign-in-sheet",
        "/classes",
        "/listed-classes",
        "/paper-confirmations",
        "/correction-requests",
        "/name-conflicts",
    )
    answers = [await client.get(path) for client in everyone for path in paths]
    events = await suite.sql(
        "registry", "select e::text as row from events e where authority is not null order by 1"
    )
    return [
        *(re.sub(rb'"trace":"[0-9a-f]+"', b"", answer.content) for answer in answers),
        *(row["row"].encode() for row in events),
    ]


async def names(here: World, room: Room) -> list[str]:
    """Read the names that the institution sees."""
    sheet = ok(await here.institution.client.get(f"/classes/{room.id}/enrolments"))
    return [line["name"] for line in sheet["items"]]
