"""Commissions: who may be commissioned for what."""

from tests.institutions import world
from tests.suite import Suite


async def test_a_listed_licensed_institution_is_commissioned(suite: Suite) -> None:
    """Its authority, the buyer and it itself see the contract; nobody else does."""
    key = await world.listed(suite)
    offering = await world.offered(suite)
    body = world.commission(key, offering["id"], authority="650422")
    made = await world.created(world.client(suite, "650422"), "/commissions", body)
    assert {name: made[name] for name in body} == body
    assert made["organisation_name"] == "示例培训学校1"
    path = f"/commissions/{made['id']}"
    for reader in (world.client(suite, "650422"), world.own(suite, key), world.municipal(suite)):
        assert (await reader.get(path)).json() == made
        assert (await reader.get("/commissions")).json()["items"] == [made]
    other = await world.registered(suite, 2)
    for reader in (world.client(suite, "650402"), world.own(suite, other)):
        assert (await reader.get(path)).status_code == 404
        assert (await reader.get("/commissions")).json()["items"] == []
    assert "commission.made" in await world.events(suite)


async def test_an_unlisted_institution_cannot_be_commissioned(suite: Suite) -> None:
    """One that applied, one that does not exist and one that was suspended look the same."""
    offering = (await world.offered(suite))["id"]
    officer = world.client(suite)
    applied = await world.registered(suite)
    suspended = await world.listed(suite, 2)
    await world.created(
        officer, f"/organisations/{suspended}/standings", world.standing("suspended")
    )
    for key in (applied, suspended, "01700000-0000-7000-8000-000000000001"):
        answer = await officer.post("/commissions", json=world.commission(key, offering))
        assert answer.json()["code"] == "commission_not_possible"
        assert world.reasons(answer) == ["not_listed"]


async def test_the_licence_must_cover_kind_subject_level_and_day(suite: Suite) -> None:
    """A licence up to level 4 covers levels 5 and 4, not 3; and only while it runs."""
    key = await world.registered(suite)
    officer = world.client(suite)
    await world.created(officer, f"/organisations/{key}/standings", world.standing("listed"))
    levels = {level: await world.offered(suite, level=level) for level in (5, 4, 3)}
    other = await world.offered(suite, subject_name="电工")
    await world.created(
        officer,
        f"/organisations/{key}/licences",
        world.licence(level_max=4, subject_code=levels[5]["subject_code"], to_date="2020-06-30"),
    )
    for number, (offering, day, covers) in enumerate(
        [
            (levels[5], "2020-03-02", True),
            (levels[4], "2020-06-30", True),
            (levels[4], "2020-07-01", False),
            (levels[3], "2020-03-02", False),
            (other, "2020-03-02", False),
        ]
    ):
        body = world.commission(
            key, offering["id"], from_date=day, document_number=f"示例{number}号"
        )
        answer = await officer.post("/commissions", json=body)
        if covers:
            assert answer.status_code == 201
        else:
            assert world.reasons(answer) == ["licence_does_not_cover"]


async def test_every_reason_against_a_commission_is_told(suite: Suite) -> None:
    """Days, listing and target at once; an unknown offering stands alone."""
    offering = (await world.offered(suite))["id"]
    key = await world.registered(suite)
    body = world.commission(
        key, offering, target="m09", from_date="2022-01-01", to_date="2021-01-01"
    )
    answer = await world.client(suite).post("/commissions", json=body)
    assert world.reasons(answer) == [
        "dates_reversed",
        "outside_the_plan",
        "not_listed",
        "target_not_of_offering",
    ]
    body = world.commission(key, "01700000-0000-7000-8000-000000000001")
    answer = await world.client(suite).post("/commissions", json=body)
    assert world.reasons(answer) == ["offering_unknown"]


async def test_one_document_commissions_an_offering_once_and_within_reach(suite: Suite) -> None:
    """The second entry is 409; a county commissions for itself only; places have a limit."""
    key = await world.listed(suite)
    body = world.commission(key, (await world.offered(suite))["id"])
    await world.created(world.client(suite), "/commissions", body)
    again = await world.client(suite).post("/commissions", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "commission_exists")
    stranger = await world.client(suite, "650402").post("/commissions", json=body)
    assert stranger.json()["code"] == "authority_out_of_reach"
    for changed in ({"places": 0}, {"places": 10_001}, {"price_fen_per_person": 0}):
        answer = await world.client(suite).post("/commissions", json={**body, **changed})
        assert answer.status_code == 400
