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


async def test_the_terms_of_many_classes_are_one_answer(suite: Suite) -> None:
    """Roles of each first day, confirmed rates, the own commission's price; unset is null."""
    key, other = await world.listed(suite, 1), await world.listed(suite, 2)
    offering = (await world.offered(suite))["id"]
    made = await world.created(world.client(suite), "/commissions", world.commission(key, offering))
    asked = {"offering_id": offering, "authority": "650421", "on": "2020-03-10"}
    body = {
        "organisation_id": key,
        "classes": [
            {**asked, "commission_id": made["id"]},
            asked,
            {**asked, "on": "2019-01-01"},
        ],
    }

    async def terms(by: Principal, **changes: Any) -> Any:
        client = suite.service("institutions", by)
        return await client.post("/internal/class-terms", json=body | changes)

    found = (await terms(service("claims", "class_terms"))).json()
    assert [one["institution"] for one in found["terms"]] == ["listed", "listed", None]
    assert [one["rate"] for one in found["terms"]] == [None, None, None]
    assert [bool(one["commission"]) for one in found["terms"]] == [True, False, False]
    assert found["terms"][0]["commission"]["document_number"] == made["document_number"]
    assert found["credit_code"] == world.code(1)
    assert found["signer"]
    own = (await terms(suite.organisation(key))).json()
    assert (own["signer"], own["account"]) == (None, False)
    assert own["terms"] == found["terms"]
    strange = (await terms(service("claims", "class_terms"), organisation_id=other)).json()
    assert [one["commission"] for one in strange["terms"]] == [None, None, None]
    assert (await terms(suite.organisation(other))).status_code == 404
    for by in (service("claims", "standing"), suite.officer("650421")):
        assert (await terms(by)).status_code == 403


async def test_employers_are_found_by_the_codes_that_lists_name(suite: Suite) -> None:
    """Registered employers only, for the service that decides; an organisation finds nobody."""
    key = await world.listed(suite, 1)
    employer = await world.registered(suite, 2, roles=["employer"])
    await world.registered(suite, 3, roles=["institution"])
    offering = (await world.offered(suite))["id"]
    body = {
        "organisation_id": key,
        "classes": [{"offering_id": offering, "authority": "650421", "on": "2020-03-10"}],
        "credit_codes": [world.code(2), world.code(3), world.code(9)],
    }
    for by, found in (
        (service("claims", "class_terms"), {world.code(2): employer}),
        (suite.organisation(key), {}),
    ):
        answer = await suite.service("institutions", by).post("/internal/class-terms", json=body)
        assert answer.json()["employers"] == found
