"""People for registry tests: registered at a counter, bound by the code that it handed out."""

from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import httpx

from shared import ids
from shared import principal as principals
from shared.standards import resident_id
from tests.suite import Suite

_serial = count(1)


@dataclass(frozen=True, slots=True)
class Person:
    """A bound person: `client` is theirs, straight to the registry."""

    id: UUID
    login: UUID
    name: str
    id_number: str
    client: httpx.AsyncClient


def id_number(born: str = "19900101", *, serial: int | None = None) -> str:
    """Return a valid number of nobody; each call another. `born` is YYYYMMDD."""
    n = next(_serial) if serial is None else serial
    return resident_id.complete(f"650402{born}{n % 1000:03d}")


async def person(
    suite: Suite,
    name: str = "王小明",
    *,
    number: str | None = None,
    phone: str | None = None,
    authority: str = "650402",
) -> Person:
    """Register a person at the authority's counter and bind a log-in to them."""
    number = number or id_number()
    counter = suite.service("registry", suite.officer(authority))
    body = {"id_number": number, "name": name, "phone": phone}
    made = await counter.post("/binding-codes", json=body)
    assert made.status_code == 201, made.text
    login = uuid4()
    gateway = suite.service("registry", principals.service("gateway", "binding"))
    bound = await gateway.post(
        "/internal/bindings", json={"code": made.json()["code"], "login_id": str(login)}
    )
    assert bound.status_code == 200, bound.text
    trainee = UUID(bound.json()["trainee_id"])
    # The counter's own line in the access log is test_trainees_binding's matter.
    forget = "delete from access_log where purpose = 'binding' and trainee_id = $1"
    await suite.sql("registry", forget, trainee)
    client = suite.service("registry", suite.trainee(trainee, login=login))
    return Person(trainee, login, name, number, client)


async def people(suite: Suite, how_many: int, *, authority: str = "650402") -> list[Person]:
    """Register and bind several people."""
    return [
        await person(suite, f"张{chr(ord('一') + n)}", authority=authority) for n in range(how_many)
    ]


def yes(suite: Suite, class_id: UUID, *, language: str = "zh-Hans", **more: Any) -> dict[str, Any]:
    """Fill in a confirmation of the text in force."""
    plan = suite.apps["registry"].state.service.plan
    text = plan.matter("confirmation").text(language)
    shown = {"version": text.version, "language": language, "text_sha256": text.sha256}
    return {"class_id": str(class_id)} | shown | more


async def confirm(suite: Suite, someone: Person, class_id: UUID, **more: Any) -> UUID:
    """Let a person confirm a class; the enrolment's id."""
    answer = await someone.client.post("/me/confirmations", json=yes(suite, class_id, **more))
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["enrolment_id"])


async def leave(someone: Person, enrolment: UUID) -> None:
    """Let a person leave."""
    answer = await someone.client.post("/me/departures", json={"enrolment_id": str(enrolment)})
    assert answer.status_code == 200, answer.text


async def invite(suite: Suite, class_id: UUID, *invited: Person) -> None:
    """Put invitations of these people into a class, as an admitted roster does."""
    sealer = suite.apps["registry"].state.service.sealer
    for someone in invited:
        invitation, roster = ids.uuid7(), ids.uuid7()
        name = sealer.seal(someone.name, table="invitations", column="name_sealed", row=invitation)
        await suite.sql(
            "registry",
            "with r as (insert into rosters (id, organisation_id, file_index, kind, rows_received,"
            " rows_accepted, by_subject, at) select $1, organisation_id, $2, 'csv', 1, 1,"
            " 'client:test', $3 from training_classes where id = $4 returning id)"
            " insert into invitations (id, class_id, authority, organisation_id, trainee_id,"
            " roster_id, name_sealed, at) select $5, c.id, c.authority, c.organisation_id, $6,"
            " r.id, $7, $3 from training_classes c, r where c.id = $4",
            *(roster, roster.bytes, suite.clock.now(), class_id),
            *(invitation, someone.id, bytes(name)),
        )


async def picture(suite: Suite) -> dict[str, set[str]]:
    """Write every row of the registry down, by table, without what only repeats requests."""
    tables = await suite.sql(
        "registry", "select tablename from pg_tables where schemaname = 'public'"
    )
    found = {}
    for table in sorted({row["tablename"] for row in tables} - {"idempotency", "leases"}):
        rows = await suite.sql("registry", f'select t::text as row from "{table}" t')
        found[table] = {row["row"] for row in rows}
    return found


def changed(before: dict[str, set[str]], after: dict[str, set[str]]) -> dict[str, int]:
    """Count the rows that are new or different, or gone, by table."""
    tables = {table: before[table] ^ after[table] for table in before}
    return {table: len(rows) for table, rows in tables.items() if rows}
