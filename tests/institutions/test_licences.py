"""Licences and their periods."""

import asyncio

from tests.institutions import world
from tests.suite import Suite


async def test_a_licence_is_granted_and_read_back_by_its_holder(suite: Suite) -> None:
    """Both days belong to it."""
    key = await world.registered(suite)
    path = f"/organisations/{key}/licences"
    made = await world.created(world.client(suite), path, world.licence(level_max=4))
    assert (await world.own(suite, key).get(path)).json()["items"] == [made]
    for day, held in (("2019-12-31", 0), ("2020-01-01", 1), ("2021-12-31", 1), ("2022-01-01", 0)):
        found = (await world.own(suite, key).get(path, params={"on": day})).json()["items"]
        assert len(found) == held
    assert await world.events(suite) == ["organisation.registered", "licence.granted"]


async def test_two_licences_of_one_scope_never_overlap(suite: Suite) -> None:
    """The last day of one is not the first of the next; another scope is free."""
    key = await world.registered(suite)
    officer, path = world.client(suite), f"/organisations/{key}/licences"
    await world.created(officer, path, world.licence())
    clash = world.licence(from_date="2021-12-31", to_date="2022-12-31")
    answer = await officer.post(path, json=clash)
    assert (answer.status_code, answer.json()["code"]) == (409, "licence_overlaps")
    await world.created(officer, path, {**clash, "from_date": "2022-01-01"})
    await world.created(officer, path, world.licence(kind="startup"))
    subject = (await world.offered(suite))["subject_code"]
    await world.created(officer, path, world.licence(subject_code=subject))
    assert (await officer.post(path, json=world.licence(subject_code=subject))).status_code == 409


async def test_two_officers_at_once_grant_one_licence(suite: Suite) -> None:
    """The database keeps the scope free of overlap, whoever comes first."""
    key = await world.registered(suite)
    path = f"/organisations/{key}/licences"
    answers = await asyncio.gather(
        *(world.client(suite).post(path, json=world.licence()) for _ in range(3))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]


async def test_everything_wrong_with_a_licence_is_told(suite: Suite) -> None:
    """A role not held, an unknown subject and reversed days at once."""
    key = await world.registered(suite)
    body = world.licence(role="assessor", subject_code="L-0404", to_date="2019-01-01")
    answer = await world.client(suite).post(f"/organisations/{key}/licences", json=body)
    assert world.reasons(answer) == ["dates_reversed", "role_not_held", "subject_unknown"]


async def test_a_day_is_written_as_a_day(suite: Suite) -> None:
    """Numbers, other centuries and days that do not exist are malformed."""
    path = f"/organisations/{await world.registered(suite)}/licences"
    for day in (1577836800, "1999-12-31", "2020-02-30", "2020-1-1", None):
        answer = await world.client(suite).post(path, json=world.licence(from_date=day))
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    found = await world.client(suite).get(path, params={"on": "1999-12-31"})
    assert found.status_code == 400


async def test_a_licence_ends_early_and_only_forwards(suite: Suite) -> None:
    """The past cannot be ended; what is free again can be licensed again."""
    key = await world.registered(suite)
    officer, path = world.client(suite), f"/organisations/{key}/licences"
    made = await world.created(officer, path, world.licence())
    ending = f"/licences/{made['id']}/ending"
    body = {"to_date": "2020-02-01", "reason": "缩小范围", "document_number": "示例2号"}
    assert world.reasons(await officer.post(ending, json=body)) == ["end_in_the_past"]
    body["to_date"] = "2021-12-31"
    assert world.reasons(await officer.post(ending, json=body)) == ["end_not_earlier"]
    body["to_date"] = "2020-06-30"
    assert (await world.created(officer, ending, body))["to_date"] == "2020-06-30"
    await world.created(officer, path, world.licence(from_date="2020-07-01", level_max=5))
    assert (await world.events(suite))[1:] == [
        "licence.granted",
        "licence.ended",
        "licence.granted",
    ]
    stranger = await world.client(suite, "650402").post(ending, json=body)
    assert stranger.status_code == 404
