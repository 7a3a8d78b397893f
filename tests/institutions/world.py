"""What the tests of the institutions service enter through its API before they look."""

from typing import Any
from uuid import UUID

import httpx

from shared.standards import credit_code
from tests.suite import Suite

ALL = ("650400", "650402", "650421", "650422", "6504L1")
Json = dict[str, Any]


def code(number: int) -> str:
    """Return the credit code of an example organisation."""
    return credit_code.complete(f"52650421MJX{number:06d}")


def organisation(number: int = 1, **changed: Any) -> Json:
    """Return a body that registers an example institution."""
    return {
        "authority": "650421",
        "credit_code": code(number),
        "name": f"示例培训学校{number}",
        "short_name": f"示例{number}",
        "nature": "private_school",
        "address": "鄯善县示例路1号",
        "roles": ["institution"],
        "responsible_person": {"name": "示例人", "phone": "13800000000"},
        **changed,
    }


def offering(**changed: Any) -> Json:
    """Return a body that enters an example offering."""
    return {
        "kind": "skill",
        "code_source": "local",
        "subject_name": "中式烹调师",
        "level": 5,
        "hours": 160,
        "practice_hours": 80,
        "certificate_kind": "skill_level",
        "targets": ["m02", "m06"],
        **changed,
    }


def standing(state: str, **changed: Any) -> Json:
    """Return a body that decides about an institution."""
    return {
        "role": "institution",
        "state": state,
        "from_date": "2020-03-02",
        "reason": "经现场查验符合条件",
        "document_number": "鄯人社发〔2020〕示例1号",
        **changed,
    }


def licence(**changed: Any) -> Json:
    """Return a body that licenses an institution for every skill."""
    return {
        "role": "institution",
        "kind": "skill",
        "from_date": "2020-01-01",
        "to_date": "2021-12-31",
        "document_number": "鄯人社证〔2020〕示例1号",
        **changed,
    }


def commission(organisation_id: str, offering_id: str, **changed: Any) -> Json:
    """Return a body that commissions places."""
    return {
        "authority": "650421",
        "organisation_id": organisation_id,
        "offering_id": offering_id,
        "target": "m06",
        "places": 200,
        "price_fen_per_person": 120000,
        "document_number": "鄯采〔2020〕示例3号",
        "from_date": "2020-03-02",
        "to_date": "2020-12-31",
        **changed,
    }


def client(suite: Suite, *authorities: str) -> httpx.AsyncClient:
    """Return the client of a new officer, by default of 鄯善县."""
    return suite.service("institutions", suite.officer(*(authorities or ("650421",))))


def municipal(suite: Suite) -> httpx.AsyncClient:
    """Return the client of a new municipal officer, whose reach is every authority."""
    return client(suite, *ALL)


def own(suite: Suite, organisation_id: str) -> httpx.AsyncClient:
    """Return the client of an organisation."""
    return suite.service("institutions", suite.organisation(UUID(organisation_id)))


async def created(answering: httpx.AsyncClient, path: str, body: Json) -> Json:
    """Post and expect 201."""
    answer = await answering.post(path, json=body)
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    return found


async def registered(suite: Suite, number: int = 1, **changed: Any) -> str:
    """Register an organisation as an officer of its authority; return its id."""
    body = organisation(number, **changed)
    made = await created(client(suite, body["authority"]), "/organisations", body)
    return str(made["id"])


async def listed(suite: Suite, number: int = 1, **changed: Any) -> str:
    """Register an institution, license it for every skill and list it; return its id."""
    key = await registered(suite, number, **changed)
    officer = client(suite, changed.get("authority", "650421"))
    await created(officer, f"/organisations/{key}/licences", licence())
    await created(officer, f"/organisations/{key}/standings", standing("listed"))
    return key


async def offered(suite: Suite, **changed: Any) -> Json:
    """Enter an offering; return it."""
    return await created(client(suite), "/offerings", offering(**changed))


async def published(suite: Suite, directory: str) -> Json:
    """Publish an edition; return it."""
    return await created(municipal(suite), "/editions", {"directory": directory})


def reasons(answer: httpx.Response) -> list[str]:
    """Return the codes of a refusal's reasons."""
    assert answer.status_code == 422, answer.text
    return [reason["code"] for reason in answer.json()["reasons"]]


async def events(suite: Suite) -> list[str]:
    """Return the types of all events, in order."""
    rows = await suite.sql("institutions", "select type from events order by position")
    return [row["type"] for row in rows]
