"""Every operation that opens a person's data for somebody else leaves a line. POLICY.md 9.6."""

import tomllib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.registry import asking, people
from tests.registry import test_certificates as certificates
from tests.registry.world import GAOCHANG, Place, Room, World, ok, world
from tests.rights import described
from tests.suite import Suite

CLOSED = tomllib.loads((Path(__file__).parent / "closed.toml").read_text("utf-8"))
# Fields that a person's data, or the key of a person or of a place, are told in.
TELLS = {
    *("trainee_id", "enrolment_id", "id_number", "phone", "account_number", "bank", "holder"),
    *("name", "stored_name", "other_name", "trainee_name", "number", "numbers", "guardian"),
    *("id_first_six", "names", "text", "contact", "birth", "born_on", "card"),
}


@dataclass(frozen=True)
class Lived:
    """A class whose people have passed."""

    suite: Suite
    here: World
    room: Room
    places: list[Place]

    @property
    def someone(self) -> people.Person:
        """Return the first of them."""
        return self.places[0].person

    async def get(self, client: httpx.AsyncClient, what: str) -> UUID:
        """Read something of the class."""
        ok(await client.get(f"/classes/{self.room.id}/{what}"))
        return self.someone.id


async def _enrolments(lived: Lived) -> UUID:
    return await lived.get(lived.here.institution.client, "enrolments")


async def _sheet(lived: Lived) -> UUID:
    return await lived.get(lived.here.institution.client, "sign-in-sheet")


async def _results(lived: Lived) -> UUID:
    return await lived.get(lived.here.officer, "results")


async def _certificates(lived: Lived) -> UUID:
    return await lived.get(lived.here.officer, "certificates")


async def _request(lived: Lived) -> UUID:
    body = {"field": "name", "text": "名字少一个点", "authority": GAOCHANG}
    made = ok(await lived.someone.client.post("/me/correction-requests", json=body), 201)
    ok(await lived.here.officer.get(f"/correction-requests/{made['id']}"))
    return lived.someone.id


async def _conflicts(lived: Lived) -> UUID:
    card = {"id_number": lived.someone.id_number, "name": "别名·别名"}
    refused = await lived.here.officer.post("/binding-codes", json=card)
    assert refused.status_code == 409, refused.text
    await lived.suite.sql("registry", "delete from access_log")
    [line] = ok(await lived.here.officer.get("/name-conflicts"))["items"]
    assert line["stored_name"] == lived.someone.name
    return lived.someone.id


async def _payees(lived: Lived) -> UUID:
    body: dict[str, Any] = {"trainee_ids": [str(lived.someone.id)], "purpose": "public_notice"}
    ok(await asking.claims(lived.suite, "payees").post("/internal/payees", json=body))
    return lived.someone.id


async def _class_facts(lived: Lived) -> UUID:
    await asking.class_facts(lived.suite, lived.room)
    return lived.someone.id


async def _person_facts(lived: Lived) -> UUID:
    await asking.person_facts(lived.suite, lived.someone)
    return lived.someone.id


READS: dict[str, Callable[[Lived], Awaitable[UUID]]] = {
    "list_class_enrolments": _enrolments,
    "get_sign_in_sheet": _sheet,
    "list_results": _results,
    "list_certificates": _certificates,
    "get_correction_request": _request,
    "list_name_conflicts": _conflicts,
    "read_payees": _payees,
    "read_class_facts": _class_facts,
    "read_person_facts": _person_facts,
}


@pytest.fixture
async def lived(suite: Suite) -> Lived:
    """Let somebody pass a class."""
    here = await world(suite)
    room, places = await certificates.passed_class(here, 1)
    line = certificates.line(places[0], certificates.number(1))
    ok(await certificates.issue(here.assessor.client, room, line), 201)
    return Lived(suite, here, room, places)


async def test_every_operation_that_tells_of_persons_is_tried_or_explained(suite: Suite) -> None:
    """A new one fails here until its line in the access log is tested, or it tells of nobody."""
    found = {
        one.name
        for one in described.operations(suite)
        if one.service == "registry" and one.others() and one.answers & TELLS
    }
    assert found == set(READS) | set(CLOSED["tells_of_nobody"])
    assert not set(READS) & set(CLOSED["tells_of_nobody"])


async def test_every_read_by_others_is_told_to_the_person(lived: Lived) -> None:
    """One operation after the other, each into an empty log: who, for what and what of it."""
    for name, read in READS.items():
        await lived.suite.sql("registry", "delete from access_log")
        person = await read(lived)
        log = ok(await lived.someone.client.get("/me/access-log"))["items"]
        rows = await lived.suite.sql("registry", "select * from access_log")
        assert {row["trainee_id"] for row in rows} >= {person}, name
        assert log, name
        assert all(line["purpose"] and line["what"] for line in log), name


async def test_the_log_cannot_be_thinned_out(lived: Lived) -> None:
    """The service's own role may add to it and nothing else."""
    rights = await lived.suite.sql(
        "registry",
        "select privilege_type from information_schema.role_table_grants"
        " where table_name = 'access_log' and grantee like '%\\_app'",
    )
    assert {row["privilege_type"] for row in rights} == {"SELECT", "INSERT"}
