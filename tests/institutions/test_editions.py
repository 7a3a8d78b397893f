"""Editions: what was published stays as it was published."""

import asyncio
import json
from datetime import UTC, datetime
from hashlib import sha256

import asyncpg
import pytest

from shared.principal import PUBLIC
from tests.institutions import world
from tests.suite import Suite


async def test_a_directory_is_served_as_published_to_anyone(suite: Suite) -> None:
    """The bytes are those of the stored hash; a strong tag answers 304 until the next edition."""
    key = await world.listed(suite)
    await world.registered(suite, 2)
    made = await world.published(suite, "institutions")
    public = suite.service("institutions", PUBLIC)
    answer = await public.get("/directories/institutions")
    assert answer.headers["etag"] == f'"{made["sha256"]}"'
    assert sha256(answer.content).hexdigest() == made["sha256"]
    found = answer.json()
    assert (found["number"], found["published_on"]) == (1, "2020-03-02")
    assert [each["id"] for each in found["entries"]] == [key]
    assert "phone" not in answer.text
    assert found["entries"][0]["licences"][0]["document_number"] == "鄯人社证〔2020〕示例1号"
    tags = {"If-None-Match": f'"else", W/{answer.headers["etag"]}'}
    again = await public.get("/directories/institutions", headers=tags)
    assert (again.status_code, again.content) == (304, b"")
    await world.published(suite, "institutions")
    assert (await public.get("/directories/institutions", headers=tags)).status_code == 200
    old = await public.get("/directories/institutions", params={"edition": 1}, headers=tags)
    assert old.status_code == 304


async def test_the_difference_names_what_was_added_removed_and_changed(suite: Suite) -> None:
    """One comes, one goes, one gets another scope."""
    officer = world.client(suite)
    stays, goes = await world.listed(suite, 1), await world.listed(suite, 2)
    first = await world.published(suite, "institutions")
    assert {each["id"] for each in first["difference"]["added"]} == {stays, goes}
    comes = await world.listed(suite, 3)
    await world.created(officer, f"/organisations/{goes}/standings", world.standing("removed"))
    await world.created(officer, f"/organisations/{stays}/licences", world.licence(kind="startup"))
    await world.published(suite, "institutions")
    public = suite.service("institutions", PUBLIC)
    found = (await public.get("/directories/institutions/editions/2/difference")).json()
    assert (found["number"], found["before"]) == (2, 1)
    assert found["added"] == [{"id": comes, "name": "示例培训学校3"}]
    assert found["removed"] == [{"id": goes, "name": "示例培训学校2"}]
    assert [each["id"] for each in found["changed"]] == [stays]
    assert [each["field"] for each in found["changed"][0]["fields"]] == ["licences"]
    listed = (await public.get("/directories/institutions/editions")).json()["items"]
    assert [
        (each["number"], each["added"], each["removed"], each["changed"]) for each in listed
    ] == [
        (2, 1, 1, 1),
        (1, 2, 0, 0),
    ]


async def test_the_offerings_edition_says_every_rate_or_unset(suite: Suite) -> None:
    """A confirmed rate and a withdrawal show in the next edition's difference."""
    cook = await world.offered(suite)
    await world.offered(suite, subject_name="电工")
    await world.published(suite, "offerings")
    public = suite.service("institutions", PUBLIC)
    entries = (await public.get("/directories/offerings")).json()["entries"]
    assert [each["subject_name"] for each in entries] == ["电工", "中式烹调师"]
    assert {rate["state"] for each in entries for rate in each["rates"]} == {"unset"}
    rate = {
        "authority": "650402",
        "fen_per_person": 90000,
        "from_date": "2020-03-01",
        "document_number": "示例7号",
    }
    entering = world.client(suite, "650402")
    made = await world.created(entering, f"/offerings/{cook['id']}/rates", rate)
    await world.created(world.client(suite, "650402"), f"/rates/{made['id']}/confirmation", {})
    second = await world.published(suite, "offerings")
    changed = second["difference"]["changed"]
    assert [(each["name"], each["fields"][0]["field"]) for each in changed] == [
        ("中式烹调师", "rates")
    ]


async def test_assessors_have_a_directory_of_their_own(suite: Suite) -> None:
    """An institution is not in it unless it is listed as an assessor too."""
    await world.listed(suite, 1)
    key = await world.registered(suite, 2, roles=["assessor"])
    path = f"/organisations/{key}/standings"
    await world.created(world.client(suite), path, world.standing("listed", role="assessor"))
    await world.published(suite, "assessors")
    found = await suite.service("institutions", PUBLIC).get("/directories/assessors")
    assert [each["id"] for each in found.json()["entries"]] == [key]


async def test_only_the_municipal_office_publishes_and_it_publishes_everything(
    suite: Suite,
) -> None:
    """A municipal officer with a narrower reach still publishes the whole directory."""
    await world.listed(suite, 1)
    await world.listed(suite, 2, authority="650402")
    body = {"directory": "institutions"}
    county = await world.client(suite).post("/editions", json=body)
    assert (county.status_code, county.json()["code"]) == (403, "municipal_only")
    made = await world.created(world.client(suite, "650400"), "/editions", body)
    assert made["entries"] == 2


async def test_two_publications_at_once_never_share_a_number(suite: Suite) -> None:
    """Each gets its own number, one after the other."""
    body = {"directory": "offerings"}
    answers = await asyncio.gather(
        *(world.municipal(suite).post("/editions", json=body) for _ in range(4))
    )
    numbers = [answer.json()["number"] for answer in answers if answer.status_code == 201]
    assert all(answer.status_code in {201, 409} for answer in answers)
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    stored = await suite.sql("institutions", "select number from editions order by number")
    assert [row["number"] for row in stored] == sorted(numbers)


async def test_a_publication_sent_twice_is_one_edition(suite: Suite) -> None:
    """The same key gives the same number."""
    officer = world.municipal(suite)
    headers = {"Idempotency-Key": "publication-1"}
    body = {"directory": "offerings"}
    numbers = [
        (await officer.post("/editions", json=body, headers=headers)).json()["number"]
        for _ in range(2)
    ]
    assert numbers == [1, 1]
    assert await world.events(suite) == ["edition.published"]


async def test_an_edition_cannot_be_changed_by_the_service(suite: Suite) -> None:
    """The app role has no right to update or delete, and the hash must be the body's."""
    await world.published(suite, "offerings")
    rows = await suite.sql(
        "institutions",
        "select privilege_type from information_schema.role_table_grants"
        " where table_name in ('editions', 'edition_entries') and grantee = 'institutions_app'",
    )
    assert {row["privilege_type"] for row in rows} == {"SELECT", "INSERT"}
    with pytest.raises(asyncpg.CheckViolationError):
        await suite.sql("institutions", "update editions set body = '{}'::bytea")


async def test_editions_are_chained_and_anchor_the_event_chain(suite: Suite) -> None:
    """Each names the hash of the one before, and the head of the sealed events."""
    await world.registered(suite)
    await suite.settle()
    first = await world.published(suite, "offerings")
    await world.published(suite, "offerings")
    public = suite.service("institutions", PUBLIC)
    found = (await public.get("/directories/offerings")).json()
    assert found["before_sha256"] == first["sha256"]
    assert found["events"]["last_seq"] == 1
    row = (await suite.sql("institutions", "select hash from event_batches"))[0]
    assert found["events"]["hash"] == row["hash"].hex()


async def test_an_unpublished_directory_or_edition_is_not_found(suite: Suite) -> None:
    """Nothing is made up before the first edition."""
    public = suite.service("institutions", PUBLIC)
    assert (await public.get("/directories/offerings")).status_code == 404
    assert (await public.get("/directories/offerings/editions/1/difference")).status_code == 404
    await world.published(suite, "offerings")
    assert (await public.get("/directories/offerings", params={"edition": 2})).status_code == 404
    assert (await public.get("/directories/people")).status_code == 400


async def test_the_day_of_publication_is_the_business_day(suite: Suite) -> None:
    """Late in the evening of UTC it is tomorrow in Shanghai; bodies are canonical JSON."""
    suite.clock.at = datetime(2020, 3, 31, 17, 0, tzinfo=UTC)
    made = await world.published(suite, "offerings")
    assert made["published_on"] == "2020-04-01"
    body = (await suite.sql("institutions", "select body from editions"))[0]["body"]
    plain = json.dumps(json.loads(body), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert body == plain.encode()
