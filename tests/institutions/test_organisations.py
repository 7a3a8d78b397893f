"""Registration, admission and reach."""

import asyncio

import pytest

from shared.principal import service
from tests.institutions import world
from tests.suite import Suite


async def test_a_registered_organisation_begins_as_applied(suite: Suite) -> None:
    """Each role that is named stands as applied from the day of registration."""
    key = await world.registered(suite, roles=["institution", "employer"])
    found = (await world.client(suite).get(f"/organisations/{key}")).json()
    assert found["roles"] == ["employer", "institution"]
    assert found["standings"][1] == {
        "role": "institution",
        "state": "applied",
        "from_date": "2020-03-02",
    }
    assert found["responsible_person"] == "示**"
    assert await world.events(suite) == ["organisation.registered"]


async def test_no_answer_holds_the_responsible_persons_name_or_phone(suite: Suite) -> None:
    """They lie sealed in the database and leave it only for a signature, without the phone."""
    key = await world.registered(suite)
    texts = [
        (await world.client(suite).get(path)).text
        for path in ("/organisations", f"/organisations/{key}")
    ]
    assert not any("示例人" in text or "13800000000" in text for text in texts)
    row = (await suite.sql("institutions", "select * from organisations"))[0]
    assert b"13800000000" not in row["signer_phone_sealed"]
    signer = suite.service("institutions", service("registry", "signer"))
    found = (await signer.get(f"/internal/organisations/{key}/signer")).json()
    assert found == {
        "organisation_id": key,
        "organisation_name": "示例培训学校1",
        "credit_code": world.code(1),
        "name": "示例人",
    }


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("", "credit_code_missing"),
        ("9165", "credit_code_length"),
        ("5265042IMJX0000010", "credit_code_characters"),
        ("02650421MJX0000010", "credit_code_authority"),
        ("5265A421MJX0000010", "credit_code_division"),
    ],
)
async def test_a_faulty_credit_code_is_refused_by_name(
    suite: Suite, code: str, reason: str
) -> None:
    """The reason says what is wrong, in two languages."""
    body = world.organisation(credit_code=code)
    answer = await world.client(suite).post("/organisations", json=body)
    assert world.reasons(answer) == [reason]
    assert answer.json()["code"] == "organisation_not_registrable"
    assert answer.json()["reasons"][0]["text_en"]


async def test_a_wrong_check_character_and_a_role_twice_are_both_told(suite: Suite) -> None:
    """Reasons are collected."""
    good = world.code(1)
    bad = good[:-1] + ("0" if good[-1] != "0" else "1")
    body = world.organisation(credit_code=bad, roles=["employer", "employer"])
    answer = await world.client(suite).post("/organisations", json=body)
    assert world.reasons(answer) == ["credit_code_checksum", "role_twice"]


async def test_a_code_typed_with_spaces_and_small_letters_is_the_same_code(suite: Suite) -> None:
    """The second registration is 409 and says nothing about the first."""
    await world.registered(suite)
    typed = f" {world.code(1)[:8].lower()} {world.code(1)[8:].lower()} "
    body = world.organisation(credit_code=typed, authority="650402")
    answer = await world.client(suite, "650402").post("/organisations", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "organisation_exists")


async def test_an_officer_registers_only_within_reach(suite: Suite) -> None:
    """Another county's authority is refused before anything is written."""
    answer = await world.client(suite, "650402").post("/organisations", json=world.organisation())
    assert (answer.status_code, answer.json()["code"]) == (403, "authority_out_of_reach")
    assert await world.events(suite) == []


async def test_offices_and_organisations_see_only_what_is_theirs(suite: Suite) -> None:
    """Another county's officer and another organisation get 404 and empty lists."""
    one = await world.registered(suite, 1)
    two = await world.registered(suite, 2, authority="650402")
    for stranger in (world.client(suite, "650402"), world.own(suite, two)):
        assert (await stranger.get(f"/organisations/{one}")).status_code == 404
        assert (await stranger.get(f"/organisations/{one}/licences")).status_code == 404
        assert (await stranger.get(f"/organisations/{one}/standings")).status_code == 404
        listed = (await stranger.get("/organisations")).json()["items"]
        assert [each["id"] for each in listed] == [two]
    decision = world.standing("listed")
    answer = await world.client(suite, "650402").post(
        f"/organisations/{one}/standings", json=decision
    )
    assert answer.status_code == 404
    assert len((await world.municipal(suite).get("/organisations")).json()["items"]) == 2


async def test_an_organisation_may_not_decide_about_itself(suite: Suite) -> None:
    """The access table has no such role."""
    key = await world.registered(suite)
    answer = await world.own(suite, key).post(
        f"/organisations/{key}/standings", json=world.standing("listed")
    )
    assert answer.status_code == 403


async def test_a_standing_is_answered_as_of_a_day(suite: Suite) -> None:
    """Each decision holds from its day on; history keeps them all."""
    key = await world.registered(suite)
    officer = world.client(suite)
    path = f"/organisations/{key}/standings"
    await world.created(officer, path, world.standing("listed", from_date="2020-03-10"))
    await world.created(officer, path, world.standing("suspended", from_date="2020-05-01"))
    seen = {}
    for day in ("2020-03-01", "2020-03-09", "2020-03-10", "2020-04-30", "2020-05-01"):
        found = (await officer.get(f"/organisations/{key}", params={"on": day})).json()
        seen[day] = [each["state"] for each in found["standings"]]
    assert seen == {
        "2020-03-01": [],
        "2020-03-09": ["applied"],
        "2020-03-10": ["listed"],
        "2020-04-30": ["listed"],
        "2020-05-01": ["suspended"],
    }
    history = (await world.own(suite, key).get(path)).json()
    assert [each["state"] for each in history] == ["applied", "listed", "suspended"]


async def test_a_later_decision_overrules_one_that_was_to_come(suite: Suite) -> None:
    """A removal entered today is not undone by an older entry with a later day."""
    key = await world.registered(suite)
    officer = world.client(suite)
    path = f"/organisations/{key}/standings"
    await world.created(officer, path, world.standing("listed", from_date="2020-04-01"))
    await world.created(officer, path, world.standing("removed", from_date="2020-03-20"))
    found = await officer.get("/organisations", params={"on": "2020-04-02", "state": "listed"})
    assert found.json()["items"] == []


async def test_a_standing_moves_only_by_steps_and_with_its_document(suite: Suite) -> None:
    """Both reasons are told."""
    key = await world.registered(suite)
    body = world.standing("suspended", document_number=None)
    answer = await world.client(suite).post(f"/organisations/{key}/standings", json=body)
    assert world.reasons(answer) == ["standing_not_a_step", "document_number_missing"]
    body = world.standing("listed", role="assessor")
    answer = await world.client(suite).post(f"/organisations/{key}/standings", json=body)
    assert world.reasons(answer) == ["standing_not_a_step"]


async def test_officers_who_decide_at_once_do_not_overrule_each_other_unseen(
    suite: Suite,
) -> None:
    """One decision stands; the others are told to look again."""
    path = f"/organisations/{await world.registered(suite)}/standings"
    answers = await asyncio.gather(
        *(world.client(suite).post(path, json=world.standing("listed")) for _ in range(4))
    )
    assert sorted({answer.status_code for answer in answers} - {409}) in ([201], [201, 422])
    assert [answer.status_code for answer in answers].count(201) == 1
    assert (await world.events(suite)).count("organisation.standing_set") == 1


async def test_a_registration_sent_twice_happens_once(suite: Suite) -> None:
    """The same key gives the same answer; with another body it is an error."""
    officer = world.client(suite)
    headers = {"Idempotency-Key": "registration-1"}
    body = world.organisation()
    first = await officer.post("/organisations", json=body, headers=headers)
    again = await officer.post("/organisations", json=body, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert len(await suite.sql("institutions", "select 1 from organisations")) == 1
    assert await world.events(suite) == ["organisation.registered"]
    other = await officer.post("/organisations", json=world.organisation(2), headers=headers)
    assert other.json()["code"] == "idempotency_key_reused"


async def test_organisations_are_listed_by_pinyin_page_by_page(suite: Suite) -> None:
    """Readers look names up by their sounds."""
    for number, name in enumerate(("鄯善学校", "吐鲁番学校", "高昌学校"), 1):
        await world.registered(suite, number, name=name)
    officer = world.client(suite)
    first = (await officer.get("/organisations", params={"limit": 2})).json()
    rest = (await officer.get("/organisations", params={"after": first["next"]})).json()
    names = [each["name"] for each in first["items"] + rest["items"]]
    assert names == ["高昌学校", "鄯善学校", "吐鲁番学校"]
    assert rest["next"] is None


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "一" * 101},
        {"name": "坏\x00名"},
        {"roles": []},
        {"nature": "unknown"},
        {"ethnicity": "x"},
        {"responsible_person": {"name": "示例人", "phone": "电话"}},
        {"authority": "6504"},
    ],
)
async def test_a_malformed_registration_is_refused(
    suite: Suite, changed: dict[str, object]
) -> None:
    """Lengths, characters, words and unknown members are checked before anything else."""
    body = world.organisation(**changed)
    answer = await world.client(suite).post("/organisations", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
