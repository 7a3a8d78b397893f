"""What peers are told, and whom it is told about."""

from typing import Any

from shared.principal import PUBLIC, Principal, service
from tests.institutions import world
from tests.suite import Suite


async def ask(suite: Suite, by: Principal, **params: str) -> Any:
    """Ask for an organisation's standing as somebody; return the answer."""
    return await suite.service("institutions", by).get("/internal/standing", params=params)


async def test_standing_says_what_an_organisation_may_start(suite: Suite) -> None:
    """Listing, licence, offering, edition and commission in one answer."""
    key = await world.listed(suite, roles=["institution", "employer"])
    offering = await world.offered(suite)
    await world.published(suite, "offerings")
    made = await world.created(
        world.client(suite), "/commissions", world.commission(key, offering["id"])
    )
    answer = await ask(
        suite,
        suite.organisation(key),
        organisation_id=key,
        offering_id=offering["id"],
        commission_id=made["id"],
        on="2020-03-10",
    )
    assert answer.json() == {
        "organisation": {
            "id": key,
            "name": "示例培训学校1",
            "authority": "650421",
            "roles": ["employer", "institution"],
        },
        "listed_institution": True,
        "employer": True,
        "licence_covers": True,
        "licence_number": "鄯人社证〔2020〕示例1号",
        "offering": {
            name: offering[name]
            for name in (
                *("id", "kind", "subject_code", "subject_name", "level", "hours"),
                *("certificate_kind", "targets"),
            )
        },
        "offering_in_edition": 1,
        "commission": {
            name: made[name]
            for name in (
                *("id", "authority", "organisation_id", "offering_id", "target", "places"),
                *("from_date", "to_date", "document_number"),
            )
        },
    }


async def test_standing_is_answered_as_of_the_day(suite: Suite) -> None:
    """Before the listing, the licence or the edition, each reads no."""
    key = await world.listed(suite)
    offering = (await world.offered(suite))["id"]
    await world.published(suite, "offerings")
    by = suite.organisation(key)
    found = (
        await ask(suite, by, organisation_id=key, offering_id=offering, on="2019-12-31")
    ).json()
    assert (found["listed_institution"], found["licence_covers"]) == (False, False)
    assert found["offering_in_edition"] is None
    assert found["commission"] is None


async def test_an_offering_left_out_of_the_next_edition_is_in_none(suite: Suite) -> None:
    """Only the current edition counts."""
    key = await world.listed(suite)
    offering = (await world.offered(suite))["id"]
    await world.published(suite, "offerings")
    await world.created(
        world.municipal(suite),
        f"/offerings/{offering}/withdrawal",
        {"from_date": "2020-03-02", "reason": "调出目录", "document_number": "示例9号"},
    )
    by = suite.organisation(key)
    before = await ask(suite, by, organisation_id=key, offering_id=offering)
    await world.published(suite, "offerings")
    after = await ask(suite, by, organisation_id=key, offering_id=offering)
    assert (before.json()["offering_in_edition"], after.json()["offering_in_edition"]) == (1, None)


async def test_standing_is_told_about_oneself_or_ones_reach_only(suite: Suite) -> None:
    """Strangers get 404; a service needs the purpose."""
    key, other = await world.listed(suite, 1), await world.listed(suite, 2)
    seeing = (
        suite.organisation(key),
        suite.officer("650421"),
        service("registry", "standing"),
    )
    for by in seeing:
        assert (await ask(suite, by, organisation_id=key)).status_code == 200
    for by in (suite.organisation(other), suite.officer("650402"), PUBLIC):
        assert (await ask(suite, by, organisation_id=key)).status_code == 404
    assert (await ask(suite, service("registry", "feed"), organisation_id=key)).status_code == 403


async def test_a_listed_assessor_is_public_and_any_other_reads_not_listed(suite: Suite) -> None:
    """Unknown, unlisted and suspended answer the same, without a name."""
    subject = (await world.offered(suite))["subject_code"]
    key = await world.registered(suite, 1, roles=["assessor"])
    officer = world.client(suite)
    await world.created(officer, f"/organisations/{key}/licences", world.licence(role="assessor"))
    asking = suite.service("institutions", suite.organisation(await world.registered(suite, 2)))
    params = {"subject_code": subject, "kind": "skill", "level": 5, "on": "2020-03-05"}
    silent = {"listed": False, "licence_covers": False, "name": None}

    async def told(organisation: str, **changed: object) -> object:
        path = f"/internal/assessors/{organisation}"
        return (await asking.get(path, params={**params, **changed})).json()

    assert await told(key) == silent
    await world.created(
        officer, f"/organisations/{key}/standings", world.standing("listed", role="assessor")
    )
    assert await told(key) == {"listed": True, "licence_covers": True, "name": "示例培训学校1"}
    assert await told(key, kind="startup") == {
        "listed": True,
        "licence_covers": False,
        "name": "示例培训学校1",
    }
    assert await told(key, on="2020-03-01") == silent
    assert await told("01700000-0000-7000-8000-000000000001") == silent


async def test_an_employer_needs_no_listing_and_the_signer_needs_the_purpose(suite: Suite) -> None:
    """A removed employer is none; nobody but a service for signing reads the name."""
    key = await world.registered(suite, roles=["employer"])
    by = suite.organisation(key)
    found = (await ask(suite, by, organisation_id=key)).json()
    assert (found["employer"], found["listed_institution"]) == (True, False)
    path = f"/organisations/{key}/standings"
    for state in ("listed", "removed"):
        await world.created(world.client(suite), path, world.standing(state, role="employer"))
    assert (await ask(suite, by, organisation_id=key)).json()["employer"] is False
    signer = f"/internal/organisations/{key}/signer"
    for asking in (by, suite.officer("650421"), service("registry", "standing")):
        assert (await suite.service("institutions", asking).get(signer)).status_code == 403
