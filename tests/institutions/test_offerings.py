"""The catalogue: codes, hours, targets."""

import asyncio

from tests.institutions import world
from tests.suite import Suite


async def test_a_subject_without_a_code_gets_a_local_one_and_keeps_it(suite: Suite) -> None:
    """The same name has the same code at every level; another name has another."""
    first = await world.offered(suite)
    higher = await world.offered(suite, level=4)
    other = await world.offered(suite, subject_name="电工")
    assert (first["subject_code"], first["code_source"]) == ("L-0001", "local")
    assert higher["subject_code"] == "L-0001"
    assert other["subject_code"] == "L-0002"
    assert await world.events(suite) == ["offering.created"] * 3


async def test_officers_at_once_share_one_local_code(suite: Suite) -> None:
    """A name never gets two codes."""
    made = await asyncio.gather(*(world.offered(suite, level=level) for level in (5, 4, 3)))
    assert {each["subject_code"] for each in made} == {"L-0001"}


async def test_an_official_code_needs_its_form_and_the_document_it_was_seen_in(
    suite: Suite,
) -> None:
    """No invented code that looks official."""
    body = world.offering(code_source="official", subject_code="4-03-02")
    answer = await world.client(suite).post("/offerings", json=body)
    assert world.reasons(answer) == ["code_malformed", "code_without_source"]
    named = {"subject_code": "4-03-02-01", "code_document": "国家职业分类大典（2015年版）"}
    made = await world.offered(suite, code_source="official", **named)
    assert (made["subject_code"], made["code_document"]) == tuple(named.values())
    renamed = world.offering(code_source="official", subject_name="西式烹调师", **named)
    answer = await world.client(suite).post("/offerings", json=renamed)
    assert world.reasons(answer) == ["subject_named_otherwise"]
    answer = await world.client(suite).post("/offerings", json=world.offering(**named))
    assert world.reasons(answer) == ["local_code_given"]


async def test_hours_are_not_below_what_the_plan_asks_of_the_targets(suite: Suite) -> None:
    """m02 asks 160 hours, m09 80; both and an unknown target are told with their names."""
    body = world.offering(hours=79, practice_hours=80, targets=["m02", "m09", "m06", "m99"])
    answer = await world.client(suite).post("/offerings", json=body)
    told = [(reason["code"], reason["about"]) for reason in answer.json()["reasons"]]
    assert told == [
        ("practice_above_hours", None),
        ("hours_below_target", "m02"),
        ("hours_below_target", "m09"),
        ("target_unknown", "m99"),
    ]


async def test_a_target_takes_only_its_kinds_and_levels_fit_the_certificate(suite: Suite) -> None:
    """Start-up training is none of m02's kinds; a skill level certificate has a level."""
    body = world.offering(kind="startup", level=None, targets=["m02", "m12"])
    answer = await world.client(suite).post("/offerings", json=body)
    assert world.reasons(answer) == ["level_missing", "kind_not_of_target"]
    body = world.offering(certificate_kind="permit")
    assert world.reasons(await world.client(suite).post("/offerings", json=body)) == ["level_given"]


async def test_the_same_entry_is_refused_until_the_first_is_withdrawn(suite: Suite) -> None:
    """Only the municipal office withdraws; the catalogue is answered as of a day."""
    first = await world.offered(suite)
    again = await world.client(suite).post("/offerings", json=world.offering())
    assert (again.status_code, again.json()["code"]) == (409, "offering_exists")
    path = f"/offerings/{first['id']}/withdrawal"
    body = {"from_date": "2020-06-01", "reason": "与培训意愿不符", "document_number": "示例9号"}
    county = await world.client(suite).post(path, json=body)
    assert (county.status_code, county.json()["code"]) == (403, "municipal_only")
    await world.created(world.municipal(suite), path, body)
    twice = await world.municipal(suite).post(path, json=body)
    assert (twice.status_code, twice.json()["code"]) == (409, "offering_withdrawn")
    second = await world.offered(suite)
    reader = world.client(suite)
    for day, ids in (("2020-05-31", {first["id"], second["id"]}), ("2020-06-01", {second["id"]})):
        found = (await reader.get("/offerings", params={"on": day})).json()["items"]
        assert {each["id"] for each in found} == ids


async def test_the_catalogue_is_listed_by_pinyin_and_kind(suite: Suite) -> None:
    """Pages follow the sounds of the subjects."""
    for name in ("中式烹调师", "电工", "美容师"):
        await world.offered(suite, subject_name=name)
    reader = world.client(suite, "650402")
    first = (await reader.get("/offerings", params={"limit": 2, "kind": "skill"})).json()
    rest = (await reader.get("/offerings", params={"after": first["next"]})).json()
    names = [each["subject_name"] for each in first["items"] + rest["items"]]
    assert names == ["电工", "美容师", "中式烹调师"]
    assert (await reader.get("/offerings", params={"after": "nonsense"})).status_code == 400
